using System.Numerics.Tensors;
using Math4AI.Processes;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// The leading singular values and vectors of a sparse square matrix A: a random subspace is multiplied in turn by A
/// and Aᵀ, and the decomposition of A within it is exact. Source: N. Halko, P. G. Martinsson, J. A. Tropp, SIAM Review
/// 53 (2011), algorithms 4.4 and 5.1. Products with A are in float32, everything smaller in float64.
/// </summary>
/// <param name="Left">Uᵀ, k × order.</param>
/// <param name="Values">The singular values, largest first.</param>
/// <param name="Right">Vᵀ, k × order.</param>
internal sealed record TruncatedSvd(Matrix<double> Left, Vector<double> Values, Matrix<double> Right)
{
    /// <summary>The subspace has at least so many directions more than are wanted.</summary>
    private const int Oversampling = 12;

    /// <summary>The directions are rounded up to a multiple of this, which whole SIMD vectors fill.</summary>
    private const int Group = 32;

    /// <summary>Finds the k largest singular values and their vectors.</summary>
    /// <param name="a">A.</param>
    /// <param name="transposed">Aᵀ.</param>
    /// <param name="count">k, at most the order.</param>
    /// <param name="passes">The number of power iterations, each a product with Aᵀ and one with A.</param>
    /// <param name="seed">The seed of the random subspace.</param>
    /// <param name="cancellation">Stops the work between two power iterations.</param>
    /// <param name="processes">
    /// The processes that share the rows of the products, each with the same matrix: they get the bits of one process.
    /// </param>
    public static TruncatedSvd Of(
        SparseRows a, SparseRows transposed, int count, int passes, int seed, CancellationToken cancellation,
        ProcessGroup? processes = null)
    {
        processes ??= ProcessGroup.Single;
        int width = Math.Min(a.Order, (count + Oversampling + Group - 1) / Group * Group);
        var normal = new MathNet.Numerics.Distributions.Normal(new MersenneTwister(seed, threadSafe: false));
        float[] x = LargeArray.New<float>(a.Order * width), y = LargeArray.New<float>(x.Length);
        DenseMatrix block = new(width, a.Order), other = new(width, a.Order);
        foreach (ref float value in x.AsSpan())
        {
            value = (float)normal.Sample();
        }

        a.Multiply(x, y, width, processes);
        for (int pass = 0; pass < passes; pass++)
        {
            cancellation.ThrowIfCancellationRequested();
            Write(Orthonormal(Read(y, block), other), x);
            transposed.Multiply(x, y, width, processes);
            Write(Orthonormal(Read(y, block), other), x);
            a.Multiply(x, y, width, processes);
        }

        // B = Qᵀ A: B Bᵀ has the squares of the singular values within the subspace, and W those of its left vectors.
        Write(Orthonormal(Orthonormal(Read(y, block), other), block), x);
        transposed.Multiply(x, y, width, processes);
        DenseMatrix left = Read(x, block), right = Read(y, other);
        LeadingEigen<double> eigen = SymmetricEigen.Largest(right.TransposeAndMultiply(right), count);
        Vector<double> values = eigen.Values.Map(value => Math.Sqrt(Math.Max(0.0, value)));
        return new TruncatedSvd(
            eigen.Vectors.TransposeThisAndMultiply(left), values,
            (eigen.Vectors * DiagonalMatrix.OfDiagonal(count, count, values.Select(
                value => value > 1e-6 * values[0] ? 1.0 / value : 0.0))).TransposeThisAndMultiply(right));
    }

    /// <summary>
    /// Returns L⁻¹ X with L Lᵀ = X Xᵀ, whose rows are orthonormal except where the rows of X depend on each other. The
    /// shift keeps X Xᵀ positive definite. Source: T. Fukaya et al., SIAM Journal on Scientific Computing 42 (2020).
    /// </summary>
    private static DenseMatrix Orthonormal(DenseMatrix x, DenseMatrix result)
    {
        Matrix<double> gram = x.TransposeAndMultiply(x);
        double shift = 1e-13 * gram.Trace();
        if (!(shift > 0.0))
        {
            throw new InvalidOperationException("The matrix is zero, and has no singular vectors.");
        }

        Matrix<double> shifted = gram + DiagonalMatrix.CreateIdentity(gram.RowCount) * shift;
        shifted.Cholesky().Factor.Inverse().Multiply(x, result);
        return result;
    }

    /// <summary>A row in memory is a column of Math.NET's column-major matrix.</summary>
    private static DenseMatrix Read(float[] rows, DenseMatrix matrix)
    {
        TensorPrimitives.ConvertChecked<float, double>(rows, matrix.Values);
        return matrix;
    }

    private static void Write(DenseMatrix matrix, float[] rows) =>
        TensorPrimitives.ConvertTruncating<double, float>(matrix.Values, rows);
}
