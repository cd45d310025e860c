namespace Math4AI.Probability.Sampling;

/// <summary>
/// Is thrown where sampling was cancelled after some draws, and holds them: with <see cref="PosteriorDraws.Save"/> and
/// <see cref="NutsSampler.Resume"/> they become those of a run that was not stopped, bit for bit.
/// </summary>
public sealed class SamplingStoppedException : OperationCanceledException
{
    internal SamplingStoppedException(PosteriorDraws draws, CancellationToken cancellation)
        : base("The sampling was stopped; the draws so far are kept.", cancellation) => Draws = draws;

    /// <summary>Gets the draws so far, as many of each chain.</summary>
    public PosteriorDraws Draws { get; }

    internal SamplingStoppedException With(PosteriorDraws draws) => new(draws, CancellationToken);
}
