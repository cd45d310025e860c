using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// The four norms of LAPACK's <c>lange</c>, which libtorch does not export: ‖A‖₁ the largest column sum, ‖A‖∞ the
/// largest row sum, ‖A‖_F the root of the sum of squares, and the largest element in size. (Math.NET's own Frobenius
/// norm forms A Aᴴ.)
/// </summary>
internal static class MatrixNorms<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
{
    public static double Of(Norm norm, int rows, int columns, T[] matrix, int partsPerElement)
    {
        ReadOnlySpan<TReal> parts = MemoryMarshal.Cast<T, TReal>(matrix.AsSpan(0, rows * columns));
        return norm switch
        {
            Norm.FrobeniusNorm => Frobenius(parts),
            Norm.LargestAbsoluteValue => Largest(Sums(parts, rows * columns, 1, partsPerElement, byRow: true)),
            Norm.OneNorm => Largest(Sums(parts, rows, columns, partsPerElement, byRow: false)),
            Norm.InfinityNorm => Largest(Sums(parts, rows, columns, partsPerElement, byRow: true)),
            _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "There is no such norm."),
        };
    }

    private static double Frobenius(ReadOnlySpan<TReal> parts)
    {
        double squares = double.CreateChecked(TensorPrimitives.SumOfSquares(parts));
        if (squares is > 1e-20 and < 1e20)
        {
            return Math.Sqrt(squares);
        }

        // The squares may have overflowed or underflowed: sum again with the elements divided by the largest.
        double largest = Math.Abs(double.CreateChecked(TensorPrimitives.MaxMagnitude(parts)));
        if (largest == 0.0 || !double.IsFinite(largest))
        {
            return largest;
        }

        double sum = 0.0;
        foreach (TReal part in parts)
        {
            double share = double.CreateChecked(part) / largest;
            sum += share * share;
        }

        return largest * Math.Sqrt(sum);
    }

    /// <summary>Σ |a_ij| over each row, or over each column.</summary>
    private static double[] Sums(ReadOnlySpan<TReal> parts, int rows, int columns, int partsPerElement, bool byRow)
    {
        double[] sums = new double[byRow ? rows : columns];
        for (int column = 0; column < columns; column++)
        {
            for (int row = 0; row < rows; row++)
            {
                int first = (column * rows + row) * partsPerElement;
                double size = partsPerElement == 1
                    ? Math.Abs(double.CreateChecked(parts[first]))
                    : double.Hypot(double.CreateChecked(parts[first]), double.CreateChecked(parts[first + 1]));
                sums[byRow ? row : column] += size;
            }
        }

        return sums;
    }

    private static double Largest(double[] sums) => TensorPrimitives.Max<double>(sums);
}
