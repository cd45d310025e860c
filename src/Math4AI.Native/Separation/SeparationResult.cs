using System.Globalization;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;

namespace Math4AI.Separation;

/// <summary>The result of a separation: the unmixing, its statistics and the record of the iterations.</summary>
public class SeparationResult
{
    private IReadOnlyList<string> notes = [];

    internal SeparationResult()
    {
    }

    /// <summary>Gets the method, with what its results allow.</summary>
    public required SeparationMethod Method { get; init; }

    /// <summary>Gets the map from mixtures to sources.</summary>
    public required Unmixing Unmixing { get; init; }

    /// <summary>Gets the number of iterations.</summary>
    public required int Iterations { get; init; }

    /// <summary>Gets how the iteration ended.</summary>
    public required Termination Termination { get; init; }

    /// <summary>Gets whether the method converged, or solved the problem directly.</summary>
    public bool IsConverged => Termination.IsConverged;

    /// <summary>Gets the condition number of the mixing matrix, σ_max / σ_min.</summary>
    public required double ConditionNumber { get; init; }

    /// <summary>Gets the change that each iteration made, in the unit of the tolerance.</summary>
    public required IReadOnlyList<double> Changes { get; init; }

    /// <summary>
    /// Gets the objective after each iteration; <see cref="SeparationMethod.Objective"/> says what it is.
    /// </summary>
    public required IReadOnlyList<double> Objectives { get; init; }

    /// <summary>Gets the mean, covariance and correlations of the mixture.</summary>
    public required Covariance Mixture { get; init; }

    /// <summary>Gets the variances, skewnesses, kurtoses and correlations of the sources.</summary>
    public required SourceStatistics Statistics { get; init; }

    /// <summary>
    /// Gets remarks for the user, one sentence each, such as that there are fewer sources than channels.
    /// </summary>
    public required IReadOnlyList<string> Notes { get => notes; init => notes = value; }

    /// <summary>
    /// Gets those of the <see cref="Notes"/> that say what is wrong with the data, so that the sources may be too:
    /// which channel, where, and what to do.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Gets the seconds of each stage, such as "whiten" and "solve".</summary>
    public required IReadOnlyDictionary<string, double> SecondsPerStage { get; init; }

    /// <summary>Returns this result if the method converged; throws otherwise.</summary>
    /// <exception cref="InvalidOperationException">
    /// The method did not converge; the message says why, and what to do.
    /// </exception>
    public SeparationResult ThrowIfNotConverged() => IsConverged
        ? this
        : throw new InvalidOperationException($"{Method} did not converge in "
            + $"{Counted.Of(Iterations, "iteration")}. {Termination}");

    /// <summary>Returns the method, the sources and how the iteration ended, in one line.</summary>
    public override string ToString()
    {
        string ending = Termination == Termination.Direct ? "solved directly"
            : IsConverged ? $"converged in {Counted.Of(Iterations, "iteration")}"
            : $"did NOT converge in {Counted.Of(Iterations, "iteration")}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Unmixing} of {Counted.Of(Mixture.Count, "sample")}: {Method}, {ending}, "
            + $"condition number {ConditionNumber:G3}");
    }

    /// <summary>Returns a copy with more remarks.</summary>
    internal SeparationResult WithNotes(IEnumerable<string> more)
    {
        var copy = (SeparationResult)MemberwiseClone();
        copy.notes = [.. notes, .. more];
        return copy;
    }
}

/// <summary>The result together with the sources.</summary>
/// <typeparam name="TSignal">The kind of signal: a recording or a matrix.</typeparam>
public sealed class SeparationResult<TSignal> : SeparationResult
{
    private readonly Lazy<TSignal> sources;

    internal SeparationResult(Func<TSignal> sources) => this.sources = new Lazy<TSignal>(sources);

    /// <summary>Gets the sources. They are computed when they are first asked for.</summary>
    public TSignal Sources => sources.Value;
}
