using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Math4AI.Learning;

/// <summary>
/// What stands between the products of a transformer, forward and backward, on rows of float32: short passes over what lies in the
/// nearest cache.
/// </summary>
internal static unsafe class RowKernels
{
    private const int Piece = 1024;

    /// <summary>Layer norm: y = g ∘ x̂, x̂ = (x − μ) r, r = 1/√(σ² + ε), for each row. Source: J. L. Ba et al., arXiv:1607.06450 (2016).</summary>
    /// <param name="x">rows × width.</param>
    /// <param name="g">width.</param>
    /// <param name="y">rows × width.</param>
    /// <param name="means">μ of each row, for the way back.</param>
    /// <param name="inverses">r of each row.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">Their length.</param>
    /// <param name="epsilon">ε.</param>
    public static void Norm(float* x, float* g, float* y, float* means, float* inverses, int rows, int width, double epsilon)
    {
        var scales = new ReadOnlySpan<float>(g, width);
        for (int row = 0; row < rows; row++)
        {
            var values = new ReadOnlySpan<float>(x + (long)row * width, width);
            var normed = new Span<float>(y + (long)row * width, width);
            float mean = TensorPrimitives.Sum(values) / width;
            TensorPrimitives.Subtract(values, mean, normed);
            float inverse = (float)(1.0 / Math.Sqrt(TensorPrimitives.SumOfSquares<float>(normed) / width + epsilon));
            TensorPrimitives.Multiply(normed, inverse, normed);
            TensorPrimitives.Multiply(normed, scales, normed);
            (means[row], inverses[row]) = (mean, inverse);
        }
    }

    /// <summary>The way back: with d = g ∘ ∂y, ∂x += r (d − mean(d) − x̂ mean(d ∘ x̂)) and ∂g += Σ ∂y ∘ x̂.</summary>
    /// <param name="x">rows × width.</param>
    /// <param name="g">width.</param>
    /// <param name="means">μ of each row.</param>
    /// <param name="inverses">r of each row.</param>
    /// <param name="dy">rows × width; it is overwritten.</param>
    /// <param name="dx">rows × width.</param>
    /// <param name="dg">width.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">Their length.</param>
    [SkipLocalsInit]
    public static void NormBack(
        float* x, float* g, float* means, float* inverses, float* dy, float* dx, float* dg, int rows, int width)
    {
        float* room = stackalloc float[Math.Min(width, Piece)];
        Span<float> normed = width <= Piece ? new Span<float>(room, width) : new float[width];
        var scales = new ReadOnlySpan<float>(g, width);
        var scaleSlopes = new Span<float>(dg, width);
        for (int row = 0; row < rows; row++)
        {
            var slopes = new Span<float>(dy + (long)row * width, width);
            var sums = new Span<float>(dx + (long)row * width, width);
            TensorPrimitives.Subtract(new ReadOnlySpan<float>(x + (long)row * width, width), means[row], normed);
            TensorPrimitives.Multiply(normed, inverses[row], normed);
            TensorPrimitives.MultiplyAdd(slopes, normed, scaleSlopes, scaleSlopes);
            TensorPrimitives.Multiply(slopes, scales, slopes);
            float mean = TensorPrimitives.Sum<float>(slopes) / width;
            float along = TensorPrimitives.Dot<float>(slopes, normed) / width;
            TensorPrimitives.MultiplyAdd(normed, -along, slopes, slopes);
            TensorPrimitives.Subtract(slopes, mean, slopes);
            TensorPrimitives.MultiplyAdd(slopes, inverses[row], sums, sums);
        }
    }

    /// <summary>
    /// a = u Φ(u), and its slope Φ(u) + u φ(u) in u's place. Φ comes from the same exponential as φ, with an error of at most 7.5·10⁻⁸,
    /// a rounding of float32. Sources: D. Hendrycks and K. Gimpel, arXiv:1606.08415 (2016); C. Hastings, "Approximations for Digital
    /// Computers" (1955), in M. Abramowitz and I. Stegun, formula 7.1.26.
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
        Vector<float> series = Vector.FusedMultiplyAdd(new Vector<float>(1.061405429f), t, new Vector<float>(-1.453152027f));
        series = Vector.FusedMultiplyAdd(series, t, new Vector<float>(1.421413741f));
        series = Vector.FusedMultiplyAdd(series, t, new Vector<float>(-0.284496736f));
        series = Vector.FusedMultiplyAdd(series, t, new Vector<float>(0.254829592f));
        Vector<float> beyond = 0.5f * series * t * density;
        Vector<float> cumulative = Vector.ConditionalSelect(Vector.LessThan(u, Vector<float>.Zero), beyond, Vector<float>.One - beyond);
        return (u * cumulative, Vector.FusedMultiplyAdd(u * density, new Vector<float>((float)(1.0 / Math.Sqrt(2.0 * Math.PI))), cumulative));
    }

    /// <summary>Causal attention's weights: row i of s becomes the softmax of its first i + 1 elements, and zeros.</summary>
    /// <param name="s">length × length.</param>
    /// <param name="length">The rows.</param>
    public static void CausalSoftmax(float* s, int length)
    {
        for (int i = 0; i < length; i++)
        {
            var seen = new Span<float>(s + (long)i * length, i + 1);
            TensorPrimitives.Subtract(seen, TensorPrimitives.Max<float>(seen), seen);
            TensorPrimitives.Exp<float>(seen, seen);
            TensorPrimitives.Multiply(seen, 1.0f / TensorPrimitives.Sum<float>(seen), seen);
            new Span<float>(s + (long)i * length + i + 1, length - i - 1).Clear();
        }
    }

    /// <summary>The way back: ∂s = p ∘ (∂p − Σ p ∘ ∂p), for each row.</summary>
    /// <param name="p">length × length, from <see cref="CausalSoftmax"/>.</param>
    /// <param name="dp">length × length; ∂s after it.</param>
    /// <param name="length">The rows.</param>
    public static void CausalSoftmaxBack(float* p, float* dp, int length)
    {
        for (int i = 0; i < length; i++)
        {
            var weights = new ReadOnlySpan<float>(p + (long)i * length, i + 1);
            var slopes = new Span<float>(dp + (long)i * length, i + 1);
            TensorPrimitives.Subtract(slopes, TensorPrimitives.Dot<float>(weights, slopes), slopes);
            TensorPrimitives.Multiply(slopes, weights, slopes);
            new Span<float>(dp + (long)i * length + i + 1, length - i - 1).Clear();
        }
    }
}
