using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.Separation.Ica;

/// <summary>Orthogonal matrices, where a search on white data begins and stays.</summary>
internal static class Rotations
{
    private const double MinSingularValue = 1e-6;

    /// <summary>One at random, all directions alike; the same seed gives the same bits.</summary>
    public static Matrix<double> Random(int order, int seed)
    {
        var normal = new Normal(new MersenneTwister(seed, threadSafe: false));
        return Nearest(DenseMatrix.Create(order, order, (_, _) => normal.Sample()));
    }

    /// <summary>(W Wᵀ)^(−½) W, the nearest orthogonal matrix: U Vᵀ of W = U Σ Vᵀ.</summary>
    public static Matrix<double> Nearest(Matrix<double> matrix)
    {
        var svd = matrix.Svd();
        return svd.U * svd.VT;
    }

    /// <summary>
    /// Where a search on white data begins: at an unmixing that is given, made orthogonal there, or at random.
    /// </summary>
    /// <param name="start">W, components × channels; null for a rotation at random.</param>
    /// <param name="whitening">The whitening K: W = R K.</param>
    /// <param name="seed">Of the rotation at random.</param>
    /// <exception cref="ArgumentException">W has another shape, is not finite, or is singular on the data.</exception>
    public static Matrix<double> Start(Matrix<double>? start, Whitening whitening, int seed) =>
        start is null ? Random(whitening.Matrix.RowCount, seed) : Nearest(OnWhite(start, whitening));

    /// <summary>W as a square matrix on white data.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    public static Matrix<double> OnWhite(Matrix<double> start, Whitening whitening)
    {
        int components = whitening.Matrix.RowCount, channels = whitening.Matrix.ColumnCount;
        if (start.RowCount != components || start.ColumnCount != channels)
        {
            throw new ArgumentException(
                $"The start is {start.RowCount} × {start.ColumnCount}, and the data have {components} components in "
                + $"{channels} channels.");
        }

        Matrix<double> square = start * whitening.Inverse;
        return square.Enumerate().All(double.IsFinite) && square.NormalizeRows(2.0).Svd().S.Minimum() > MinSingularValue
            ? square
            : throw new ArgumentException("The start is not finite, or two of its sources are the same on these data.");
    }
}
