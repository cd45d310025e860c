using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;

namespace Math4AI.Separation;

/// <summary>What a separation found, and how it came to it.</summary>
public class SeparationResult
{
    /// <summary>The method's name, such as "fastica".</summary>
    public required string Method { get; init; }

    /// <summary>The map from mixtures to sources.</summary>
    public required Unmixing Unmixing { get; init; }

    /// <summary>The number of iterations.</summary>
    public required int Iterations { get; init; }

    /// <summary>How it ended.</summary>
    public required Termination Termination { get; init; }

    /// <summary>Whether the answer can be relied on as far as the method goes.</summary>
    public bool IsConverged => Termination.IsConverged;

    /// <summary>σ_max / σ_min of the mixing matrix.</summary>
    public required double ConditionNumber { get; init; }

    /// <summary>What each iteration changed, in the unit of the tolerance.</summary>
    public required IReadOnlyList<double> Changes { get; init; }

    /// <summary>
    /// What the method makes small, after each iteration: <c>mi</c> the mutual information in nats, relative to that of the white mixture;
    /// <c>ml</c> its cost; <c>jade</c> and <c>sobi</c> the squares beside the diagonals; or large: <c>fastica</c> the contrast, on four
    /// thousand of the samples.
    /// </summary>
    public required IReadOnlyList<double> Objectives { get; init; }

    /// <summary>Mean, covariance and correlations of the mixture.</summary>
    public required Covariance Mixture { get; init; }

    /// <summary>The sources' variances, skewnesses and correlations.</summary>
    public required SourceStatistics Statistics { get; init; }

    /// <summary>What a user should know, one sentence each: fewer sources than channels, for example.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The seconds of "whiten" and "solve".</summary>
    public required IReadOnlyDictionary<string, double> SecondsPerStage { get; init; }

    /// <summary>Returns this result where it converged.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public SeparationResult ThrowIfNotConverged() =>
        IsConverged
            ? this
            : throw new InvalidOperationException(
                $"{Method} did not converge in {Iterations} iterations: allow more iterations or a larger tolerance.");
}

/// <summary>A result together with the signals it came from.</summary>
/// <typeparam name="TSignal">The kind of signal: a recording or a matrix.</typeparam>
public sealed class SeparationResult<TSignal> : SeparationResult
{
    private readonly Lazy<TSignal> sources;

    internal SeparationResult(Func<TSignal> sources) => this.sources = new Lazy<TSignal>(sources);

    /// <summary>The sources, made when they are first asked for.</summary>
    public TSignal Sources => sources.Value;
}
