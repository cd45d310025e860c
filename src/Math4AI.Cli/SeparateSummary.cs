using System.Globalization;
using Math4AI.Separation;
using Math4AI.Separation.Quality;

namespace Math4AI.Cli;

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
    Dependence? MutualInformation,
    IReadOnlyDictionary<string, double> SecondsPerStage)
{
    public string Model { get; init; } = "instantaneous";

    /// <summary>What told the model from that of a room; null where it was not asked.</summary>
    public double? RoomStatistic { get; init; }

    /// <summary>The asymptotic standard errors of the unmixing, sources × channels; null where it is known, not estimated.</summary>
    public double?[][]? UnmixingStandardErrors { get; init; }

    /// <summary>The method's objective after each iteration.</summary>
    public IReadOnlyList<double> Objectives { get; init; } = [];

    /// <summary>What each iteration changed, in the unit of the tolerance.</summary>
    public IReadOnlyList<double> Changes { get; init; } = [];

    /// <summary>How surely each source is found again, 0 to 1; null where it was not asked.</summary>
    public IReadOnlyList<double>? Stability { get; init; }

    public static SeparateSummary Of(
        SeparateOptions options, SeparateInput input, SeparationResult result, Dependence? dependence, Dictionary<string, double> seconds) =>
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
            dependence,
            seconds)
        {
            Objectives = result.Objectives,
            Changes = result.Changes,
        };

    /// <summary>Prints it for a person.</summary>
    public void Print(SeparateOptions options)
    {
        string how = Termination == Optimization.Termination.Direct.Name
            ? "solved directly"
            : $"{(Converged ? "converged" : "NOT converged")} in {Iterations} iterations";
        string total = SecondsPerStage.Values.Sum().ToString("0.00", CultureInfo.InvariantCulture);
        string condition = ConditionNumber.ToString("G3", CultureInfo.InvariantCulture);
        Console.Out.WriteLine(
            $"{Sources} sources from {Channels} channels of {Samples} samples: {Method}, {how}, "
            + $"condition number {condition}, {total} s.");
        if (Stability is not null)
        {
            string index = string.Join(", ", Stability.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
            Console.Out.WriteLine($"Stability of the sources, 1 for found in every run: {index}.");
        }

        foreach (string note in Notes)
        {
            Console.Out.WriteLine(note);
        }

        Console.Out.WriteLine($"Written to {options.Output}{(options.NoReport ? string.Empty : "; open report.html there")}.");
    }
}
