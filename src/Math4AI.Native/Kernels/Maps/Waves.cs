using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Kernels.Maps;

/// <summary>
/// a cos 2πt and a sin 2πt of many phases t at once, in float64 or float32. Whole turns are taken off in float64; what
/// remains is within an eighth of a turn of a multiple of a quarter, where few terms of both series suffice.
/// </summary>
internal static unsafe class Waves
{
    // Terms until the next is below half of a unit in the last place at an eighth of a turn: (π/4)ⁿ/n!.
    private const int SingleTerms = 5;
    private const int DoubleTerms = 8;

    /// <summary>Fills both waves.</summary>
    /// <param name="turns">t, of any size.</param>
    /// <param name="cosines">a cos 2πt.</param>
    /// <param name="sines">a sin 2πt.</param>
    /// <param name="scale">a.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill<T>(ReadOnlySpan<double> turns, Span<T> cosines, Span<T> sines, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = Vector512<T>.Count, i = 0;
        fixed (double* from = turns)
        fixed (T* toCosines = cosines, toSines = sines)
        {
            for (; i <= turns.Length - width; i += width)
            {
                (Vector512<T> cosine, Vector512<T> sine) = Of(Parts<T>(from + i), scale);
                cosine.Store(toCosines + i);
                sine.Store(toSines + i);
            }
        }

        for (; i < turns.Length; i++)
        {
            T part = T.CreateTruncating(turns[i] - Math.Round(turns[i])), twice = part + part;
            (cosines[i], sines[i]) = (scale * T.CosPi(twice), scale * T.SinPi(twice));
        }
    }

    /// <summary>t − round t of as many phases as a vector has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Parts<T>(double* turns)
    {
        Vector512<double> first = Vector512.Load(turns);
        first -= Vector512.Round(first);
        if (typeof(T) == typeof(double))
        {
            return first.As<double, T>();
        }

        Vector512<double> second = Vector512.Load(turns + Vector512<double>.Count);
        second -= Vector512.Round(second);
        return Vector512.Narrow(first, second).As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<T> Cosine, Vector512<T> Sine) Of<T>(Vector512<T> parts, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector512<T> quarters = parts * T.CreateTruncating(4.0), whole = Round(quarters);
        Vector512<T> x = (quarters - whole) * T.CreateTruncating(0.5 * Math.PI), square = x * x;
        int terms = typeof(T) == typeof(double) ? DoubleTerms : SingleTerms;

        // Horner's rule: cos x = 1 − x²/(1·2) (1 − x²/(3·4) (1 − …)), sin x = x (1 − x²/(2·3) (1 − x²/(4·5) (1 − …))).
        Vector512<T> one = Vector512<T>.One, cosine = one, sine = one;
        for (int k = terms; k >= 1; k--)
        {
            cosine = one - square * T.CreateTruncating(1.0 / (2 * k * (2 * k - 1))) * cosine;
            sine = one - square * T.CreateTruncating(1.0 / (2 * k * (2 * k + 1))) * sine;
        }

        cosine *= scale;
        sine *= x * scale;

        // Quarters that were taken off, −2 to 2: an odd one swaps the two, and two change both signs.
        Vector512<T> size = Vector512.Abs(whole), isOdd = Vector512.Equals(size, one);
        Vector512<T> sign = one - Vector512.Max(size - one, Vector512<T>.Zero) * T.CreateTruncating(2.0);
        return (
            Vector512.ConditionalSelect(isOdd, -whole * sine, sign * cosine),
            Vector512.ConditionalSelect(isOdd, whole * cosine, sign * sine));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Round<T>(Vector512<T> values) => typeof(T) == typeof(double)
        ? Vector512.Round(values.As<T, double>()).As<double, T>()
        : Vector512.Round(values.As<T, float>()).As<float, T>();
}
