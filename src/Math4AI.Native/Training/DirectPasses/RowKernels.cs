using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// What stands between the products of a transformer, forward and backward, on rows of float32: short passes over what
/// lies in the nearest cache.
/// </summary>
internal static unsafe class RowKernels
{
    /// <summary>
    /// Layer norm: y = g ∘ x̂, x̂ = (x − μ) r, r = 1/√(σ² + ε), for each row. Source: J. L. Ba et al., arXiv:1607.06450
    /// (2016). Without the mean, μ = 0, it is the root norm (B. Zhang and R. Sennrich, NeurIPS 2019).
    /// </summary>
    /// <param name="x">rows × width.</param>
    /// <param name="g">width.</param>
    /// <param name="y">rows × width.</param>
    /// <param name="means">μ of each row, for the way back.</param>
    /// <param name="inverses">r of each row.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">Their length.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="isCentered">Whether the mean is taken off.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Norm(
        float* x, float* g, float* y, float* means, float* inverses, int rows, int width, double epsilon,
        bool isCentered = true)
    {
        int whole = width - width % Vector<float>.Count;
        for (int row = 0; row < rows; row++, x += width, y += width)
        {
            (float mean, float variance) = Moments(x, width, isCentered);
            float inverse = (float)(1.0 / Math.Sqrt(variance + epsilon));
            for (int i = 0; i < whole; i += Vector<float>.Count)
            {
                ((Vector.Load(x + i) - new Vector<float>(mean)) * inverse * Vector.Load(g + i)).Store(y + i);
            }

            for (int i = whole; i < width; i++)
            {
                y[i] = (x[i] - mean) * inverse * g[i];
            }

            (means[row], inverses[row]) = (mean, inverse);
        }
    }

    /// <summary>μ and σ² of a row; not centered, 0 and the mean square.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Mean, float Variance) Moments(float* x, int width, bool isCentered)
    {
        Vector<float> sums = Vector<float>.Zero, squares = Vector<float>.Zero;
        int whole = width - width % Vector<float>.Count;
        float sum = 0.0f, square = 0.0f;
        for (int i = 0; i < whole; i += Vector<float>.Count)
        {
            sums += Vector.Load(x + i);
        }

        for (int i = whole; i < width; i++)
        {
            sum += x[i];
        }

        float mean = isCentered ? (sum + Vector.Sum(sums)) / width : 0.0f;
        for (int i = 0; i < whole; i += Vector<float>.Count)
        {
            Vector<float> off = Vector.Load(x + i) - new Vector<float>(mean);
            squares = Vector.FusedMultiplyAdd(off, off, squares);
        }

        for (int i = whole; i < width; i++)
        {
            square += (x[i] - mean) * (x[i] - mean);
        }

        return (mean, (square + Vector.Sum(squares)) / width);
    }

    /// <summary>
    /// The way back: with d = g ∘ ∂y, ∂x += r (d − mean(d) − x̂ mean(d ∘ x̂)) and ∂g += Σ ∂y ∘ x̂; not centered,
    /// without mean(d).
    /// </summary>
    /// <param name="x">rows × width.</param>
    /// <param name="g">width.</param>
    /// <param name="means">μ of each row.</param>
    /// <param name="inverses">r of each row.</param>
    /// <param name="dy">rows × width.</param>
    /// <param name="dx">rows × width.</param>
    /// <param name="dg">width.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">Their length.</param>
    /// <param name="isCentered">Whether the mean was taken off.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void NormBack(
        float* x, float* g, float* means, float* inverses, float* dy, float* dx, float* dg, int rows, int width,
        bool isCentered = true)
    {
        int whole = width - width % Vector<float>.Count;
        for (int row = 0; row < rows; row++, x += width, dy += width, dx += width)
        {
            float mean = means[row], inverse = inverses[row], sum = 0.0f, along = 0.0f;
            Vector<float> sums = Vector<float>.Zero, alongs = Vector<float>.Zero;
            for (int i = 0; i < whole; i += Vector<float>.Count)
            {
                Vector<float> normed = (Vector.Load(x + i) - new Vector<float>(mean)) * inverse,
                    slope = Vector.Load(dy + i);
                Vector.FusedMultiplyAdd(slope, normed, Vector.Load(dg + i)).Store(dg + i);
                slope *= Vector.Load(g + i);
                sums += slope;
                alongs = Vector.FusedMultiplyAdd(slope, normed, alongs);
            }

            for (int i = whole; i < width; i++)
            {
                float normed = (x[i] - mean) * inverse;
                dg[i] += dy[i] * normed;
                sum += dy[i] * g[i];
                along += dy[i] * g[i] * normed;
            }

            sum = isCentered ? (sum + Vector.Sum(sums)) / width : 0.0f;
            along = (along + Vector.Sum(alongs)) / width;
            for (int i = 0; i < whole; i += Vector<float>.Count)
            {
                Vector<float> normed = (Vector.Load(x + i) - new Vector<float>(mean)) * inverse;
                Vector<float> slope =
                    Vector.Load(dy + i) * Vector.Load(g + i) - new Vector<float>(sum) - normed * along;
                Vector.FusedMultiplyAdd(slope, new Vector<float>(inverse), Vector.Load(dx + i)).Store(dx + i);
            }

            for (int i = whole; i < width; i++)
            {
                dx[i] += inverse * (dy[i] * g[i] - sum - (x[i] - mean) * inverse * along);
            }
        }
    }

    /// <summary>
    /// a = u Φ(u), and its slope Φ(u) + u φ(u) in u's place. Φ comes from the same exponential as φ, with an error of
    /// at most 7.5·10⁻⁸, a rounding of float32. Sources: D. Hendrycks and K. Gimpel, arXiv:1606.08415 (2016); C.
    /// Hastings, "Approximations for Digital Computers" (1955), in M. Abramowitz and I. Stegun, formula 7.1.26.
    /// </summary>
    /// <param name="u">The arguments, then the slopes.</param>
    /// <param name="a">The values.</param>
    /// <param name="count">Their number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gelu(float* u, float* a, long count)
    {
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector<float> value, Vector<float> slope) = Gelu(Vector.Load(u + i));
            value.Store(a + i);
            slope.Store(u + i);
        }

        for (; i < count; i++)
        {
            (Vector<float> value, Vector<float> slope) = Gelu(new Vector<float>(u[i]));
            (a[i], u[i]) = (value[0], slope[0]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> Value, Vector<float> Slope) Gelu(Vector<float> u)
    {
        Vector<float> size = Vector.Abs(u), density = Vector.Exp(-0.5f * u * u);
        Vector<float> t = Vector<float>.One / (Vector<float>.One + size * (float)(0.3275911 / 1.4142135623730951));
        Vector<float> series =
            Vector.FusedMultiplyAdd(new Vector<float>(1.061405429f), t, new Vector<float>(-1.453152027f));
        series = Vector.FusedMultiplyAdd(series, t, new Vector<float>(1.421413741f));
        series = Vector.FusedMultiplyAdd(series, t, new Vector<float>(-0.284496736f));
        series = Vector.FusedMultiplyAdd(series, t, new Vector<float>(0.254829592f));
        Vector<float> beyond = 0.5f * series * t * density;
        Vector<float> cumulative =
            Vector.ConditionalSelect(Vector.LessThan(u, Vector<float>.Zero), beyond, Vector<float>.One - beyond);
        return (u * cumulative, Vector.FusedMultiplyAdd(
            u * density, new Vector<float>((float)(1.0 / Math.Sqrt(2.0 * Math.PI))), cumulative));
    }

    /// <summary>
    /// Causal attention's weights: row i of s becomes the softmax of its first i + 1 elements, and zeros up to the last
    /// row's. With documents, the elements before the row's own are zeros too.
    /// </summary>
    /// <param name="s">The rows first to end of length × length.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">Behind the last row.</param>
    /// <param name="length">From one row to the next.</param>
    /// <param name="starts">Where the document of each row of the text begins.</param>
    public static void CausalSoftmax(float* s, int first, int end, int length, ReadOnlySpan<int> starts)
    {
        for (int i = first; i < end; i++, s += length)
        {
            new Span<float>(s, starts[i]).Clear();
            var seen = new Span<float>(s + starts[i], i + 1 - starts[i]);
            TensorPrimitives.Subtract(seen, TensorPrimitives.Max<float>(seen), seen);
            TensorPrimitives.Exp<float>(seen, seen);
            TensorPrimitives.Multiply(seen, 1.0f / TensorPrimitives.Sum<float>(seen), seen);
            new Span<float>(s + i + 1, end - i - 1).Clear();
        }
    }

    /// <summary>The way back: ∂s = p ∘ (∂p − Σ p ∘ ∂p), for each row.</summary>
    /// <param name="p">From <see cref="CausalSoftmax"/>.</param>
    /// <param name="dp">The rows likewise; ∂s after it.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">Behind the last row.</param>
    /// <param name="length">From one row to the next.</param>
    public static void CausalSoftmaxBack(float* p, float* dp, int first, int end, int length)
    {
        for (int i = first; i < end; i++, p += length, dp += length)
        {
            var weights = new ReadOnlySpan<float>(p, i + 1);
            var slopes = new Span<float>(dp, i + 1);
            TensorPrimitives.Subtract(slopes, TensorPrimitives.Dot<float>(weights, slopes), slopes);
            TensorPrimitives.Multiply(slopes, weights, slopes);
            new Span<float>(dp + i + 1, end - i - 1).Clear();
        }
    }
}
