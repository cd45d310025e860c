using System.Numerics;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Real products and LU factors so small that a call of MKL, or of Math.NET's own code, costs more than their work:
/// plain loops over columns, without a copy or an allocation.
/// </summary>
internal static class SmallReal<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Gives the most multiplications, m n k, of a product that is done here.</summary>
    public const int Product = 150;

    /// <summary>
    /// Gives the highest order of a factorization that is done here; measured, as those in <see cref="Small{T}"/>.
    /// </summary>
    public const int Lu = 20;

    /// <summary>
    /// Gives the highest order of a Cholesky factorization, and of solving with it, that is done here.
    /// </summary>
    public const int MaxCholesky = 8;

    /// <summary>Gives the highest order of an inverse that is computed here.</summary>
    public const int MaxInverse = 6;

    /// <summary>Computes C = α op(A) op(B) + β C.</summary>
    /// <param name="alpha">α.</param>
    /// <param name="a">A; element (i, l) of op(A) stands at <c>i * rowStrideA + l * columnStrideA</c>.</param>
    /// <param name="rowStrideA">1, or the rows of A where it is transposed.</param>
    /// <param name="columnStrideA">The rows of A, or 1 where it is transposed.</param>
    /// <param name="b">B, likewise.</param>
    /// <param name="rowStrideB">As of A.</param>
    /// <param name="columnStrideB">As of A.</param>
    /// <param name="inner">The inner dimension.</param>
    /// <param name="beta">β; where it is 0, what C held does not count.</param>
    /// <param name="c">C, column-major.</param>
    /// <param name="rows">The rows of C.</param>
    public static void Multiply(
        T alpha,
        ReadOnlySpan<T> a,
        int rowStrideA,
        int columnStrideA,
        ReadOnlySpan<T> b,
        int rowStrideB,
        int columnStrideB,
        int inner,
        T beta,
        Span<T> c,
        int rows)
    {
        for (int start = 0, j = 0; start < c.Length; start += rows, j++)
        {
            for (int i = 0; i < rows; i++)
            {
                T sum = T.Zero;
                for (int l = 0; l < inner; l++)
                {
                    sum += a[i * rowStrideA + l * columnStrideA] * b[l * rowStrideB + j * columnStrideB];
                }

                ref T target = ref c[start + i];
                target = T.IsZero(beta) ? alpha * sum : alpha * sum + beta * target;
            }
        }
    }

    /// <summary>Factors P A = L U with partial pivoting, in place; row i was exchanged with row pivots[i].</summary>
    public static void Factor(Span<T> a, int order, Span<int> pivots)
    {
        for (int k = 0; k < order; k++)
        {
            Span<T> column = a.Slice(k * order, order);
            int pivot = Pivot(column, k);
            pivots[k] = pivot;
            if (pivot != k)
            {
                for (int at = 0; at < a.Length; at += order)
                {
                    (a[at + k], a[at + pivot]) = (a[at + pivot], a[at + k]);
                }
            }

            // The matrix is singular: the zero stays on the diagonal, and the column is not divided by it.
            if (T.IsZero(column[k]))
            {
                continue;
            }

            for (int i = k + 1; i < order; i++)
            {
                column[i] /= column[k];
            }

            for (int at = (k + 1) * order; at < a.Length; at += order)
            {
                T factor = a[at + k];
                for (int i = k + 1; i < order; i++)
                {
                    a[at + i] -= column[i] * factor;
                }
            }
        }
    }

    private static int Pivot(ReadOnlySpan<T> column, int first)
    {
        int pivot = first;
        for (int i = first + 1; i < column.Length; i++)
        {
            if (T.Abs(column[i]) > T.Abs(column[pivot]))
            {
                pivot = i;
            }
        }

        return pivot;
    }

    /// <summary>Computes B = A⁻¹ B from the factors of A.</summary>
    public static void Solve(ReadOnlySpan<T> factors, int order, ReadOnlySpan<int> pivots, Span<T> b)
    {
        for (int start = 0; start < b.Length; start += order)
        {
            Span<T> x = b.Slice(start, order);
            for (int k = 0; k < order; k++)
            {
                (x[k], x[pivots[k]]) = (x[pivots[k]], x[k]);
            }

            for (int k = 0; k < order; k++)
            {
                // Columns of an identity begin with zeros.
                if (T.IsZero(x[k]))
                {
                    continue;
                }

                ReadOnlySpan<T> column = factors.Slice(k * order, order);
                for (int i = k + 1; i < order; i++)
                {
                    x[i] -= column[i] * x[k];
                }
            }

            for (int k = order - 1; k >= 0; k--)
            {
                ReadOnlySpan<T> column = factors.Slice(k * order, order);
                x[k] /= column[k];
                for (int i = 0; i < k; i++)
                {
                    x[i] -= column[i] * x[k];
                }
            }
        }
    }

    /// <summary>Factors A = L Lᵀ in place; above the diagonal nothing changes.</summary>
    /// <returns>0, or the order of the first leading minor that is not positive.</returns>
    public static int Cholesky(Span<T> a, int order)
    {
        for (int k = 0; k < order; k++)
        {
            Span<T> column = a.Slice(k * order, order);
            if (!(column[k] > T.Zero))
            {
                return k + 1;
            }

            T diagonal = T.Sqrt(column[k]);
            column[k] = diagonal;
            for (int i = k + 1; i < order; i++)
            {
                column[i] /= diagonal;
            }

            for (int j = k + 1; j < order; j++)
            {
                Span<T> target = a.Slice(j * order, order);
                for (int i = j; i < order; i++)
                {
                    target[i] -= column[i] * column[j];
                }
            }
        }

        return 0;
    }

    /// <summary>Computes B = (L Lᵀ)⁻¹ B.</summary>
    public static void SolveCholesky(ReadOnlySpan<T> factor, int order, Span<T> b)
    {
        for (int start = 0; start < b.Length; start += order)
        {
            Span<T> x = b.Slice(start, order);
            for (int k = 0; k < order; k++)
            {
                ReadOnlySpan<T> column = factor.Slice(k * order, order);
                x[k] /= column[k];
                for (int i = k + 1; i < order; i++)
                {
                    x[i] -= column[i] * x[k];
                }
            }

            for (int k = order - 1; k >= 0; k--)
            {
                ReadOnlySpan<T> column = factor.Slice(k * order, order);
                for (int i = k + 1; i < order; i++)
                {
                    x[k] -= column[i] * x[i];
                }

                x[k] /= column[k];
            }
        }
    }
}
