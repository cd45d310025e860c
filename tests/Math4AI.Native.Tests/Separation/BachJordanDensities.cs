using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

/// <summary>
/// The 18 source densities of F. Bach and M. Jordan, "Kernel independent component analysis", JMLR 3 (2002), figure 5,
/// each with mean 0 and variance 1.
/// </summary>
internal static class BachJordanDensities
{
    public const string Names = "abcdefghijklmnopqr";

    /// <summary>Draws samples of one density.</summary>
    public static double[] Draw(char name, int count, Random random)
    {
        (Func<double> draw, double mean, double variance) = name switch
        {
            'a' => (() => StudentT.Sample(random, 0, 1, 3), 0.0, 3.0),
            'b' => (() => Laplace.Sample(random, 0, 1), 0.0, 2.0),
            'c' => (() => random.NextDouble() - 0.5, 0.0, 1.0 / 12.0),
            'd' => (() => StudentT.Sample(random, 0, 1, 5), 0.0, 5.0 / 3.0),
            'e' => (() => Exponential.Sample(random, 1), 1.0, 1.0),
            'f' => (() => Laplace.Sample(random, random.NextDouble() < 0.5 ? -3 : 3, 1), 0.0, 11.0),
            'g' => Gaussians(random, [-2.5, 2.5], [0.5, 0.5]),
            'h' => Gaussians(random, [-1.2, 1.2], [0.5, 0.5]),
            'i' => Gaussians(random, [-1, 1], [0.5, 0.5]),
            'j' => Gaussians(random, [-2.5, 2.5], [0.75, 0.25]),
            'k' => Gaussians(random, [-1.7, 1.7], [0.75, 0.25]),
            'l' => Gaussians(random, [-1.2, 1.2], [0.75, 0.25]),
            'm' => Gaussians(random, [-6, -2, 2, 6], [0.15, 0.35, 0.35, 0.15]),
            'n' => Gaussians(random, [-4, -1, 1, 4], [0.15, 0.35, 0.35, 0.15]),
            'o' => Gaussians(random, [-3, -0.8, 0.8, 3], [0.2, 0.3, 0.3, 0.2]),
            'p' => Gaussians(random, [-6, -2, 1, 5], [0.2, 0.2, 0.45, 0.15]),
            'q' => Gaussians(random, [-4, -1, 1, 4], [0.1, 0.35, 0.4, 0.15]),
            'r' => Gaussians(random, [-3, -1, 0.8, 3.5], [0.1, 0.35, 0.4, 0.15]),
            _ => throw new ArgumentException($"There is no density '{name}'."),
        };
        double deviation = Math.Sqrt(variance);
        return [.. Enumerable.Range(0, count).Select(_ => (draw() - mean) / deviation)];
    }

    /// <summary>A mixing matrix whose condition number is uniform between 1 and 2.</summary>
    public static Matrix<double> Mixing(int sources, Random random)
    {
        double condition = 1.0 + random.NextDouble();
        Vector<double> singular = Vector<double>.Build.Dense(
            sources, i => i == 0 ? 1.0 : i == 1 ? condition : 1.0 + (condition - 1.0) * random.NextDouble());
        return Orthogonal(sources, random) * Matrix<double>.Build.DenseOfDiagonalVector(singular)
            * Orthogonal(sources, random);
    }

    /// <summary>A mixture Y = A X, samples × channels, and its A.</summary>
    public static (Matrix<double> Mixture, Matrix<double> Mixing) Mix(string names, int samples, int seed)
    {
        var random = new MersenneTwister(seed, threadSafe: false);
        Matrix<double> sources =
            Matrix<double>.Build.DenseOfColumnArrays(names.Select(name => Draw(name, samples, random)));
        Matrix<double> mixing = Mixing(names.Length, random);
        return (sources * mixing.Transpose(), mixing);
    }

    private static Matrix<double> Orthogonal(int order, Random random) =>
        Matrix<double>.Build.Dense(order, order, (_, _) => Normal.Sample(random, 0, 1)).QR().Q;

    private static (Func<double> Draw, double Mean, double Variance) Gaussians(
        Random random, double[] centres, double[] weights)
    {
        double mean = centres.Zip(weights, (centre, weight) => centre * weight).Sum();
        double variance = 1.0 + centres.Zip(weights, (centre, weight) => weight * centre * centre).Sum() - mean * mean;
        double Draw()
        {
            double at = random.NextDouble();
            int which = 0;
            while (which < weights.Length - 1 && at >= weights[which])
            {
                at -= weights[which++];
            }

            return Normal.Sample(random, centres[which], 1.0);
        }

        return (Draw, mean, variance);
    }
}
