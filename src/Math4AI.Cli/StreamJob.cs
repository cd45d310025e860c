using System.Diagnostics;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Separation;
using Math4AI.Separation.Live;

namespace Math4AI.Cli;

/// <summary>Quantiles of a time, in seconds.</summary>
internal sealed record Latencies(double Median, double Percentile99, double Percentile9999, double Worst)
{
    public static Latencies Of(LatencyHistogram times) =>
        new(times.Quantile(0.5), times.Quantile(0.99), times.Quantile(0.9999), times.Count == 0 ? double.NaN : times.Worst);
}

/// <summary>What <c>math4ai stream</c> tells at its end.</summary>
internal sealed record StreamSummary(
    string Input,
    string Output,
    int Channels,
    int SampleRate,
    int Block,
    string Model,
    long Frames,
    double SoundSeconds,
    double Seconds,
    double AlgorithmicLatency,
    Latencies Latency,
    Latencies Processing,
    long LostBlocks,
    long Gaps,
    double Change);

/// <summary><c>math4ai stream</c>: pull, separate, push, until the sound or the user ends it.</summary>
internal sealed record StreamJob
{
    private const double BufferSeconds = 0.5;

    public required string Input { get; init; }

    public required string Output { get; init; }

    public required string? Device { get; init; }

    public required int DeviceRate { get; init; }

    public required int DeviceChannels { get; init; }

    public required string? Play { get; init; }

    public required AudioFormat OutputFormat { get; init; }

    public required HeaderlessFormat? Headerless { get; init; }

    public required int Block { get; init; }

    public required bool Room { get; init; }

    public required int? Window { get; init; }

    public required double Forget { get; init; }

    public required string? Start { get; init; }

    public required double? Freeze { get; init; }

    public required string? Report { get; init; }

    public required bool LatencyReport { get; init; }

    public required bool Json { get; init; }

    public required bool Force { get; init; }

    public int Run(CancellationToken cancellation)
    {
        if (Play is null && Output != "-")
        {
            OutputFiles.RequireFree(Force, "-o", Output);
        }

        if (Play is null && Device is null && Output != "-" && Input != "-" && FileTransaction.FinalPath(Input) == FileTransaction.FinalPath(Output))
        {
            throw new IOException($"{Output} is the input too: choose another file with -o.");
        }

        if (Report is not null)
        {
            OutputFiles.RequireFree(Force, "--report", Report);
        }

        using End input = OpenInput();
        IStreamSeparator separator = Separator(input.Ring.Channels, input.SampleRate);

        // It warms the separator up, and a device that plays would wait for that.
        var live = new LiveSeparation(separator, Block)
        {
            FreezeAfter = Freeze is { } time ? (long)(time * input.SampleRate) : long.MaxValue,
        };
        using End output = OpenOutput(input.Ring.Channels, input.SampleRate);
        long start = Stopwatch.GetTimestamp();
        using (var view = StreamView.Start(live, separator, input.SampleRate, () => input.Ring.Counts().Overruns))
        {
            try
            {
                live.Run(input.Ring, output.Ring, cancellation);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how a live stream ends; what has arrived is written.
            }
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long lost = input.Ring.Counts().Overruns;

        // A device plays silence where nothing is pushed in time.
        long gaps = Play is null ? 0 : output.Ring.Counts().Underruns;
        output.Complete();
        if (!cancellation.IsCancellationRequested)
        {
            input.Complete();
        }

        var summary = new StreamSummary(
            Device ?? Input,
            Play ?? Output,
            input.Ring.Channels,
            input.SampleRate,
            Block,
            Room ? "room" : "instantaneous",
            live.Frames,
            (double)live.Frames / input.SampleRate,
            seconds,
            (double)(Block + separator.Delay) / input.SampleRate,
            Latencies.Of(live.Latency),
            Latencies.Of(live.Processing),
            lost,
            gaps,
            separator.Change);
        WriteReport(summary, live);
        Tell(summary);
        return 0;
    }

    private void WriteReport(StreamSummary summary, LiveSeparation live)
    {
        if (Report is null)
        {
            return;
        }

        new StreamReport
        {
            Latency = live.Latency,
            Processing = live.Processing,
            Block = Block,
            SampleRate = summary.SampleRate,
            AlgorithmicLatency = summary.AlgorithmicLatency,
            Facts =
            [
                ("model", summary.Model),
                ("channels", $"{summary.Channels}"),
                ("sound", string.Create(CultureInfo.InvariantCulture, $"{summary.SoundSeconds:0.0} s")),
                ("blocks lost", $"{summary.LostBlocks}"),
                ("gaps played", $"{summary.Gaps}"),
                ("the unmixing moved in the last second by", string.Create(CultureInfo.InvariantCulture, $"{100.0 * summary.Change:0.00} %")),
            ],
            Command = CommandLine.Text,
        }.Write(Report, Force);
    }

    /// <summary>
    /// Output has no header if the input has none, unless the file name implies a format with one.
    /// </summary>
    private bool IsHeaderless(string path) => Headerless is not null && (path == "-" || StreamCommand.IsRaw(path));

    private End OpenInput()
    {
        if (Device is { } name)
        {
            var device = AudioDevice.Capture(name, DeviceChannels, DeviceRate, Block, Math.Max(Block, DeviceRate));
            return new End(device, device.Ring, device.SampleRate, device.ThrowIfFailed);
        }

        var input = new AudioInput(Input, Block, Math.Max(Block, 1 << 15), Headerless);
        return new End(input, input.Ring, input.SampleRate, input.ThrowIfFailed);
    }

    private End OpenOutput(int channels, int sampleRate)
    {
        int capacity = Math.Max(Block, (int)(BufferSeconds * sampleRate));
        if (Play is { } name)
        {
            // What is pushed faster than it is played would only come later.
            var device = AudioDevice.Play(name, channels, sampleRate, Block, 4 * Block);
            return new End(device, device.Ring, sampleRate, device.Finish);
        }

        var output = new AudioOutput(Output, OutputFormat, channels, sampleRate, capacity, IsHeaderless(Output));
        return new End(output, output.Ring, sampleRate, output.Finish);
    }

    private IStreamSeparator Separator(int channels, int sampleRate) => Room
        ? new StreamingRoomSeparator(channels, sampleRate, new StreamingRoomOptions { Window = Window })
        : new StreamingSeparator(
            channels,
            sampleRate,
            new StreamingOptions { ForgetSeconds = Forget, Start = Start is null ? null : ReadStart(Start) });

    private static Unmixing ReadStart(string path)
    {
        try
        {
            return Unmixing.OfMatrix(MatrixFile.Read(path));
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{path} is not an unmixing matrix: {e.Message}", e);
        }
    }

    private void Tell(StreamSummary summary)
    {
        // Standard output may be the sound.
        TextWriter to = Play is null && Output == "-" ? Console.Error : Console.Out;
        if (Json)
        {
            to.WriteLine(CliJson.Text(summary));
            return;
        }

        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.SoundSeconds:0.0} s of {summary.Channels} channels separated in {summary.Seconds:0.0} s, {(Play is not null ? $"played on {Play}" : Output == "-" ? "written to standard output" : $"written to {Output}")}; {summary.LostBlocks} blocks lost{(Play is null ? string.Empty : $", {summary.Gaps} gaps played")}."));
        if (LatencyReport)
        {
            to.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"algorithmic latency {1e3 * summary.AlgorithmicLatency:0.00} ms (block{(Room ? " and window" : string.Empty)})"));
            to.WriteLine(Line("push to pull", summary.Latency));
            to.WriteLine(Line("processing of a block", summary.Processing));
        }
    }

    private static string Line(string name, Latencies times) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: median {1e6 * times.Median:0.0} µs, 99 % {1e6 * times.Percentile99:0.0} µs, 99.99 % {1e6 * times.Percentile9999:0.0} µs, worst {1e6 * times.Worst:0.0} µs");

    /// <summary>Where sound comes from or goes to.</summary>
    private sealed record End(IDisposable Owner, AudioRing Ring, int SampleRate, Action Complete) : IDisposable
    {
        public void Dispose() => Owner.Dispose();
    }
}
