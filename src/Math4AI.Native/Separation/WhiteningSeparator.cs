using Math4AI.Data;
using Math4AI.Optimization;

namespace Math4AI.Separation;

/// <summary>
/// A method that whitens the mixture first and then looks for the sources in the white signals. Derive from it to add a
/// method of your own that begins so.
/// </summary>
public abstract class WhiteningSeparator : Separator
{
    private readonly int? sources;

    /// <summary>Initializes a method.</summary>
    /// <param name="sources">The number of sources; null for as many as there are independent channels.</param>
    protected WhiteningSeparator(int? sources = null) => this.sources = sources;

    /// <inheritdoc/>
    protected sealed override SeparationSolution Solve(
        ISampleSource mixture, SeparationLog log, CancellationToken cancellation)
    {
        log.Begin("whiten");
        Whitening whitening = Whitening.Of(mixture, sources, cancellation);
        log.Begin("solve");
        (Unmixing unmixing, Termination termination) = Solve(mixture, whitening, log, cancellation);
        return new SeparationSolution(unmixing, termination)
        {
            Mixture = whitening.Covariance,
            Notes = whitening.Notes(),
        };
    }

    /// <summary>
    /// Finds the unmixing. Where it is a rotation of white signals, <see cref="Whitening.ToUnmixing"/> makes it.
    /// </summary>
    /// <param name="mixture">The samples, as they were given.</param>
    /// <param name="whitening">Their whitening.</param>
    /// <param name="log">Takes every iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <returns>The unmixing of the mixture, and how the iteration ended.</returns>
    protected abstract (Unmixing Unmixing, Termination Termination) Solve(
        ISampleSource mixture, Whitening whitening, SeparationLog log, CancellationToken cancellation);
}
