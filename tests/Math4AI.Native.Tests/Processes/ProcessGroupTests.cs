using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Tests.Processes;

public class ProcessGroupTests
{
    [Fact]
    public void A_process_that_was_started_alone_is_its_own_sum()
    {
        Assert.Same(ProcessGroup.Single, ProcessGroup.Current);
        double[] values = [1.0, 2.0];
        ProcessGroup.Current.Sum(values);
        ProcessGroup.Current.Largest(values);
        Assert.Equal([1.0, 2.0], values);
        Assert.True(ProcessGroup.Current.IsFirst);
        Assert.Equal((0, 17), ProcessGroup.Current.Share(17));
        ProcessGroup.Current.RequireSame("The seed", "1");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(long.MaxValue)]
    public void Shares_are_even_and_leave_nothing_out(long length)
    {
        (long Start, long End)[] shares = ThreadGroup.Run(3, group => group.Share(length));
        Assert.Equal(0, shares[0].Start);
        Assert.Equal(length, shares[^1].End);
        Assert.Equal(shares[0].End, shares[1].Start);
        Assert.Equal(shares[1].End, shares[2].Start);
        Assert.InRange(shares.Max(s => s.End - s.Start) - shares.Min(s => s.End - s.Start), 0, 1);
    }

    [Fact]
    public void A_failure_in_one_process_is_a_failure_in_all()
    {
        string[] messages = ThreadGroup.Run(3, group => Assert.ThrowsAny<Exception>(
            () => group.Agree(() => group.Rank == 1 ? throw new FileNotFoundException("x.npy is missing.") : 7))
            .Message);
        Assert.Equal(
            ["Process 2 of 3: x.npy is missing.", "x.npy is missing.", "Process 2 of 3: x.npy is missing."], messages);
        Assert.Equal([7, 7], ThreadGroup.Run(2, group => group.Agree(() => 7)));
    }

    [Fact]
    public void What_differs_between_processes_is_named_in_all_of_them()
    {
        string[] messages = ThreadGroup.Run(3, group => Assert.Throws<IOException>(
            () => group.RequireSame("The seed", group.Rank == 2 ? "5" : "4")).Message);
        Assert.All(messages, message => Assert.EndsWith(
            "The seed must be the same in all processes: here it is '5', '4' in the first.", message));
        Assert.StartsWith("Process 3 of 3: ", messages[0]);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 7)]
    [InlineData(4, 2)] // two processes have no job
    public void Every_process_gets_what_every_job_found(int count, int jobs)
    {
        static double[] Job(int job) => [.. Enumerable.Repeat(1.5 * job, job)];
        double[][][] found = ThreadGroup.Run(count, group => group.Distribute(jobs, Job));
        Assert.All(found, each => Assert.Equal(Enumerable.Range(0, jobs).Select(Job), each));
        int[][] done = ThreadGroup.Run(count, group =>
        {
            var own = new List<int>();
            _ = group.Distribute(jobs, job =>
            {
                own.Add(job);
                return [];
            });
            return own.ToArray();
        });
        Assert.Equal(Enumerable.Range(0, jobs), done.SelectMany(own => own).Order());
    }

    [Fact]
    public void A_job_that_fails_is_said_by_every_process()
    {
        string[] messages = ThreadGroup.Run(2, group => Assert.ThrowsAny<Exception>(() => group.Distribute(
            3, job => job == 1 ? throw new InvalidOperationException("No start is finite.") : [])).Message);
        Assert.Equal(["Process 2 of 2: No start is finite.", "No start is finite."], messages);
    }

    [Fact]
    public void Bytes_of_all_processes_are_gathered()
    {
        byte[][][] all = ThreadGroup.Run(
            3, group => group.Gather([.. Enumerable.Repeat((byte)group.Rank, group.Rank)]));
        Assert.All(all, each => Assert.Equal<byte[]>([[], [1], [2, 2]], each));
    }

    [Theory]
    [InlineData(20.0, 1, 12.0, 1.0, 13.0)]
    [InlineData(20.0, -1, 9.0, 1.0, 12.0)] // they waited for one another too
    [InlineData(3.0, -1, 2.5, 0.1, 2.5)] // too short to tell
    public void The_process_that_the_others_wait_for_is_named(double seconds, int slow, params double[] waited) =>
        Assert.All(
            ThreadGroup.Run(3, group => ((ThreadGroup)group).Waiting(waited).FindSlow(seconds) ?? -1),
            found => Assert.Equal(slow, found));

    [Fact]
    public void Another_file_of_the_same_length_is_found()
    {
        string[] files = [Path.GetTempFileName(), Path.GetTempFileName()];
        try
        {
            byte[] content = new byte[3_000_000];
            File.WriteAllBytes(files[0], content);
            content[^1] = 1;
            File.WriteAllBytes(files[1], content);
            Assert.Equal([true, true], ThreadGroup.Run(2, group =>
            {
                group.RequireSameFile(files[0]);
                return true;
            }));
            string[] messages = ThreadGroup.Run(2, group => Assert.Throws<IOException>(
                () => group.RequireSameFile(files[group.Rank])).Message);
            Assert.All(messages, message => Assert.Contains(
                "must be the same in all processes: here it is '3000000 bytes with the hash ", message));
        }
        finally
        {
            Array.ForEach(files, File.Delete);
        }
    }

    [Fact]
    public void The_starter_is_told_by_its_variables()
    {
        static JobEnvironment? Read(params (string Name, string Value)[] variables) =>
            JobEnvironment.Read(name => variables.FirstOrDefault(each => each.Name == name).Value);
        Assert.Null(Read());
        Assert.Null(Read(("OMPI_COMM_WORLD_SIZE", "1")));
        Assert.Null(Read(("OMPI_COMM_WORLD_SIZE", "many")));
        Assert.Null(Read(("OMPI_COMM_WORLD_SIZE", "4"), ("MATH4AI_MPI", "none")));
        Assert.Equal(("openmpi", 4), Named(Read(("OMPI_COMM_WORLD_SIZE", "4"))));
        Assert.Equal(("mpich", 3), Named(Read(("PMI_SIZE", "3"))));
        Assert.Equal(("openmpi", 3), Named(Read(("PMI_SIZE", "3"), ("MATH4AI_MPI", "openmpi"))));

        static int? Rank(params (string Name, string Value)[] variables) =>
            JobEnvironment.ReadRank(name => variables.FirstOrDefault(each => each.Name == name).Value);
        Assert.Null(Rank());
        Assert.Null(Rank(("OMPI_COMM_WORLD_RANK", "1"), ("MATH4AI_MPI", "none")));
        Assert.Equal(0, Rank(("OMPI_COMM_WORLD_RANK", "0")));
        Assert.Equal(2, Rank(("PMI_RANK", "2")));

        static (string, int) Named(JobEnvironment? job) => (job!.Mpi, job.Count);
    }

    [Theory]
    [InlineData(8, 8, null, 8)]
    [InlineData(8, 8, "4", 2)]
    [InlineData(8, 8, "3", 2)]
    [InlineData(8, 8, "16", 1)]
    [InlineData(1, 8, "4", 1)] // each process is bound to a processor of its own
    [InlineData(4, 8, "4", 2)] // two processes are bound to each half
    public void Processes_on_one_machine_share_its_processors(int usable, int all, string? processes, int threads) =>
        Assert.Equal(threads, EnvironmentVariables.ProcessorsOf(
            usable, all, name => name == "OMPI_COMM_WORLD_LOCAL_SIZE" ? processes : null));
}
