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
    private readonly CharTransformer module;
    private readonly TransformerWeights at;
    private readonly TransformerBlock[] blocks;
    private readonly CausalAttention attention;
    private readonly PinnedFloats last = new(), normed = new(), statistics = new();
    private readonly PinnedFloats slopes = new(), narrow = new(), wide = new(), dropped = new(), gated = new();
    private readonly PinnedFloats cosines = new(), sines = new();
    private long[] symbols = [];
    private int[] starts = [];
    private int texts;
    private int length;
    private long firstRow;
    private LeftOut left;

    /// <summary>Makes the room for what has to be kept.</summary>
    /// <param name="module">The model.</param>
    /// <param name="at">Where its weights lie.</param>
    public TransformerPart(CharTransformer module, TransformerWeights at)
    {
        (this.module, this.at, attention) = (module, at, new CausalAttention(module));
        blocks = [.. at.Blocks.Select(place => new TransformerBlock(place))];
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

    /// <summary>The numbers of queries, keys and values of a row.</summary>
    private int Triple => Width + 2 * module.KeyHeads * HeadWidth;

    private int HeadWidth => module.Width / module.Heads;

    /// <summary>The logits of some texts.</summary>
    /// <param name="values">All weights.</param>
    /// <param name="read">texts × length.</param>
    /// <param name="length">The symbols of each.</param>
    /// <param name="logits">texts × length × symbols.</param>
    /// <param name="firstText">The place of the first among those of the batch.</param>
    /// <param name="leftOut">What is left out at random, on the way back too.</param>
    public void Forward(
        float* values, ReadOnlySpan<long> read, int length, float* logits, int firstText, LeftOut leftOut)
    {
        (firstRow, left) = ((long)firstText * length, leftOut);
        (symbols, texts, this.length) =
            (symbols.Length < read.Length ? new long[read.Length] : symbols, read.Length / length, length);
        read.CopyTo(symbols);
        FindDocuments();
        int size = checked(Rows * Width);
        float* x = EntryOf(0).Of(size);
        for (int row = 0; row < Rows; row++)
        {
            Span<float> entry = Row(x, row);
            Row(values + at.Symbols, symbols[row]).CopyTo(entry);
            if (at.Places is { } places)
            {
                TensorPrimitives.Add<float>(entry, Row(values + places, PlaceOf(row)), entry);
            }
        }

        LeaveOut(x, 0);
        for (int i = 0; i < blocks.Length; i++)
        {
            float* next = EntryOf(i + 1).Of(size);
            Forward(values, i, x, next);
            x = next;
        }

        Product(Normed(values + at.Norm, x, normed, statistics), values
            + at.Head, logits, Width, module.SymbolCount);
    }

    /// <summary>The gradients of all weights, from that of the logits of the last <c>Forward</c>.</summary>
    /// <param name="values">All weights.</param>
    /// <param name="logitSlopes">texts × length × symbols.</param>
    /// <param name="gradients">Where they go, in the order of the weights.</param>
    /// <param name="isAdded">Whether they are added to what is there.</param>
    /// <param name="whenBlockIsDone">Told the number of each block whose gradients are there; null for nobody.</param>
    public void Backward(
        float* values, float* logitSlopes, float* gradients, bool isAdded, Action<int>? whenBlockIsDone = null)
    {
        if (!isAdded)
        {
            ClearSums(gradients);
        }

        int size = Rows * Width;
        float kept = isAdded ? 1.0f : 0.0f;
        float* dx = slopes.Of(size), dn = narrow.Of(size);
        WeightSlopes(normed.Address, logitSlopes, gradients + at.Head, Width, module.SymbolCount, kept);
        InputSlopes(logitSlopes, values + at.Head, dn, Width, module.SymbolCount);
        new Span<float>(dx, size).Clear();
        NormBack(last.Address, values + at.Norm, statistics, dn, dx, gradients + at.Norm);
        for (int i = blocks.Length - 1; i >= 0; i--)
        {
            Backward(values, i, EntryOf(i).Address, dx, dn, gradients, kept);
            whenBlockIsDone?.Invoke(i);
        }

        LeaveOut(dx, 0);
        for (int row = 0; row < Rows; row++)
        {
            Span<float> symbol = Row(gradients + at.Symbols, symbols[row]);
            TensorPrimitives.Add<float>(symbol, Row(dx, row), symbol);
            if (at.Places is { } places)
            {
                Span<float> place = Row(gradients + places, PlaceOf(row));
                TensorPrimitives.Add<float>(place, Row(dx, row), place);
            }
        }
    }

    /// <summary>
    /// next = z + Wd gelu(Wu norm(z)), or z + Wd (silu(Wg norm(z)) ∘ Wu norm(z)), with
    /// z = x + Wa attention(Wq norm(x)).
    /// </summary>
    private void Forward(float* values, int i, float* x, float* next)
    {
        TransformerBlock block = blocks[i];
        (int ofAttended, int ofFed) = CharTransformer.Sites(i);
        int size = Rows * Width;
        float* n = Normed(values + block.At.AttentionNorm, x, block.AttentionNormed, block.AttentionStatistics);
        n = Near(values, block.At.AttentionNear, n, block.AttentionMixed);
        Product(n, values + block.At.QueriesKeysValues, block.QueriesKeysValues.Of(Rows * Triple),
            Width, Triple);
        float* seen = block.Seen.Of(size), z = block.Middle.Of(size);
        Rotate(block.QueriesKeysValues.Address, 1.0f);
        attention.Forward(block, seen, texts, starts.AsSpan(0, Rows));
        AddProduct(x, seen, values + block.At.Attended, z, Width, ofAttended);
        n = Normed(values + block.At.LayerNorm, z, block.LayerNormed, block.LayerStatistics);
        n = Near(values, block.At.LayerNear, n, block.LayerMixed);
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

        AddProduct(z, active, values + block.At.Down, next, Inner, ofFed);
    }

    /// <summary>The same way back: from ∂next in dx to ∂x in its place.</summary>
    private void Backward(float* values, int i, float* x, float* dx, float* dn, float* gradients, float kept)
    {
        TransformerBlock block = blocks[i];
        (int ofAttended, int ofFed) = CharTransformer.Sites(i);
        float* dw = wide.Of(Rows * Math.Max(Triple, Inner));
        LayersBack(values, block, Dropped(dx, ofFed), dn, dw, gradients, kept);
        NearBack(values, block.At.LayerNear, block.LayerNormed, dn, gradients);
        NormBack(block.Middle.Address, values + block.At.LayerNorm, block.LayerStatistics, dn, dx, gradients
            + block.At.LayerNorm);
        float* da = Dropped(dx, ofAttended);
        WeightSlopes(block.Seen.Address, da, gradients + block.At.Attended, Width, Width, kept);
        InputSlopes(da, values + block.At.Attended, dn, Width, Width);
        attention.Backward(block, dn, dw, texts, length);
        Rotate(dw, -1.0f);
        float* n = block.AttentionRead.Address;
        WeightSlopes(n, dw, gradients + block.At.QueriesKeysValues, Width, Triple, kept);
        InputSlopes(dw, values + block.At.QueriesKeysValues, dn, Width, Triple);
        NearBack(values, block.At.AttentionNear, block.AttentionNormed, dn, gradients);
        NormBack(x, values + block.At.AttentionNorm, block.AttentionStatistics, dn, dx, gradients
            + block.At.AttentionNorm);
    }

    /// <summary>Through the layers of a block: from ∂next in dx to the slopes of what they read in dn.</summary>
    private void LayersBack(
        float* values, TransformerBlock block, float* dx, float* dn, float* dw, float* gradients, float kept)
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
        WeightSlopes(block.LayerRead.Address, dw, gradients + block.At.Up, Width, Inner, kept);
        InputSlopes(dw, values + block.At.Up, dn, Width, Inner);
        if (block.At.Gate is { } at)
        {
            WeightSlopes(block.LayerRead.Address, dg, gradients + at, Width, Inner, kept);
            InputSlopes(dg, values + at, dn, Width, Inner, kept: 1.0f);
        }
    }

    /// <summary>Finds where the document of each row begins: at its first symbol, or that of the text.</summary>
    private void FindDocuments()
    {
        starts = starts.Length < Rows ? new int[Rows] : starts;
        for (int row = 0; row < Rows; row++)
        {
            int place = row % length;
            starts[row] = symbols[row] == module.Boundary ? place : place == 0 ? 0 : starts[row - 1];
        }
    }

    /// <summary>The position of a row in its document.</summary>
    private int PlaceOf(int row) => row % length - starts[row];

    /// <summary>Where the document of a row ends among the rows.</summary>
    private int EndOf(int row)
    {
        int end = row + 1;
        while (end < Rows && PlaceOf(end) > 0)
        {
            end++;
        }

        return end;
    }

    /// <summary>Turns queries and keys by their positions, where the model does.</summary>
    private void Rotate(float* queriesKeysValues, float sign)
    {
        if (module.Style.IsRotary)
        {
            GatedKernels.Rotate(
                queriesKeysValues, Triple, Rows, module.Heads + module.KeyHeads, HeadWidth / 2, cosines.Address,
                sines.Address, length, sign);
        }
    }

    /// <summary>Adds the earlier rows of each document to its rows, where the model does.</summary>
    private float* Near(float* values, int? near, float* n, PinnedFloats result)
    {
        if (near is not { } place)
        {
            return n;
        }

        float* sums = result.Of(Rows * Width);
        for (int row = 0, end; row < Rows; row = end)
        {
            end = EndOf(row);
            long first = (long)row * Width;
            GatedKernels.AddNear(n + first, values + place, sums + first, end - row, Width, module.Style.Neighbors);
        }

        return sums;
    }

    /// <summary>The same way back: from the slopes of the sums to those of the rows, in their place.</summary>
    private void NearBack(float* values, int? near, PinnedFloats rows, float* dn, float* gradients)
    {
        for (int row = 0, end; near is { } place && row < Rows; row = end)
        {
            end = EndOf(row);
            long first = (long)row * Width;
            GatedKernels.AddNearBack(
                rows.Address + first, values + place, dn + first, gradients + place, end - row, Width,
                module.Style.Neighbors);
        }
    }

    private void LeaveOut(float* rows, int site)
    {
        if (left.IsAny)
        {
            left.From(rows, Rows * Width, firstRow * Width, site);
        }
    }

    /// <summary>Rows of which the way there left out some: those themselves where it left out none.</summary>
    private float* Dropped(float* rows, int site)
    {
        if (!left.IsAny)
        {
            return rows;
        }

        int size = Rows * Width;
        float* copy = dropped.Of(size);
        new ReadOnlySpan<float>(rows, size).CopyTo(new Span<float>(copy, size));
        LeaveOut(copy, site);
        return copy;
    }

    /// <summary>y = x₀ + x Wᵀ, of which some is left out.</summary>
    private void AddProduct(float* before, float* x, float* w, float* y, int inputs, int site)
    {
        var all = new ReadOnlySpan<float>(before, Rows * Width);
        var sum = new Span<float>(y, all.Length);
        if (!left.IsAny)
        {
            all.CopyTo(sum);
            Product(x, w, y, inputs, Width, kept: 1.0f);
            return;
        }

        Product(x, w, y, inputs, Width);
        LeaveOut(y, site);
        TensorPrimitives.Add(sum, all, sum);
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

        if (at.Head != at.Symbols)
        {
            new Span<float>(gradients + at.Symbols, module.SymbolCount * Width).Clear();
        }

        new Span<float>(gradients + at.Norm, Width).Clear();
        foreach (TransformerBlock block in blocks)
        {
            new Span<float>(gradients + block.At.AttentionNorm, Width).Clear();
            new Span<float>(gradients + block.At.LayerNorm, Width).Clear();
            foreach (int? near in new[] { block.At.AttentionNear, block.At.LayerNear })
            {
                new Span<float>(gradients + (near ?? 0), near is null ? 0 : module.Style.Neighbors * Width).Clear();
            }
        }
    }

    /// <summary>What goes into a block, or comes out of the last.</summary>
    private PinnedFloats EntryOf(int block) => block < blocks.Length ? blocks[block].Entry : last;

    private Span<float> Row(float* rows, long row) => new(rows + row * Width, Width);
}
