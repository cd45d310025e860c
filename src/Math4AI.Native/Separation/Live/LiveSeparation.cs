using Math4AI.Audio;
using Math4AI.Audio.Faults;

namespace Math4AI.Separation.Live;

/// <summary>
/// Pulls blocks from one ring, separates them, and pushes the sources into another, until the sound ends. It allocates
/// nothing on the way. Its counters may be read by other threads while it runs.
/// </summary>
public sealed class LiveSeparation
{
    private const int LastWaits = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly IStreamSeparator separator;
    private readonly int block;
    private readonly float[] inputPeaks;
    private readonly float[] sourcePeaks;
    private readonly float[] quiet;
    private readonly float[] matched;
    private LiveSilence? silence;
    private long frames;
    private int toSkip;

    /// <summary>Initializes a run and warms up the separator.</summary>
    /// <param name="separator">The separator.</param>
    /// <param name="block">The number of frames in a block.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="block"/> is less than 1.</exception>
    public LiveSeparation(IStreamSeparator separator, int block)
    {
        ArgumentNullException.ThrowIfNull(separator);
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        (this.separator, this.block) = (separator, block);
        (inputPeaks, sourcePeaks) = (new float[separator.Channels], new float[separator.Sources]);
        (quiet, matched) = (new float[separator.Channels * block], new float[separator.Sources * block]);
        toSkip = separator.Delay;
        separator.WarmUp(block);
    }

    /// <summary>Gets the number of frames after which the separator is frozen; never by default.</summary>
    public long FreezeAfter { get; init; } = long.MaxValue;

    /// <summary>
    /// Gets the number of samples per second in each channel, by which the times of <see cref="Warnings"/> are told; 0,
    /// as by default, for none.
    /// </summary>
    public int SampleRate { get; init; }

    /// <summary>
    /// Gets what is wrong with the sound, once it has ended: which channels were silent while others were not, and
    /// when, and whether nothing was separated at all.
    /// </summary>
    public IReadOnlyList<string> Warnings => silence is null ? [] : [.. silence.Warnings(), .. OfNothing()];

    /// <summary>
    /// Gets what is to be known of the sound and is no fault, once it has ended: which channels a noise gate silenced.
    /// </summary>
    public IReadOnlyList<string> Notes => silence?.Notes() ?? [];

    /// <summary>
    /// Gets or sets what keeps two devices in time, whose rings are then the ones to run between; null, as by default,
    /// where only one end has a clock.
    /// </summary>
    public DuplexClock? Clock { get; set; }

    /// <summary>Gets the number of frames that were separated.</summary>
    public long Frames => Interlocked.Read(ref frames);

    /// <summary>
    /// Gets the times from the push of the last frame of a block into the input ring to the push of its sources.
    /// </summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Gets the times spent on a block, for learning and separating.</summary>
    public LatencyHistogram Processing { get; } = new();

    /// <summary>Returns the largest absolute sample of a channel since the last call.</summary>
    public float TakeInputPeak(int channel) => Interlocked.Exchange(ref inputPeaks[channel], 0.0f);

    /// <summary>Returns the largest absolute sample of a source since the last call.</summary>
    public float TakeSourcePeak(int source) => Interlocked.Exchange(ref sourcePeaks[source], 0.0f);

    /// <summary>Returns whether a channel is silent now, and was for a while, though others are not.</summary>
    public bool IsSilent(int channel) => silence?.IsSilent(channel) ?? false;

    /// <summary>
    /// Runs until the input ring is closed and empty, or the output ring is closed. The sources are in step with the
    /// input: the delay of the separator is dropped at the beginning and made up for at the end.
    /// </summary>
    /// <param name="input">Where the channels arrive.</param>
    /// <param name="output">Where the sources go.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="OperationCanceledException">
    /// It was canceled; all that was pulled is separated and pushed.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The rings have other channels than the separator, or a ring has no room for a block.
    /// </exception>
    public void Run(AudioRing input, AudioRing output, CancellationToken cancellation = default)
    {
        Check(input, output);
        Clock?.Begin();
        silence = SampleRate > 0 ? new LiveSilence(separator.Channels, SampleRate) : null;

        // After a cancellation, what has arrived by then is still separated.
        for (long left = long.MaxValue; left > 0;)
        {
            if (left == long.MaxValue && cancellation.IsCancellationRequested)
            {
                left = input.Readable;
                continue;
            }

            int wanted = (int)Math.Min(block, left);
            if (!input.WaitReadable(wanted, Patience) && !(input.IsClosed && input.Readable > 0))
            {
                left = input.IsClosed && input.Readable == 0 ? 0 : left;
                continue;
            }

            PlanarBlock taken = input.AcquireRead(wanted);
            silence?.Add(taken);
            if (!Separate(taken, output, input.PushedAt(taken.Frames), cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                return;
            }

            input.Release(taken.Frames);
            left -= left == long.MaxValue ? 0 : Math.Min(left, taken.Frames);
            Clock?.Observe(wanted);
        }

        Flush(output, cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Says where the input passed through unchanged from beginning to end.</summary>
    private IEnumerable<string> OfNothing()
    {
        if (Frames > 0 && !separator.HasSeparated)
        {
            yield return FreezeAfter < Frames
                ? "Learning stopped before anything was separated, and the input passed through unchanged: stop it "
                    + "later, or give an unmixing to begin with."
                : "The sound was too short, or too quiet, for anything to be separated, and the input passed through "
                    + "unchanged: separate a short recording from its file.";
        }
    }

    private void Check(AudioRing input, AudioRing output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        if (input.Channels != separator.Channels || output.Channels != separator.Sources)
        {
            throw new ArgumentException(
                $"The rings have {input.Channels} and {output.Channels} channels, and the separator "
                + $"{separator.Channels} and {separator.Sources}.");
        }

        if (Math.Min(input.Capacity, output.Capacity) < block)
        {
            throw new ArgumentException(
                $"The rings hold {input.Capacity} and {output.Capacity} frames: too few for a block of {block}.");
        }
    }

    private void Flush(AudioRing output, CancellationToken cancellation)
    {
        for (int left = separator.Delay; left > 0;)
        {
            int count = Math.Min(left, block);
            var nothing = new PlanarBlock(quiet, separator.Channels, block, count);
            if (!Separate(nothing, output, -1, cancellation))
            {
                return;
            }

            left -= count;
        }
    }

    /// <summary>Returns false if the output is closed, or takes nothing for a second after the cancellation.</summary>
    private bool Separate(PlanarBlock taken, AudioRing output, long pushed, CancellationToken cancellation) =>
        Clock is null
            ? SeparateInStep(taken, output, pushed, cancellation)
            : SeparateInTime(taken, output, pushed, cancellation);

    private bool SeparateInStep(PlanarBlock taken, AudioRing output, long pushed, CancellationToken cancellation)
    {
        for (int done = 0; done < taken.Frames;)
        {
            int left = taken.Frames - done;
            if (!WaitForRoom(output, left, cancellation))
            {
                return false;
            }

            long begin = AudioRing.Now();
            PlanarBlock sources = output.AcquireWrite(left);
            if (sources.Frames == 0)
            {
                // The other side has closed the ring since the wait: the next one says so.
                continue;
            }

            PlanarBlock piece = taken.Slice(done, sources.Frames);
            Process(piece, sources);
            Push(output, sources);
            Count(begin, pushed, piece.Frames);
            done += piece.Frames;
        }

        return true;
    }

    /// <summary>Separates a block and pushes as many frames as the clock of the device that plays asks for.</summary>
    private bool SeparateInTime(PlanarBlock taken, AudioRing output, long pushed, CancellationToken cancellation)
    {
        long begin = AudioRing.Now();
        var sources = new PlanarBlock(matched, separator.Sources, block, taken.Frames);
        Process(taken, sources);
        int skipped = Math.Min(toSkip, sources.Frames);
        toSkip -= skipped;
        PlanarBlock ready = Clock!.Match(sources.Slice(skipped, sources.Frames - skipped));
        for (int done = 0; done < ready.Frames;)
        {
            if (!WaitForRoom(output, 1, cancellation))
            {
                return false;
            }

            PlanarBlock free = output.AcquireWrite(ready.Frames - done);
            for (int source = 0; source < free.Channels && free.Frames > 0; source++)
            {
                ready[source].Slice(done, free.Frames).CopyTo(free[source]);
            }

            output.Commit(free.Frames);
            done += free.Frames;
        }

        Count(begin, pushed, taken.Frames);
        return true;
    }

    private static bool WaitForRoom(AudioRing output, int frames, CancellationToken cancellation)
    {
        for (int waits = 0; !output.WaitWritable(frames, Patience);
            waits += cancellation.IsCancellationRequested ? 1 : 0)
        {
            if (output.IsClosed || waits >= LastWaits)
            {
                return false;
            }
        }

        return true;
    }

    private void Process(PlanarBlock piece, PlanarBlock sources)
    {
        separator.IsFrozen |= Frames >= FreezeAfter;
        separator.Process(piece, sources);
        Note(piece, inputPeaks);
        Note(sources, sourcePeaks);
    }

    private void Count(long begin, long pushed, int count)
    {
        long end = AudioRing.Now();
        Processing.Add(end - begin);
        if (pushed >= 0)
        {
            Interlocked.Add(ref frames, count);
            Latency.Add(end - pushed);
        }
    }

    /// <summary>Pushes sources, without those that lie before the first frame of the input.</summary>
    private void Push(AudioRing output, PlanarBlock sources)
    {
        int skipped = Math.Min(toSkip, sources.Frames);
        int count = sources.Frames - skipped;
        toSkip -= skipped;
        for (int source = 0; source < sources.Channels && skipped > 0; source++)
        {
            sources[source][skipped..].CopyTo(sources[source]);
        }

        output.Commit(count);
    }

    private static void Note(PlanarBlock block, float[] peaks)
    {
        for (int channel = 0; channel < peaks.Length; channel++)
        {
            float peak = System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(block[channel]);
            if (Math.Abs(peak) > peaks[channel])
            {
                Interlocked.Exchange(ref peaks[channel], Math.Abs(peak));
            }
        }
    }
}
