using System.Numerics;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Separation.Rooms;

namespace Math4AI.Separation.Live;

/// <summary>Settings of <see cref="StreamingRoomSeparator"/>.</summary>
public sealed record StreamingRoomOptions
{
    /// <summary>
    /// Gets the delay of the sources in samples, a power of two from 64 to 65536; null for about an eighth of a second.
    /// </summary>
    public int? Window { get; init; }

    /// <summary>Gets the reference microphone, from 0: the sources are reconstructed at this microphone.</summary>
    public int ReferenceMicrophone { get; init; }

    /// <summary>
    /// Gets the length of the history that is learned from, in seconds, from 1 to 60; null for one that adapts: twelve
    /// seconds, and where something has moved, no more than since then.
    /// </summary>
    public double? HistorySeconds { get; init; }

    /// <summary>
    /// Gets the number of sources, from two; null for as many as channels. What is beyond them is taken for background.
    /// </summary>
    public int? Sources { get; init; }
}

/// <summary>
/// Separates live sound from a room with echoes. Every second, and every four seconds once the history is full, the
/// procedure for recordings (<see cref="RoomSeparator"/>) runs on the history in a thread of its own; if something has
/// moved, only on what came since. Half a second of sound later, its filters, cut to one window before and two after,
/// replace the ones in use by a cross-fade, unless their sources depend on each other more.
/// Until the first filters are found, the input passes through unchanged. The results depend on the sound alone, since
/// late filters are waited for. Once the history is full, neither <see cref="Process"/> nor the threads that learn
/// allocate anything.
/// </summary>
public sealed class StreamingRoomSeparator : IStreamSeparator
{
    private const int MaxChannels = 6;
    private const double WindowSeconds = 0.128;
    private const double LearnSeconds = 1.0;
    private const double LongestSeconds = 12.0;
    private const double AdoptSeconds = 0.5;

    private readonly StreamingRoomOptions options;
    private readonly int sampleRate;
    private readonly int window;
    private readonly int block;
    private readonly int before;
    private readonly int after;

    private readonly PartitionedFilters filters;
    private readonly RoomHistory history;
    private readonly RoomLearning learning;
    private readonly double[][] input;
    private readonly double[][] output;
    private readonly double[][] fading;

    private FilterSet used;
    private long frames;
    private long firstAdopted = -1;
    private long nextLearning;
    private long nextAdoption = long.MaxValue;
    private int at;

    /// <summary>Initializes a separator.</summary>
    /// <param name="channels">The number of channels and of sources, 2 to 6.</param>
    /// <param name="sampleRate">The number of samples per second in each channel, 1000 or more.</param>
    /// <param name="options">The settings; the defaults suit most rooms.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public StreamingRoomSeparator(int channels, int sampleRate, StreamingRoomOptions? options = null)
    {
        this.options = options ?? new StreamingRoomOptions();
        window = this.options.Window ?? ShortTimeFourier.WindowOf(WindowSeconds, sampleRate);
        Check(channels, sampleRate);
        (Channels, this.sampleRate) = (channels, sampleRate);
        Sources = this.options.Sources ?? channels;
        block = window / 4;
        (before, after) = (window - block, 2 * window);
        history = new RoomHistory(
            channels, Sources, (int)((this.options.HistorySeconds ?? LongestSeconds) * sampleRate),
            (int)(2.0 * AdoptSeconds * sampleRate));
        filters = new PartitionedFilters(channels, Sources, block, (before + after) / block);
        double[][] Blocks(int count) => [.. Enumerable.Range(0, count).Select(_ => new double[block])];
        (input, output, fading) = (Blocks(channels), Blocks(Sources), Blocks(Sources));
        nextLearning = (long)(LearnSeconds * sampleRate);
        used = NewSet();
        learning = new RoomLearning(history, filters, NewSet, new RoomLearningSettings(
            sampleRate, window, this.options.ReferenceMicrophone, before, after,
            Adapts: this.options.HistorySeconds is null));
        for (int source = 0; source < Sources; source++)
        {
            used.Taps[source * channels + source][before] = 1.0;
        }

        filters.Transform(used.Taps, used.Spectra);
    }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public int Sources { get; }

    /// <inheritdoc/>
    public int Delay => window;

    /// <inheritdoc/>
    public bool IsFrozen { get; set; }

    /// <inheritdoc/>
    public double Change { get; private set; } = 1.0;

    /// <inheritdoc/>
    public bool HasSeparated => firstAdopted >= 0;

    /// <inheritdoc/>
    public void Process(PlanarBlock input, PlanarBlock output)
    {
        if (input.Channels != Channels || output.Channels != Sources || input.Frames != output.Frames)
        {
            throw new ArgumentException(
                $"Blocks of {input.Channels} × {input.Frames} and {output.Channels} × {output.Frames} samples do not "
                + $"fit {Channels} channels and {Sources} sources.");
        }

        for (int done = 0; done < input.Frames;)
        {
            int count = Math.Min(block - at, input.Frames - done);
            Exchange(input.Slice(done, count), output.Slice(done, count));
            at += count;
            done += count;
            if (at == block)
            {
                at = 0;
                Filter();
            }
        }
    }

    /// <inheritdoc/>
    public void WarmUp(int block) =>
        Rehearsal.Run(new StreamingRoomSeparator(Channels, sampleRate, options), sampleRate, block);

    private void Check(int channels, int sampleRate)
    {
        if (channels is < 2 or > MaxChannels)
        {
            throw new ArgumentException(
                $"The stream has {Counted.Of(channels, "channel")}; a room can be separated with 2 to {MaxChannels} "
                + "microphones.");
        }

        StreamingSeparator.CheckRate(sampleRate);
        if (!BitOperations.IsPow2(window) || window is < 64 or > 1 << 16)
        {
            throw new ArgumentException($"The window must be a power of two from 64 to 65536, not {window}.");
        }

        if (options.ReferenceMicrophone < 0 || options.ReferenceMicrophone >= channels)
        {
            throw new ArgumentException(
                $"There is no microphone {options.ReferenceMicrophone + 1}; the stream has {channels} channels.");
        }

        if (options.Sources is { } sources && (sources < 2 || sources > channels))
        {
            throw new ArgumentException(
                $"{Counted.Of(sources, "source")} cannot be separated live with {channels} microphones: ask for 2"
                + (channels == 2 ? "." : $" to {channels}."));
        }

        if (options.HistorySeconds is not null and not (>= LearnSeconds and <= 60.0))
        {
            throw new ArgumentException(
                $"The history must be {LearnSeconds} to 60 seconds, not {options.HistorySeconds}.");
        }
    }

    private FilterSet NewSet() => new(
        [.. Enumerable.Range(0, Sources * Channels).Select(_ => new double[before + after])], filters.NewSpectra());

    /// <summary>Takes new frames, and returns those that were filtered a block ago.</summary>
    private void Exchange(PlanarBlock from, PlanarBlock to)
    {
        // First all that arrives: what leaves may take its memory.
        for (int channel = 0; channel < Channels; channel++)
        {
            Span<float> arriving = from[channel];
            for (int i = 0; i < arriving.Length; i++)
            {
                // What is not finite becomes silence: it must not be remembered.
                input[channel][at + i] = float.IsFinite(arriving[i]) ? arriving[i] : 0.0;
            }
        }

        for (int source = 0; source < Sources; source++)
        {
            Span<float> leaving = to[source];
            for (int i = 0; i < leaving.Length; i++)
            {
                leaving[i] = (float)output[source][at + i];
            }
        }
    }

    private void Filter()
    {
        filters.Push(input);
        history.Remember(history.Input, input, frames);
        frames += block;
        filters.Apply(used.Spectra, output);
        if (frames >= nextAdoption)
        {
            Adopt();
        }

        history.Remember(history.Output, output, frames - block);
        if (!IsFrozen && !learning.IsAtWork && frames >= nextLearning)
        {
            BeginToLearn();
        }
    }

    private void BeginToLearn()
    {
        learning.Begin(frames, firstAdopted, used);
        nextAdoption = frames + (long)(AdoptSeconds * sampleRate);
        nextLearning = frames + (long)(LearnSeconds * sampleRate);
    }

    private void Adopt()
    {
        nextAdoption = long.MaxValue;
        bool isFound = learning.End();
        if (!isFound || IsFrozen)
        {
            return;
        }

        FilterSet last = used;
        used = learning.Exchange(last);
        double moved = 0.0, size = 1e-30;
        for (int filter = 0; filter < used.Taps.Length; filter++)
        {
            double[] now = used.Taps[filter], then = last.Taps[filter];
            for (int k = 0; k < now.Length; k++)
            {
                moved += (now[k] - then[k]) * (now[k] - then[k]);
                size += now[k] * now[k];
            }
        }

        Change = Math.Min(1.0, Math.Sqrt(moved / size));
        filters.Apply(used.Spectra, fading);
        for (int source = 0; source < Sources; source++)
        {
            for (int i = 0; i < block; i++)
            {
                double share = (i + 1.0) / block;
                output[source][i] += share * (fading[source][i] - output[source][i]);
            }
        }

        firstAdopted = firstAdopted < 0 ? frames : firstAdopted;
    }
}
