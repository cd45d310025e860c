using System.Globalization;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Separation.Live;

namespace Math4AI.Cli.Live;

/// <summary>Quantiles of a time, in seconds.</summary>
internal sealed record Latencies(double Median, double Percentile99, double Percentile9999, double Worst)
{
    public static Latencies Of(LatencyHistogram times) =>
        new(times.Quantile(0.5), times.Quantile(0.99), times.Quantile(0.9999), times.Count == 0
            ? double.NaN
            : times.Worst);
}

/// <summary>What <c>math4ai stream</c> tells at its end.</summary>
internal sealed record StreamSummary(
    string Input,
    string Output,
    int Channels,
    int Sources,
    int SampleRate,
    int Block,
    string Model,
    long Frames,
    double SoundSeconds,
    double Seconds,
    double AlgorithmicLatency,
    Latencies Latency,
    Latencies Processing,
    long LateBlocks,
    long LostBlocks,
    long Gaps,
    AudioDeviceCounts? Recorded,
    AudioDeviceCounts? Played,
    StreamDrift? Drift,
    StreamRealTime? RealTime,
    double Change,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Notes)
{
    /// <summary>What is printed.</summary>
    public IEnumerable<string> Lines(bool withLatency)
    {
        string where = Played is not null
            ? $"played on {Output}"
            : Output == "-" ? "written to standard output" : $"written to {Output}";
        string into = Sources == Channels ? string.Empty : $" into {Counted.Of(Sources, "source")}";
        string gaps = Played is null ? string.Empty : $", {Counted.Of(Gaps, "gap")} played";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{SoundSeconds:0.0} s of {Counted.Of(Channels, "channel")} separated{into} in {Seconds:0.0} s, {where}; "
            + $"{Counted.Of(LostBlocks, "block")} lost{gaps}.");
        foreach (string line in Notes.Concat(DeviceFacts().Select(fact => $"{fact.Name}: {fact.Value}")))
        {
            yield return line;
        }

        if (RealTime is { } granted)
        {
            string priority = granted.ByRealtimeKit ? "granted by RealtimeKit"
                : granted.Priority ? "granted"
                : "not granted (raise 'ulimit -r', give CAP_SYS_NICE, or install RealtimeKit: the package rtkit)";
            yield return $"real-time priority {priority}, "
                + $"memory {(granted.LockedMemory ? "locked" : "not locked (ulimit -l, or CAP_IPC_LOCK)")}";
        }

        if (withLatency)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"algorithmic latency {1e3 * AlgorithmicLatency:0.00} ms "
                + $"(block{(Model == "room" ? " and window" : string.Empty)})");
            yield return Line("push to pull", Latency);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"late: {Counted.Of(LateBlocks, "block")} took longer than "
                + $"{1e3 * Block / SampleRate:0.00} ms, a block's length");
            yield return Line("processing of a block", Processing);
        }
    }

    /// <summary>What the devices did.</summary>
    public IEnumerable<(string Name, string Value)> DeviceFacts()
    {
        if (Recorded is { } recorded)
        {
            yield return ("recorded", string.Create(
                CultureInfo.InvariantCulture,
                $"{recorded.Moved} frames of {recorded.Expected} by the clock, {recorded.Lost} lost in the device "
                + $"({recorded.Flagged} times reported), {recorded.Dropped} for lack of room; {recorded.Filled} filled "
                + $"with silence"));
        }

        if (Played is { } played)
        {
            yield return ("played", string.Create(
                CultureInfo.InvariantCulture,
                $"{played.Moved} frames of {played.Expected} by the clock, {played.Silent} of them silence in "
                + $"{played.Gaps} gaps, {played.Lost} lost in the device ({played.Flagged} times reported)"));
        }

        if (Drift is { } drift)
        {
            yield return ("clocks", string.Create(
                CultureInfo.InvariantCulture,
                $"drift {drift.PartsPerMillion:0.0} ppm, {1e3 * drift.FillSeconds:0.00} ms between the devices for a "
                + $"target of {1e3 * drift.TargetSeconds:0.00} ms, {drift.SkippedFrames} frames skipped"));
        }

        if (Recorded is not null || Played is not null)
        {
            double buffers = (Recorded?.Latency ?? 0.0) + (Played?.Latency ?? 0.0);
            yield return ("latency of the devices", string.Create(
                CultureInfo.InvariantCulture,
                $"{1e3 * buffers:0.00} ms in their own buffers"));
        }
    }

    private static string Line(string name, Latencies times) => string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: median {1e6 * times.Median:0.0} µs, 99 % {1e6 * times.Percentile99:0.0} µs, 99.99 % "
        + $"{1e6 * times.Percentile9999:0.0} µs, worst {1e6 * times.Worst:0.0} µs");
}

/// <summary>The two clocks of a stream from one device to another.</summary>
internal sealed record StreamDrift(double PartsPerMillion, double FillSeconds, double TargetSeconds, long SkippedFrames)
{
    public static StreamDrift? Of(DuplexClock? clock, int sampleRate) => clock is null ? null
        : new(1e6 * clock.Drift.Drift, clock.Drift.Fill / sampleRate, clock.Drift.Target / sampleRate, clock.Skipped);
}

/// <summary>What the system granted to the working thread.</summary>
internal sealed record StreamRealTime(bool Priority, bool ByRealtimeKit, bool LockedMemory, bool FlushedDenormals)
{
    public static StreamRealTime? Of(RealTimeThread? thread) =>
        thread is null
            ? null
            : new(thread.HasPriority, thread.IsByRealtimeKit, thread.HasLockedMemory, thread.FlushesDenormals);
}
