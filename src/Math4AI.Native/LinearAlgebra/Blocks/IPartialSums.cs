namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// What a pass adds up, as plain numbers, so that the sums of several processes can be added too. A state of a pass
/// that is none of these is computed by each process from all samples.
/// </summary>
internal interface IPartialSums
{
    /// <summary>Gets the arrays whose elements are sums over samples; as many and as long in every state.</summary>
    IReadOnlyList<double[]> Totals { get; }

    /// <summary>Gets the arrays whose elements are the largest over samples, 0 or more.</summary>
    IReadOnlyList<double[]> Peaks => [];
}
