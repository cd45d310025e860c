using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Separation.Ica;

/// <summary>
/// The contrast log cosh u, with the score g(u) = tanh u and its slope g′(u) = 1 − g². tanh is 1 − 2 / (e^(2u) + 1);
/// e^(2u) = 2ⁿ 2^f with n the nearest integer to 2u log₂ e, and 2^f by its Taylor polynomial, whose error on |f| ≤ ½ is
/// below 2⁻⁵². The absolute error is at most 2⁻⁵¹ everywhere.
/// </summary>
internal static unsafe class LogCosh
{
    // Beyond this, tanh is ±1 in float64.
    private const double Saturation = 20.0;

    // 1.5 · 2⁵²: adding it rounds to an integer, which is then in the low bits.
    private const double RoundingShift = 6755399441055744.0;

    // The same two in float32, with 1.5 · 2²³.
    private const float SingleSaturation = 10.0f;
    private const float SingleRoundingShift = 12582912.0f;

    private static readonly int Width = Vector512<double>.Count;

    /// <summary>Replaces u by tanh u.</summary>
    /// <param name="u">Any number of samples.</param>
    /// <returns>Σ tanh² u.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Score(Span<double> u)
    {
        fixed (double* samples = u)
        {
            Vector512<double> first = default, second = default;
            int i = 0;
            for (; i <= u.Length - 2 * Width; i += 2 * Width)
            {
                Vector512<double> a = Tanh(Vector512.Load(samples + i));
                Vector512<double> b = Tanh(Vector512.Load(samples + i + Width));
                a.Store(samples + i);
                b.Store(samples + i + Width);
                first = Vector512.FusedMultiplyAdd(a, a, first);
                second = Vector512.FusedMultiplyAdd(b, b, second);
            }

            double squares = Vector512.Sum(first + second);
            for (; i < u.Length; i++)
            {
                samples[i] = Math.Tanh(samples[i]);
                squares += samples[i] * samples[i];
            }

            return squares;
        }
    }

    /// <summary>Replaces u by tanh u in float32, with an absolute error of at most 2⁻²².</summary>
    /// <param name="u">Any number of samples.</param>
    /// <returns>Σ tanh² u.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Score(Span<float> u)
    {
        fixed (float* samples = u)
        {
            int width = Vector512<float>.Count, i = 0;
            Vector512<float> first = default, second = default;
            for (; i <= u.Length - 2 * width; i += 2 * width)
            {
                Vector512<float> a = Tanh(Vector512.Load(samples + i));
                Vector512<float> b = Tanh(Vector512.Load(samples + i + width));
                a.Store(samples + i);
                b.Store(samples + i + width);
                first = Vector512.FusedMultiplyAdd(a, a, first);
                second = Vector512.FusedMultiplyAdd(b, b, second);
            }

            double squares = Vector512.Sum(first + second);
            for (; i < u.Length; i++)
            {
                samples[i] = MathF.Tanh(samples[i]);
                squares += samples[i] * samples[i];
            }

            return squares;
        }
    }

    /// <summary>Replaces u by tanh u, and sums tanh² u and log cosh u from the same exponential.</summary>
    /// <param name="u">Any number of samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Squares, double LogCosh) ScoreAndSum(Span<double> u)
    {
        var sum = new TailSum();
        Vector512<double> squares = default;
        fixed (double* samples = u)
        {
            int i = 0;
            for (; i <= u.Length - Width; i += Width)
            {
                Vector512<double> score = sum.Add(Vector512.Load(samples + i));
                score.Store(samples + i);
                squares = Vector512.FusedMultiplyAdd(score, score, squares);
            }

            double squaresOfRest = 0.0, logCosh = sum.Total(i);
            for (; i < u.Length; i++)
            {
                logCosh += Value(samples[i]);
                samples[i] = Math.Tanh(samples[i]);
                squaresOfRest += samples[i] * samples[i];
            }

            return (Vector512.Sum(squares) + squaresOfRest, logCosh);
        }
    }

    /// <summary>Computes Σ log cosh u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(ReadOnlySpan<double> u)
    {
        var sum = new TailSum();
        fixed (double* samples = u)
        {
            int i = 0;
            for (; i <= u.Length - Width; i += Width)
            {
                sum.Add(Vector512.Load(samples + i));
            }

            double total = sum.Total(i);
            for (; i < u.Length; i++)
            {
                total += Value(samples[i]);
            }

            return total;
        }
    }

    /// <summary>Computes Σ log cosh ((u + v) / √2) and Σ log cosh ((u − v) / √2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Plus, double Minus) SumsOfTurned(ReadOnlySpan<double> u, ReadOnlySpan<double> v)
    {
        TailSum plus = new(), minus = new();
        fixed (double* first = u, second = v)
        {
            var scale = Vector512.Create(Math.Sqrt(0.5));
            int i = 0;
            for (; i <= u.Length - Width; i += Width)
            {
                Vector512<double> a = Vector512.Load(first + i), b = Vector512.Load(second + i);
                plus.Add((a + b) * scale);
                minus.Add((a - b) * scale);
            }

            (double sumPlus, double sumMinus) = (plus.Total(i), minus.Total(i));
            for (; i < u.Length; i++)
            {
                sumPlus += Value((first[i] + second[i]) * Math.Sqrt(0.5));
                sumMinus += Value((first[i] - second[i]) * Math.Sqrt(0.5));
            }

            return (sumPlus, sumMinus);
        }
    }

    /// <summary>Computes log cosh u = |u| + log(1 + e^(−2|u|)) − log 2, which does not overflow.</summary>
    public static double Value(double u) => Math.Abs(u) + double.LogP1(Math.Exp(-2.0 * Math.Abs(u))) - Math.Log(2.0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Tanh(Vector512<double> u)
    {
        u = Vector512.Min(Vector512.Max(u, Vector512.Create(-Saturation)), Vector512.Create(Saturation));
        return Vector512<double>.One - Vector512.Create(2.0) / (ExpOfTwice(u) + Vector512<double>.One);
    }

    /// <summary>Computes e^(2u) for |u| up to the saturation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ExpOfTwice(Vector512<double> u)
    {
        Vector512<double> exponent = u * Vector512.Create(2.0 * 1.4426950408889634074);
        Vector512<double> shifted = exponent + Vector512.Create(RoundingShift);
        Vector512<double> f = exponent - (shifted - Vector512.Create(RoundingShift));

        // (ln 2)^k / k!, k = 12 … 0.
        Vector512<double> power = Vector512.Create(2.5678435993488206e-11);
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(4.4455382718708e-10));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(7.0549116208011e-09));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(1.0178086009239699e-07));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(1.3215486790144309e-06));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(1.525273380405984e-05));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.0001540353039338161));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.0013333558146428443));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.009618129107628477));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.05550410866482158));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.24022650695910072));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.6931471805599453));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512<double>.One);

        // The integer part is added to the exponent bits.
        return (power.AsInt64() + Vector512.ShiftLeft(shifted.AsInt64(), 52)).AsDouble();
    }

    /// <summary>
    /// Computes tanh u in float32: 2^f by its Taylor polynomial of degree 6, whose error on |f| ≤ ½ is below 2⁻²³.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> u)
    {
        u = Vector512.Min(Vector512.Max(u, Vector512.Create(-SingleSaturation)), Vector512.Create(SingleSaturation));
        Vector512<float> exponent = u * Vector512.Create(2.0f * 1.44269504f);
        Vector512<float> shifted = exponent + Vector512.Create(SingleRoundingShift);
        Vector512<float> f = exponent - (shifted - Vector512.Create(SingleRoundingShift));

        // (ln 2)^k / k!, k = 6 … 0.
        Vector512<float> power = Vector512.Create(0.000154035304f);
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.00133335581f));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.00961812911f));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.0555041087f));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.240226507f));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512.Create(0.693147181f));
        power = Vector512.FusedMultiplyAdd(power, f, Vector512<float>.One);
        Vector512<float> e = (power.AsInt32() + Vector512.ShiftLeft(shifted.AsInt32(), 23)).AsSingle();
        return Vector512<float>.One - Vector512.Create(2.0f) / (e + Vector512<float>.One);
    }

    /// <summary>
    /// Sums log cosh u, a vector at a time. 1 + e^(−2|u|) is at most 2, so the product of five hundred of them does not
    /// overflow and needs one logarithm.
    /// </summary>
    private ref struct TailSum()
    {
        private const int MaxFactors = 500;

        private Vector512<double> sizes = default;
        private Vector512<double> logs = default;
        private Vector512<double> product = Vector512<double>.One;
        private int factors;

        /// <summary>Adds log cosh u.</summary>
        /// <returns>tanh u = ±(1 − e)/(1 + e), e = e^(−2|u|).</returns>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Add(Vector512<double> u)
        {
            Vector512<double> size = Vector512.Abs(u);
            Vector512<double> e = ExpOfTwice(-Vector512.Min(size, Vector512.Create(Saturation)));
            Vector512<double> sum = Vector512<double>.One + e;
            sizes += size;
            product *= sum;
            if (++factors == MaxFactors)
            {
                logs += Vector512.Log(product);
                product = Vector512<double>.One;
                factors = 0;
            }

            return Vector512.CopySign((Vector512<double>.One - e) / sum, u);
        }

        /// <summary>The sum of what was added, <paramref name="count"/> numbers.</summary>
        public readonly double Total(int count) =>
            Vector512.Sum(sizes + (logs + Vector512.Log(product))) - count * Math.Log(2.0);
    }
}
