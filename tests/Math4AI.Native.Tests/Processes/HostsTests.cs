using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Processes;

/// <summary>
/// Two hosts on this machine: network namespaces with a cable of one gigabit between them, and names of their own. Open
/// MPI's agent for a remote shell is <c>ip netns exec</c>.
/// </summary>
public sealed class HostsTests : TemporaryFolder
{
    private const string FirstHost = "m4first", SecondHost = "m4second", Network = "10.77.0";

    [Fact(Explicit = true)]
    [Trait("Check", "hosts")]
    public void A_separation_over_two_hosts_is_that_of_one()
    {
        Assert.SkipUnless(
            Environment.UserName == "root" && Ip("netns", "add", FirstHost).Code == 0,
            "Network namespaces need the rights of root and iproute2.");
        try
        {
            Connect();
            WriteMixture();
            string[] words = ["separate", "y.npy", "--no-report", "-o"];
            Finished alone = Repository.Ask([.. words, "alone"], Folder, Repository.OneThread);
            Assert.True(alone.Code == 0, alone.Errors);
            Finished shared = OverHosts([Repository.Command, .. words, "shared"]);
            Assert.True(shared.Code == 0, shared.Errors);
            Matrix<double> expected = MatrixFile.Read(In("alone/unmixing.npy")),
                found = MatrixFile.Read(In("shared/unmixing.npy"));
            Assert.True((found - expected).FrobeniusNorm() <= 1e-9 * expected.FrobeniusNorm());

            // What each host calls itself: there were two.
            string[] names = OverHosts(["hostname"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal([FirstHost, SecondHost], names.Select(name => name.Trim()).Order());

            File.WriteAllText(In("only.sh"), $"[ $(hostname) = {FirstHost} ] && exec {Repository.Command} separate "
                + $"y.npy -o out\nexec {Repository.Command} separate none.npy -o out\n");
            Finished other = OverHosts(["sh", "only.sh"]);
            Assert.NotEqual(0, other.Code);
            Assert.Contains("The command line must be the same in all processes", other.Errors);
        }
        finally
        {
            _ = Ip("netns", "del", FirstHost);
            _ = Ip("netns", "del", SecondHost);
        }
    }

    private static Finished Ip(params string[] words) => Repository.Run("ip", words);

    private void Connect()
    {
        foreach (string line in (string[])[
            $"netns add {SecondHost}",
            $"link add m4a netns {FirstHost} type veth peer name m4b netns {SecondHost}",
            $"-n {FirstHost} link set lo up", $"-n {SecondHost} link set lo up",
            $"-n {FirstHost} link set m4a up", $"-n {SecondHost} link set m4b up",
            $"-n {FirstHost} addr add {Network}.1/24 dev m4a", $"-n {SecondHost} addr add {Network}.2/24 dev m4b"])
        {
            Finished done = Ip(line.Split(' '));
            Assert.True(done.Code == 0, $"ip {line}: {done.Errors}");
        }

        // Where the kernel has the queue; without it the cable is as fast as memory.
        foreach ((string host, string device) in (IEnumerable<(string, string)>)[
            (FirstHost, "m4a"), (SecondHost, "m4b")])
        {
            _ = Ip("netns", "exec", host, "tc", "qdisc", "add", "dev", device, "root", "tbf", "rate", "1gbit",
                "burst", "256kbit", "latency", "200ms");
        }

        File.WriteAllText(
            In("agent"), $"#!/bin/sh\nshift\nexec ip netns exec {SecondHost} unshare -u sh -c \"hostname {SecondHost}; "
                + "cd $PWD; $*\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(In("agent"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private Finished OverHosts(string[] command)
    {
        const string Range = $"{Network}.0/24";
        return Repository.Run(
            "ip",
            [
                "netns", "exec", FirstHost, "unshare", "-u", "sh", "-c", $"hostname {FirstHost}; exec \"$@\"", "sh",
                "mpirun", "--mca", "plm_rsh_agent", In("agent"), "--mca", "plm_rsh_no_tree_spawn", "1",
                "--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", Range, "--mca", "oob_tcp_if_include", Range,
                "-x", "OMP_NUM_THREADS", "-x", "MATH4AI_THREADS", "--host", $"{Network}.1:1,{Network}.2:1", "-np", "2",
                .. command,
            ],
            Folder,
            [("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"), .. Repository.OneThread]);
    }

    private void WriteMixture()
    {
        Matrix<double> sources = Matrix<double>.Build.Dense(
            3, 60_000,
            (i, j) => Math.Pow(Math.Sin((2.0 + i) * 0.37 * j + i), 3.0) + 0.1 * Math.Sin(1.7 * j * (i + 1.0)));
        Matrix<double> mixing = Matrix<double>.Build.DenseOfRowArrays(
            [1.0, 0.5, 0.2], [0.3, 1.0, 0.4], [0.1, 0.6, 1.0]);
        NpyWriter.Write(In("y.npy"), mixing * sources);
    }
}
