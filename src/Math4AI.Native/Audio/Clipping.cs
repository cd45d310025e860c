using Math4AI.Data;

namespace Math4AI.Audio;

/// <summary>
/// Detects clipping: peaks beyond the range of the recorder become runs of samples at one value, and far more of them
/// than at the value before it. A soft sound that is rounded to few values has such runs too, but not so many.
/// </summary>
internal static class Clipping
{
    private const int ShortestRun = 3;

    // A hundredth of a percent: less is not heard, and may be chance in quiet music.
    private const double MinShare = 1e-4;

    // The peaks of a rounded sine hold at most 1/(√2 − 1) = 2.4 times as many samples as what is one step below.
    private const int MaxPeakRatio = 4;

    /// <summary>Counts the samples in runs of three or more at the largest or smallest value of a channel.</summary>
    public static int Count(ReadOnlySpan<float> samples)
    {
        float most = float.NegativeInfinity, least = float.PositiveInfinity;
        foreach (float sample in samples)
        {
            (most, least) = (Math.Max(most, sample), Math.Min(least, sample));
        }

        return most > least ? CountAt(samples, most) + CountAt(samples, least) : 0;
    }

    /// <summary>Returns one remark for each clipped channel.</summary>
    public static IEnumerable<string> Notes(Recording recording)
    {
        for (int channel = 0; channel < recording.Channels; channel++)
        {
            int count = Count(recording.Channel(channel));
            if (count >= MinShare * recording.Length)
            {
                yield return $"Channel {channel + 1} is clipped at {Counted.Of(count, "sample")}: they are no sum of "
                    + "sources, and the separation is less exact there. Record at a lower level.";
            }
        }
    }

    private static int CountAt(ReadOnlySpan<float> samples, float value)
    {
        int clipped = 0, run = 0, all = 0;
        foreach (float sample in samples)
        {
            // Zeros side by side are silence.
            run = sample == value && value != 0.0f ? run + 1 : 0;
            clipped += run < ShortestRun ? 0 : run == ShortestRun ? ShortestRun : 1;
            all += sample == value ? 1 : 0;
        }

        return clipped > 0 && all > MaxPeakRatio * CountBeside(samples, value) ? clipped : 0;
    }

    /// <summary>Counts the samples at the value that is next to the largest or smallest one.</summary>
    private static int CountBeside(ReadOnlySpan<float> samples, float value)
    {
        float beside = 0.0f, least = float.PositiveInfinity;
        int count = 0;
        foreach (float sample in samples)
        {
            float distance = Math.Abs(sample - value);
            if (distance > 0.0f && distance < least)
            {
                (beside, least, count) = (sample, distance, 0);
            }

            count += sample == beside && distance > 0.0f ? 1 : 0;
        }

        return count;
    }
}
