using System.Globalization;
using System.Text.RegularExpressions;
using Math4AI.Audio;
using Math4AI.Fitting;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Build;

public class ReadmeTests : TemporaryFolder
{
    private static string Readme => File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    /// <summary>The points that the README makes with awk, in its six digits.</summary>
    private static string RoughPoints() => "x,y\n" + string.Concat(Enumerable.Range(0, 50).Select(i => string.Create(
        CultureInfo.InvariantCulture,
        $"{i / 10.0},{5.0 * Math.Exp(-0.07 * i) + 1.0 + 0.1 * Math.Sin(i * i) + (i % 5 == 2 ? 8.0 : 0.0):G6}\n")));

    [Fact]
    public void The_example_runs()
    {
        Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing).Slice(0, 100_000);
        string[] files = [In("left.wav"), In("middle.wav"), In("right.wav"), In("tomorrow.wav")];
        for (int channel = 0; channel < 3; channel++)
        {
            party.Only(channel).Save(files[channel]);
        }

        party.Save(files[3]);
        File.WriteAllText(In("rough.csv"), RoughPoints());
        string before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = Folder;
        try
        {
            FitResult fit = ReadmeExample.Run();
            Assert.Contains($"// {fit["b"]}", Readme, StringComparison.Ordinal);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }

        Assert.Equal(3, Recording.Read(In("sources.wav")).Channels);
        Assert.Equal(3, Recording.Read(In("tomorrow-sources.wav")).Channels);
    }

    [Fact]
    public void The_fits_run_in_memory_and_in_blocks()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(50, 1, (i, _) => 0.1 * i);
        Vector<double> y =
            Vector<double>.Build.Dense(50, i => 5.0 * Math.Exp(-0.7 * x[i, 0]) + 1.0 + 0.1 * Math.Sin(i * i));
        (FitResult inMemory, FitResult inBlocks) = ReadmeExample.Fits(
            x, y, x, new MatrixSampleSource(x.Append(y.ToColumnMatrix())));
        for (int i = 0; i < 3; i++)
        {
            int there = inBlocks.Names.ToList().IndexOf(inMemory.Names[i]);
            Assert.Equal(inMemory.Parameters[i], inBlocks.Parameters[there], 1e-8);
        }
    }

    [Fact]
    public void The_examples_in_the_readme_are_those_that_are_compiled()
    {
        string shown = string.Concat(
            Regex.Matches(Readme, "```csharp\n(.*?)```", RegexOptions.Singleline).Select(
                match => match.Groups[1].Value));
        string source = File.ReadAllText(
            Path.Combine(Repository.Root, "tests", "Math4AI.Native.Tests", "Build", "ReadmeExample.cs"));
        Assert.NotEmpty(shown.Trim());
        foreach (string line in shown.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            Assert.Contains(line, source, StringComparison.Ordinal);
        }
    }
}
