using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Unsupervised.Maps;

/// <summary>Where the points of a map begin: at the first two principal components, made small.</summary>
internal static class MapStart
{
    private const double Spread = 1e-4;

    // Keeps equal samples, and those on one line, from being pushed along that line for ever.
    private const double Noise = 1e-2 * Spread;

    /// <summary>Returns points, x after x and then y after y.</summary>
    /// <exception cref="ArgumentException">All samples are the same, or one is not finite.</exception>
    public static float[] Of(Matrix<double> samples, int seed, CancellationToken cancellation)
    {
        // Directions in which samples hardly vary count for nothing here, and are not worth singular values.
        PrincipalMethod method = samples.ColumnCount < samples.RowCount
            ? PrincipalMethod.Covariance
            : PrincipalMethod.Automatic;
        PrincipalComponentsFit axes = new PrincipalComponents { Method = method }.Fit(samples, cancellation);
        Matrix<double> along = axes.Take(Math.Min(2, axes.Variances.Count)).Transform(samples);
        double unit = Spread / Math.Sqrt(axes.Variances[0]);
        var normal = new Normal(new MersenneTwister(seed, threadSafe: false));
        float[] positions = new float[2 * samples.RowCount];
        for (int axis = 0; axis < 2; axis++)
        {
            for (int i = 0; i < samples.RowCount; i++)
            {
                double place = axis < along.ColumnCount ? along[i, axis] * unit : 0.0;
                positions[axis * samples.RowCount + i] = (float)(place + Noise * normal.Sample());
            }
        }

        return positions;
    }

    /// <summary>Returns points as rows, their mean at 0.</summary>
    public static Matrix<double> ToMatrix(float[] positions)
    {
        int count = positions.Length / 2;
        double x = positions.Take(count).Average(value => (double)value);
        double y = positions.Skip(count).Average(value => (double)value);
        return Matrix<double>.Build.Dense(count, 2, (i, j) => positions[j * count + i] - (j == 0 ? x : y));
    }
}
