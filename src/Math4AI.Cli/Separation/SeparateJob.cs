using System.Diagnostics;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Processes;
using Math4AI.Reporting;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Cli.Separation;

/// <summary><c>math4ai separate</c>: read, separate, write.</summary>
internal sealed class SeparateJob
{
    private readonly SeparateOptions options;
    private readonly SeparateInput input;
    private readonly SeparateOutput output;
    private readonly ProgressLine progress;
    private readonly Dictionary<string, double> seconds;
    private readonly CancellationToken cancellation;

    private SeparateJob(
        SeparateOptions options,
        SeparateInput input,
        SeparateOutput output,
        ProgressLine progress,
        Dictionary<string, double> seconds,
        CancellationToken cancellation)
    {
        (this.options, this.input, this.output) = (options, input, output);
        (this.progress, this.seconds, this.cancellation) = (progress, seconds, cancellation);
    }

    public static int Run(SeparateOptions options, CancellationToken cancellation)
    {
        if (!ProcessGroup.Current.IsFirst)
        {
            using SeparateInput shared = ReadShared(options, _ => { }, cancellation);
            Find(options, shared, progress: null, cancellation);
            return 0;
        }

        using var output = new SeparateOutput(options);
        using CancellationTokenRegistration impatience = cancellation.Register(() => EndSoon(output));
        using var progress = ProgressLine.Start();
        long start = Stopwatch.GetTimestamp();
        using SeparateInput input = ReadShared(
            options, share => progress.Show($"read {100 * share:0} %"), cancellation);
        var seconds = new Dictionary<string, double> { ["read"] = Stopwatch.GetElapsedTime(start).TotalSeconds };
        new SeparateJob(options, input, output, progress, seconds, cancellation).Run();
        return 0;
    }

    private void Run()
    {
        Outcome outcome = Separate();
        output.Write("result.json", path => File.WriteAllText(path, outcome.Json + "\n"));
        if (!options.NoReport)
        {
            progress.Show("report");
            output.Write("report.html", path => File.WriteAllText(path, outcome.Report()));
        }

        cancellation.ThrowIfCancellationRequested();
        output.Commit();
        progress.Clear();
        foreach (string warning in outcome.Warnings)
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        if (options.Json)
        {
            Console.Out.WriteLine(outcome.Json);
            return;
        }

        foreach (string line in outcome.Lines)
        {
            Console.Out.WriteLine(line);
        }

        Console.Out.WriteLine(
            $"Written to {options.Output}{(options.NoReport ? string.Empty : "; open report.html there")}.");
    }

    /// <summary>Reads the input, in every process; where one of them cannot, none goes on.</summary>
    private static SeparateInput ReadShared(
        SeparateOptions options, Action<double> progress, CancellationToken cancellation)
    {
        ProcessGroup processes = ProcessGroup.Current;
        SeparateInput input = processes.Agree(() => SeparateInput.Read(options, progress, cancellation));
        processes.RequireSame(
            "The input",
            $"{Counted.Of(input.Samples.Channels, "channel")} × {Counted.Of(input.Samples.Length, "sample")}");
        return input;
    }

    /// <summary>Separates, by all processes together; what follows is the work of the first alone.</summary>
    private static Found Find(
        SeparateOptions options,
        SeparateInput input,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        if (ProcessGroup.Current.Count > 1)
        {
            input.Samples.Processes = ProcessGroup.Current;
        }

        try
        {
            return options.MixingFile is not null
                ? new Found(null, Separator.KnownMixing(MatrixFile.Read(options.MixingFile))
                    .Separate(input.Samples, progress, cancellation))
                : new Found(options.BlindSeparator.Separate(input.Samples, progress, cancellation), null);
        }
        finally
        {
            if (ProcessGroup.Current.Count > 1)
            {
                input.Samples.Processes = ProcessGroup.Single;
            }
        }
    }

    private Outcome Separate()
    {
        (AutoSeparationResult? found, SeparationResult? known) = Find(options, input, progress, cancellation);
        return known is not null ? Mixture(known, double.NaN, settings: null)
            : found!.IsRoom ? Room(found, found.Room)
            : Mixture(found.Mixture, found.RoomStatistic, found.Options);
    }

    private Outcome Room(AutoSeparationResult found, RoomSeparationResult result)
    {
        Recording mixture = input.Sound!;
        seconds["solve"] = result.Seconds;
        progress.Show("write");
        output.WriteSignals(result.Sources, mixture.Format);
        seconds["write"] = output.WriteSeconds;
        RoomSummary summary = RoomSummary.Of(options, mixture, found, result, seconds);
        var report = new RoomReport
        {
            Result = result,
            Method = RoomSummary.MethodOf(found, result, mixture),
            Mixture = mixture,
            Statistic = found.RoomStatistic,
            Command = CommandLine.Text,
        };
        return new Outcome(
            CliJson.Text(summary), summary.Lines(), result.Warnings, () => report.ToHtml(cancellation));
    }

    private Outcome Mixture(SeparationResult result, double statistic, SeparationOptions? settings)
    {
        seconds["whiten"] = result.SecondsPerStage.GetValueOrDefault("whiten");
        seconds["solve"] = result.SecondsPerStage.GetValueOrDefault("solve");
        progress.Show("write");
        seconds["apply"] = output.WriteSources(input, result, cancellation);
        seconds["write"] = output.WriteSeconds;
        progress.Show("dependence");
        Dependence? dependence = !options.NoReport && result.Unmixing.Sources > 1 && result.Unmixing.Channels > 1
            ? Dependence.Of(input.Samples, result.Unmixing)
            : null;
        Stability? stability = null;
        if (options.Stability is { } runs)
        {
            progress.Show("stability");
            stability = Stability.Of(input.Samples, result, settings!, runs, cancellation);
        }

        Matrix<double>? errors = UnmixingErrors.Of(input.Samples, result);
        SeparateSummary summary = SeparateSummary.Of(options, input, result, dependence, seconds) with
        {
            RoomStatistic = double.IsNaN(statistic) ? null : statistic,
            Stability = stability?.Index,

            // JSON has no infinity.
            UnmixingStandardErrors = errors?.ToRowArrays()
                .Select(row => row.Select(error => double.IsFinite(error) ? error : (double?)null).ToArray()).ToArray(),
        };
        return new Outcome(
            CliJson.Text(summary),
            summary.Lines(result),
            result.Warnings,
            () => Report(result, dependence, stability, errors));
    }

    private string Report(
        SeparationResult result, Dependence? dependence, Stability? stability, Matrix<double>? errors)
    {
        Recording mixture = input.Excerpt();
        return new SeparationReport
        {
            Result = result,
            Dependence = dependence,
            Stability = stability,
            UnmixingErrors = errors,
            Mixture = mixture,
            Sources = result.Unmixing.Apply(mixture),
            IsSound = input.IsSound,
            Command = CommandLine.Text,
            SecondsPerStage = [.. seconds],
        }.ToHtml(cancellation);
    }

    /// <summary>
    /// Ends the process soon after a cancellation if the work does not stop, because it waits for a pipe or a slow
    /// disk.
    /// </summary>
    private static void EndSoon(SeparateOutput output) =>
        Task.Delay(TimeSpan.FromSeconds(0.6)).ContinueWith(
            _ =>
            {
                output.Dispose();
                Environment.Exit(Program.SayStopped());
            },
            TaskScheduler.Default);

    /// <summary>What a blind separation found, or one with a known mixing.</summary>
    private sealed record Found(AutoSeparationResult? Blind, SeparationResult? Known);

    /// <summary>The output written and printed at the end; the report is created on request.</summary>
    private sealed record Outcome(
        string Json, IReadOnlyList<string> Lines, IReadOnlyList<string> Warnings, Func<string> Report);
}
