using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Training.Networks;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Some of a batch's texts on their way through a <see cref="CharTransformer"/> and back: all that one thread works on.
/// Every row is a symbol at its place; Y = X Wᵀ, ∂W = ∂Yᵀ X, ∂X = ∂Y W.
/// </summary>
internal sealed unsafe class TransformerPart
{
    /// <summary>
    /// Of attention: the fewer, the less is calculated that nobody sees, and the slower are the products.
    /// </summary>
    private const int RowsAtOnce = 32;

    private readonly CharTransformer module;
    private readonly TransformerWeights at;
    private readonly Block[] blocks;
    private readonly PinnedFloats last = new(), normed = new(), statistics = new();
    private readonly PinnedFloats slopes = new(), narrow = new(), wide = new(), gated = new(), scores = new();
    private readonly PinnedFloats cosines = new(), sines = new();
    private long[] symbols = [];
    private int texts;
    private int length;

    /// <summary>Makes the room for what has to be kept.</summary>
    /// <param name="module">The model.</param>
    /// <param name="at">Where its weights lie.</param>
    public TransformerPart(CharTransformer module, TransformerWeights at)
    {
        (this.module, this.at) = (module, at);
        blocks = [.. at.Blocks.Select(place => new Block(place))];
        if (module.Style.IsRotary)
        {
            (float[] all, float[] other) = Rotations.Table(module.Context, HeadWidth);
            all.CopyTo(new Span<float>(cosines.Of(all.Length), all.Length));
            other.CopyTo(new Span<float>(sines.Of(other.Length), other.Length));
        }
    }

    private int Rows => texts * length;

    private int Width => module.Width;

    private int Inner => module.Style.Inner(module.Width);

    private int HeadWidth => module.Width / module.Heads;

    private float Scale => (float)(1.0 / Math.Sqrt(HeadWidth));

    /// <summary>The logits of some texts.</summary>
    /// <param name="values">All weights.</param>
    /// <param name="read">texts × length.</param>
    /// <param name="length">The symbols of each.</param>
    /// <param name="logits">texts × length × symbols.</param>
    public void Forward(float* values, ReadOnlySpan<long> read, int length, float* logits)
    {
        (symbols, texts, this.length) =
            (symbols.Length < read.Length ? new long[read.Length] : symbols, read.Length / length, length);
        read.CopyTo(symbols);
        int size = checked(Rows * Width);
        float* x = EntryOf(0).Of(size);
        for (int row = 0; row < Rows; row++)
        {
            Span<float> entry = Row(x, row);
            Row(values + at.Symbols, symbols[row]).CopyTo(entry);
            if (at.Places is { } places)
            {
                TensorPrimitives.Add<float>(entry, Row(values + places, row % length), entry);
            }
        }

        for (int i = 0; i < blocks.Length; i++)
        {
            float* next = EntryOf(i + 1).Of(size);
            Forward(values, blocks[i], x, next);
            x = next;
        }

        Product(Normed(values + at.Norm, x, normed, statistics), values
            + at.Symbols, logits, Width, module.SymbolCount);
    }

    /// <summary>The gradients of all weights, from that of the logits of the last <c>Forward</c>.</summary>
    /// <param name="values">All weights.</param>
    /// <param name="logitSlopes">texts × length × symbols.</param>
    /// <param name="gradients">Where they go, in the order of the weights.</param>
    /// <param name="isAdded">Whether they are added to what is there.</param>
    public void Backward(float* values, float* logitSlopes, float* gradients, bool isAdded)
    {
        if (!isAdded)
        {
            ClearSums(gradients);
        }

        int size = Rows * Width;
        float kept = isAdded ? 1.0f : 0.0f;
        float* dx = slopes.Of(size), dn = narrow.Of(size);
        WeightSlopes(normed.Address, logitSlopes, gradients + at.Symbols, Width, module.SymbolCount, kept);
        InputSlopes(logitSlopes, values + at.Symbols, dn, Width, module.SymbolCount);
        new Span<float>(dx, size).Clear();
        NormBack(last.Address, values + at.Norm, statistics, dn, dx, gradients + at.Norm);
        for (int i = blocks.Length - 1; i >= 0; i--)
        {
            Backward(values, blocks[i], EntryOf(i).Address, dx, dn, gradients, kept);
        }

        for (int row = 0; row < Rows; row++)
        {
            Span<float> symbol = Row(gradients + at.Symbols, symbols[row]);
            TensorPrimitives.Add<float>(symbol, Row(dx, row), symbol);
            if (at.Places is { } places)
            {
                Span<float> place = Row(gradients + places, row % length);
                TensorPrimitives.Add<float>(place, Row(dx, row), place);
            }
        }
    }

    /// <summary>
    /// next = z + Wd gelu(Wu norm(z)), or z + Wd (silu(Wg norm(z)) ∘ Wu norm(z)), with
    /// z = x + Wa attention(Wq norm(x)).
    /// </summary>
    private void Forward(float* values, Block block, float* x, float* next)
    {
        int size = Rows * Width;
        float* n = Normed(values + block.At.AttentionNorm, x, block.AttentionNormed, block.AttentionStatistics);
        Product(n, values + block.At.QueriesKeysValues, block.QueriesKeysValues.Of(3 * size), Width, 3 * Width);
        float* seen = block.Seen.Of(size), z = block.Middle.Of(size);
        Rotate(block.QueriesKeysValues.Address, 1.0f);
        Attend(block, seen);
        new ReadOnlySpan<float>(x, size).CopyTo(new Span<float>(z, size));
        Product(seen, values + block.At.Attended, z, Width, Width, kept: 1.0f);
        n = Normed(values + block.At.LayerNorm, z, block.LayerNormed, block.LayerStatistics);
        int inner = checked(Rows * Inner);
        float* up = block.UpSlopes.Of(inner), active = block.Active.Of(inner);
        Product(n, values + block.At.Up, up, Width, Inner);
        if (block.At.Gate is { } at)
        {
            float* gate = block.GateSlopes.Of(inner);
            Product(n, values + at, gate, Width, Inner);
            GatedKernels.Gate(gate, up, active, inner);
        }
        else
        {
            RowKernels.Gelu(up, active, inner);
        }

        new ReadOnlySpan<float>(z, size).CopyTo(new Span<float>(next, size));
        Product(active, values + block.At.Down, next, Inner, Width, kept: 1.0f);
    }

    /// <summary>The same way back: from ∂next in dx to ∂x in its place.</summary>
    private void Backward(float* values, Block block, float* x, float* dx, float* dn, float* gradients, float kept)
    {
        float* dw = wide.Of(Rows * Math.Max(3 * Width, Inner));
        LayersBack(values, block, dx, dn, dw, gradients, kept);
        NormBack(block.Middle.Address, values + block.At.LayerNorm, block.LayerStatistics, dn, dx, gradients
            + block.At.LayerNorm);
        WeightSlopes(block.Seen.Address, dx, gradients + block.At.Attended, Width, Width, kept);
        InputSlopes(dx, values + block.At.Attended, dn, Width, Width);
        AttendBack(block, dn, dw);
        Rotate(dw, -1.0f);
        WeightSlopes(block.AttentionNormed.Address, dw, gradients + block.At.QueriesKeysValues, Width, 3 * Width, kept);
        InputSlopes(dw, values + block.At.QueriesKeysValues, dn, Width, 3 * Width);
        NormBack(x, values + block.At.AttentionNorm, block.AttentionStatistics, dn, dx, gradients
            + block.At.AttentionNorm);
    }

    /// <summary>Through the layers of a block: from ∂next in dx to ∂norm(z) in dn.</summary>
    private void LayersBack(
        float* values, Block block, float* dx, float* dn, float* dw, float* gradients, float kept)
    {
        int inner = Rows * Inner;
        WeightSlopes(block.Active.Address, dx, gradients + block.At.Down, Inner, Width, kept);
        InputSlopes(dx, values + block.At.Down, dw, Inner, Width);
        var slopes = new Span<float>(dw, inner);
        float* dg = block.At.Gate is null ? null : gated.Of(inner);
        if (dg != null)
        {
            TensorPrimitives.Multiply(
                slopes, new ReadOnlySpan<float>(block.GateSlopes.Address, inner), new Span<float>(dg, inner));
        }

        TensorPrimitives.Multiply(slopes, new ReadOnlySpan<float>(block.UpSlopes.Address, inner), slopes);
        WeightSlopes(block.LayerNormed.Address, dw, gradients + block.At.Up, Width, Inner, kept);
        InputSlopes(dw, values + block.At.Up, dn, Width, Inner);
        if (block.At.Gate is { } at)
        {
            WeightSlopes(block.LayerNormed.Address, dg, gradients + at, Width, Inner, kept);
            InputSlopes(dg, values + at, dn, Width, Inner, kept: 1.0f);
        }
    }

    /// <summary>Turns queries and keys by their positions, where the model does.</summary>
    private void Rotate(float* queriesKeysValues, float sign)
    {
        if (module.Style.IsRotary)
        {
            GatedKernels.Rotate(
                queriesKeysValues, 3 * Width, Rows, 2 * module.Heads, HeadWidth / 2, cosines.Address, sines.Address,
                length, sign);
        }
    }

    /// <summary>
    /// O = P V, P = softmax(Q Kᵀ / √d) over what came before, for each text and head: a few rows at a time, with the
    /// columns that they see.
    /// </summary>
    private void Attend(Block block, float* seen)
    {
        float* weights = block.Weights.Of(checked(texts * module.Heads * length * length));
        int step = 3 * Width;
        for (int i = 0; i < texts * module.Heads; i++)
        {
            float* q = Head(block.QueriesKeysValues.Address, i, step), k = q + Width, v = k + Width,
                o = Head(seen, i, Width);
            for (int first = 0; first < length; first += RowsAtOnce)
            {
                int end = Math.Min(length, first + RowsAtOnce), some = end - first;
                float* p = weights + ((long)i * length + first) * length;
                Products.Gemm((byte)'T', (byte)'N', end, some, HeadWidth, Scale, k, step, q
                    + (long)first * step, step, 0.0f, p, length);
                RowKernels.CausalSoftmax(p, first, end, length);
                Products.Gemm((byte)'N', (byte)'N', HeadWidth, some, end, 1.0f, v, step, p, length, 0.0f, o
                    + (long)first * Width, Width);
            }
        }
    }

    /// <summary>
    /// ∂P = ∂O Vᵀ, from it ∂S, and ∂Q = ∂S K / √d for some rows; ∂V = Pᵀ ∂O and ∂K = ∂Sᵀ Q / √d for some columns, from
    /// the rows that see them.
    /// </summary>
    private void AttendBack(Block block, float* seenSlopes, float* slopes)
    {
        float* scoreSlopes = scores.Of(length * length);
        int step = 3 * Width;
        for (int i = 0; i < texts * module.Heads; i++)
        {
            float* q = Head(block.QueriesKeysValues.Address, i, step), k = q + Width, v = k + Width;
            float* dq = Head(slopes, i, step), dk = dq + Width, dv = dk + Width;
            float* weights = block.Weights.Address + (long)i * length * length, go = Head(seenSlopes, i, Width);
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
                    weights + corner, length, 0.0f, dv + at, step);
                Products.Gemm(
                    (byte)'N', (byte)'T', HeadWidth, some, rows, Scale, q + at, step, scoreSlopes + corner, length,
                    0.0f, dk + at, step);
            }
        }
    }

    /// <summary>y = x Wᵀ, and what was there times kept.</summary>
    private void Product(float* x, float* w, float* y, int inputs, int outputs, float kept = 0.0f) =>
        Products.Gemm((byte)'T', (byte)'N', outputs, Rows, inputs, 1.0f, w, inputs, x, inputs, kept, y, outputs);

    /// <summary>∂x = ∂y W, and what was there times kept.</summary>
    private void InputSlopes(float* dy, float* w, float* dx, int inputs, int outputs, float kept = 0.0f) =>
        Products.Gemm((byte)'N', (byte)'N', inputs, Rows, outputs, 1.0f, w, inputs, dy, outputs, kept, dx, inputs);

    /// <summary>∂W = ∂yᵀ x, and what was there times kept.</summary>
    private void WeightSlopes(float* x, float* dy, float* dw, int inputs, int outputs, float kept) =>
        Products.Gemm((byte)'N', (byte)'T', inputs, outputs, Rows, 1.0f, x, inputs, dy, outputs, kept, dw, inputs);

    private float* Normed(float* scales, float* x, PinnedFloats result, PinnedFloats statistics)
    {
        float* y = result.Of(Rows * Width), means = statistics.Of(2 * Rows);
        RowKernels.Norm(x, scales, y, means, means + Rows, Rows, Width, CharTransformer.Epsilon,
            !module.Style.IsRootNorm);
        return y;
    }

    private void NormBack(float* x, float* scales, PinnedFloats statistics, float* dy, float* dx, float* scaleSlopes) =>
        RowKernels.NormBack(
            x, scales, statistics.Address, statistics.Address + Rows, dy, dx, scaleSlopes, Rows, Width,
            !module.Style.IsRootNorm);

    /// <summary>The gradients that are sums over rows rather than products.</summary>
    private void ClearSums(float* gradients)
    {
        if (at.Places is { } places)
        {
            new Span<float>(gradients + places, module.Context * Width).Clear();
        }

        new Span<float>(gradients + at.Norm, Width).Clear();
        foreach (Block block in blocks)
        {
            new Span<float>(gradients + block.At.AttentionNorm, Width).Clear();
            new Span<float>(gradients + block.At.LayerNorm, Width).Clear();
        }
    }

    /// <summary>What goes into a block, or comes out of the last.</summary>
    private PinnedFloats EntryOf(int block) => block < blocks.Length ? blocks[block].Entry : last;

    /// <summary>
    /// Where a head of a text begins, in rows of so many numbers; heads are counted through, text by text.
    /// </summary>
    private float* Head(float* rows, int i, int rowLength) =>
        rows + (long)(i / module.Heads) * length * rowLength + i % module.Heads * HeadWidth;

    private Span<float> Row(float* rows, long row) => new(rows + row * Width, Width);

    /// <summary>What a block keeps for the way back.</summary>
    private sealed class Block(TransformerWeights.Block at)
    {
        public TransformerWeights.Block At { get; } = at;

        public PinnedFloats Entry { get; } = new();

        public PinnedFloats AttentionNormed { get; } = new();

        public PinnedFloats AttentionStatistics { get; } = new();

        public PinnedFloats QueriesKeysValues { get; } = new();

        public PinnedFloats Weights { get; } = new();

        public PinnedFloats Seen { get; } = new();

        public PinnedFloats Middle { get; } = new();

        public PinnedFloats LayerNormed { get; } = new();

        public PinnedFloats LayerStatistics { get; } = new();

        public PinnedFloats GateSlopes { get; } = new();

        public PinnedFloats UpSlopes { get; } = new();

        public PinnedFloats Active { get; } = new();
    }
}
