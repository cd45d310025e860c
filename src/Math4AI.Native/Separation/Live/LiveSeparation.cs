using System.Diagnostics;
using Math4AI.Audio;

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
    private readonly float[] silence;
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
        (inputPeaks, sourcePeaks) = (new float[separator.Channels], new float[separator.Channels]);
        silence = new float[separator.Channels * block];
        toSkip = separator.Delay;
        separator.WarmUp(block);
    }

    /// <summary>Gets the number of frames after which the separator is frozen; never by default.</summary>
    public long FreezeAfter { get; init; } = long.MaxValue;

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
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        if (input.Channels != separator.Channels || output.Channels != separator.Channels)
        {
            throw new ArgumentException(
                $"The rings have {input.Channels} and {output.Channels} channels, and the separator {separator.Channels}.");
        }

        if (Math.Min(input.Capacity, output.Capacity) < block)
        {
            throw new ArgumentException($"The rings hold {input.Capacity} and {output.Capacity} frames: too few for a block of {block}.");
        }

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
                if (input.IsClosed && input.Readable == 0)
                {
                    break;
                }

                continue;
            }

            PlanarBlock taken = input.AcquireRead(wanted);
            if (!Separate(taken, output, input.PushedAt(taken.Frames), cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                return;
            }

            input.Release(taken.Frames);
            left -= left == long.MaxValue ? 0 : taken.Frames;
        }

        Flush(output, cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    private void Flush(AudioRing output, CancellationToken cancellation)
    {
        for (int left = separator.Delay; left > 0;)
        {
            int count = Math.Min(left, block);
            if (!Separate(new PlanarBlock(silence, separator.Channels, block, count), output, -1, cancellation))
            {
                return;
            }

            left -= count;
        }
    }

    /// <summary>Returns false if the output is closed, or takes nothing for a second after the cancellation.</summary>
    private bool Separate(PlanarBlock taken, AudioRing output, long pushed, CancellationToken cancellation)
    {
        for (int done = 0; done < taken.Frames;)
        {
            int left = taken.Frames - done;
            for (int waits = 0; !output.WaitWritable(left, Patience); waits += cancellation.IsCancellationRequested ? 1 : 0)
            {
                if (output.IsClosed || waits >= LastWaits)
                {
                    return false;
                }
            }

            long begin = Now();
            PlanarBlock sources = output.AcquireWrite(left);
            if (sources.Frames == 0)
            {
                // The other side has closed the ring since the wait: the next one says so.
                continue;
            }

            PlanarBlock piece = taken.Slice(done, sources.Frames);
            separator.IsFrozen |= Frames >= FreezeAfter;
            separator.Process(piece, sources);
            Note(piece, inputPeaks);
            Note(sources, sourcePeaks);
            Push(output, sources);
            long end = Now();
            Processing.Add(end - begin);
            if (pushed >= 0)
            {
                Interlocked.Add(ref frames, piece.Frames);
                Latency.Add(end - pushed);
            }

            done += piece.Frames;
        }

        return true;
    }

    /// <summary>What lies before the first frame of the input is not pushed.</summary>
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

    /// <summary>Nanoseconds on the clock that the ring stamps its frames with.</summary>
    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

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
