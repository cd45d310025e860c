using System.Globalization;
using Math4AI.Probability;
using Math4AI.Runtime;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Bias and standard deviation of the estimators of entropy and mutual information over many data sets, where the truth
/// is known in closed form, and the standard error that they state.
/// </summary>
internal static class Information
{
    private static readonly (int Samples, int Sets)[] Sizes = [(100, 400), (1000, 100), (10_000, 20)];

    private static readonly (string Name, double Truth, Func<MersenneTwister, int, Matrix<double>> Draw)[] Entropies =
    [
        ("normal", 0.5 * Math.Log(2.0 * Math.PI * Math.E),
            (random, n) => Column(n, () => Normal.Sample(random, 0.0, 1.0))),
        ("uniform", 0.0, (random, n) => Column(n, random.NextDouble)),
        ("exponential", 1.0, (random, n) => Column(n, () => Exponential.Sample(random, 1.0))),
        ("Laplace", 1.0 + Math.Log(2.0), (random, n) => Column(n, () => Laplace.Sample(random, 0.0, 1.0))),
    ];

    private static readonly (string Name, Func<Matrix<double>, Estimate> Of)[] EntropyEstimators =
    [
        ("Gaussian", Entropy.Gaussian),
        ("spacings", y => Entropy.Spacings(y.Column(0).ToArray())),
        ("kernel", y => Entropy.Kernel(y.Column(0).ToArray())),
        ("neighbours", y => Entropy.NearestNeighbour(y)),
    ];

    private static readonly (string Name, Func<Matrix<double>, Estimate> Of)[] InformationEstimators =
    [
        ("Gaussian", MutualInformation.Gaussian),
        ("KSG, cubes", y => MutualInformation.Ksg(y)),
        ("KSG, boxes", y => MutualInformation.Ksg(y, variant: KsgVariant.Boxes)),
    ];

    /// <summary>All quantities; with the word <c>tied</c>, those of columns with ties alone.</summary>
    public static int Run(string[] words)
    {
        Console.WriteLine("| quantity | truth | estimator | "
            + string.Join(" | ", Sizes.Select(size => $"n = {size.Samples}: bias ± sd (se)")) + " |");
        Console.WriteLine("|---|---|---|" + string.Concat(Sizes.Select(_ => "---|")));
        if (words is ["tied"])
        {
            PrintTied();
            return 0;
        }

        foreach ((string name, double truth, var draw) in Entropies)
        {
            Print($"entropy, {name}", truth, draw, EntropyEstimators);
        }

        foreach (int variables in new[] { 2, 3, 4, 5 })
        {
            Matrix<double> covariance = Matrix<double>.Build.Dense(variables, variables, (i, j) => i == j ? 1.0 : 0.6);
            Matrix<double> factor = covariance.Cholesky().Factor.Transpose();
            Print(
                $"information, {variables} Gaussians, correlation 0.6",
                -0.5 * Math.Log(covariance.Determinant()),
                (random, n) =>
                    Matrix<double>.Build.Dense(n, variables, (_, _) => Normal.Sample(random, 0.0, 1.0)) * factor,
                InformationEstimators);
        }

        // A triangular density of half width √½ has the entropy ½ + log √½; the square has 0.
        double root = Math.Sqrt(0.5), information = 2.0 * (0.5 + Math.Log(root));
        Matrix<double> turn = Matrix<double>.Build.DenseOfRowArrays([root, root], [-root, root]);
        Print(
            "information, square turned by 45°",
            information,
            (random, n) => Matrix<double>.Build.Dense(n, 2, (_, _) => random.NextDouble()) * turn,
            [.. InformationEstimators, ("spacings, turned back", y => Negative(MutualInformation.Change(y, turn)))]);
        PrintTied();
        return 0;
    }

    /// <summary>Columns with ties: rounded numbers, classes, many zeros.</summary>
    private static void PrintTied()
    {
        const double OfGaussians = 0.5108256237659907;
        (string Name, double Truth, Func<MersenneTwister, double[]> Draw)[] pairs =
        [
            ("the same bit twice", Math.Log(2.0), random => [.. Enumerable.Repeat((double)random.Next(2), 2)]),
            ("independent 0 … 13", 0.0, random => [random.Next(14), random.Next(14)]),
            ("independent 0 … 97", 0.0, random => [random.Next(98), random.Next(98)]),
            ("2 Gaussians, correlation 0.8, rounded to 0.1", OfGaussians,
                random => [.. Correlated(random).Select(x => Math.Round(10.0 * x) / 10.0)]),
            ("the same, both 0 in 40 %", 0.6 * OfGaussians - 0.6 * Math.Log(0.6) - 0.4 * Math.Log(0.4),
                random => random.NextDouble() < 0.6 ? Correlated(random) : [0.0, 0.0]),
            ("a class of 5 and a number", Math.Log(5.0) - 0.8 * Math.Log(2.0), random =>
            {
                double group = random.Next(5);
                return [group, group + 2.0 * random.NextDouble()];
            }
            ),
        ];
        foreach ((string name, double truth, Func<MersenneTwister, double[]> draw) in pairs)
        {
            Print(
                $"information, {name}", truth,
                (random, n) => Matrix<double>.Build.DenseOfRows(Enumerable.Range(0, n).Select(_ => draw(random))),
                name.Contains('…') || name.Contains("bit", StringComparison.Ordinal)
                    ? [("KSG, cubes", y => MutualInformation.Ksg(y)), ("counts", Counts)]
                    : [("KSG, cubes", y => MutualInformation.Ksg(y))]);
        }

        static Estimate Counts(Matrix<double> y) =>
            MutualInformation.Discrete(y.Column(0).ToArray(), y.Column(1).ToArray());
    }

    private static double[] Correlated(MersenneTwister random)
    {
        double x = Normal.Sample(random, 0.0, 1.0);
        return [x, 0.8 * x + 0.6 * Normal.Sample(random, 0.0, 1.0)];
    }

    private static void Print(
        string quantity, double truth, Func<MersenneTwister, int, Matrix<double>> draw,
        (string Name, Func<Matrix<double>, Estimate> Of)[] estimators)
    {
        foreach ((string name, var estimate) in estimators)
        {
            var cells = new List<string>();
            foreach ((int samples, int sets) in Sizes)
            {
                Estimate[] found = new Estimate[sets];
                Parallel.For(0, sets, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, set =>
                    found[set] = estimate(draw(new MersenneTwister(set + 1, threadSafe: false), samples)));
                cells.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Math.Round(found.Average(each => each.Value) - truth, 3) + 0.0:+0.000;−0.000;0.000} ± "
                    + $"{found.Select(each => each.Value).StandardDeviation():0.000} "
                    + $"({found.Average(each => each.Error):0.000})"));
            }

            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"| {quantity} | {truth:0.000} | {name} | "
                    + $"{string.Join(" | ", cells)} |"));
        }
    }

    private static Estimate Negative(Estimate estimate) => estimate with { Value = -estimate.Value };

    private static Matrix<double> Column(int samples, Func<double> draw) =>
        Matrix<double>.Build.Dense(samples, 1, (_, _) => draw());
}
