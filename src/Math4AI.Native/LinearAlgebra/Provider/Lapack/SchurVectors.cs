using System.Numerics;
using System.Runtime.CompilerServices;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// The eigenvalues and right eigenvectors of A = Z T Zᵀ from its real Schur form, by back substitution in T − λ.
/// </summary>
/// <param name="t">T, in standard form.</param>
/// <param name="z">Z.</param>
/// <param name="order">The order of both.</param>
internal readonly unsafe ref struct SchurVectors(double* t, double* z, int order)
{
    private const double Ulp = 2.220446049250313e-16;

    // Elements beyond this are scaled down with those found before.
    private const double Large = 1e90;

    private readonly double* t = t;
    private readonly double* z = z;
    private readonly int order = order;

    /// <summary>Computes all of them.</summary>
    /// <param name="v">The vectors, of any norm; two columns hold the parts of the first vector of a pair.</param>
    /// <param name="values">The eigenvalues.</param>
    public void Fill(double* v, Span<Complex> values)
    {
        double largest = 0.0;
        for (int i = 0; i < order * order; i++)
        {
            largest = Math.Max(largest, Math.Abs(t[i]));
        }

        Span<double> x = stackalloc double[order];
        Span<Complex> w = stackalloc Complex[order];
        for (int k = order - 1; k >= 0; k--)
        {
            if (k == 0 || At(k, k - 1) == 0.0)
            {
                values[k] = At(k, k);
                x[k] = 1.0;
                Substitute(At(k, k), x[..(k + 1)], k - 1, SmallestPivot(Math.Abs(At(k, k)), largest));
                Multiply(x[..(k + 1)], v + k * order);
                continue;
            }

            double above = At(k - 1, k), below = At(k, k - 1);
            var value = new Complex(At(k, k), Math.Sqrt(Math.Abs(above)) * Math.Sqrt(Math.Abs(below)));
            (w[k - 1], w[k]) = Math.Abs(above) >= Math.Abs(below)
                ? (Complex.One, new Complex(0.0, value.Imaginary / above))
                : (-value.Imaginary / below, Complex.ImaginaryOne);
            Substitute(
                value,
                w[..(k + 1)],
                k - 2,
                SmallestPivot(Math.Abs(value.Real) + value.Imaginary, largest));
            (values[k - 1], values[k]) = (value, Complex.Conjugate(value));
            MultiplyParts(w[..(k + 1)], v + (k - 1) * order, v + k * order, x);
            k--;
        }
    }

    private static double SmallestPivot(double value, double largest) =>
        Math.Max(Ulp * value, Math.Max(Ulp * Ulp * largest, 1e-200));

    private double At(int row, int column) => t[row + column * order];

    /// <summary>Solves (T − λ) x = 0 above the elements that are given, from a row upwards.</summary>
    private void Substitute<TNumber>(TNumber value, Span<TNumber> x, int row, double smallest)
        where TNumber : unmanaged, INumberBase<TNumber>
    {
        while (row >= 0)
        {
            if (row == 0 || At(row, row - 1) == 0.0)
            {
                TNumber pivot = NotBelow(TNumber.CreateTruncating(At(row, row)) - value, smallest);
                x[row] = -Sum(row, row + 1, x) / pivot;
                ScaleDown(x, row);
                row--;
                continue;
            }

            // A block: Cramer's rule.
            (TNumber first, TNumber second) = (-Sum(row - 1, row + 1, x), -Sum(row, row + 1, x));
            TNumber a = TNumber.CreateTruncating(At(row - 1, row - 1)) - value;
            TNumber d = TNumber.CreateTruncating(At(row, row)) - value;
            TNumber b = TNumber.CreateTruncating(At(row - 1, row)), c = TNumber.CreateTruncating(At(row, row - 1));
            TNumber determinant = NotBelow(a * d - b * c, smallest * smallest);
            x[row - 1] = (d * first - b * second) / determinant;
            x[row] = (a * second - c * first) / determinant;
            ScaleDown(x, row - 1);
            row -= 2;
        }
    }

    private TNumber Sum<TNumber>(int row, int first, ReadOnlySpan<TNumber> x)
        where TNumber : unmanaged, INumberBase<TNumber>
    {
        TNumber sum = TNumber.Zero;
        for (int j = first; j < x.Length; j++)
        {
            sum += TNumber.CreateTruncating(At(row, j)) * x[j];
        }

        return sum;
    }

    private static TNumber NotBelow<TNumber>(TNumber pivot, double smallest)
        where TNumber : unmanaged, INumberBase<TNumber> =>
        Size(pivot) < smallest ? TNumber.CreateTruncating(smallest) : pivot;

    private static void ScaleDown<TNumber>(Span<TNumber> x, int from)
        where TNumber : unmanaged, INumberBase<TNumber>
    {
        double size = Size(x[from]);
        if (from + 1 < x.Length)
        {
            size = Math.Max(size, Size(x[from + 1]));
        }

        if (size > Large)
        {
            var factor = TNumber.CreateTruncating(1.0 / size);
            for (int i = from; i < x.Length; i++)
            {
                x[i] *= factor;
            }
        }
    }

    private static double Size<TNumber>(TNumber x)
        where TNumber : unmanaged, INumberBase<TNumber>
    {
        if (typeof(TNumber) == typeof(double))
        {
            return Math.Abs(Unsafe.BitCast<TNumber, double>(x));
        }

        Complex number = Unsafe.BitCast<TNumber, Complex>(x);
        return Math.Abs(number.Real) + Math.Abs(number.Imaginary);
    }

    /// <summary>Z x, for the leading elements of x that are not zero.</summary>
    private void Multiply(ReadOnlySpan<double> x, double* result)
    {
        new Span<double>(result, order).Clear();
        for (int j = 0; j < x.Length; j++)
        {
            double factor = x[j];
            double* column = z + j * order;
            for (int i = 0; i < order; i++)
            {
                result[i] += column[i] * factor;
            }
        }
    }

    private void MultiplyParts(ReadOnlySpan<Complex> w, double* re, double* im, Span<double> part)
    {
        for (int i = 0; i < w.Length; i++)
        {
            part[i] = w[i].Real;
        }

        Multiply(part[..w.Length], re);
        for (int i = 0; i < w.Length; i++)
        {
            part[i] = w[i].Imaginary;
        }

        Multiply(part[..w.Length], im);
    }
}
