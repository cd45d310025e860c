namespace Math4AI.Training.Networks;

/// <summary>What a <see cref="CharTransformer"/> is made of, where the field has had more than one answer.</summary>
public sealed record TransformerStyle
{
    /// <summary>
    /// Gets the style of GPT-2: learned positions, layer norms, two layers with GELU. Source: A. Radford et al.,
    /// "Language models are unsupervised multitask learners" (2019).
    /// </summary>
    public static TransformerStyle Gpt2 { get; } = new();

    /// <summary>
    /// Gets the style of Llama: rotations for positions, norms without means, a gated layer. Source: H. Touvron et al.,
    /// arXiv:2302.13971 (2023).
    /// </summary>
    public static TransformerStyle Llama { get; } = new() { IsRotary = true, IsRootNorm = true, IsGated = true };

    /// <summary>
    /// Gets the style of Llama with three neighbors: what the best small models of characters here are made of.
    /// </summary>
    public static TransformerStyle Near { get; } = Llama with { Neighbors = 3 };

    /// <summary>
    /// Gets whether queries and keys are rotated by their positions, so that attention sees distances; otherwise each
    /// position has a row of a table. The width of a head must be even. Source: J. Su et al., arXiv:2104.09864 (2021).
    /// </summary>
    public bool IsRotary { get; init; }

    /// <summary>
    /// Gets whether norms divide by the root of the mean square, y = g ∘ x / √(mean(x²) + ε), without taking the mean
    /// off. Source: B. Zhang and R. Sennrich, NeurIPS (2019).
    /// </summary>
    public bool IsRootNorm { get; init; }

    /// <summary>
    /// Gets whether the layers of a block are W₃ (silu(W₁ x) ∘ W₂ x) with silu(u) = u σ(u), rather than W₂ gelu(W₁ x);
    /// about as many numbers either way. Source: N. Shazeer, arXiv:2002.05202 (2020).
    /// </summary>
    public bool IsGated { get; init; }

    /// <summary>
    /// Gets the number k of positions before each that attention and the layers of a block read beside it:
    /// n(t) + Σⱼ wⱼ ∘ n(t − j) for j = 1 … k, with numbers wⱼ that begin at 0. A text of characters is mostly told by
    /// the last few, which attention has to learn to find. Source: D. So et al., arXiv:2109.08668 (2021), who filter
    /// queries, keys and values so.
    /// </summary>
    public int Neighbors { get; init; }

    /// <summary>
    /// Gets whether logits are products with a table of their own; otherwise with that of the symbols (O. Press and L.
    /// Wolf, EACL 2017).
    /// </summary>
    public bool HasOwnHead { get; init; }

    /// <summary>
    /// Gets the number of heads of keys and values, each for a group of heads of queries: 1 for one that all share, and
    /// null for one each. The cache of a text that is written is so much smaller. Sources: N. Shazeer, arXiv:1911.02150
    /// (2019); J. Ainslie et al., arXiv:2305.13245 (2023).
    /// </summary>
    public int? KeyHeads { get; init; }

    /// <summary>Gets whether products and layer norms add a bias, as GPT-2's do. Training is slower then.</summary>
    public bool HasBias { get; init; }

    /// <summary>Returns the numbers between the layers of a block.</summary>
    internal int Inner(int width) => IsGated ? (8 * width / 3 + 15) / 16 * 16 : 4 * width;
}
