namespace Math4AI.Tests.Build;

/// <summary>What a test changes of the whole process must not reach the tests that run beside it.</summary>
public class TestIsolationTests
{
    private static readonly string[] Settings = ["Compute.Threads = ", "new TeamOf(", "Control.Use"];

    private static readonly string[] Alone =
        ["[Collection(nameof(ProcessSettings))]", "[Collection(TorchGenerator.Name)]"];

    [Fact]
    public void A_class_that_sets_the_threads_or_the_provider_of_the_process_runs_alone()
    {
        string tests = Path.Combine(Repository.Root, "tests", "Math4AI.Native.Tests");
        string[] setting = [.. Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) != $"{nameof(TestIsolationTests)}.cs")
            .Where(path => Settings.Any(File.ReadAllText(path).Contains))];
        Assert.NotEmpty(setting);
        Assert.All(setting, path => Assert.True(
            Alone.Any(File.ReadAllText(path).Contains),
            $"{Path.GetRelativePath(tests, path)} needs {Alone[0]}"));
    }
}
