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
        Vector512<T>[] cosineTerms = Series<T>.Cosine, sineTerms = Series<T>.Sine;
        fixed (double* from = turns)
        fixed (T* toCosines = cosines, toSines = sines)
        {
            for (; i <= turns.Length - width; i += width)
            {
                (Vector512<T> cosine, Vector512<T> sine) = Of(Parts<T>(from + i), scale, cosineTerms, sineTerms);
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
    private static (Vector512<T> Cosine, Vector512<T> Sine) Of<T>(
        Vector512<T> parts, T scale, Vector512<T>[] cosineTerms, Vector512<T>[] sineTerms)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector512<T> quarters = parts * T.CreateTruncating(4.0), whole = Round(quarters);
        Vector512<T> x = (quarters - whole) * T.CreateTruncating(0.5 * Math.PI), square = x * x;

        // Horner's rule.
        Vector512<T> one = Vector512<T>.One, cosine = cosineTerms[^1], sine = sineTerms[^1];
        for (int k = cosineTerms.Length - 2; k >= 0; k--)
        {
            cosine = Fused(cosine, square, cosineTerms[k]);
            sine = Fused(sine, square, sineTerms[k]);
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
    private static Vector512<T> Fused<T>(Vector512<T> left, Vector512<T> right, Vector512<T> sum) =>
        typeof(T) == typeof(double)
            ? Vector512.FusedMultiplyAdd(left.As<T, double>(), right.As<T, double>(), sum.As<T, double>())
                .As<double, T>()
            : Vector512.FusedMultiplyAdd(left.As<T, float>(), right.As<T, float>(), sum.As<T, float>()).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Round<T>(Vector512<T> values) => typeof(T) == typeof(double)
        ? Vector512.Round(values.As<T, double>()).As<double, T>()
        : Vector512.Round(values.As<T, float>()).As<float, T>();

    /// <summary>The factors of x⁰, x², x⁴ … in cos x and in (sin x)/x, each in every place of a vector.</summary>
    private static class Series<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Terms until the next is below half of a unit in the last place at an eighth of a turn: (π/4)ⁿ/n!.
        private const int SingleTerms = 6;
        private const int DoubleTerms = 9;

        public static readonly Vector512<T>[] Cosine = Factors(0);

        public static readonly Vector512<T>[] Sine = Factors(1);

        /// <summary>(−1)ᵏ/(2k + first)!.</summary>
        private static Vector512<T>[] Factors(int first)
        {
            double factor = 1.0;
            var factors = new Vector512<T>[typeof(T) == typeof(double) ? DoubleTerms : SingleTerms];
            for (int k = 0; k < factors.Length; k++)
            {
                factors[k] = Vector512.Create(T.CreateTruncating(factor));
                factor /= -(2 * k + first + 1) * (2 * k + first + 2);
            }

            return factors;
        }
    }
}
