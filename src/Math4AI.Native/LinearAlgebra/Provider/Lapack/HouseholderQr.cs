using System.Numerics;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// LAPACK's <c>geqrf</c> without blocks, with what MKL's code for small complex matrices leaves out: norms that neither
/// overflow nor vanish. Where MKL's result is not finite, this takes its place.
/// </summary>
internal static class HouseholderQr<T>
    where T : unmanaged
{
    /// <summary>
    /// Factors A = Q R with R on and above the diagonal, the reflections I − τ v vᴴ below it, as LAPACK stores them.
    /// </summary>
    public static void Factor(T[] a, int rows, int columns, T[] tau)
    {
        Complex[] work = [.. a.Take(rows * columns).Select(Element<T>.ToComplex)];
        for (int k = 0; k < Math.Min(rows, columns); k++)
        {
            Span<Complex> v = work.AsSpan(k * rows + k, rows - k);
            Complex t = Reflect(v);
            tau[k] = Element<T>.Of(t);
            for (int column = k + 1; column < columns; column++)
            {
                Apply(Complex.Conjugate(t), v, work.AsSpan(column * rows + k, rows - k));
            }
        }

        for (int i = 0; i < work.Length; i++)
        {
            a[i] = Element<T>.Of(work[i]);
        }
    }

    /// <summary>Replaces a column x by β and the rest of v, so that (I − τ v vᴴ)ᴴ x = β e₁ and v₁ = 1.</summary>
    /// <returns>τ; 0 where x is β e₁ already.</returns>
    private static Complex Reflect(Span<Complex> x)
    {
        double largest = 0.0;
        foreach (Complex element in x)
        {
            largest = Math.Max(largest, Math.Max(Math.Abs(element.Real), Math.Abs(element.Imaginary)));
        }

        double squares = 0.0;
        foreach (Complex element in x)
        {
            double re = element.Real / largest, im = element.Imaginary / largest;
            squares += re * re + im * im;
        }

        Complex alpha = x[0] / largest;
        double beta = alpha.Real > 0.0 ? -Math.Sqrt(squares) : Math.Sqrt(squares);
        if (largest == 0.0 || (x.Length == 1 && alpha.Imaginary == 0.0))
        {
            return Complex.Zero;
        }

        for (int i = 1; i < x.Length; i++)
        {
            x[i] = x[i] / largest / (alpha - beta);
        }

        x[0] = beta * largest;
        return (beta - alpha) / beta;
    }

    /// <summary>y ← (I − τ v vᴴ) y; the first element of v is 1 and not stored.</summary>
    private static void Apply(Complex tau, ReadOnlySpan<Complex> v, Span<Complex> y)
    {
        Complex product = y[0];
        for (int i = 1; i < y.Length; i++)
        {
            product += Complex.Conjugate(v[i]) * y[i];
        }

        product *= tau;
        y[0] -= product;
        for (int i = 1; i < y.Length; i++)
        {
            y[i] -= v[i] * product;
        }
    }
}
