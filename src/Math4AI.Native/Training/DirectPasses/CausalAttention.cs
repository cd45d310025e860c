using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Training.Networks;

namespace Math4AI.Training.DirectPasses;

/// <summary>Attention of some texts to what came before, forward and backward, as the products that it is.</summary>
/// <param name="module">The model.</param>
internal sealed unsafe class CausalAttention(CharTransformer module)
{
    /// <summary>
    /// Rows at once: the fewer, the less is calculated that nobody sees, and the slower are the products.
    /// </summary>
    private const int RowsAtOnce = 32;

    private readonly PinnedFloats scores = new();

    private int Width => module.Width;

    private int KeyWidth => module.KeyHeads * HeadWidth;

    private int Step => Width + 2 * KeyWidth;

    private int HeadWidth => module.Width / module.Heads;

    private float Scale => (float)(1.0 / Math.Sqrt(HeadWidth));

    /// <summary>
    /// O = P V, P = softmax(Q Kᵀ / √d) over what came before, for each text and head: a few rows at a time, with the
    /// columns that they see.
    /// </summary>
    /// <param name="block">What the block keeps.</param>
    /// <param name="seen">O, texts × length × width.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="starts">Where the document of each row of them begins.</param>
    public void Forward(TransformerBlock block, float* seen, int texts, ReadOnlySpan<int> starts)
    {
        int length = starts.Length / texts;
        float* weights = block.Weights.Of(checked(texts * module.Heads * length * length));
        int step = Step;
        for (int i = 0; i < texts * module.Heads; i++)
        {
            float* q = Head(block.QueriesKeysValues.Address, i, step, length),
                k = Keys(block.QueriesKeysValues.Address, i, length), v = k + KeyWidth;
            float* o = Head(seen, i, Width, length);
            for (int first = 0; first < length; first += RowsAtOnce)
            {
                int end = Math.Min(length, first + RowsAtOnce), some = end - first;
                float* p = weights + ((long)i * length + first) * length;
                Products.Gemm((byte)'T', (byte)'N', end, some, HeadWidth, Scale, k, step, q
                    + (long)first * step, step, 0.0f, p, length);
                RowKernels.CausalSoftmax(
                    p, first, end, length, starts.Slice(i / module.Heads * length, length));
                Products.Gemm((byte)'N', (byte)'N', HeadWidth, some, end, 1.0f, v, step, p, length, 0.0f, o
                    + (long)first * Width, Width);
            }
        }
    }

    /// <summary>
    /// ∂P = ∂O Vᵀ, from it ∂S, and ∂Q = ∂S K / √d for some rows; ∂V = Pᵀ ∂O and ∂K = ∂Sᵀ Q / √d for some columns, from
    /// the rows that see them.
    /// </summary>
    public void Backward(TransformerBlock block, float* seenSlopes, float* slopes, int texts, int length)
    {
        float* scoreSlopes = scores.Of(length * length);
        int step = Step;
        for (int i = 0; i < texts * module.Heads; i++)
        {
            float* q = Head(block.QueriesKeysValues.Address, i, step, length),
                k = Keys(block.QueriesKeysValues.Address, i, length), v = k + KeyWidth;
            float* dq = Head(slopes, i, step, length), dk = Keys(slopes, i, length), dv = dk + KeyWidth;

            // Heads that share keys and values add their slopes up.
            float kept = i % (module.Heads / module.KeyHeads) == 0 ? 0.0f : 1.0f;
            float* weights = block.Weights.Address + (long)i * length * length, go = Head(seenSlopes, i, Width, length);
            for (int first = 0; first < length; first += RowsAtOnce)
            {
                int end = Math.Min(length, first + RowsAtOnce), some = end - first;
                float* p = weights + (long)first * length, ds = scoreSlopes + (long)first * length,
                    g = go + (long)first * Width;
                Products.Gemm((byte)'T', (byte)'N', end, some, HeadWidth, 1.0f, v, step, g, Width, 0.0f, ds, length);
                RowKernels.CausalSoftmaxBack(p, ds, first, end, length);
                Products.Gemm((byte)'N', (byte)'N', HeadWidth, some, end, Scale, k, step, ds, length, 0.0f, dq
                    + (long)first * step, step);
            }

            for (int first = 0; first < length; first += RowsAtOnce)
            {
                int some = Math.Min(RowsAtOnce, length - first), rows = length - first;
                long corner = (long)first * length + first, at = (long)first * step;
                Products.Gemm(
                    (byte)'N', (byte)'T', HeadWidth, some, rows, 1.0f, go + (long)first * Width, Width,
                    weights + corner, length, kept, dv + at, step);
                Products.Gemm(
                    (byte)'N', (byte)'T', HeadWidth, some, rows, Scale, q + at, step, scoreSlopes + corner, length,
                    kept, dk + at, step);
            }
        }
    }

    /// <summary>
    /// Where a head of a text begins, in rows of so many numbers; heads are counted through, text by text.
    /// </summary>
    private float* Head(float* rows, int i, int rowLength, int length) =>
        rows + (long)(i / module.Heads) * length * rowLength + i % module.Heads * HeadWidth;

    /// <summary>Where the keys of such a head begin.</summary>
    private float* Keys(float* rows, int i, int length) =>
        rows + (long)(i / module.Heads) * length * Step + Width
            + i % module.Heads * module.KeyHeads / module.Heads * HeadWidth;
}
