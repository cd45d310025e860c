using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Math4AI.Runtime;
using Math4AI.Training.DirectPasses;

namespace Math4AI.Language.Generation;

/// <summary>
/// Reads symbols after those whose keys and values it remembers, some texts at once, and says what comes next. The bits
/// of a text's logits do not depend on the pieces it is read in, on other texts, or on the number of threads.
/// </summary>
/// <param name="weights">The weights.</param>
internal sealed unsafe class CachedDecoder(DecoderWeights weights)
{
    /// <summary>Rows that go through all layers together: as many as stay in the cache of a core.</summary>
    private const int RowsAtOnce = 64;

    /// <summary>Multiplications of attention that are worth another thread.</summary>
    private const long WorthAThread = 1 << 18;

    private readonly PinnedFloats x = new(), normed = new(), statistics = new(), triples = new(), seen = new(),
        up = new(), active = new(), scores = new(), last = new(), copy = new();

    private readonly RotaryTable? rotations = weights.RotaryBase > 0.0
        ? new RotaryTable(weights.HeadWidth, weights.RotaryBase, weights.Scaling)
        : null;

    private int Width => weights.Width;

    private int HeadWidth => weights.HeadWidth;

    private int QueryWidth => weights.Heads * weights.HeadWidth;

    private int KeyWidth => weights.KeyHeads * weights.HeadWidth;

    private int TripleWidth => QueryWidth + 2 * KeyWidth;

    /// <summary>Returns room for the keys and values of a text.</summary>
    /// <param name="capacity">The most symbols that it will have.</param>
    public KeyValueCache NewCache(int capacity) =>
        new(weights.Layers.Count, KeyWidth, Math.Min(capacity, weights.Context), weights.Neighbors * Width);

    /// <summary>Reads symbols of some texts, each after those in its cache.</summary>
    /// <param name="caches">Those of the texts; they hold the symbols too afterwards.</param>
    /// <param name="symbols">The new symbols of each text, one or more.</param>
    /// <param name="logits">texts × symbols of the model: of what comes after each text.</param>
    public void Read(IReadOnlyList<KeyValueCache> caches, IReadOnlyList<int[]> symbols, Span<float> logits)
    {
        var rows = new List<Row>(RowsAtOnce);
        for (int text = 0; text < caches.Count; text++)
        {
            for (int i = 0; i < symbols[text].Length; i++)
            {
                rows.Add(new Row(
                    caches[text], caches[text].Length++, symbols[text][i],
                    i + 1 == symbols[text].Length ? text : -1));
                if (rows.Count == RowsAtOnce)
                {
                    ReadRows(rows, logits);
                    rows.Clear();
                }
            }
        }

        ReadRows(rows, logits);
    }

    /// <summary>Reads symbols of one text, and says after each of them what comes next.</summary>
    /// <param name="cache">The text's.</param>
    /// <param name="symbols">The new symbols.</param>
    /// <param name="logits">new symbols × symbols of the model.</param>
    public void ReadAll(KeyValueCache cache, ReadOnlySpan<int> symbols, Span<float> logits)
    {
        for (int first = 0; first < symbols.Length; first += RowsAtOnce)
        {
            var rows = new List<Row>(RowsAtOnce);
            for (int i = first; i < Math.Min(symbols.Length, first + RowsAtOnce); i++)
            {
                rows.Add(new Row(cache, cache.Length++, symbols[i], i));
            }

            ReadRows(rows, logits);
        }
    }

    private void ReadRows(List<Row> rows, Span<float> logits)
    {
        float* at = x.Of(RowsAtOnce * Width);
        for (int row = 0; row < rows.Count; row++)
        {
            Span<float> one = new(at + row * Width, Width);
            weights.Symbols.CopyRow(rows[row].Symbol, one);
            if (weights.Places is { } places)
            {
                TensorPrimitives.Add(one, places.AsSpan(rows[row].Place * Width, Width), one);
            }
        }

        for (int layer = 0; layer < weights.Layers.Count; layer++)
        {
            Attend(rows, layer, at);
            Feed(rows, layer, at);
        }

        Finish(rows, at, logits);
    }

    /// <summary>x += Wa attention(Wq norm(x)); the new keys and values are remembered first.</summary>
    private void Attend(List<Row> rows, int layer, float* at)
    {
        DecoderWeights.Layer w = weights.Layers[layer];
        float* n = Normed(at, w.AttentionNorm, rows.Count), three = triples.Of(RowsAtOnce * TripleWidth),
            result = seen.Of(RowsAtOnce * QueryWidth);
        AddNear(rows, layer, 0, w.AttentionNear, n);
        Multiply(n, w.QueriesKeysValues, three, rows.Count, Width, TripleWidth);
        long work = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            Remember(rows[row], layer, three + (long)row * TripleWidth);
            work += 2L * (rows[row].Place + 1) * QueryWidth;
        }

        int parts = (int)Math.Clamp(work / WorthAThread, 1, Team.Size), heads = weights.Heads;
        float* room = scores.Of(checked(Team.Size * weights.Context));
        void Some(int part)
        {
            for (int i = part; i < rows.Count * heads; i += parts)
            {
                (int row, int head) = (i / heads, i % heads);
                Attend(
                    rows[row], layer, head, three + (long)row * TripleWidth + head * HeadWidth,
                    room + (long)part * weights.Context, result + (long)row * QueryWidth + head * HeadWidth);
            }
        }

        if (parts == 1)
        {
            Some(0);
        }
        else
        {
            Team.Run(parts, Some);
        }

        Multiply(result, w.Attended, at, rows.Count, QueryWidth, Width, isAdded: true);
    }

    private void Remember(Row row, int layer, float* three)
    {
        float* keys = row.Cache.Keys(layer), values = row.Cache.Values(layer);
        rotations?.Rotate(three, weights.Heads + weights.KeyHeads, row.Place);
        for (int head = 0; head < weights.KeyHeads; head++)
        {
            long place = ((long)head * row.Cache.Capacity + row.Place) * HeadWidth;
            float* from = three + QueryWidth + head * HeadWidth;
            new Span<float>(from, HeadWidth).CopyTo(new Span<float>(keys + place, HeadWidth));
            new Span<float>(from + KeyWidth, HeadWidth).CopyTo(new Span<float>(values + place, HeadWidth));
        }
    }

    /// <summary>Σ p v with p = softmax(q kᵀ / √d) over the symbols up to this one.</summary>
    private void Attend(Row row, int layer, int head, float* query, float* room, float* result)
    {
        long from = (long)(head * weights.KeyHeads / weights.Heads) * row.Cache.Capacity * HeadWidth;
        int length = row.Place + 1;
        RowProducts.Multiply(query, row.Cache.Keys(layer) + from, room, HeadWidth, length);
        DecoderKernels.Softmax(room, length, (float)(1.0 / Math.Sqrt(HeadWidth)));
        DecoderKernels.Mean(room, row.Cache.Values(layer) + from, result, length, HeadWidth);
    }

    /// <summary>x += Wd f(Wu norm(x)), or x += Wd (f(Wg norm(x)) · Wu norm(x)).</summary>
    private void Feed(List<Row> texts, int layer, float* at)
    {
        DecoderWeights.Layer w = weights.Layers[layer];
        int rows = texts.Count, inner = weights.Inner, size = rows * inner;
        float* n = Normed(at, w.LayerNorm, rows), u = up.Of(RowsAtOnce * inner), a = active.Of(RowsAtOnce * inner);
        AddNear(texts, layer, 1, w.LayerNear, n);
        Multiply(n, w.Up, u, rows, Width, inner);
        switch (weights.Activation)
        {
            case DecoderActivation.Gelu:
                RowKernels.Gelu(u, a, size);
                break;
            case DecoderActivation.TanhGelu:
                DecoderKernels.TanhGelu(u, a, size);
                break;
            default:
                Multiply(n, w.Gate!, a, rows, Width, inner);
                DecoderKernels.GatedSilu(a, u, size);
                break;
        }

        Multiply(a, w.Down, at, rows, inner, Width, isAdded: true);
    }

    /// <summary>Adds the earlier rows of each text, which are remembered, to its rows.</summary>
    private void AddNear(List<Row> rows, int layer, int part, float[]? near, float* n)
    {
        if (near is null)
        {
            return;
        }

        var own = new Span<float>(copy.Of(Width), Width);
        for (int row = 0; row < rows.Count; row++)
        {
            var sum = new Span<float>(n + row * Width, Width);
            sum.CopyTo(own);
            Span<float> before = rows[row].Cache.Near(layer, part);
            int place = rows[row].Place;
            for (int j = 1; j <= Math.Min(place, weights.Neighbors); j++)
            {
                TensorPrimitives.MultiplyAdd(
                    before.Slice((place - j) % weights.Neighbors * Width, Width), near.AsSpan((j - 1) * Width, Width),
                    sum, sum);
            }

            own.CopyTo(before[(place % weights.Neighbors * Width)..]);
        }
    }

    /// <summary>The logits of the rows that are the last of their texts.</summary>
    private void Finish(List<Row> rows, float* at, Span<float> logits)
    {
        int count = 0;
        float* ends = last.Of(RowsAtOnce * Width), results = up.Of(Math.Max(RowsAtOnce * weights.SymbolCount, 1));
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows[row].Text >= 0)
            {
                new Span<float>(at + row * Width, Width).CopyTo(new Span<float>(ends + count++ * Width, Width));
            }
        }

        if (count == 0)
        {
            return;
        }

        Multiply(Normed(ends, weights.Norm, count), weights.Head, results, count, Width, weights.SymbolCount);
        int next = 0;
        foreach (Row row in rows.Where(row => row.Text >= 0))
        {
            new Span<float>(results + (long)next++ * weights.SymbolCount, weights.SymbolCount)
                .CopyTo(logits[(row.Text * weights.SymbolCount)..]);
        }
    }

    private float* Normed(float* rows, DecoderWeights.Scales scales, int count)
    {
        float* y = normed.Of(RowsAtOnce * Width), means = statistics.Of(2 * RowsAtOnce);
        if (weights.IsRootNorm)
        {
            DecoderKernels.RootNorm(rows, Address(scales.Weight), y, count, Width, weights.Epsilon);
        }
        else
        {
            RowKernels.Norm(
                rows, Address(scales.Weight), y, means, means + RowsAtOnce, count, Width, weights.Epsilon);
        }

        Shift(y, scales.Bias, count, Width);
        return y;
    }

    private static void Multiply(
        float* x, DecoderWeights.Matrix w, float* y, int rows, int inputs, int outputs, bool isAdded = false)
    {
        if (w.Int8 is { } small)
        {
            Int8Products.Multiply(x, small, y, rows, isAdded);
        }
        else
        {
            RowProducts.Multiply(x, Address(w.Weight), y, rows, inputs, outputs, isAdded);
        }

        Shift(y, w.Bias, rows, outputs);
    }

    private static void Shift(float* y, float[]? bias, int rows, int width)
    {
        for (int row = 0; bias is not null && row < rows; row++)
        {
            Span<float> one = new(y + (long)row * width, width);
            TensorPrimitives.Add(one, bias, one);
        }
    }

    private static float* Address(float[] pinned) => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    /// <summary>A symbol of a text.</summary>
    /// <param name="Cache">The text's.</param>
    /// <param name="Place">Its position.</param>
    /// <param name="Symbol">Its number.</param>
    /// <param name="Text">Which of the logits are those of what comes after it; −1 for none.</param>
    private readonly record struct Row(KeyValueCache Cache, int Place, int Symbol, int Text);
}
