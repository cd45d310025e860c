using System.Text.Json;
using Math4AI.Data;

namespace Math4AI.Tests.Data;

/// <summary>
/// A process is killed at its calls that change the folder of its results: a library that is loaded before it counts
/// them. What is there afterwards is what was there before, or all that the run was to leave.
/// </summary>
public sealed class KilledCommitTests : TemporaryFolder
{
    private static readonly string Killer =
        Path.Combine(Repository.Root, "artifacts", "native", "release", "libkill_at.so");

    [Fact]
    public void Killed_at_every_fourth_call_a_run_leaves_the_old_files_or_the_new_ones() => LeavesOneSet(step: 4);

    [Fact(Explicit = true)]
    [Trait("Check", "kill")]
    public void Killed_at_each_call_a_run_leaves_the_old_files_or_the_new_ones() => LeavesOneSet(step: 1);

    private void LeavesOneSet(int step)
    {
        Assert.SkipUnless(File.Exists(Killer), "There is no library that kills at a call.");
        File.WriteAllLines(In("old.csv"), Enumerable.Range(0, 9).Select(i => $"{i},{2 * i + i % 3}").Prepend("x,y"));
        File.WriteAllLines(In("new.csv"), Enumerable.Range(0, 9).Select(i => $"{i},{5 * i + i % 2}").Prepend("x,y"));
        Assert.Equal(0, Fit("old.csv", "old", ["--predict", "old.csv"]).Code);
        Assert.Equal(0, Fit("new.csv", "new", []).Code);
        string before = State(In("old")), after = State(In("new"));
        Assert.NotEqual(before, after);

        bool isNew = false;
        int kills = 0;
        for (int call = 1; ; call += step)
        {
            Copy(In("old"), In("out"));
            Finished run = Fit("new.csv", "out", ["--force"], call);
            FileTransaction.Recover(In("out"));
            string state = State(In("out"));
            Assert.True(state == after || (state == before && !isNew), $"call {call}: {state}");
            isNew = state == after;
            Assert.DoesNotContain(
                Directory.GetFiles(In("out"), ".*"), path => !path.EndsWith(".lock", StringComparison.Ordinal));
            if (run.Code == 0)
            {
                break;
            }

            kills++;
        }

        Assert.True(isNew && kills * step >= 12, $"{kills} kills");
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, the old files or the new ones after each");
    }

    private Finished Fit(string data, string folder, string[] words, int killedAt = 0) => Repository.Run(
        Repository.Command,
        ["fit", data, "--model", "y ~ a + b*x", "-o", folder, "--no-report", .. words],
        Folder,
        [
            .. Repository.OneThread,
            ("LD_PRELOAD", killedAt > 0 ? Killer : null),
            ("MATH4AI_KILL_FOLDER", In("out") + "/"),
            ("MATH4AI_KILL_AT", $"{killedAt}"),
        ]);

    /// <summary>The files that a reader sees; of the result, the numbers.</summary>
    private static string State(string folder) => string.Join('\n', Directory.GetFiles(folder)
        .Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal)
        .Select(path => $"{Path.GetFileName(path)} {Content(path)}"));

    private static string Content(string path) => Path.GetFileName(path) == "result.json"
        ? JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("parameters").GetRawText()
        : File.ReadAllText(path);

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        Directory.CreateDirectory(to);
        foreach (string path in Directory.GetFiles(from))
        {
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
        }
    }
}
