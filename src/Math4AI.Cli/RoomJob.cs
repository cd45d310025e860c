using System.Globalization;
using Math4AI.Audio;
using Math4AI.Reporting;
using Math4AI.Separation.Rooms;

namespace Math4AI.Cli;

/// <summary>The content of <c>result.json</c> of a recording from a room.</summary>
internal sealed record RoomSummary(
    string Method,
    string Model,
    double? RoomStatistic,
    int Iterations,
    IReadOnlyList<int> Windows,
    int ReferenceMicrophone,
    int Channels,
    int Sources,
    long Samples,
    int SampleRate,
    IReadOnlyList<string> Notes,
    IReadOnlyDictionary<string, double> SecondsPerStage);

/// <summary>The part of <c>math4ai separate</c> that is for rooms.</summary>
internal static class RoomJob
{
    public static void Run(
        SeparateOptions options,
        Recording mixture,
        double statistic,
        SeparateOutput output,
        ProgressLine progress,
        Dictionary<string, double> seconds,
        CancellationToken cancellation)
    {
        var separator = new RoomSeparator(
            new RoomSeparatorOptions
            {
                Window = options.Window,
                Method = SeparateOptions.RoomMethods[options.RoomMethodName],
                ReferenceMicrophone = options.ReferenceMicrophone - 1,
            });
        RoomSeparationResult result = separator.Separate(mixture, progress, cancellation);
        seconds["solve"] = result.Seconds;
        progress.Show("write");
        output.WriteSignals(result.Sources, mixture.Format);
        seconds["write"] = output.WriteSeconds;
        var summary = new RoomSummary(
            options.RoomMethodName,
            "room",
            double.IsNaN(statistic) ? null : statistic,
            result.Iterations,
            result.Windows,
            options.ReferenceMicrophone,
            mixture.Channels,
            result.Sources.Channels,
            mixture.Length,
            mixture.SampleRate,
            [.. mixture.Notes, .. result.Notes],
            seconds);
        string json = CliJson.Text(summary);
        output.Write("result.json", path => File.WriteAllText(path, json + "\n"));
        if (!options.NoReport)
        {
            progress.Show("report");
            var report = new RoomReport
            {
                Result = result,
                Method = options.RoomMethodName,
                Mixture = mixture,
                Statistic = statistic,
                Command = CommandLine.Text,
            };
            output.Write("report.html", path => File.WriteAllText(path, report.ToHtml(cancellation)));
        }

        cancellation.ThrowIfCancellationRequested();
        output.Commit();
        progress.Clear();
        if (options.Json)
        {
            Console.Out.WriteLine(json);
        }
        else
        {
            Print(options, summary);
        }
    }

    private static void Print(SeparateOptions options, RoomSummary summary)
    {
        string told = summary.RoomStatistic is { } statistic
            ? string.Create(CultureInfo.InvariantCulture, $", told by its echoes ({statistic:0.00}; a room above {RoomTest.Threshold})")
            : string.Empty;
        string total = summary.SecondsPerStage.Values.Sum().ToString("0.00", CultureInfo.InvariantCulture);
        Console.Out.WriteLine(
            $"{summary.Sources} sources from {summary.Channels} channels of {summary.Samples} samples in a room{told}: {summary.Method}, "
            + $"{summary.Iterations} iterations, {total} s.");
        foreach (string note in summary.Notes)
        {
            Console.Out.WriteLine(note);
        }

        Console.Out.WriteLine($"Written to {options.Output}{(options.NoReport ? string.Empty : "; open report.html there")}.");
    }
}
