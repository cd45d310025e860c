using System.Numerics;
using System.Runtime.CompilerServices;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Between the products of a transformer in the style of Llama, forward and backward, on rows of float32.
/// </summary>
internal static unsafe class GatedKernels
{
    /// <summary>
    /// a = silu(g) ∘ u with silu(g) = g σ(g); its slopes by g, u σ(g) (1 + g (1 − σ(g))), and by u, silu(g), in their
    /// places. Source: N. Shazeer, arXiv:2002.05202 (2020).
    /// </summary>
    /// <param name="g">The gates, then the slopes by them.</param>
    /// <param name="u">What they are multiplied with, then the slopes by it.</param>
    /// <param name="a">The values.</param>
    /// <param name="count">Their number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate(float* g, float* u, float* a, long count)
    {
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> gate = Vector.Load(g + i), raised = Vector.Load(u + i);
            Vector<float> share = Vector<float>.One / (Vector<float>.One + Vector.Exp(-gate)), silu = gate * share;
            (silu * raised).Store(a + i);
            (raised * (share + silu * (Vector<float>.One - share))).Store(g + i);
            silu.Store(u + i);
        }

        for (; i < count; i++)
        {
            float share = 1.0f / (1.0f + MathF.Exp(-g[i])), silu = g[i] * share;
            a[i] = silu * u[i];
            g[i] = u[i] * (share + silu * (1.0f - share));
            u[i] = silu;
        }
    }

    /// <summary>
    /// Turns the elements i and i + d/2 of heads that follow each other by the angle of their row's position; with −1
    /// for the sign, back.
    /// </summary>
    /// <param name="rows">The heads of the first row.</param>
    /// <param name="step">From one row to the next.</param>
    /// <param name="count">The rows.</param>
    /// <param name="heads">The heads of a row.</param>
    /// <param name="half">d/2.</param>
    /// <param name="cosines">positions × d/2.</param>
    /// <param name="sines">positions × d/2.</param>
    /// <param name="length">The positions of a text; its rows follow each other.</param>
    /// <param name="sign">1 or −1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(
        float* rows, int step, int count, int heads, int half, float* cosines, float* sines, int length, float sign)
    {
        for (int row = 0; row < count; row++, rows += step)
        {
            float* cosine = cosines + row % length * half, sine = sines + row % length * half, head = rows;
            for (int i = 0; i < heads; i++, head += 2 * half)
            {
                int j = 0;
                for (; j <= half - Vector<float>.Count; j += Vector<float>.Count)
                {
                    Vector<float> a = Vector.Load(head + j), b = Vector.Load(head + half + j);
                    Vector<float> c = Vector.Load(cosine + j), s = sign * Vector.Load(sine + j);
                    (a * c - b * s).Store(head + j);
                    (b * c + a * s).Store(head + half + j);
                }

                for (; j < half; j++)
                {
                    (float a, float b, float s) = (head[j], head[half + j], sign * sine[j]);
                    head[j] = a * cosine[j] - b * s;
                    head[half + j] = b * cosine[j] + a * s;
                }
            }
        }
    }
}
