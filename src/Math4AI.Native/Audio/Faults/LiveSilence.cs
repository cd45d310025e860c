namespace Math4AI.Audio.Faults;

/// <summary>
/// Watches live sound for channels that fall silent while others do not. Allocates nothing on the way.
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

    /// <summary>Ends the sound, and says what was found.</summary>
    public string[] Warnings()
    {
        watch.End();
        return
        [
            .. SilenceNotes.Of(watch.Found, (double)frame / sampleRate, (double)samples / sampleRate),
        ];
    }

    // Sums about the first sample lose no digits to a large mean.
    private void Add(int channel, ReadOnlySpan<float> piece)
    {
        if (filled == 0)
        {
            (first[channel], isConstant[channel]) = (piece[0], true);
            (sums[channel], squares[channel]) = (0.0, 0.0);
        }

        isConstant[channel] &= piece.IndexOfAnyExcept(first[channel]) < 0;
        foreach (float sample in piece)
        {
            double difference = sample - first[channel];
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
