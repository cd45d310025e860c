using System.Numerics;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Products and inverses of complex matrices of a few rows, row-major, where a call of LAPACK, or an allocation, would
/// cost more than the work.
/// </summary>
internal static class SmallComplex
{
    /// <summary>The distance from 1 to the next number.</summary>
    public const double Rounding = 1.0 / (1L << 52);

    /// <summary>Computes the product a b.</summary>
    public static void Multiply(ReadOnlySpan<Complex> a, ReadOnlySpan<Complex> b, int order, Span<Complex> product)
    {
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < order; j++)
            {
                Complex sum = Complex.Zero;
                for (int k = 0; k < order; k++)
                {
                    sum += a[i * order + k] * b[k * order + j];
                }

                product[i * order + j] = sum;
            }
        }
    }

    /// <summary>Inverts a matrix in place, by Gaussian elimination with partial pivoting.</summary>
    public static void Invert(Span<Complex> matrix, int order)
    {
        Span<int> pivots = stackalloc int[order];
        for (int column = 0; column < order; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < order; row++)
            {
                pivot = Square(matrix[row * order + column]) > Square(matrix[pivot * order + column]) ? row : pivot;
            }

            pivots[column] = pivot;
            SwapRows(matrix, order, column, pivot);
            Complex scale = Reciprocal(matrix[column * order + column]);
            matrix[column * order + column] = Complex.One;
            for (int j = 0; j < order; j++)
            {
                matrix[column * order + j] *= scale;
            }

            for (int row = 0; row < order; row++)
            {
                if (row != column)
                {
                    Complex factor = matrix[row * order + column];
                    matrix[row * order + column] = Complex.Zero;
                    for (int j = 0; j < order; j++)
                    {
                        matrix[row * order + j] -= factor * matrix[column * order + j];
                    }
                }
            }
        }

        for (int column = order - 1; column >= 0; column--)
        {
            SwapColumns(matrix, order, column, pivots[column]);
        }
    }

    /// <summary>
    /// Factors a Hermitian, positive definite matrix in place into L Lᴴ, with L in the lower part (Cholesky), and
    /// returns the logarithm of its determinant.
    /// </summary>
    public static double Factor(Span<Complex> matrix, int order)
    {
        Decompose(matrix, order);
        double log = 0.0;
        for (int j = 0; j < order; j++)
        {
            log += 2.0 * Math.Log(matrix[j * order + j].Real);
        }

        return log;
    }

    /// <summary>Does the same without the logarithm.</summary>
    public static void Decompose(Span<Complex> matrix, int order)
    {
        for (int j = 0; j < order; j++)
        {
            double diagonal = matrix[j * order + j].Real, square = diagonal;
            for (int k = 0; k < j; k++)
            {
                square -= Square(matrix[j * order + k]);
            }

            // What rounding leaves of a singular matrix must not become a root of less than nothing, nor one so small
            // that what is divided by it overflows.
            double root = Math.Sqrt(Math.Max(1e-300, Math.Max(Rounding * diagonal, square)));
            matrix[j * order + j] = root;
            for (int i = j + 1; i < order; i++)
            {
                Complex sum = matrix[i * order + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= matrix[i * order + k] * Complex.Conjugate(matrix[j * order + k]);
                }

                matrix[i * order + j] = sum / root;
            }
        }
    }

    /// <summary>Solves L y = x in place, with the L of <see cref="Factor"/>.</summary>
    public static void SolveLower(ReadOnlySpan<Complex> factor, int order, Span<Complex> vector)
    {
        for (int i = 0; i < order; i++)
        {
            for (int k = 0; k < i; k++)
            {
                vector[i] -= factor[i * order + k] * vector[k];
            }

            vector[i] /= factor[i * order + i].Real;
        }
    }

    /// <summary>Solves Lᴴ y = x in place, with the same L.</summary>
    public static void SolveUpper(ReadOnlySpan<Complex> factor, int order, Span<Complex> vector)
    {
        for (int i = order - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < order; k++)
            {
                vector[i] -= Complex.Conjugate(factor[k * order + i]) * vector[k];
            }

            vector[i] /= factor[i * order + i].Real;
        }
    }

    /// <summary>
    /// Replaces a Hermitian, positive definite matrix C by C^(−1/2), by the coupled iteration Y ← (Y + Z⁻¹)/2, Z ← (Z +
    /// Y⁻¹)/2 from Y = C and Z = I, which ends at Y = C^(1/2) and Z = C^(−1/2). Source: E. D. Denman and A. N. Beavers,
    /// "The matrix sign function and computations in systems", Applied Mathematics and Computation 2 (1976).
    /// </summary>
    public static void InverseRoot(Span<Complex> matrix, int order)
    {
        const int MaxSteps = 60;
        const double Converged = 1e-28;
        Span<Complex> inverse = stackalloc Complex[order * order], ofMatrix = stackalloc Complex[order * order],
            ofInverse = stackalloc Complex[order * order];
        double scale = 0.0;
        for (int i = 0; i < order; i++)
        {
            scale += matrix[i * order + i].Real / order;
        }

        for (int i = 0; i < inverse.Length; i++)
        {
            matrix[i] /= scale;
            inverse[i] = i % (order + 1) == 0 ? 1.0 : 0.0;
        }

        double change = double.PositiveInfinity, size = 1.0;
        for (int step = 0; step < MaxSteps && change > Converged * size; step++)
        {
            matrix.CopyTo(ofMatrix);
            Invert(ofMatrix, order);
            inverse.CopyTo(ofInverse);
            Invert(ofInverse, order);
            (change, size) = (0.0, 0.0);
            for (int i = 0; i < inverse.Length; i++)
            {
                Complex next = 0.5 * (inverse[i] + ofMatrix[i]);
                change += Square(next - inverse[i]);
                size += Square(next);
                matrix[i] = 0.5 * (matrix[i] + ofInverse[i]);
                inverse[i] = next;
            }
        }

        for (int i = 0; i < inverse.Length; i++)
        {
            matrix[i] = inverse[i] / Math.Sqrt(scale);
        }
    }

    /// <summary>Computes 1/z, without the care for overflow that <see cref="Complex"/> takes.</summary>
    public static Complex Reciprocal(Complex z)
    {
        double scale = 1.0 / Square(z);
        return new Complex(z.Real * scale, -z.Imaginary * scale);
    }

    /// <summary>Computes |z|².</summary>
    public static double Square(Complex z) => z.Real * z.Real + z.Imaginary * z.Imaginary;

    private static void SwapRows(Span<Complex> matrix, int order, int a, int b)
    {
        for (int j = 0; j < order && a != b; j++)
        {
            (matrix[a * order + j], matrix[b * order + j]) = (matrix[b * order + j], matrix[a * order + j]);
        }
    }

    private static void SwapColumns(Span<Complex> matrix, int order, int a, int b)
    {
        for (int i = 0; i < order && a != b; i++)
        {
            (matrix[i * order + a], matrix[i * order + b]) = (matrix[i * order + b], matrix[i * order + a]);
        }
    }
}
