namespace Math4AI.Separation;

/// <summary>How an iteration ended.</summary>
public enum Termination
{
    /// <summary>The answer is exact; nothing was iterated.</summary>
    Direct,

    /// <summary>The last step changed less than the tolerance.</summary>
    Converged,

    /// <summary>The iterations ran out before the tolerance was met: allow more, or a larger tolerance.</summary>
    IterationLimit,
}
