using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;

namespace Math4AI.Separation;

/// <summary>
/// The result of a method: the unmixing, up to the order, signs and scales of the sources, which
/// <see cref="Separator"/> then fixes for all methods alike.
/// </summary>
/// <param name="Unmixing">The map from mixtures to sources.</param>
/// <param name="Termination">How the iteration ended.</param>
public sealed record SeparationSolution(Unmixing Unmixing, Termination Termination)
{
    /// <summary>
    /// Gets the mean and covariance of the mixture where the method knows them; null to have them computed.
    /// </summary>
    public Covariance? Mixture { get; init; }

    /// <summary>Gets remarks for the user, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>
    /// Gets whether order, signs and scales of the sources are known too, and are to be left as they are.
    /// </summary>
    public bool IsUnique { get; init; }
}
