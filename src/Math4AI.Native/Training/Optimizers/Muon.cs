using System.IO.Enumeration;
using Math4AI.Runtime;
using TorchSharp;
using TorchSharp.Modules;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Muon: each matrix W, r × c, steps along the nearest orthogonal matrix to its momentum: M ← β M + (1 − β) g,
/// U = β M + (1 − β) g, W ← W (1 − η λ) − 0.2 η √max(r, c) O with O ≈ U (Uᵀ U)^(−1/2), by <see cref="Iterations"/> of a
/// polynomial of degree 5. The factor gives a step the size that AdamW's has, so that one rate and one decay serve
/// both; vectors, embeddings and what <see cref="Except"/> names are stepped by <see cref="Others"/>. Sources: K.
/// Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024); J. Liu et al., arXiv:2502.16982
/// (the factor).
/// </summary>
public sealed record Muon : Optimizer
{
    /// <summary>Gets β, the share of the momentum that a step keeps: 0 or more and less than 1.</summary>
    public double Momentum { get; init => field = Setting.Below(value, 0.0, 1.0); } = 0.95;

    /// <summary>
    /// Gets the number of polynomials by which the momentum is made orthogonal, 1 or more: after 5, all singular values
    /// lie between about 0.7 and 1.2.
    /// </summary>
    public int Iterations { get; init => field = Setting.AtLeast(value, 1); } = 5;

    /// <summary>Gets how vectors and embeddings are stepped.</summary>
    public AdamW Others { get; init; } = new() { Beta2 = 0.99 };

    /// <summary>
    /// Gets the names of further matrices that <see cref="Others"/> steps, such as the last layer's; * stands for any
    /// characters.
    /// </summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>Returns the name and the settings that differ from their defaults.</summary>
    public override string ToString() =>
        Describe("muon", ("momentum", Momentum, 0.95), ("iterations", Iterations, 5))
        + $" {Others}{string.Concat(Except.Select(pattern => " without " + pattern))}";

    internal override OptimizerRun Begin<T>(torch.nn.Module module, TrainerOptions options) =>
        new MuonRun<T>(this, module, options);

    internal override void Check()
    {
        ArgumentNullException.ThrowIfNull(Others);
        ArgumentNullException.ThrowIfNull(Except);
    }

    /// <summary>Returns the names of the parameters that are stepped as matrices.</summary>
    internal HashSet<string> Matrices(torch.nn.Module module)
    {
        string[] tables =
        [
            .. module.named_modules().Where(named => named.module is Embedding or EmbeddingBag)
                .Select(named => named.name + "."),
        ];
        return
        [
            .. module.named_parameters()
                .Where(named => named.parameter.Dimensions > 1 && !named.parameter.is_complex()
                    && !tables.Any(table => named.name.StartsWith(table, StringComparison.Ordinal))
                    && !Except.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, named.name, false)))
                .Select(named => named.name),
        ];
    }
}
