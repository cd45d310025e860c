using System.Diagnostics;
using Math4AI.Audio;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Cli;

/// <summary><c>math4ai separate</c>: read, separate, write.</summary>
internal static class SeparateJob
{
    public static int Run(SeparateOptions options, CancellationToken cancellation)
    {
        using var output = new SeparateOutput(options);
        using CancellationTokenRegistration impatience = cancellation.Register(() => EndSoon(output));
        using var progress = ProgressLine.Start();
        var seconds = new Dictionary<string, double>();

        long start = Stopwatch.GetTimestamp();
        using SeparateInput input = SeparateInput.Read(
            options, share => progress.Show($"read {100 * share:0} %"), cancellation);
        seconds["read"] = Stopwatch.GetElapsedTime(start).TotalSeconds;

        double statistic = options.IsModelOpen ? input.RoomStatistic() : double.NaN;
        if (options.IsRoomAsked || statistic > RoomTest.Threshold)
        {
            Recording sound = input.Sound
                ?? throw new InvalidOperationException("The recording comes from a room, and such a one is separated in memory: allow more --memory.");
            RoomJob.Run(options, sound, statistic, output, progress, seconds, cancellation);
            return 0;
        }

        if (options.IsCountOpen)
        {
            Whitening whitening = Whitening.Of(input.Samples, null, cancellation);
            int count = SourceCount.MinimumDescriptionLength(whitening.Eigenvalues, input.Samples.Length);
            options = options with { Sources = Math.Min(count, whitening.Rank) };
        }

        Separator separator = options.MixingFile is null
            ? SeparateOptions.Methods[options.Method ?? "mi"](options)
            : Separator.KnownMixing(MatrixFile.Read(options.MixingFile));
        SeparationResult result = input.Separate(separator, progress, cancellation);
        seconds["whiten"] = result.SecondsPerStage.GetValueOrDefault("whiten");
        seconds["solve"] = result.SecondsPerStage["solve"];

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
            stability = Stability.Of(
                input.Samples,
                result,
                run => SeparateOptions.Methods[options.Method ?? "mi"](
                    options with { Sources = result.Unmixing.Sources, Seed = options.Seed + run }),
                runs,
                options.Seed,
                cancellation);
        }

        // They are those of the methods that solve the equations of maximum likelihood.
        Matrix<double>? errors = options.MixingFile is null && (options.Method ?? "mi") is "mi" or "ml"
            ? UnmixingErrors.Of(input.Samples, result.Unmixing)
            : null;
        var summary = SeparateSummary.Of(options, input, result, dependence, seconds) with
        {
            RoomStatistic = double.IsNaN(statistic) ? null : statistic,
            Stability = stability?.Index,

            // JSON has no infinity.
            UnmixingStandardErrors = errors?.ToRowArrays().Select(row => row.Select(error => double.IsFinite(error) ? error : (double?)null).ToArray()).ToArray(),
        };
        string json = CliJson.Text(summary);
        output.Write("result.json", path => File.WriteAllText(path, json + "\n"));
        if (!options.NoReport)
        {
            progress.Show("report");
            output.Write("report.html", path => File.WriteAllText(path, Report(input, result, dependence, stability, errors, seconds, cancellation)));
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
            summary.Print(options);
        }

        return 0;
    }

    /// <summary>
    /// The work ends by itself soon after a cancellation, unless it waits for a pipe or a slow disk: then it is ended here.
    /// </summary>
    private static void EndSoon(SeparateOutput output) =>
        Task.Delay(TimeSpan.FromSeconds(0.6)).ContinueWith(
            _ =>
            {
                output.Dispose();
                Console.Error.WriteLine(Program.Stopped);
                Environment.Exit(Program.Failed);
            },
            TaskScheduler.Default);

    private static string Report(
        SeparateInput input,
        SeparationResult result,
        Dependence? dependence,
        Stability? stability,
        Matrix<double>? errors,
        Dictionary<string, double> seconds,
        CancellationToken cancellation)
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
}
