using MathNet.Numerics.Random;

namespace Math4AI.Tests.Runtime;

/// <summary>
/// A bare system has no OpenSSL, and .NET then ends a process that asks for a hash or for random bytes of
/// System.Security.Cryptography. Files that are no libraries stand in its place.
/// </summary>
public class WithoutOpenSslTests : TemporaryFolder
{
    [Theory]
    [InlineData("doctor", "--no-speed")]
    [InlineData("bench", "gemm", "--sizes", "8")]
    [InlineData("fit", "line.csv", "--model", "y ~ a + b*x", "-o", "out")]
    [InlineData("train", "line.csv", "--target", "y", "--model", "mlp", "--epochs", "2", "-o", "out")]
    [InlineData("separate", "mixed.csv", "-o", "out")]
    [InlineData("cluster", "mixed.csv", "-o", "out")]
    public void The_command_works_as_everywhere(params string[] words)
    {
        File.WriteAllLines(In("line.csv"), ["x,y", .. Enumerable.Range(0, 60).Select(i => $"{i},{(2 * i) + (i % 3)}")]);
        File.WriteAllLines(In("mixed.csv"), ["a,b", .. Enumerable.Range(0, 900).Select(i => FormattableString.Invariant(
            $"{Math.Sin(0.1 * i) + (i % 37 / 18.0)},{(0.4 * Math.Sin(0.1 * i)) - (i % 37 / 18.0)}"))]);
        Finished finished = Repository.Run(Repository.Command, words, Folder,
            [.. Repository.OneThread, ("LD_LIBRARY_PATH", FolderWithoutOpenSsl())]);
        Assert.True(finished.Code == 0, finished.Errors);
    }

    [Fact]
    public void Seeds_of_the_system_are_all_different_and_have_every_bit()
    {
        int[] seeds = [.. Enumerable.Range(0, 1000).Select(_ => RandomSeed.Robust())];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
        for (int bit = 0; bit < 32; bit++)
        {
            // A binomial count of 1000 fair coins, ten standard deviations to either side.
            Assert.InRange(seeds.Count(seed => (seed >> bit & 1) == 1), 340, 660);
        }
    }

    // The names that .NET tries, one after the other.
    private string FolderWithoutOpenSsl()
    {
        Directory.CreateDirectory(In("fake"));
        foreach (string version in (string[])["4", "3", "1.1", "1.0.2", "1.0.0", "10"])
        {
            File.WriteAllText(In($"fake/libssl.so.{version}"), "no library");
        }

        return In("fake");
    }
}
