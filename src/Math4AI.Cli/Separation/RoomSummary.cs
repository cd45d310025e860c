using System.Globalization;
using Math4AI.Audio;
using Math4AI.Separation;
using Math4AI.Separation.Rooms;

namespace Math4AI.Cli.Separation;

/// <summary>The content of <c>result.json</c> for a recording from a room.</summary>
internal sealed record RoomSummary(
    string Method,
    string Model,
    double? RoomStatistic,
    int Iterations,
    IReadOnlyList<int> Windows,
    int ReferenceMicrophone,
    int Channels,
    int Sources,
    IReadOnlyList<double> Dependence,
    IReadOnlyList<IReadOnlyList<double>> Delays,
    long Samples,
    int SampleRate,
    IReadOnlyList<string> Notes,
    IReadOnlyList<string> Warnings,
    IReadOnlyDictionary<string, double> SecondsPerStage)
{
    public static RoomSummary Of(
        SeparateOptions options,
        Recording mixture,
        AutoSeparationResult found,
        RoomSeparationResult result,
        Dictionary<string, double> seconds) =>
        new(
            MethodOf(found, result, mixture),
            "room",
            double.IsNaN(found.RoomStatistic) ? null : found.RoomStatistic,
            result.Iterations,
            result.Windows,
            options.ReferenceMicrophone,
            mixture.Channels,
            result.Sources.Channels,
            result.Dependence,
            result.Delays,
            mixture.Length,
            mixture.SampleRate,
            [.. mixture.Notes, .. result.Notes],
            result.Warnings,
            seconds);

    /// <summary>
    /// Returns the name of the method; more sources than microphones are not found by that for rooms.
    /// </summary>
    public static string MethodOf(AutoSeparationResult found, RoomSeparationResult result, Recording mixture) =>
        result.Sources.Channels > mixture.Channels ? "masks" : found.Method.Name;

    /// <summary>Returns the summary as readable lines.</summary>
    public IReadOnlyList<string> Lines()
    {
        string told = RoomStatistic is { } statistic
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", recognized by its echoes (statistic {statistic:0.00}, a room above {RoomTest.Threshold})")
            : string.Empty;
        string total = SecondsPerStage.Values.Sum().ToString("0.00", CultureInfo.InvariantCulture);
        return
        [
            $"{Sources} source{(Sources == 1 ? "" : "s")} from {Channels} channels of {Samples} samples in a "
            + $"room{told}: {Method}, "
            + $"{Iterations} iterations, {total} s.",
            .. Notes.Except(Warnings),
        ];
    }
}
