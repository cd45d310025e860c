namespace Math4AI.Probability.Neighbors;

/// <summary>Names the distances that neighbors are found by.</summary>
public enum NeighborNorm
{
    /// <summary>√Σ (x − y)².</summary>
    Euclidean,

    /// <summary>max |x − y|.</summary>
    Maximum,
}
