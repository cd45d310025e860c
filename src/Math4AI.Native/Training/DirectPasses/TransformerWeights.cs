using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;

namespace Math4AI.Training.DirectPasses;

/// <summary>
/// Where the weights of a <see cref="CharTransformer"/> begin among its <see cref="FlatParameters{T}"/>, and their
/// gradients likewise.
/// </summary>
/// <param name="Symbols">symbols × width.</param>
/// <param name="Head">symbols × width, of the logits; the same place where both are one.</param>
/// <param name="Places">context × width; null with rotations.</param>
/// <param name="Norm">The scales of the last norm.</param>
/// <param name="Blocks">Those of each block.</param>
internal sealed record TransformerWeights(
    int Symbols, int Head, int? Places, int Norm, IReadOnlyList<TransformerWeights.Block> Blocks)
{
    /// <summary>The places by the names of the parameters; null where some are not trained.</summary>
    /// <param name="module">The model.</param>
    /// <param name="parameters">Its parameters.</param>
    public static TransformerWeights? Of(CharTransformer module, FlatParameters<float> parameters)
    {
        string[] names =
            [.. module.named_parameters().Where(named => named.parameter.requires_grad).Select(named => named.name)];
        if (names.Length != module.parameters().Count() || names.Length != parameters.Segments.Count)
        {
            return null;
        }

        int Start(string name) => parameters.Segments[Array.IndexOf(names, name + ".weight")].Start;
        return new TransformerWeights(
            Start("symbols"), Start(module.Style.HasOwnHead ? "head" : "symbols"),
            module.Style.IsRotary ? null : Start("places"), Start("norm"),
            [.. Enumerable.Range(0, module.Layers).Select(layer =>
        {
            int Of(string name) => Start($"blocks.{layer}.{name}");
            int? Near(string name) => module.Style.Neighbors > 0 ? Of(name) : null;
            return new Block(
                Of("attentionNorm"), Near("attentionNear"), Of("queriesKeysValues"), Of("attended"), Of("layerNorm"),
                Near("layerNear"), module.Style.IsGated ? Of("gate") : null, Of("up"), Of("down"));
        })]);
    }

    /// <summary>
    /// For each block, the first parameter from which on all belong to it, to blocks behind it, to the last norm
    /// or to a head of its own:
    /// when backward is done with the block, their gradients are known.
    /// </summary>
    /// <param name="segments">Where each of the parameters lies.</param>
    public int[] KnownFrom(IReadOnlyList<ParameterStore.Segment> segments) =>
    [
        .. Enumerable.Range(0, Blocks.Count).Select(block =>
        {
            HashSet<int> known = [Norm, .. Blocks.Skip(block).SelectMany(each => each.Starts)];
            if (Head != Symbols)
            {
                known.Add(Head);
            }

            int first = segments.Count;
            while (first > 0 && known.Contains(segments[first - 1].Start))
            {
                first--;
            }

            return first;
        }),
    ];

    /// <summary>A block's weights, outputs × inputs each.</summary>
    /// <param name="AttentionNorm">The scales of the norm before the attention.</param>
    /// <param name="AttentionNear">neighbors × width; null without.</param>
    /// <param name="QueriesKeysValues">3 width × width.</param>
    /// <param name="Attended">width × width.</param>
    /// <param name="LayerNorm">The scales of the norm before the two layers.</param>
    /// <param name="LayerNear">neighbors × width; null without.</param>
    /// <param name="Gate">inner × width; null without a gate.</param>
    /// <param name="Up">inner × width.</param>
    /// <param name="Down">width × inner.</param>
    internal sealed record Block(
        int AttentionNorm, int? AttentionNear, int QueriesKeysValues, int Attended, int LayerNorm, int? LayerNear,
        int? Gate, int Up, int Down)
    {
        /// <summary>Gets where each of them begins.</summary>
        public IEnumerable<int> Starts => new int?[]
        {
            AttentionNorm, AttentionNear, QueriesKeysValues, Attended, LayerNorm, LayerNear, Gate, Up, Down,
        }.OfType<int>();
    }
}
