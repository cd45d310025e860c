using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// Two of the recorded posteriors beside rstan (Debian's r-cran-rstan): the fewest bulk-effective draws of any
/// parameter for a second of the processor, both with their warm-up, and what Stan's compiler takes before.
/// </summary>
internal static class PosteriorAgainstStan
{
    private const string Script = "posterior_stan.R";
    private const int Rounds = 3;

    /// <summary>Both, ours first; Rscript is found by the path.</summary>
    public static int Run()
    {
        string data = Path.Combine(Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data."), "posteriors");
        Console.WriteLine("| posterior | seed | effective draws, CPU s, draws a CPU second | for 1000 gradients |");
        Console.WriteLine("|---|---|---|---|");
        (double[] y, double[][] columns) = Kidiq(data);
        (double[] series, double[][] lags) = Series(data);
        _ = Ours(y, columns, KidiqPriors, 0);
        for (int seed = 1; seed <= Rounds; seed++)
        {
            Console.WriteLine($"| kidscore_interaction | {seed} | {Ours(y, columns, KidiqPriors, seed)} |");
            Console.WriteLine($"| arK | {seed} | {Ours(series, lags, SeriesPriors, seed)} |");
        }

        string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.R");
        try
        {
            File.WriteAllLines(file,
            [
                $"y <- {Text(y)}", $"h <- {Text(columns[1])}", $"q <- {Text(columns[2])}",
                $"series <- {Text(Column(data, "arK", "y"))}", $"lags <- {lags.Length - 1}",
            ]);
            string script = Path.Combine(SeparationAgainstPeer.Root(), "benchmarks", "peers", Script);
            using Process peer = Process.Start("Rscript", [script, file]);
            peer.WaitForExit();
            return peer.ExitCode;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Dictionary<string, Prior> KidiqPriors => new() { ["sigma"] = Prior.Parse("half_cauchy(2.5)") };

    private static Dictionary<string, Prior> SeriesPriors => new(
        Enumerable.Range(1, 6).Select(j => KeyValuePair.Create($"b{j}", Prior.Normal(0.0, 10.0))))
    {
        ["sigma"] = Prior.Parse("half_cauchy(2.5)"),
    };

    private static string Ours(double[] y, double[][] columns, Dictionary<string, Prior> priors, int seed)
    {
        string[] inputs = [.. columns.Select((_, j) => $"c{j + 1}")];
        var problem = new FitProblem
        {
            Model = Model.FromFormula(string.Join(" + ", inputs.Select((name, j) => $"b{j + 1}*{name}")), inputs),
            Inputs = Matrix<double>.Build.DenseOfColumnArrays(columns),
            Targets = Vector<double>.Build.Dense(y),
        };
        TimeSpan start = Process.GetCurrentProcess().TotalProcessorTime;
        FitPosterior found = FitPosterior.Sample(problem.Fit(), priors, new NutsSampler { Seed = seed });
        double seconds = (Process.GetCurrentProcess().TotalProcessorTime - start).TotalSeconds;
        double effective = found.Draws.Summary().Min(each => each.BulkEffectiveSize);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{effective:0}, {seconds:0.00}, {effective / seconds:0} | "
            + $"{1000.0 * effective / found.Draws.Gradients:0}");
    }

    private static (double[] Y, double[][] Columns) Kidiq(string data)
    {
        double[] school = Column(data, "kidiq", "mom_hs"), iq = Column(data, "kidiq", "mom_iq");
        return (
            Column(data, "kidiq", "kid_score"),
            [[.. school.Select(_ => 1.0)], school, iq, [.. school.Zip(iq, (s, q) => s * q)]]);
    }

    private static (double[] Y, double[][] Columns) Series(string data)
    {
        const int Lags = 5;
        double[] y = Column(data, "arK", "y");
        return (
            y[Lags..],
            [[.. y[Lags..].Select(_ => 1.0)], .. Enumerable.Range(1, Lags).Select(k => y[(Lags - k)..^k])]);
    }

    private static double[] Column(string data, string file, string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(data, $"{file}.json")));
        return [.. json.RootElement.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
    }

    private static string Text(double[] values) =>
        $"c({string.Join(",", values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))})";
}
