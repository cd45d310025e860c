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

    /// <summary>The index of the true source that each estimate stands for.</summary>
    public static int[] Assignment(Matrix<double> unmixing, Matrix<double> mixing) =>
        [.. (unmixing * mixing).EnumerateRows().Select(row => row.AbsoluteMaximumIndex())];
}
