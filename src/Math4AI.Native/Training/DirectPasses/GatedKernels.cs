using System.Numerics;
using System.Runtime.CompilerServices;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Between the products of a transformer in the style of Llama, or with neighbors, forward and backward, on rows of
/// float32.
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

    /// <summary>m(t) = n(t) + Σⱼ wⱼ ∘ n(t − j), for j up to t.</summary>
    /// <param name="n">length × width.</param>
    /// <param name="w">neighbors × width.</param>
    /// <param name="m">length × width.</param>
    /// <param name="length">The rows.</param>
    /// <param name="width">Their length.</param>
    /// <param name="neighbors">The most rows that are added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddNear(float* n, float* w, float* m, int length, int width, int neighbors)
    {
        int whole = width - width % Vector<float>.Count;
        for (int t = 0; t < length; t++, n += width, m += width)
        {
            int before = Math.Min(t, neighbors);
            for (int i = 0; i < whole; i += Vector<float>.Count)
            {
                Vector<float> sum = Vector.Load(n + i);
                for (int j = 1; j <= before; j++)
                {
                    sum = Vector.FusedMultiplyAdd(
                        Vector.Load(w + (j - 1) * width + i), Vector.Load(n - j * width + i), sum);
                }

                sum.Store(m + i);
            }

            for (int i = whole; i < width; i++)
            {
                float sum = n[i];
                for (int j = 1; j <= before; j++)
                {
                    sum = MathF.FusedMultiplyAdd(w[(j - 1) * width + i], n[i - j * width], sum);
                }

                m[i] = sum;
            }
        }
    }

    /// <summary>The way back: ∂n(t) = ∂m(t) + Σⱼ wⱼ ∘ ∂m(t + j), and ∂wⱼ += Σ ∂m(t) ∘ n(t − j).</summary>
    /// <param name="n">length × width.</param>
    /// <param name="w">neighbors × width.</param>
    /// <param name="d">∂m, then ∂n.</param>
    /// <param name="dw">neighbors × width.</param>
    /// <param name="length">The rows.</param>
    /// <param name="width">Their length.</param>
    /// <param name="neighbors">The most rows that were added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddNearBack(float* n, float* w, float* d, float* dw, int length, int width, int neighbors)
    {
        int whole = width - width % Vector<float>.Count;
        for (int t = 0; t < length; t++, n += width, d += width)
        {
            // A row's own slopes go to the weights before those of later rows are added to them.
            (int before, int after) = (Math.Min(t, neighbors), Math.Min(length - 1 - t, neighbors));
            for (int i = 0; i < whole; i += Vector<float>.Count)
            {
                Vector<float> slope = Vector.Load(d + i), sum = slope;
                for (int j = 1; j <= before; j++)
                {
                    float* at = dw + (j - 1) * width + i;
                    Vector.FusedMultiplyAdd(slope, Vector.Load(n - j * width + i), Vector.Load(at)).Store(at);
                }

                for (int j = 1; j <= after; j++)
                {
                    sum = Vector.FusedMultiplyAdd(
                        Vector.Load(w + (j - 1) * width + i), Vector.Load(d + j * width + i), sum);
                }

                sum.Store(d + i);
            }

            for (int i = whole; i < width; i++)
            {
                float slope = d[i], sum = slope;
                for (int j = 1; j <= before; j++)
                {
                    dw[(j - 1) * width + i] += slope * n[i - j * width];
                }

                for (int j = 1; j <= after; j++)
                {
                    sum += w[(j - 1) * width + i] * d[i + j * width];
                }

                d[i] = sum;
            }
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
