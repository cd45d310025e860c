using System.Globalization;
using Math4AI.Audio;
using Math4AI.Data;
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
            IsWithoutEchoes(found.RoomStatistic) ? "instantaneous" : "room",
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
        string where = RoomStatistic is not { } statistic ? "in a room" : string.Create(
            CultureInfo.InvariantCulture,
            $"{(IsWithoutEchoes(statistic) ? "without echoes (" : "in a room, recognized by its echoes (")}"
            + $"statistic {statistic:0.000}, a room above {RoomTest.Threshold})");
        string total = SecondsPerStage.Values.Sum().ToString("0.00", CultureInfo.InvariantCulture);
        return
        [
            $"{Counted.Of(Sources, "source")} from {Counted.Of(Channels, "channel")} of "
            + $"{Counted.Of(Samples, "sample")} {where}: {Method}, {Counted.Of(Iterations, "iteration")}, {total} s.",
            .. Notes.Except(Warnings),
        ];
    }

    /// <summary>
    /// Tells whether the test found no echoes: masks, which separate rooms, were asked for all the same.
    /// </summary>
    private static bool IsWithoutEchoes(double statistic) => statistic <= RoomTest.Threshold;
}
