using System.Diagnostics;
using Math4AI.Runtime;
using Math4AI.Tests.Cli;
using Math4AI.Training;
using Math4AI.Training.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training.Modules;

/// <summary>The table of modules in several processes: the same bits, also where one is killed.</summary>
[Collection(TorchGenerator.Name)]
public sealed class ModuleProcessTests : TemporaryFolder
{
    private const string Target = "MATH4AI_TEST_MODULES";
    private const string One = "MATH4AI_TEST_MODULE";

    private static readonly string[] Some = ["conv with batch norm and pooling", "lstm", "BFloat16", "two inputs"];

    /// <summary>What a process of its own runs: trains modules and writes the bits of each to a folder.</summary>
    [Fact(Explicit = true)]
    public void The_bits_of_modules_are_written_for_another_process()
    {
        Assert.True(Compute.HasTensors);
        string? folder = Environment.GetEnvironmentVariable(Target), name = Environment.GetEnvironmentVariable(One);
        Assert.SkipWhen(folder is null, "It is run by other tests.");
        foreach (ModuleCase one in ModuleTable.All.Where(one => name is null || name.Split(';').Contains(one.Name)))
        {
            using DisposeScope scope = NewDisposeScope();
            nn.Module module = Trainer.Create(one.Make, 3);
            string path = Path.Combine(folder!, $"{ModuleTable.All.Index().First(pair => pair.Item == one).Index}");
            one.Train(module, new CheckpointOptions(path + ".ckpt") { EverySteps = 1, Resume = true });
            File.WriteAllLines(path + ".bits", StateOf.Bits(module).Select(pair => $"{pair.Key} {pair.Value}").Order());
        }
    }

    [Fact]
    public void Some_modules_have_the_same_bits_in_two_processes_and_where_one_is_killed() =>
        HaveTheSameBits(string.Join(';', Some), kills: 1);

    [Fact(Explicit = true)]
    [Trait("Check", "modules")]
    public void All_modules_have_the_same_bits_in_two_processes_and_where_one_is_killed() =>
        HaveTheSameBits(null, kills: 20);

    private void HaveTheSameBits(string? names, int kills)
    {
        foreach (string folder in new[] { "a", "b" })
        {
            Directory.CreateDirectory(In(folder));
        }

        Assert.Equal(0, Wait(Begin("a", names)));
        var random = new Random(1);
        for (int i = 0; i < kills; i++)
        {
            // It is killed while it writes checkpoints.
            int changes = 3 + random.Next(40);
            using Process process = Begin("b", names);
            Signals.WaitFor(In("b"), process, () => changes-- == 0);
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        Assert.Equal(0, Wait(Begin("b", names)));
        string[] files = [.. Directory.GetFiles(In("a"), "*.bits").Select(path => Path.GetFileName(path)!)];
        Assert.Equal(names?.Split(';').Length ?? ModuleTable.All.Count, files.Length);
        Assert.All(files, file => Assert.Equal(File.ReadAllText(In("a/" + file)), File.ReadAllText(In("b/" + file))));
        TestContext.Current.TestOutputHelper?.WriteLine($"{files.Length} modules, {kills} kills, the same bits");
    }

    private Process Begin(string folder, string? names)
    {
        string method =
            $"{typeof(ModuleProcessTests).FullName}.{nameof(The_bits_of_modules_are_written_for_another_process)}";
        return Repository.Start(
            Environment.ProcessPath!, ["-noLogo", "-noColor", "-explicit", "only", "-method", method], Folder,
            [(Target, In(folder)), (One, names)]);
    }

    private static int Wait(Process process)
    {
        using (process)
        {
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
