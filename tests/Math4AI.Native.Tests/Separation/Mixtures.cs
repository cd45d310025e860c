using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

/// <summary>Sources with known densities, mixtures of them, and how well a separation undid the mixing.</summary>
internal static class Mixtures
{
    /// <summary>Samples × sources, Laplace, variance 2.</summary>
    public static Matrix<double> Laplace(int samples, int sources, int seed)
    {
        var random = new Random(seed);
        return Matrix<double>.Build.Dense(samples, sources, (_, _) =>
        {
            double u = random.NextDouble() - 0.5;
            return -Math.Sign(u) * Math.Log(1.0 - 2.0 * Math.Abs(u));
        });
    }

    /// <summary>A random matrix with a condition number of at most 5.</summary>
    public static Matrix<double> WellConditioned(int order, int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            Matrix<double> matrix = Matrix<double>.Build.Dense(order, order, (_, _) => 2.0 * random.NextDouble() - 1.0);
            if (matrix.ConditionNumber() <= 5.0)
            {
                return matrix;
            }
        }
    }

    /// <summary>Source-to-interference ratio in dB of each estimate, from P = unmixing · mixing and the sources' energies.</summary>
    public static double[] InterferenceRatios(Matrix<double> unmixing, Matrix<double> mixing, Vector<double> energies)
    {
        Matrix<double> power = (unmixing * mixing).PointwisePower(2.0);
        return
        [
            .. power.EnumerateRows().Select(row =>
            {
                Vector<double> heard = row.PointwiseMultiply(energies);
                return 10.0 * Math.Log10(heard.Maximum() / (heard.Sum() - heard.Maximum()));
            }),
        ];
    }

    /// <summary>The index of the true source that each estimate stands for.</summary>
    public static int[] Assignment(Matrix<double> unmixing, Matrix<double> mixing) =>
        [.. (unmixing * mixing).EnumerateRows().Select(row => row.AbsoluteMaximumIndex())];
}
