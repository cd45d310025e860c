using Math4AI.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Language.Generation;

/// <summary>What stands between the two products of a layer.</summary>
internal enum DecoderActivation
{
    /// <summary>u Φ(u).</summary>
    Gelu,

    /// <summary>u (1 + tanh(√(2/π) (u + 0.044715 u³))) / 2, as GPT-2 has it.</summary>
    TanhGelu,

    /// <summary>u σ(u), which multiplies a second product. Source: N. Shazeer, arXiv:2002.05202.</summary>
    GatedSilu,
}

/// <summary>The weights of a transformer, apart from torch; every matrix is outputs × inputs, row by row.</summary>
internal sealed record DecoderWeights
{
    /// <summary>Gets the numbers of a symbol.</summary>
    public required int Width { get; init; }

    /// <summary>Gets the heads of attention.</summary>
    public required int Heads { get; init; }

    /// <summary>Gets the heads of keys and values, each for a group of as many heads.</summary>
    public required int KeyHeads { get; init; }

    /// <summary>Gets the numbers of a head.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Gets the numbers between the two products of a layer.</summary>
    public required int Inner { get; init; }

    /// <summary>Gets the longest text that is looked at.</summary>
    public required int Context { get; init; }

    /// <summary>Gets the number of symbols.</summary>
    public required int SymbolCount { get; init; }

    /// <summary>Gets the symbol that a text begins with where nothing is given; null where none is named.</summary>
    public int? Start { get; init; }

    /// <summary>Gets the symbols after which no text goes on.</summary>
    public IReadOnlyList<int> Ends { get; init; } = [];

    /// <summary>Gets the symbol that begins a document, which a text then has one of; null for none.</summary>
    public int? Boundary { get; init; }

    /// <summary>Gets what is added to variances.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Gets what stands between the products.</summary>
    public required DecoderActivation Activation { get; init; }

    /// <summary>
    /// Gets whether norms divide by the root of the mean square alone. Source: B. Zhang and R. Sennrich, NeurIPS
    /// (2019).
    /// </summary>
    public bool IsRootNorm { get; init; }

    /// <summary>Gets the base of the rotations of positions, or 0 for none.</summary>
    public double RotaryBase { get; init; }

    /// <summary>Gets how rotations are slowed down for texts longer than those learned from; null for not.</summary>
    public RotaryScaling? Scaling { get; init; }

    /// <summary>Gets the number of earlier rows that each part of a layer reads beside a row.</summary>
    public int Neighbors { get; init; }

    /// <summary>Gets the table of symbols.</summary>
    public required Matrix Symbols { get; init; }

    /// <summary>Gets the table that makes logits; the table of symbols where both are one.</summary>
    public required Matrix Head { get; init; }

    /// <summary>Gets the table of positions, or null with rotations.</summary>
    public float[]? Places { get; init; }

    /// <summary>Gets the last norm.</summary>
    public required Scales Norm { get; init; }

    /// <summary>Gets the layers.</summary>
    public required IReadOnlyList<Layer> Layers { get; init; }

    /// <summary>Copies the weights that a network has now.</summary>
    public static DecoderWeights Of(CharTransformer network)
    {
        Dictionary<string, Tensor> all =
            network.named_parameters().ToDictionary(named => named.name, named => (Tensor)named.parameter);
        float[] Of(string name) => Copy(all[name + ".weight"]);
        float[]? BiasOf(string name) => all.TryGetValue(name + ".bias", out Tensor? bias) ? Copy(bias) : null;
        Scales ScalesOf(string name) => new(Of(name), BiasOf(name));
        Matrix MatrixOf(string name) => new(Of(name), BiasOf(name));
        var symbols = new Matrix(Of("symbols"));
        TransformerStyle style = network.Style;
        return new DecoderWeights
        {
            Width = network.Width,
            Heads = network.Heads,
            KeyHeads = network.KeyHeads,
            HeadWidth = network.Width / network.Heads,
            Inner = style.Inner(network.Width),
            Context = network.Context,
            SymbolCount = network.SymbolCount,
            Boundary = network.Boundary,
            Start = network.Boundary,
            Ends = network.Boundary is { } boundary ? [boundary] : [],
            Epsilon = CharTransformer.Epsilon,
            Activation = style.IsGated ? DecoderActivation.GatedSilu : DecoderActivation.Gelu,
            IsRootNorm = style.IsRootNorm,
            RotaryBase = style.IsRotary ? Rotations.Base : 0.0,
            Neighbors = style.Neighbors,
            Symbols = symbols,
            Head = style.HasOwnHead ? new Matrix(Of("head")) : symbols,
            Places = style.IsRotary ? null : Of("places"),
            Norm = ScalesOf("norm"),
            Layers = [.. Enumerable.Range(0, network.Layers).Select(i => new Layer(
                ScalesOf($"blocks.{i}.attentionNorm"), MatrixOf($"blocks.{i}.queriesKeysValues"),
                MatrixOf($"blocks.{i}.attended"), ScalesOf($"blocks.{i}.layerNorm"),
                style.IsGated ? MatrixOf($"blocks.{i}.gate") : null, MatrixOf($"blocks.{i}.up"),
                MatrixOf($"blocks.{i}.down"))
            {
                AttentionNear = style.Neighbors > 0 ? Of($"blocks.{i}.attentionNear") : null,
                LayerNear = style.Neighbors > 0 ? Of($"blocks.{i}.layerNear") : null,
            })],
        };
    }

    /// <summary>Gets whether the matrices are of bytes.</summary>
    public bool IsInt8 => Symbols.Int8 is not null;

    /// <summary>Returns the same with all matrices rounded to bytes.</summary>
    public DecoderWeights Rounded()
    {
        static Matrix? Small(Matrix? matrix, int inputs) =>
            matrix is null ? null : new Matrix([], matrix.Bias, Int8Rows.Of(matrix.Weight, inputs));
        Matrix symbols = Small(Symbols, Width)!;
        return this with
        {
            Symbols = symbols,
            Head = ReferenceEquals(Head, Symbols) ? symbols : Small(Head, Width)!,
            Layers =
            [
                .. Layers.Select(layer => layer with
                {
                    QueriesKeysValues = Small(layer.QueriesKeysValues, Width)!,
                    Attended = Small(layer.Attended, Heads * HeadWidth)!,
                    Gate = Small(layer.Gate, Width),
                    Up = Small(layer.Up, Width)!,
                    Down = Small(layer.Down, Inner)!,
                }),
            ],
        };
    }

    /// <summary>Returns room that does not move.</summary>
    public static float[] Room(long count) =>
        GC.AllocateUninitializedArray<float>(checked((int)count), pinned: true);

    private static float[] Copy(Tensor tensor)
    {
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        float[] room = Room(tensor.numel());
        tensor.contiguous().data<float>().CopyTo(room);
        return room;
    }

    /// <summary>What a norm scales and shifts by.</summary>
    /// <param name="Weight">width.</param>
    /// <param name="Bias">width, or null for none.</param>
    internal sealed record Scales(float[] Weight, float[]? Bias = null);

    /// <summary>A product.</summary>
    /// <param name="Weight">outputs × inputs; empty with bytes.</param>
    /// <param name="Bias">outputs, or null for none.</param>
    /// <param name="Int8">The same in bytes; null without.</param>
    internal sealed record Matrix(float[] Weight, float[]? Bias = null, Int8Rows? Int8 = null)
    {
        /// <summary>Writes a row.</summary>
        public void CopyRow(int row, Span<float> target)
        {
            if (Int8 is { } small)
            {
                small.CopyRow(row, target);
            }
            else
            {
                Weight.AsSpan(row * target.Length, target.Length).CopyTo(target);
            }
        }
    }

    /// <summary>The weights of a layer.</summary>
    /// <param name="AttentionNorm">The norm before the attention.</param>
    /// <param name="QueriesKeysValues">(heads + 2 key heads) · head width × width.</param>
    /// <param name="Attended">width × heads · head width.</param>
    /// <param name="LayerNorm">The norm before the two products.</param>
    /// <param name="Gate">inner × width, or null without a gate.</param>
    /// <param name="Up">inner × width.</param>
    /// <param name="Down">width × inner.</param>
    internal sealed record Layer(
        Scales AttentionNorm, Matrix QueriesKeysValues, Matrix Attended, Scales LayerNorm, Matrix? Gate, Matrix Up,
        Matrix Down)
    {
        /// <summary>Gets the numbers by which attention adds earlier rows, neighbors × width; null for none.</summary>
        public float[]? AttentionNear { get; init; }

        /// <summary>Gets those of the products.</summary>
        public float[]? LayerNear { get; init; }
    }
}
