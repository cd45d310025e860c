using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Language.Words;

/// <summary>
/// The two products of learning by negative sampling: inputs with a handful of targets, and the gradients of both.
/// Targets that several inputs share stay in registers.
/// </summary>
internal static unsafe class SampledKernels
{
    /// <summary>How many targets are worked on at once.</summary>
    public const int Targets = 6;

    /// <summary>How far the numbers of two inputs lie apart.</summary>
    public const int Apart = 8;

    /// <summary>Rows begin at multiples of this many numbers and have zeros behind them.</summary>
    public const int Group = 16;

    /// <summary>dots[c · Apart + n] = inputs[c] · targets[n].</summary>
    /// <param name="inputs">The rows of the inputs.</param>
    /// <param name="count">Their number.</param>
    /// <param name="targets">The rows of the targets.</param>
    /// <param name="dots">Where the products go.</param>
    /// <param name="length">The length of a row, with the zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dots(float** inputs, int count, float** targets, float* dots, int length)
    {
        float* t0 = targets[0], t1 = targets[1], t2 = targets[2], t3 = targets[3], t4 = targets[4], t5 = targets[5];
        for (int c = 0; c < count; c++, dots += Apart)
        {
            float* input = inputs[c];
            Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
            for (int i = 0; i < length; i += Vector256<float>.Count)
            {
                var x = Vector256.Load(input + i);
                s0 = Vector256.MultiplyAddEstimate(x, Vector256.Load(t0 + i), s0);
                s1 = Vector256.MultiplyAddEstimate(x, Vector256.Load(t1 + i), s1);
                s2 = Vector256.MultiplyAddEstimate(x, Vector256.Load(t2 + i), s2);
                s3 = Vector256.MultiplyAddEstimate(x, Vector256.Load(t3 + i), s3);
                s4 = Vector256.MultiplyAddEstimate(x, Vector256.Load(t4 + i), s4);
                s5 = Vector256.MultiplyAddEstimate(x, Vector256.Load(t5 + i), s5);
            }

            dots[0] = Vector256.Sum(s0);
            dots[1] = Vector256.Sum(s1);
            dots[2] = Vector256.Sum(s2);
            dots[3] = Vector256.Sum(s3);
            dots[4] = Vector256.Sum(s4);
            dots[5] = Vector256.Sum(s5);
        }
    }

    /// <summary>
    /// inputs[c] += Σₙ g[c · Apart + n] targets[n], and targets[n] += Σ_c g[c · Apart + n] inputs[c] with the inputs as
    /// they were. A row that occurs twice among the targets gets both sums.
    /// </summary>
    /// <param name="inputs">The rows of the inputs.</param>
    /// <param name="count">Their number.</param>
    /// <param name="targets">The rows of the targets.</param>
    /// <param name="g">The steps.</param>
    /// <param name="length">The length of a row, with the zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(float** inputs, int count, float** targets, float* g, int length)
    {
        float* t0 = targets[0], t1 = targets[1], t2 = targets[2], t3 = targets[3], t4 = targets[4], t5 = targets[5];
        for (int i = 0; i < length; i += Vector256<float>.Count)
        {
            Vector256<float> o0 = Vector256.Load(t0 + i), o1 = Vector256.Load(t1 + i), o2 = Vector256.Load(t2 + i);
            Vector256<float> o3 = Vector256.Load(t3 + i), o4 = Vector256.Load(t4 + i), o5 = Vector256.Load(t5 + i);
            Vector256<float> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
            float* step = g;
            for (int c = 0; c < count; c++, step += Apart)
            {
                Vector256<float> x = Vector256.Load(inputs[c] + i), y = x;
                (y, d0) = Both(step[0], x, o0, y, d0);
                (y, d1) = Both(step[1], x, o1, y, d1);
                (y, d2) = Both(step[2], x, o2, y, d2);
                (y, d3) = Both(step[3], x, o3, y, d3);
                (y, d4) = Both(step[4], x, o4, y, d4);
                (y, d5) = Both(step[5], x, o5, y, d5);
                y.Store(inputs[c] + i);
            }

            (Vector256.Load(t0 + i) + d0).Store(t0 + i);
            (Vector256.Load(t1 + i) + d1).Store(t1 + i);
            (Vector256.Load(t2 + i) + d2).Store(t2 + i);
            (Vector256.Load(t3 + i) + d3).Store(t3 + i);
            (Vector256.Load(t4 + i) + d4).Store(t4 + i);
            (Vector256.Load(t5 + i) + d5).Store(t5 + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Y, Vector256<float> D) Both(
        float step, Vector256<float> x, Vector256<float> target, Vector256<float> y, Vector256<float> d)
    {
        var g = Vector256.Create(step);
        return (Vector256.MultiplyAddEstimate(g, target, y), Vector256.MultiplyAddEstimate(g, x, d));
    }
}
