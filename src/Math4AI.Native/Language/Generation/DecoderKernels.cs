using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Math4AI.Language.Generation;

/// <summary>
/// What attention does between its products. Every element comes from the same operations wherever it lies, and every
/// sum has one order that depends on its length alone.
/// </summary>
internal static unsafe class DecoderKernels
{
    /// <summary>s becomes exp(c (s − max s)) / Σ exp(c (s − max s)).</summary>
    /// <param name="s">The scores.</param>
    /// <param name="count">Their number.</param>
    /// <param name="scale">c, positive.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Softmax(float* s, int count, float scale)
    {
        float max = float.NegativeInfinity;
        for (int j = 0; j < count; j++)
        {
            max = Math.Max(max, s[j]);
        }

        Vector<float> sums = default, most = new(max);
        int i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
        {
            Vector<float> value = Vector.Exp((Vector.Load(s + i) - most) * scale);
            value.Store(s + i);
            sums += value;
        }

        float sum = Vector.Sum(sums);
        for (; i < count; i++)
        {
            s[i] = Vector.Exp((new Vector<float>(s[i]) - most) * scale)[0];
            sum += s[i];
        }

        float inverse = 1.0f / sum;
        for (int j = 0; j < count; j++)
        {
            s[j] *= inverse;
        }
    }

    /// <summary>a = u (1 + tanh(√(2/π) (u + 0.044715 u³))) / 2, by way of u σ(2 …); u is lost.</summary>
    /// <param name="u">The arguments.</param>
    /// <param name="a">The values.</param>
    /// <param name="count">Their number.</param>
    public static void TanhGelu(float* u, float* a, int count)
    {
        float slope = (float)(2.0 * Math.Sqrt(2.0 / Math.PI));
        for (int i = 0; i < count; i++)
        {
            a[i] = slope * u[i] * MathF.FusedMultiplyAdd(0.044715f * u[i], u[i], 1.0f);
        }

        GatedSigmoid(a, u, count);
    }

    /// <summary>a becomes a σ(a) u.</summary>
    /// <param name="a">The gate, then the values.</param>
    /// <param name="u">What it multiplies.</param>
    /// <param name="count">Their number.</param>
    public static void GatedSilu(float* a, float* u, int count)
    {
        Span<float> gate = new(a, count), values = new(u, count);
        TensorPrimitives.Multiply(values, gate, values);
        GatedSigmoid(a, u, count);
    }

    /// <summary>y = g x / √(mean x² + ε), row by row.</summary>
    /// <param name="x">rows × width.</param>
    /// <param name="g">width.</param>
    /// <param name="y">rows × width.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">Their length.</param>
    /// <param name="epsilon">ε.</param>
    public static void RootNorm(float* x, float* g, float* y, int rows, int width, double epsilon)
    {
        for (int row = 0; row < rows; row++, x += width, y += width)
        {
            ReadOnlySpan<float> one = new(x, width);
            double mean = TensorPrimitives.SumOfSquares(one) / (double)width;
            TensorPrimitives.Multiply(one, (float)(1.0 / Math.Sqrt(mean + epsilon)), new Span<float>(y, width));
            TensorPrimitives.Multiply(
                new ReadOnlySpan<float>(y, width), new ReadOnlySpan<float>(g, width), new Span<float>(y, width));
        }
    }

    /// <summary>a becomes σ(a) u; one element as many, so that the bits do not depend on how many there are.</summary>
    private static void GatedSigmoid(float* a, float* u, int count)
    {
        int i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
        {
            (Vector.Load(u + i) / (Vector<float>.One + Vector.Exp(-Vector.Load(a + i)))).Store(a + i);
        }

        for (; i < count; i++)
        {
            a[i] = u[i] / (Vector<float>.One + Vector.Exp(new Vector<float>(-a[i])))[0];
        }
    }

    /// <summary>result = Σ p v.</summary>
    /// <param name="p">count.</param>
    /// <param name="v">count × width.</param>
    /// <param name="result">width.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="width">Their length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mean(float* p, float* v, float* result, int count, int width)
    {
        int i = 0, step = Vector<float>.Count;
        for (; i + 4 * step <= width; i += 4 * step)
        {
            Vector<float> a = default, b = default, c = default, d = default;
            float* row = v + i;
            for (int j = 0; j < count; j++, row += width)
            {
                var weight = new Vector<float>(p[j]);
                a = Vector.FusedMultiplyAdd(weight, Vector.Load(row), a);
                b = Vector.FusedMultiplyAdd(weight, Vector.Load(row + step), b);
                c = Vector.FusedMultiplyAdd(weight, Vector.Load(row + 2 * step), c);
                d = Vector.FusedMultiplyAdd(weight, Vector.Load(row + 3 * step), d);
            }

            a.Store(result + i);
            b.Store(result + i + step);
            c.Store(result + i + 2 * step);
            d.Store(result + i + 3 * step);
        }

        MeanFrom(i, p, v, result, count, width);
    }

    /// <summary>The mean of the columns from i on, which are too few for four vectors at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MeanFrom(int i, float* p, float* v, float* result, int count, int width)
    {
        int step = Vector<float>.Count;
        for (; i + step <= width; i += step)
        {
            Vector<float> a = default;
            for (int j = 0; j < count; j++)
            {
                a = Vector.FusedMultiplyAdd(new Vector<float>(p[j]), Vector.Load(v + (long)j * width + i), a);
            }

            a.Store(result + i);
        }

        for (; i < width; i++)
        {
            float sum = 0.0f;
            for (int j = 0; j < count; j++)
            {
                sum = MathF.FusedMultiplyAdd(p[j], v[(long)j * width + i], sum);
            }

            result[i] = sum;
        }
    }
}
