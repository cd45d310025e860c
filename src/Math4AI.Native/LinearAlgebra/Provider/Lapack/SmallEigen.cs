using System.Numerics;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// Eigenvalues and right eigenvectors of small general real matrices, where a call of LAPACK's <c>geev</c> takes
/// several times as long as the work: balancing, real Schur form, back substitution, in float64 whatever the elements
/// are. What is found is kept only where its backward error is that of rounding.
/// </summary>
internal static unsafe class SmallEigen<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Gives the highest order that is solved here.</summary>
    public const int MaxOrder = 16;

    // In units of n ε/2 ‖A‖ ‖V‖.
    private const double MaxResidual = 10.0;

    /// <summary>Decomposes a matrix whose largest element is about 1.</summary>
    /// <param name="a">A, column-major.</param>
    /// <param name="order">The order of A.</param>
    /// <param name="vectors">V, of columns of norm 1; two columns hold the parts of the vectors of a pair.</param>
    /// <param name="values">The eigenvalues; of a pair, the one with the positive imaginary part first.</param>
    /// <returns>False where LAPACK has to be asked.</returns>
    public static bool TryDecompose(ReadOnlySpan<T> a, int order, Span<T> vectors, Span<Complex> values)
    {
        int size = order * order;
        double* original = stackalloc double[size], h = stackalloc double[size], z = stackalloc double[size],
            v = stackalloc double[size];
        for (int i = 0; i < size; i++)
        {
            original[i] = h[i] = double.CreateTruncating(a[i]);
            z[i] = 0.0;
        }

        for (int i = 0; i < order; i++)
        {
            z[i + i * order] = 1.0;
        }

        var balance = new Balance(h, order, stackalloc double[order], stackalloc int[order]);
        balance.Run();
        if (!new SmallSchur(h, z, order, balance.Low, balance.High).TryDecompose())
        {
            return false;
        }

        new SchurVectors(h, z, order).Fill(v, values);
        balance.Undo(v);
        Normalize(v, order, values);
        if (!IsRight(original, order, v, values))
        {
            return false;
        }

        for (int i = 0; i < size; i++)
        {
            vectors[i] = T.CreateTruncating(v[i]);
        }

        return true;
    }

    /// <summary>
    /// Gives each vector norm 1, and each complex one a largest element that is real, as LAPACK does.
    /// </summary>
    private static void Normalize(double* v, int order, ReadOnlySpan<Complex> values)
    {
        for (int column = 0; column < order; column++)
        {
            var re = new Span<double>(v + column * order, order);
            if (values[column].Imaginary == 0.0)
            {
                Scale(re, 1.0 / Math.Sqrt(SquaredNorm(re)));
                continue;
            }

            var im = new Span<double>(v + ++column * order, order);
            double factor = 1.0 / Math.Sqrt(SquaredNorm(re) + SquaredNorm(im));
            Scale(re, factor);
            Scale(im, factor);
            int largest = 0;
            for (int i = 1; i < order; i++)
            {
                largest = Square(i, re, im) > Square(largest, re, im) ? i : largest;
            }

            double magnitude = Math.Sqrt(Square(largest, re, im));
            (double cos, double sin) = (re[largest] / magnitude, im[largest] / magnitude);
            for (int i = 0; i < order; i++)
            {
                (re[i], im[i]) = (cos * re[i] + sin * im[i], cos * im[i] - sin * re[i]);
            }

            im[largest] = 0.0;
        }
    }

    private static double Square(int i, ReadOnlySpan<double> re, ReadOnlySpan<double> im) =>
        re[i] * re[i] + im[i] * im[i];

    private static double SquaredNorm(ReadOnlySpan<double> x)
    {
        double sum = 0.0;
        foreach (double element in x)
        {
            sum += element * element;
        }

        return sum;
    }

    private static void Scale(Span<double> x, double factor)
    {
        foreach (ref double element in x)
        {
            element *= factor;
        }
    }

    /// <summary>‖A V − V D‖ against n ε/2 ‖A‖ ‖V‖; false where anything is NaN or infinite.</summary>
    private static bool IsRight(double* a, int order, double* v, ReadOnlySpan<Complex> values)
    {
        double* column = stackalloc double[order];
        double residual = 0.0;
        for (int j = 0; j < order; j++)
        {
            (double real, double imaginary) = (values[j].Real, values[j].Imaginary);
            double* own = v + j * order, other = imaginary > 0.0 ? own + order : own - order;
            for (int i = 0; i < order; i++)
            {
                // A (x + i y) = (λ + i μ) (x + i y): A x = λ x − μ y; A y = λ y + μ x, whose column has −μ.
                column[i] = imaginary == 0.0 ? -real * own[i] : imaginary * other[i] - real * own[i];
            }

            for (int k = 0; k < order; k++)
            {
                double factor = own[k];
                double* ofA = a + k * order;
                for (int i = 0; i < order; i++)
                {
                    column[i] += ofA[i] * factor;
                }
            }

            residual += SquaredNorm(new ReadOnlySpan<double>(column, order));
        }

        int size = order * order;
        double allowed = MaxResidual * order * (Math.BitIncrement(1.0) - 1.0) / 2.0;
        double scale =
            SquaredNorm(new ReadOnlySpan<double>(a, size)) * SquaredNorm(new ReadOnlySpan<double>(v, size));
        return residual <= allowed * allowed * scale;
    }
}
