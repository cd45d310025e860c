using Math4AI.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Language.Generation;

/// <summary>The weights of a transformer, apart from torch; every matrix is outputs × inputs, row by row.</summary>
internal sealed class DecoderWeights
{
    private DecoderWeights(CharTransformer network)
    {
        Dictionary<string, Tensor> all =
            network.named_parameters().ToDictionary(named => named.name, named => (Tensor)named.parameter);
        float[] Of(string name) => Copy(all[name + ".weight"]);
        (Width, Heads, Context, SymbolCount) = (network.Width, network.Heads, network.Context, network.SymbolCount);
        (Symbols, Places, Norm) = (Of("symbols"), Of("places"), Of("norm"));
        Layers = [.. Enumerable.Range(0, network.Layers).Select(i => new Layer(
            Of($"blocks.{i}.attentionNorm"), Of($"blocks.{i}.queriesKeysValues"), Of($"blocks.{i}.attended"),
            Of($"blocks.{i}.layerNorm"), Of($"blocks.{i}.up"), Of($"blocks.{i}.down")))];
    }

    /// <summary>Gets the numbers of a symbol.</summary>
    public int Width { get; }

    /// <summary>Gets the heads of attention.</summary>
    public int Heads { get; }

    /// <summary>Gets the longest text that is looked at.</summary>
    public int Context { get; }

    /// <summary>Gets the number of symbols.</summary>
    public int SymbolCount { get; }

    /// <summary>Gets the table of symbols, at both ends.</summary>
    public float[] Symbols { get; }

    /// <summary>Gets the table of positions.</summary>
    public float[] Places { get; }

    /// <summary>Gets the scales of the last norm.</summary>
    public float[] Norm { get; }

    /// <summary>Gets the layers.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Copies the weights that a network has now.</summary>
    public static DecoderWeights Of(CharTransformer network) => new(network);

    private static float[] Copy(Tensor tensor)
    {
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        float[] room = GC.AllocateUninitializedArray<float>(checked((int)tensor.numel()), pinned: true);
        tensor.contiguous().data<float>().CopyTo(room);
        return room;
    }

    /// <summary>The weights of a layer.</summary>
    /// <param name="AttentionNorm">The scales of the norm before the attention.</param>
    /// <param name="QueriesKeysValues">3 width × width.</param>
    /// <param name="Attended">width × width.</param>
    /// <param name="LayerNorm">The scales of the norm before the two products.</param>
    /// <param name="Up">4 width × width.</param>
    /// <param name="Down">width × 4 width.</param>
    internal sealed record Layer(
        float[] AttentionNorm, float[] QueriesKeysValues, float[] Attended, float[] LayerNorm, float[] Up,
        float[] Down);
}
