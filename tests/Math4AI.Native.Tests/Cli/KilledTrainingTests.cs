using System.Diagnostics;

namespace Math4AI.Tests.Cli;

public sealed class KilledTrainingTests : TemporaryFolder
{
    [Fact]
    public void Killed_twice_a_training_ends_with_the_bits_of_one_that_was_not() => EndsWithTheSameBits(kills: 2);

    [Fact(Explicit = true)]
    [Trait("Check", "kill")]
    public void Killed_a_hundred_times_a_training_ends_with_the_bits_of_one_that_was_not() =>
        EndsWithTheSameBits(kills: 100);

    private void EndsWithTheSameBits(int kills)
    {
        File.WriteAllText(
            In("text.txt"), string.Concat(Enumerable.Range(0, 400).Select(i => $"{i * i} is the square of {i}.\n")));
        Directory.CreateDirectory(In("killed"));
        string checkpoint = In("killed/checkpoint.safetensors");
        string[] options =
        [
            "--steps", $"{30 * kills}", "--batch", "4", "--layers", "2", "--width", "32", "--heads", "2",
            "--checkpoint-steps", "1", "--no-report",
        ];
        string[] resume = ["train", "--resume", "killed", "--no-report"];
        Finished whole = Repository.Run(
            Repository.Command, ["train", "--text", "text.txt", "-o", "whole", .. options], Folder,
            Repository.OneThread);
        Assert.True(whole.Code == 0, whole.Errors);
        var random = new Random(1);
        for (int i = 0; i < kills; i++)
        {
            string[] words = File.Exists(checkpoint)
                ? resume
                : ["train", "--text", "text.txt", "-o", "killed", .. options];

            // The first may be killed before there is a checkpoint; every other leaves one to go on with.
            bool isFirst = i == 0;
            Assert.True(
                IsKilled(words, afterChanges: 1 + random.Next(12), () => isFirst || File.Exists(checkpoint)),
                $"it ended after {i} kills");
        }

        Finished last = Repository.Run(Repository.Command, resume, Folder, Repository.OneThread);
        Assert.True(last.Code == 0, last.Errors);
        byte[] model = File.ReadAllBytes(In("whole/model.safetensors"));
        Assert.Equal(model, File.ReadAllBytes(In("killed/model.safetensors")));
        Assert.False(File.Exists(checkpoint));
        Assert.Contains(
            "holds no training", Repository.Run(Repository.Command, resume, Folder).Errors, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, the same {model.Length} bytes");
    }

    /// <summary>
    /// Kills a training after some changes in its folder, counted from when it may be killed: each step writes a
    /// checkpoint, which is several changes.
    /// </summary>
    /// <returns>Whether it was still running.</returns>
    private bool IsKilled(string[] words, int afterChanges, Func<bool> mayBeKilled)
    {
        const int KilledBySignal = 128 + 9;
        using Process process = Repository.Start(Repository.Command, words, Folder, Repository.OneThread);
        Signals.WaitFor(In("killed"), process, () => mayBeKilled() && --afterChanges < 0);
        process.Kill();
        process.WaitForExit();
        return process.ExitCode == KilledBySignal;
    }
}
