using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Audio;
using Math4AI.Separation;

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
    double Change);

/// <summary><c>math4ai stream</c>: pull, separate, push, until the sound or the user ends it.</summary>
internal sealed record StreamJob
{
    private const double BufferSeconds = 0.5;

    public required string Input { get; init; }

    public required string Output { get; init; }

    public required AudioFormat OutputFormat { get; init; }

    public required HeaderlessFormat? Headerless { get; init; }

    public required int Block { get; init; }

    public required bool Room { get; init; }

    public required int? Window { get; init; }

    public required double Forget { get; init; }

    public required bool LatencyReport { get; init; }

    public required bool Json { get; init; }

    public required bool Force { get; init; }

    public int Run(CancellationToken cancellation)
    {
        if (Output != "-" && !Force && Path.Exists(Output))
        {
            throw new IOException($"{Output} exists already; use --force to replace it, or -o for another file.");
        }

        using var input = new AudioInput(Input, Block, Math.Max(Block, 1 << 15), Headerless);
        Rehearse(input);
        IStreamSeparator separator = Separator(input);
        using var output = new AudioOutput(
            Output, OutputFormat, input.Channels, input.SampleRate, Math.Max(Block, (int)(BufferSeconds * input.SampleRate)), IsHeaderless(Output));
        var live = new LiveSeparation(separator, Block);
        long start = Stopwatch.GetTimestamp();
        using (var view = StreamView.Start(live, separator, input.SampleRate))
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
        output.Finish();
        if (!cancellation.IsCancellationRequested)
        {
            input.ThrowIfFailed();
        }

        Tell(new StreamSummary(
            Input,
            Output,
            input.Channels,
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
            separator.Change));
        return 0;
    }

    /// <summary>Samples without a header go out where they came in so; a file with a name of another kind is of that kind.</summary>
    private bool IsHeaderless(string path) => Headerless is not null && (path == "-" || StreamCommand.IsRaw(path));

    private IStreamSeparator Separator(AudioInput input) => Room
        ? new StreamingRoomSeparator(input.Channels, input.SampleRate, new StreamingRoomOptions { Window = Window })
        : new StreamingSeparator(input.Channels, input.SampleRate, new StreamingOptions { ForgetSeconds = Forget });

    /// <summary>Separates half a second of noise with a separator of its own: the first live block finds the code compiled.</summary>
    private void Rehearse(AudioInput input)
    {
        const double Seconds = 0.5;
        IStreamSeparator separator = Separator(input);
        var random = new Random(1);
        float[] samples = new float[input.Channels * Block];
        var block = new PlanarBlock(samples, input.Channels, Block, Block);
        for (int frames = 0; frames < Seconds * input.SampleRate; frames += Block)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = random.NextSingle() - 0.5f;
            }

            separator.Process(block, block);
        }
    }

    private void Tell(StreamSummary summary)
    {
        // Standard output may be the sound.
        TextWriter to = Output == "-" ? Console.Error : Console.Out;
        if (Json)
        {
            to.WriteLine(JsonSerializer.Serialize(summary, CliJson.Default.StreamSummary));
            return;
        }

        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.SoundSeconds:0.0} s of {summary.Channels} channels separated in {summary.Seconds:0.0} s, written to {(Output == "-" ? "standard output" : Output)}; {summary.LostBlocks} blocks lost."));
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
}
