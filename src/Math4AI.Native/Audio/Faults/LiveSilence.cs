using System.Globalization;
using Math4AI.Data;

namespace Math4AI.Audio.Faults;

/// <summary>
/// Watches live sound for channels that fall silent while others do not, and for samples that are not finite, which
/// are taken for silence. Allocates nothing on the way.
/// </summary>
internal sealed class LiveSilence
{
    private readonly SilenceWatch watch;
    private readonly int frame;
    private readonly int sampleRate;
    private readonly float[] first;
    private readonly bool[] isConstant;
    private readonly double[] sums;
    private readonly double[] squares;
    private readonly double[] deviations;
    private readonly long[] notFinite;
    private readonly double[] notFiniteFrom;
    private int filled;
    private long samples;

    /// <summary>Initializes a watch.</summary>
    /// <param name="channels">The number of channels.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public LiveSilence(int channels, int sampleRate)
    {
        watch = new SilenceWatch(channels, step: 0.0, levels: null);
        this.sampleRate = sampleRate;
        frame = Math.Max(2, sampleRate / SilenceWatch.Rate);
        (first, isConstant) = (new float[channels], new bool[channels]);
        (sums, squares, deviations) = (new double[channels], new double[channels], new double[channels]);
        (notFinite, notFiniteFrom) = (new long[channels], new double[channels]);
    }

    /// <inheritdoc cref="SilenceWatch.IsSilent"/>
    public bool IsSilent(int channel) => watch.IsSilent(channel);

    /// <summary>Takes in the next samples.</summary>
    public void Add(PlanarBlock block)
    {
        for (int done = 0; done < block.Frames;)
        {
            int count = Math.Min(frame - filled, block.Frames - done);
            for (int c = 0; c < first.Length; c++)
            {
                Add(c, block[c].Slice(done, count));
            }

            filled += count;
            done += count;
            if (filled == frame)
            {
                End();
            }
        }

        samples += block.Frames;
    }

    /// <summary>Ends the sound, and says what is wrong with it.</summary>
    public string[] Warnings()
    {
        watch.End();
        return
        [
            .. SilenceNotes.OfFaults(watch.Found, (double)frame / sampleRate, (double)samples / sampleRate),
            .. Enumerable.Range(0, notFinite.Length).Where(c => notFinite[c] > 0).Select(c => string.Create(
                CultureInfo.InvariantCulture,
                $"Channel {c + 1} has {Counted.Of(notFinite[c], "sample")} that {(notFinite[c] == 1 ? "is" : "are")} "
                + $"not finite, from {notFiniteFrom[c]:0.00} s on: taken for silence.")),
        ];
    }

    /// <summary>Ends the sound, and says what is to be known of it and is no fault.</summary>
    public string[] Notes()
    {
        watch.End();
        return [.. SilenceNotes.OfGates(watch.Found, (double)frame / sampleRate, (double)samples / sampleRate)];
    }

    // Sums about the first sample lose no digits to a large mean.
    private void Add(int channel, ReadOnlySpan<float> piece)
    {
        if (filled == 0)
        {
            (first[channel], isConstant[channel]) = (float.IsFinite(piece[0]) ? piece[0] : 0.0f, true);
            (sums[channel], squares[channel]) = (0.0, 0.0);
        }

        isConstant[channel] &= piece.IndexOfAnyExcept(first[channel]) < 0;
        foreach (float sample in piece)
        {
            bool isFinite = float.IsFinite(sample);
            if (!isFinite && notFinite[channel]++ == 0)
            {
                notFiniteFrom[channel] = (double)samples / sampleRate;
            }

            double difference = (isFinite ? sample : 0.0) - first[channel];
            sums[channel] += difference;
            squares[channel] += difference * difference;
        }
    }

    private void End()
    {
        for (int c = 0; c < deviations.Length; c++)
        {
            double mean = sums[c] / frame;
            deviations[c] = isConstant[c] ? 0.0 : Math.Sqrt(Math.Max(0.0, squares[c] / frame - mean * mean));
        }

        watch.Add(deviations);
        filled = 0;
    }
}
