using System.Diagnostics;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Separation;
using Math4AI.Separation.Live;

namespace Math4AI.Cli.Live;

/// <summary><c>math4ai stream</c>: pull, separate, push, until the sound or the user ends it.</summary>
internal sealed record StreamJob
{
    private const double BufferSeconds = 0.5;

    // Speakers are counted from the first seconds; the ring holds them, and what comes meanwhile.
    private const double CountSeconds = 8.0;
    private const int MaxCounted = 1 << 20;

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

    public required int? Sources { get; init; }

    public required bool CountsSources { get; init; }

    public required double? Forget { get; init; }

    public required string? Start { get; init; }

    public required double? Freeze { get; init; }

    public required StreamScale? Scale { get; init; }

    public required bool FillGaps { get; init; }

    public required bool Realtime { get; init; }

    public required string? Report { get; init; }

    public required bool LatencyReport { get; init; }

    public required bool Json { get; init; }

    public required bool Force { get; init; }

    public int Run(CancellationToken cancellation)
    {
        RequireFreeFiles();

        // Compiling takes its time: a device is opened when all else is ready, and what says its channels itself
        // before, as does what is listened to first.
        using End? read = Device is null || CountsSources ? OpenInput() : null;
        (int channels, int sampleRate) = read is null
            ? (DeviceChannels, DeviceRate)
            : (read.Ring.Channels, read.SampleRate);
        int? sources = CountsSources ? CountSources(read!, cancellation) : Sources;
        IStreamSeparator separator = Separator(channels, sampleRate, sources);
        LiveSeparation live = Live(separator, sampleRate);
        using End? heard = read is null ? OpenInput() : null;
        End input = read ?? heard!;
        using End output = OpenOutput(separator.Sources, sampleRate);
        using DuplexClock? clock = input.Device is { } from && output.Device is { } onto
            ? new DuplexClock(from, onto, Block)
            : null;
        live.Clock = clock;
        Await(input, cancellation);
        using RealTimeThread? realTime = Realtime ? new RealTimeThread() : null;
        long start = Stopwatch.GetTimestamp();
        Separate(live, separator, input, output, cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        output.Complete();
        StreamSummary summary = Summarize(live, separator, input, output, clock, realTime, seconds);
        WriteReport(summary, live);
        Tell(summary);

        // What is missing is said after what came was written and counted.
        if (!cancellation.IsCancellationRequested)
        {
            input.Complete();
        }

        return 0;
    }

    private LiveSeparation Live(IStreamSeparator separator, int sampleRate) => new(separator, Block)
    {
        SampleRate = sampleRate,
        FreezeAfter = Freeze is { } time ? (long)(time * sampleRate) : long.MaxValue,
    };

    /// <summary>Waits for the device, and leaves out what was only heard to count the speakers.</summary>
    private void Await(End input, CancellationToken cancellation)
    {
        input.WaitForDevice(cancellation);

        // What is played late stays late; a file takes all.
        if (CountsSources && Play is not null && input.Ring.Readable is > 0 and var heard)
        {
            input.Ring.Release((int)heard);
        }
    }

    private static int CountSources(End input, CancellationToken cancellation)
    {
        int speakers = LiveSpeakers.Count(input.Ring, input.SampleRate, CountSeconds, cancellation);
        string start = FormattableString.Invariant($"in the first {CountSeconds:0} s");
        if (speakers == 1)
        {
            throw new InvalidDataException(
                $"One speaker is heard {start}: there is nothing to separate. Give --sources 2 if another comes "
                + "later.");
        }

        Console.Error.WriteLine($"{speakers} speakers are heard {start}.");
        return speakers;
    }

    private void RequireFreeFiles()
    {
        if (Play is null && Output != "-")
        {
            OutputFiles.RequireFree(Force, "-o", Output);
        }

        if (Play is null && Device is null && Output != "-" && Input != "-"
            && FileTransaction.FinalPath(Input) == FileTransaction.FinalPath(Output))
        {
            throw new IOException($"{Output} is the input too: choose another file with -o.");
        }

        if (Report is not null)
        {
            OutputFiles.RequireFree(Force, "--report", Report);
        }
    }

    private static void Separate(
        LiveSeparation live, IStreamSeparator separator, End input, End output, CancellationToken cancellation)
    {
        using var view = StreamView.Start(live, separator, input.SampleRate, () => input.Ring.Counts().Overruns);
        try
        {
            live.Run(input.Ring, output.Ring, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how a live stream ends; what has arrived is written.
        }

        if (live.Frames == 0 && !cancellation.IsCancellationRequested)
        {
            throw new InvalidDataException("The input holds no samples.");
        }
    }

    private StreamSummary Summarize(
        LiveSeparation live,
        IStreamSeparator separator,
        End input,
        End output,
        DuplexClock? clock,
        RealTimeThread? realTime,
        double seconds)
    {
        AudioDeviceCounts? recorded = input.Device?.Counts(), played = output.Device?.Counts();
        return new StreamSummary(
            Device ?? Input,
            Play ?? Output,
            input.Ring.Channels,
            separator.Sources,
            input.SampleRate,
            Block,
            Room ? "room" : "instantaneous",
            live.Frames,
            (double)live.Frames / input.SampleRate,
            seconds,
            (double)(Block + separator.Delay) / input.SampleRate,
            Latencies.Of(live.Latency),
            Latencies.Of(live.Processing),
            live.Latency.CountAbove((double)Block / input.SampleRate),
            input.Ring.Counts().Overruns,
            played?.Gaps ?? 0,
            recorded,
            played,
            StreamDrift.Of(clock, input.SampleRate),
            StreamRealTime.Of(realTime),
            separator.Change,
            live.Warnings,
            live.Notes);
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
                ("sources", $"{summary.Sources}"),
                ("sound", string.Create(CultureInfo.InvariantCulture, $"{summary.SoundSeconds:0.0} s")),
                ("blocks lost", $"{summary.LostBlocks}"),
                ("gaps played", $"{summary.Gaps}"),
                .. summary.DeviceFacts(),
                ("the unmixing moved in the last second by",
                    string.Create(CultureInfo.InvariantCulture, $"{100.0 * summary.Change:0.00} %")),
                .. summary.Warnings.Select(warning => ("warning", warning)),
                .. summary.Notes.Select(note => ("note", note)),
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
            var device = AudioDevice.Capture(
                name, DeviceChannels, DeviceRate, Block, Math.Max(Block, CountsSources ? MaxCounted : DeviceRate),
                FillGaps && Play is null);
            return new End(device, device.Ring, device.SampleRate, device.ThrowIfFailed) { Device = device };
        }

        var input = new AudioInput(
            Input, Block, Math.Max(Block, CountsSources ? MaxCounted : 1 << 15), Headerless);
        return new End(input, input.Ring, input.SampleRate, input.ThrowIfFailed);
    }

    private End OpenOutput(int channels, int sampleRate)
    {
        int capacity = Math.Max(Block, (int)(BufferSeconds * sampleRate));
        if (Play is { } name)
        {
            // What is pushed faster than it is played would only come later.
            var device = AudioDevice.Play(name, channels, sampleRate, Block, 4 * Block);
            return new End(device, device.Ring, sampleRate, device.Finish) { Device = device };
        }

        var output = new AudioOutput(Output, OutputFormat, channels, sampleRate, capacity, IsHeaderless(Output));
        return new End(output, output.Ring, sampleRate, output.Finish);
    }

    private IStreamSeparator Separator(int channels, int sampleRate, int? sources) => Room
        ? new StreamingRoomSeparator(
            channels,
            sampleRate,
            new StreamingRoomOptions { Window = Window, HistorySeconds = Forget, Sources = sources })
        : new StreamingSeparator(
            channels,
            sampleRate,
            new StreamingOptions
            {
                ForgetSeconds = Forget ?? new StreamingOptions().ForgetSeconds,
                Start = Start is null ? null : ReadStart(Start),
                Scale = Scale,
            });

    private static Unmixing ReadStart(string path)
    {
        try
        {
            return Unmixing.OfMatrix(MatrixFile.Read(path));
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException(
                $"{path} is not an unmixing matrix: {UsageException.WithoutParameter(e.Message)}", e);
        }
    }

    private void Tell(StreamSummary summary)
    {
        // Standard output may be the sound.
        foreach (string warning in summary.Warnings)
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        TextWriter to = Play is null && Output == "-" ? Console.Error : Console.Out;
        if (Json)
        {
            to.WriteLine(CliJson.Text(summary));
            return;
        }

        foreach (string line in summary.Lines(LatencyReport))
        {
            to.WriteLine(line);
        }
    }

    /// <summary>Where sound comes from or goes to.</summary>
    private sealed record End(IDisposable Owner, AudioRing Ring, int SampleRate, Action Complete) : IDisposable
    {
        public AudioDevice? Device { get; init; }

        /// <summary>Waits for a device that begins slowly, and says so.</summary>
        public void WaitForDevice(CancellationToken cancellation)
        {
            for (int seconds = 0;
                Device is { HasBegun: false } && !Ring.IsClosed && !cancellation.IsCancellationRequested; seconds++)
            {
                if (seconds is 1)
                {
                    Console.Error.WriteLine("waiting for the device ...");
                }

                // A closed ring, the first frame and a signal each end it.
                _ = Ring.WaitReadable(1, TimeSpan.FromSeconds(1));
            }
        }

        public void Dispose() => Owner.Dispose();
    }
}
