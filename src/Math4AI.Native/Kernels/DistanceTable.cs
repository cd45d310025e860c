using System.Numerics.Tensors;
using Math4AI.Kernels.Functions;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>
/// r² of all pairs of samples, r² = x·x + z·z − 2 x·z by one product, for many machines that are fitted to parts of the
/// same samples: their only input is the number of a sample in the table, as with LIBSVM's precomputed kernels.
/// </summary>
internal sealed unsafe class DistanceTable
{
    // Fewer inputs are compared sooner than a number is found in a table.
    private const int MinInputs = 64;

    private const long MaxBytes = 1L << 30;

    private readonly GramMatrix squares;

    private DistanceTable(GramMatrix squares) => this.squares = squares;

    /// <summary>
    /// Computes the table; null where that does not pay, it would take more than 1 GiB, or squares leave the range of
    /// numbers.
    /// </summary>
    /// <param name="inputs">X, samples × inputs.</param>
    public static DistanceTable? TryOf(Matrix<double> inputs)
    {
        int count = inputs.RowCount;
        if (inputs.ColumnCount < MinInputs || sizeof(double) * (long)count * count > MaxBytes)
        {
            return null;
        }

        // Shifted by their means, the samples lose least in the difference of products.
        double[] values = inputs.ToColumnMajorArray();
        for (int input = 0; input < inputs.ColumnCount; input++)
        {
            Span<double> column = values.AsSpan(input * count, count);
            TensorPrimitives.Subtract(column, TensorPrimitives.Sum<double>(column) / count, column);
        }

        var squares = new GramMatrix(count, count);
        fixed (double* x = values, products = squares.Values)
        {
            SymmetricProduct.AddLower(x, count, inputs.ColumnCount, products, 0.0);
        }

        squares.Mirror();
        double[] norms = [.. Enumerable.Range(0, count).Select(i => squares.Column(i)[i])];
        if (!double.IsFinite(4.0 * norms.Max()))
        {
            return null;
        }

        for (int i = 0; i < count; i++)
        {
            Span<double> column = squares.Column(i);
            TensorPrimitives.MultiplyAdd(column, -2.0, norms, column);
            TensorPrimitives.Add(column, norms[i], column);
            TensorPrimitives.Max(column, 0.0, column);
            column[i] = 0.0;
        }

        return new DistanceTable(squares);
    }

    /// <summary>Makes k = exp(−γ r²) of samples by their numbers.</summary>
    public Kernel Rbf(double gamma) => new TabulatedKernel(squares, gamma);
}
