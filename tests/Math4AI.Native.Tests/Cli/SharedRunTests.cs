using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Cli;

/// <summary>The command started by mpirun, several processes on this machine.</summary>
public class SharedRunTests : TemporaryFolder
{
    private static readonly string[] Starters = ["mpirun.openmpi", "mpirun"];

    // Open MPI asks for these where it runs as root, and where there are fewer processors than processes.
    private static readonly (string Name, string? Value)[] AnyMachine =
    [
        ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
        ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
        ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
        .. Repository.OneThread,
    ];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_separation_by_several_processes_is_that_of_one(int processes)
    {
        Write(samples: 60_000);
        Finished alone = Repository.Ask(
            ["separate", "y.npy", "-o", "alone", "--no-report"], Folder, Repository.OneThread);
        Assert.True(alone.Code == 0, alone.Errors);
        Finished shared = Mpirun(processes, "separate", "y.npy", "-o", "shared", "--no-report", "--json");
        Assert.True(shared.Code == 0, shared.Errors);
        Matrix<double> expected = MatrixFile.Read(In("alone/unmixing.npy"));
        Assert.True(
            (MatrixFile.Read(In("shared/unmixing.npy")) - expected).FrobeniusNorm() <= 1e-9 * expected.FrobeniusNorm());

        // One process prints, to what another program reads: the output is one document.
        using var result = JsonDocument.Parse(shared.Output);
        Assert.Equal("mi", result.RootElement.GetProperty("method").GetString());
    }

    [Fact]
    public void A_training_by_several_processes_is_that_of_one_and_is_written_once()
    {
        WriteTable(rows: 301);
        string[] words =
        [
            "train", "t.csv", "--target", "y", "--model", "mlp", "--hidden", "8", "--epochs", "4", "--no-report",
            "--json",
        ];
        Finished alone = Repository.Ask([.. words, "-o", "alone"], Folder, Repository.OneThread);
        Assert.True(alone.Code == 0, alone.Errors);
        Finished shared = Mpirun(2, [.. words, "-o", "shared"]);
        Assert.True(shared.Code == 0, shared.Errors);

        // 301 rows leave uneven last batches, whose shares must count by their samples.
        Assert.Equal(Score(alone), Score(shared), 1e-5);
        Assert.Equal(
            Directory.GetFiles(In("alone")).Select(Path.GetFileName).Order(),
            Directory.GetFiles(In("shared")).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("fit", "t.csv", "--model", "y ~ k*sin(w*a) + m*b", "--start", "k=1,w=3,m=1")]
    [InlineData("explore", "t.csv")]
    [InlineData("words", "t.txt", "--dimensions", "4", "--min-count", "1")]
    public void What_several_processes_find_is_that_of_one_and_is_written_once(params string[] words)
    {
        WriteTable(rows: words[0] == "fit" ? 9000 : 60);
        File.WriteAllLines(In("t.txt"), Enumerable.Range(0, 500).Select(i => $"a{i % 7} b{i % 5} c{i % 3} d"));
        string[] asked = words[0] == "words" ? ["--json"] : ["--no-report", "--json"];
        Finished alone = Repository.Ask([.. words, "-o", "alone", .. asked], Folder, Repository.OneThread);
        Assert.True(alone.Code == 0, alone.Errors);
        Finished shared = Mpirun(2, [.. words, "-o", "shared", .. asked]);
        Assert.True(shared.Code == 0, shared.Errors);
        Assert.Equal(Numbers(alone), Numbers(shared), (a, b) => Math.Abs(a - b) <= 1e-6 * Math.Max(1.0, Math.Abs(a)));
        if (words[0] == "words")
        {
            Assert.Equal(File.ReadAllBytes(In("alone")), File.ReadAllBytes(In("shared")));
        }
        else
        {
            Assert.Equal(
                Directory.GetFiles(In("alone")).Select(Path.GetFileName).Order(),
                Directory.GetFiles(In("shared")).Select(Path.GetFileName).Order());
        }
    }

    [Fact]
    public void A_part_of_a_verb_that_cannot_be_shared_is_said_once()
    {
        WriteTable(rows: 40);
        Finished done = Mpirun(2, "fit", "t.csv", "--model", "y ~ gp(a, l)", "-o", "out");
        Assert.NotEqual(0, done.Code);
        Assert.Single(done.Errors.Split('\n'), line => line.StartsWith(
            "math4ai: The fit of a Gaussian process runs in one process, and 2 were", StringComparison.Ordinal));
        Assert.False(Directory.Exists(In("out")));
    }

    [Fact]
    public void A_learner_of_several_processes_with_one_file_each_is_that_of_one_process()
    {
        WriteTable(rows: 60);
        string[] rows = File.ReadAllLines(In("t.csv"));
        File.WriteAllLines(In("t-0.csv"), rows[..20]);
        File.WriteAllLines(In("t-1.csv"), [rows[0], .. rows[20..]]);
        string[] words = ["--target", "y", "--model", "linear", "--no-report", "--json"];
        Finished alone = Repository.Ask(["train", "t.csv", .. words, "-o", "alone"], Folder, Repository.OneThread);
        Assert.True(alone.Code == 0, alone.Errors);
        Finished shared = Mpirun(2, ["train", "t-{rank}.csv", .. words, "-o", "shared"]);
        Assert.True(shared.Code == 0, shared.Errors);
        Assert.Equal(Score(alone), Score(shared), 1e-9);
        Assert.Equal(FilesOf("alone"), FilesOf("shared"));
        string[] FilesOf(string folder) =>
            [.. Directory.GetFiles(In(folder), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(In(folder), file)).Order()];

        // A value that is missing in one part is named by its place there.
        File.AppendAllText(In("t-1.csv"), ",1,2\n");
        Finished missing = Mpirun(2, ["train", "t-{rank}.csv", .. words, "-o", "none"]);
        Assert.NotEqual(0, missing.Code);
        Assert.Contains("Column 'a', row 61 (row 42 of t-1.csv): the value is missing", missing.Errors);
        Assert.False(Directory.Exists(In("none")));
    }

    [Fact]
    public void What_cannot_be_shared_is_said_once()
    {
        Finished done = Mpirun(2, "generate", "model");
        Assert.NotEqual(0, done.Code);
        Assert.Single(done.Errors.Split('\n'), line => line.StartsWith(
            "math4ai: 'generate' runs in one process", StringComparison.Ordinal));

        // So is what is wrong with the words, before the processes are joined, and so is help.
        done = Mpirun(2, "fit", "t.csv", "--modle");
        Assert.NotEqual(0, done.Code);
        Assert.Single(done.Errors.Split('\n'), line => line.StartsWith(
            "math4ai: Unrecognized command or argument '--modle'", StringComparison.Ordinal));
        done = Mpirun(2, "fit", "--help");
        Assert.True(done.Code == 0, done.Errors);
        Assert.Single(done.Output.Split('\n'), line => line.StartsWith("Usage:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_file_is_said_once_and_nothing_is_written()
    {
        Finished done = Mpirun(3, "separate", "none.npy", "-o", "out");
        Assert.NotEqual(0, done.Code);
        Assert.Single(done.Errors.Split('\n'), line => line.Contains("none.npy", StringComparison.Ordinal));
        Assert.False(Directory.Exists(In("out")));
    }

    [Fact]
    public void A_process_that_is_killed_ends_the_job()
    {
        Write(samples: 60_000);
        string[] arguments = ["-n", "2", "sh", "-c", KillTheSecond];
        Finished done = RunToEnd(arguments, AnyMachine);
        Assert.NotEqual(0, done.Code);
        Assert.Empty(Directory.Exists(In("out")) ? Directory.GetFiles(In("out")) : []);
    }

    [Fact]
    public void A_training_whose_process_is_killed_goes_on_with_another_number()
    {
        WriteTable(rows: 301);
        string[] words =
        [
            "train", "t.csv", "--target", "y", "--model", "mlp", "--hidden", "8", "--epochs", "30", "--no-report",
            "--checkpoint-steps", "10", "--uncertainty", "none",
        ];
        Finished alone = Repository.Ask([.. words, "-o", "alone"], Folder, Repository.OneThread);
        Assert.True(alone.Code == 0, alone.Errors);

        // The second process goes as a machine that fails, once there is a checkpoint.
        string kill = "if [ $OMPI_COMM_WORLD_RANK = 1 ]; then (while [ ! -e out/checkpoint.safetensors ]; do "
            + "sleep 0.02; done; kill -9 $$) & fi; "
            + $"exec {Repository.Command} {string.Join(' ', words)} -o out";
        // On a busy machine the first needs more than the second that mpirun gives it to say so.
        Finished killed = RunToEnd(
            ["-n", "2", "sh", "-c", kill], [.. AnyMachine, ("OMPI_MCA_odls_base_sigkill_timeout", "4")]);
        Assert.NotEqual(0, killed.Code);
        Assert.Single(killed.Errors.Split('\n'), line => line.StartsWith(
            "math4ai: The job has ended: it was stopped, or one of its processes died.", StringComparison.Ordinal));
        Finished resumed = Mpirun(3, "train", "--resume", "out");
        Assert.True(resumed.Code == 0, resumed.Errors);
        Assert.Equal(Saved("alone"), Saved("out"), 1e-4);
        Assert.False(File.Exists(In("out/checkpoint.safetensors")));
    }

    /// <summary>The parameters of a fit, the correlations of a table, the counts of words.</summary>
    private static double[] Numbers(Finished run)
    {
        using var result = JsonDocument.Parse(run.Output[run.Output.IndexOf('{')..]);
        JsonElement root = result.RootElement;
        return root.TryGetProperty("parameters", out JsonElement parameters)
            ? [.. parameters.EnumerateObject().Select(each => each.Value.GetProperty("value").GetDouble())]
            : root.TryGetProperty("varianceShares", out JsonElement shares)
            ? [.. shares.EnumerateArray().Select(each => each.GetDouble())]
            : [root.GetProperty("words").GetDouble(), root.GetProperty("dimensions").GetDouble()];
    }

    private static double Score(Finished run) => ScoreOf(run.Output[run.Output.IndexOf('{')..]);

    private double Saved(string folder) => ScoreOf(File.ReadAllText(In($"{folder}/result.json")));

    private static double ScoreOf(string json)
    {
        using var result = JsonDocument.Parse(json);
        return result.RootElement.GetProperty("test").GetProperty("rSquared").GetDouble();
    }

    private void WriteTable(int rows)
    {
        var random = new Random(5);
        IEnumerable<string> lines = Enumerable.Range(0, rows).Select(_ =>
        {
            double a = random.NextDouble(), b = random.NextDouble();
            return string.Create(CultureInfo.InvariantCulture, $"{a},{b},{Math.Sin(4.0 * a) + b * b}");
        });
        File.WriteAllLines(In("t.csv"), ["a,b,y", .. lines]);
    }

    // The second process goes the way of a machine that fails, while the first waits for its sums.
    private static string KillTheSecond =>
        $"if [ $OMPI_COMM_WORLD_RANK = 1 ]; then (sleep 0.4; kill -9 $$) & fi; "
        + $"exec {Repository.Command} separate y.npy -o out --stability 5000 --no-report";

    private Finished Mpirun(int processes, params string[] arguments) =>
        RunToEnd(["-n", $"{processes}", Repository.Command, .. arguments], AnyMachine);

    /// <summary>
    /// Runs Open MPI's starter, to its end or to that of all processes that it has started: when one was killed, the
    /// starter itself may wait for a lock of its own for ever (4.1.4, in PMIx_server_finalize).
    /// </summary>
    private Finished RunToEnd(string[] arguments, (string Name, string? Value)[] environment)
    {
        const int Look = 500, LooksWithoutAny = 60;
        using Process starter = Repository.Start(Starter(), arguments, Folder, environment);
        starter.StandardInput.Close();
        Task<string> output = starter.StandardOutput.ReadToEndAsync(), errors = starter.StandardError.ReadToEndAsync();
        for (int without = 0; without < LooksWithoutAny && !starter.WaitForExit(Look);)
        {
            without = HasLivingChild(starter.Id) ? 0 : without + 1;
        }

        if (!starter.HasExited)
        {
            starter.Kill();
        }

        starter.WaitForExit();
        return new Finished(starter.ExitCode, output.Result, errors.Result);
    }

    private static bool HasLivingChild(int process)
    {
        try
        {
            // A child that has ended and was not waited for is a Z.
            return File.ReadAllText($"/proc/{process}/task/{process}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Any(child => !File.ReadAllText($"/proc/{child}/stat").Contains(") Z ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // One has ended in between: the next look tells.
            return true;
        }
    }

    /// <summary>Open MPI's starter; skips the test where Open MPI or our library for it is not there.</summary>
    private static string Starter()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator);
        string? starter = folders.SelectMany(folder => Starters.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        string library = Path.Combine(Path.GetDirectoryName(Repository.Command)!, "libmath4ai_mpi_openmpi.so");
        Assert.SkipUnless(starter is not null && File.Exists(library), "Open MPI is not on this machine.");
        return starter!;
    }

    private void Write(int samples)
    {
        var random = new MersenneTwister(3);
        Matrix<double> sources = Matrix<double>.Build.Dense(3, samples, (_, _) => Laplace.Sample(random, 0.0, 1.0));
        Matrix<double> mixing = Matrix<double>.Build.Dense(3, 3, (_, _) => Normal.Sample(random, 0.0, 1.0));
        NpyWriter.Write(In("y.npy"), mixing * sources);
    }
}
