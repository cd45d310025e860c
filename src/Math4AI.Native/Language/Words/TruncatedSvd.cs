using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.Language.Words;

/// <summary>
/// The leading singular values and vectors of a sparse matrix A: a random subspace, multiplied in turn by A and Aᵀ, and
/// A within it. Source: N. Halko, P. G. Martinsson, J. A. Tropp, SIAM Review 53 (2011), algorithms 4.4 and 5.1. The
/// products are of float32, everything smaller of float64.
/// </summary>
/// <param name="Left">Uᵀ, k × order.</param>
/// <param name="Values">Descending.</param>
/// <param name="Right">Vᵀ, k × order.</param>
internal sealed record TruncatedSvd(Matrix<double> Left, Vector<double> Values, Matrix<double> Right)
{
    /// <summary>Directions beyond those that are wanted, and up to whole groups of vectors.</summary>
    private const int Oversampling = 12;
    private const int Group = 32;

    /// <summary>Finds the leading k.</summary>
    /// <param name="a">A.</param>
    /// <param name="transposed">Aᵀ.</param>
    /// <param name="count">k, at most the order.</param>
    /// <param name="passes">Pairs of products that bring the subspace nearer.</param>
    /// <param name="seed">Of the random subspace.</param>
    /// <param name="cancellation">Stops between products.</param>
    public static TruncatedSvd Of(
        SparseRows a, SparseRows transposed, int count, int passes, int seed, CancellationToken cancellation)
    {
        int width = Math.Min(a.Order, (count + Oversampling + Group - 1) / Group * Group);
        var normal = new MathNet.Numerics.Distributions.Normal(new MersenneTwister(seed, threadSafe: false));
        float[] x = new float[a.Order * width], y = new float[x.Length];
        foreach (ref float value in x.AsSpan())
        {
            value = (float)normal.Sample();
        }

        a.Multiply(x, y, width);
        for (int pass = 0; pass < passes; pass++)
        {
            cancellation.ThrowIfCancellationRequested();
            Write(Orthonormal(Read(y, width)), x);
            transposed.Multiply(x, y, width);
            Write(Orthonormal(Read(y, width)), x);
            a.Multiply(x, y, width);
        }

        // B = Qᵀ A: B Bᵀ has the squares of the singular values within the subspace, and W those of its left vectors.
        Write(Orthonormal(Orthonormal(Read(y, width))), x);
        transposed.Multiply(x, y, width);
        DenseMatrix right = Read(y, width);
        LeadingEigen<double> eigen = SymmetricEigen.Largest(right.TransposeAndMultiply(right), count);
        Vector<double> values = eigen.Values.Map(value => Math.Sqrt(Math.Max(0.0, value)));
        return new TruncatedSvd(
            eigen.Vectors.TransposeThisAndMultiply(Read(x, width)), values,
            (eigen.Vectors * DiagonalMatrix.OfDiagonal(count, count, values.Select(
                value => value > 1e-6 * values[0] ? 1.0 / value : 0.0))).TransposeThisAndMultiply(right));
    }

    /// <summary>
    /// L⁻¹ X with L Lᵀ = X Xᵀ: orthonormal rows, but for those that are rounding. Source: T. Fukaya et al., SIAM
    /// Journal on Scientific Computing 42 (2020), for the shift.
    /// </summary>
    private static Matrix<double> Orthonormal(Matrix<double> x)
    {
        Matrix<double> gram = x.TransposeAndMultiply(x);
        double shift = 1e-13 * gram.Trace();
        if (!(shift > 0.0))
        {
            throw new InvalidDataException("No two words of the text stand near each other more often than by chance.");
        }

        return (gram + DiagonalMatrix.CreateIdentity(gram.RowCount) * shift).Cholesky().Factor.Inverse() * x;
    }

    /// <summary>Rows in memory are columns of Math.NET's.</summary>
    private static DenseMatrix Read(float[] rows, int width)
    {
        double[] values = new double[rows.Length];
        TensorPrimitives.ConvertChecked<float, double>(rows, values);
        return new DenseMatrix(width, rows.Length / width, values);
    }

    private static void Write(Matrix<double> matrix, float[] rows) =>
        TensorPrimitives.ConvertTruncating<double, float>(matrix.AsColumnMajorArray(), rows);
}
