namespace Math4AI.Optimization;

/// <summary>How an iteration ended.</summary>
public enum Termination
{
    /// <summary>The answer is exact; nothing was iterated.</summary>
    Direct,

    /// <summary>The last step, or the gradient, was less than the tolerance.</summary>
    Converged,

    /// <summary>The iterations ran out before the tolerance was met: allow more, or a larger tolerance.</summary>
    IterationLimit,

    /// <summary>No step lowers the cost by more than rounding; the gradient is not under its tolerance, which may be too small.</summary>
    NoProgress,

    /// <summary>A parameter no longer changes the cost where the iteration came to rest: begin elsewhere, bound it, or leave it out.</summary>
    Undetermined,

    /// <summary>The cost falls below every bound: there is no minimum, or it lies at infinity.</summary>
    Unbounded,

    /// <summary>The cost at the start is not a finite number: begin somewhere else.</summary>
    BadStart,
}
