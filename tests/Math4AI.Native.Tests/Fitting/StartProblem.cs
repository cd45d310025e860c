using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// A problem that is given without a start, and the minimum that counts: NIST's certified one, or the one that the fit
/// from the true parameters ends in.
/// </summary>
/// <param name="Name">What it is.</param>
/// <param name="Formula">The model, without the response.</param>
/// <param name="Input">The name of x.</param>
/// <param name="X">x.</param>
/// <param name="Y">y.</param>
/// <param name="Truth">Parameters near the minimum; empty where it is certified.</param>
/// <param name="Certified">The certified residual sum of squares; NaN where there is none.</param>
internal sealed record StartProblem(
    string Name, string Formula, string Input, double[] X, double[] Y, IReadOnlyDictionary<string, double> Truth,
        double Certified)
{
    // A certified sum of squares has eleven digits, but for sets that are fitted nearly exactly.
    private const double SameMinimum = 1e-6;

    // Of a frequency that aliases could be taken for.
    private const double SameFrequency = 1e-2;

    public FitProblem Problem => new()
    {
        Model = Model.FromFormula(Formula, Input),
        Inputs = Matrix<double>.Build.Dense(X.Length, 1, X),
        Targets = Vector<double>.Build.Dense(Y),
    };

    /// <summary>The residual sum of squares to reach.</summary>
    public double Reference => double.IsNaN(Certified) ? FromTruth().ResidualSumOfSquares : Certified;

    /// <summary>
    /// The 60 problems that the search may be looked at with: NIST's, the cases, and shapes that people publish.
    /// </summary>
    /// <param name="data">The folder of the recorded data.</param>
    /// <param name="cases">The folder of the cases.</param>
    public static IReadOnlyList<StartProblem> Tuned(string data, string cases) =>
        [.. Nist(Path.Combine(data, "nist")), .. Cases(Path.Combine(cases, "fit")), .. Drawn(StartProblemTable.Tuned)];

    /// <summary>Problems that nothing was tuned on.</summary>
    public static IReadOnlyList<StartProblem> HeldBack() => [.. Drawn(StartProblemTable.HeldBack)];

    /// <summary>Whether a fit ended in the minimum that counts, and in a frequency that is not an alias.</summary>
    public bool IsSolvedBy(FitResult fit)
    {
        bool isFrequency = !Truth.TryGetValue("f", out double frequency)
            || Math.Abs(fit["f"].Value - frequency) <= SameFrequency * frequency;
        return fit.IsConverged && isFrequency && IsSolvedBy(fit.ResidualSumOfSquares);
    }

    /// <summary>Whether a residual sum of squares is the least one.</summary>
    public bool IsSolvedBy(double squares) => squares <= Reference * (1.0 + SameMinimum);

    private FitResult FromTruth() => Problem.Fit(Truth);

    private static IEnumerable<StartProblem> Nist(string folder) =>
        NistRegression.Names.Select(name =>
        {
            NistRegression set = NistRegression.Read(Path.Combine(folder, name + ".dat"));
            return new StartProblem(
                name,
                set.Formula,
                "x",
                [.. set.Rows.Select(row => row[1])],
                [.. set.Rows.Select(row => row[0])],
                new Dictionary<string, double>(),
                set.SumOfSquares);
        });

    private static IEnumerable<StartProblem> Cases(string folder) =>
        Lines(StartProblemTable.Cases).Select(words =>
        {
            string[] rows = File.ReadAllLines(Path.Combine(folder, words[0] + ".csv"));
            string[] names = rows[0].Split(',');
            double[] Column(string name) =>
                [.. rows.Skip(1).Select(row => Number(row.Split(',')[Array.IndexOf(names, name)]))];
            return new StartProblem(
                words[0], words[2], words[1], Column(words[1]), Column(words[3]), Pairs(words[4]), double.NaN);
        });

    private static IEnumerable<StartProblem> Drawn(string table) =>
        Lines(table).Select((words, seed) =>
        {
            var random = new MersenneTwister(1000 + seed, threadSafe: false);
            double[] x = Grid(words[1].Split(' '), random);
            Dictionary<string, double> truth = Pairs(words[3]);
            Model model = Model.FromFormula(words[2], "x");
            double[] y = model.Evaluate(
                Matrix<double>.Build.Dense(x.Length, 1, x),
                    Vector<double>.Build.Dense([.. model.ParameterNames.Select(name => truth[name])]))
                .ToArray();
            double noise = Number(words[4]) * (y.Max() - y.Min());
            return new StartProblem(
                words[0], words[2], "x", x, [.. y.Select(value => value + noise * Normal.Sample(random, 0.0, 1.0))],
                    truth, double.NaN);
        });

    /// <summary>Evenly spaced values, values in a constant ratio, or values drawn evenly, from here to there.</summary>
    private static double[] Grid(string[] words, MersenneTwister random)
    {
        double from = Number(words[1]), to = Number(words[2]);
        int count = int.Parse(words[3], CultureInfo.InvariantCulture);
        return words[0] switch
        {
            "lin" => [.. Enumerable.Range(0, count).Select(i => from + (to - from) * i / (count - 1))],
            "log" => [.. Enumerable.Range(0, count).Select(i => from * Math.Pow(to / from, (double)i / (count - 1)))],
            _ => [.. Enumerable.Range(0, count).Select(_ => from + (to - from) * random.NextDouble()).Order()],
        };
    }

    private static IEnumerable<string[]> Lines(string table) =>
        table.Replace("\n    ", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries));

    private static Dictionary<string, double> Pairs(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => Number(pair[1]));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
