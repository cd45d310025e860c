using System.Diagnostics;

namespace Math4AI.Tests.Cli;

public sealed class KilledTrainingTests : TemporaryFolder
{
    [Fact]
    public void Killed_a_hundred_times_a_training_ends_with_the_bits_of_one_that_was_not()
    {
        File.WriteAllText(In("text.txt"), string.Concat(Enumerable.Range(0, 400).Select(i => $"{i * i} is the square of {i}.\n")));
        string[] words = ["--steps", "1000", "--batch", "4", "--checkpoint-steps", "1", "--no-report"];
        Finished whole = Repository.Run(
            Repository.Command, ["train", "--text", "text.txt", "-o", "whole", .. words], Folder, ("OMP_NUM_THREADS", "1"), ("MATH4AI_THREADS", "1"));
        Assert.True(whole.Code == 0, whole.Errors);
        var random = new Random(1);
        string checkpoint = In("killed/checkpoint.safetensors");
        string[] begin = ["train", "--text", "text.txt", "-o", "killed", .. words], resume = ["train", "--resume", "killed", "--no-report"];
        int kills = 0;
        for (; kills < 100; kills++)
        {
            using Process process = Repository.Start(
                Repository.Command, File.Exists(checkpoint) ? resume : begin, Folder, ("OMP_NUM_THREADS", "1"), ("MATH4AI_THREADS", "1"));
            DateTime seen = File.Exists(checkpoint) ? File.GetLastWriteTimeUtc(checkpoint) : DateTime.MinValue;
            SpinWait.SpinUntil(() => process.HasExited || (File.Exists(checkpoint) && File.GetLastWriteTimeUtc(checkpoint) != seen), TimeSpan.FromSeconds(60));

            // Somewhere within the next steps, each of which writes a file.
            Thread.Sleep(random.Next(12));
            if (process.HasExited)
            {
                break;
            }

            process.Kill();
            process.WaitForExit();
        }

        Assert.True(kills >= 100, $"it ended after {kills} kills");
        Finished last = Repository.Run(Repository.Command, resume, Folder, ("OMP_NUM_THREADS", "1"), ("MATH4AI_THREADS", "1"));
        Assert.True(last.Code == 0, last.Errors);
        Assert.Equal(File.ReadAllBytes(In("whole/model.safetensors")), File.ReadAllBytes(In("killed/model.safetensors")));
        Assert.False(File.Exists(checkpoint));
        Assert.Contains("holds no training", Repository.Run(Repository.Command, resume, Folder).Errors, StringComparison.Ordinal);
    }
}
