using System.Globalization;
using Math4AI.Data.Recorders;
using Math4AI.Separation;
using Math4AI.Separation.Quality;

namespace Math4AI.Cli.Separation;

/// <summary>The content of <c>result.json</c>.</summary>
internal sealed record SeparateSummary(
    string Method,
    int Iterations,
    bool Converged,
    string Termination,
    double ConditionNumber,
    int Channels,
    int Sources,
    long Samples,
    int? SampleRate,
    int Seed,
    IReadOnlyList<string> Notes,
    IReadOnlyList<string> Warnings,
    Dependence? MutualInformation,
    IReadOnlyDictionary<string, double> SecondsPerStage)
{
    public string Model { get; init; } = "instantaneous";

    /// <summary>The statistic of the room test; null if the options decided on the model.</summary>
    public double? RoomStatistic { get; init; }

    /// <summary>
    /// The asymptotic standard errors of the unmixing, sources × channels; null if the method has none.
    /// </summary>
    public double?[][]? UnmixingStandardErrors { get; init; }

    /// <summary>Gets the objective of the method after each iteration.</summary>
    public IReadOnlyList<double> Objectives { get; init; } = [];

    /// <summary>Gets the change that each iteration made, in the unit of the tolerance.</summary>
    public IReadOnlyList<double> Changes { get; init; } = [];

    /// <summary>Gets how reliably each source is found, from 0 to 1; null if it was not requested.</summary>
    public IReadOnlyList<double>? Stability { get; init; }

    /// <summary>Gets the names of the channels of a recording in EDF or BDF.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Gets what was noted in it.</summary>
    public IReadOnlyList<EdfAnnotation>? Annotations { get; init; }

    public static SeparateSummary Of(
        SeparateOptions options,
        SeparateInput input,
        SeparationResult result,
        Dependence? dependence,
        Dictionary<string, double> seconds) =>
        new(
            result.Method.Name,
            result.Iterations,
            result.IsConverged,
            result.Termination.Name,
            result.ConditionNumber,
            result.Unmixing.Channels,
            result.Unmixing.Sources,
            input.Samples.Length,
            input.SampleRate,
            options.Seed,
            [.. input.Notes, .. result.Notes],
            result.Warnings,
            dependence,
            seconds)
        {
            Objectives = result.Objectives,
            Changes = result.Changes,
            Labels = input.Edf?.Labels,
            Annotations = input.Edf?.Annotations,
        };

    /// <summary>Returns the summary as readable lines.</summary>
    public IReadOnlyList<string> Lines(SeparationResult result)
    {
        string total = SecondsPerStage.Values.Sum().ToString("0.00", CultureInfo.InvariantCulture);
        string index = string.Join(
            ", ", (Stability ?? []).Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
        return
        [
            $"{result}, {total} s.",
            .. Stability is null
                ? Array.Empty<string>()
                : [$"Stability of the sources, 1 where every run found it: {index}."],
            .. Notes.Except(Warnings),
        ];
    }
}
