namespace Math4AI.Training.DirectPasses;

/// <summary>What a block of a <see cref="TransformerPart"/> keeps for the way back.</summary>
/// <param name="at">Where its weights lie.</param>
internal sealed class TransformerBlock(TransformerWeights.Block at)
{
    public TransformerWeights.Block At { get; } = at;

    public PinnedFloats Entry { get; } = new();

    public PinnedFloats AttentionNormed { get; } = new();

    public PinnedFloats AttentionStatistics { get; } = new();

    public PinnedFloats AttentionMixed { get; } = new();

    public PinnedFloats QueriesKeysValues { get; } = new();

    public PinnedFloats Weights { get; } = new();

    public PinnedFloats Seen { get; } = new();

    public PinnedFloats Middle { get; } = new();

    public PinnedFloats LayerNormed { get; } = new();

    public PinnedFloats LayerMixed { get; } = new();

    public PinnedFloats LayerStatistics { get; } = new();

    public PinnedFloats GateSlopes { get; } = new();

    public PinnedFloats UpSlopes { get; } = new();

    /// <summary>What attention reads.</summary>
    public PinnedFloats AttentionRead => At.AttentionNear is null ? AttentionNormed : AttentionMixed;

    /// <summary>What the layers read.</summary>
    public PinnedFloats LayerRead => At.LayerNear is null ? LayerNormed : LayerMixed;

    public PinnedFloats Active { get; } = new();
}
