using System.Globalization;

namespace Math4AI.Audio.Faults;

/// <summary>
/// Finds zeros in all channels that begin and end in the midst of sound, as a recorder leaves them where it lost
/// buffers. A pause between words begins and ends softly; and sources that are silent most of the time give more short
/// runs of zeros than long ones.
/// </summary>
internal sealed class LostBuffers
{
    private const int Shortest = 32;
    private const double Abrupt = 0.1;
    private const int Steps = 4;
    private const int LiveBetween = 256;

    private readonly double[] edges;
    private readonly double[] last;
    private readonly int sampleRate;
    private long at;
    private long start = -1;
    private bool beginsAbruptly;
    private long longRuns;
    private long shortRuns;
    private long zeros;
    private long first;
    private long longest;

    /// <summary>Initializes a search.</summary>
    /// <param name="levels">The standard deviation of each channel.</param>
    /// <param name="step">The step to whose multiples samples are rounded; 0 if they are not.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public LostBuffers(double[] levels, double step, int sampleRate)
    {
        edges = Array.ConvertAll(levels, level => Math.Max(Abrupt * level, Steps * step));
        last = new double[levels.Length];
        this.sampleRate = sampleRate;
    }

    /// <summary>Takes in the next samples, channel after channel.</summary>
    public void Add(ReadOnlySpan<double> block, int samples)
    {
        for (int t = 0; t < samples; t++, at++)
        {
            bool isZero = true;
            for (int c = 0; c < last.Length && isZero; c++)
            {
                isZero = block[c * samples + t] == 0.0;
            }

            if (isZero && start < 0)
            {
                (start, beginsAbruptly) = (at, at > 0 && IsLoud(last, 1, 0));
            }
            else if (!isZero && start >= 0)
            {
                End(IsLoud(block, samples, t));
            }

            if (!isZero && t + 1 < samples && block[t + 1] != 0.0)
            {
                // What is before a run of zeros matters, and the next sample begins none.
                continue;
            }

            for (int c = 0; c < last.Length; c++)
            {
                last[c] = block[c * samples + t];
            }
        }
    }

    /// <summary>Says what was found.</summary>
    public IEnumerable<string> Notes()
    {
        if (longRuns == 0 || longRuns <= shortRuns || at - zeros < LiveBetween * (longRuns + shortRuns))
        {
            yield break;
        }

        string pieces = longRuns == 1 ? "One piece" : $"{longRuns} pieces";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{pieces} of zeros in all channels, in the midst of sound, the first at "
            + $"{(double)first / sampleRate:0.00} s, the longest of {longest} samples, "
            + $"{(double)zeros / sampleRate:0.00} s in all: if the recorder lost what was there, each source has "
            + $"the gaps. Record with larger buffers, or separate a part without.");
    }

    private bool IsLoud(ReadOnlySpan<double> samples, int stride, int t)
    {
        for (int c = 0; c < edges.Length; c++)
        {
            if (edges[c] > 0.0 && Math.Abs(samples[c * stride + t]) >= edges[c])
            {
                return true;
            }
        }

        return false;
    }

    private void End(bool endsAbruptly)
    {
        long length = at - start;
        if (beginsAbruptly && endsAbruptly && length >= Shortest)
        {
            first = longRuns == 0 ? start : first;
            longRuns++;
            zeros += length;
            longest = Math.Max(longest, length);
        }
        else if (beginsAbruptly && endsAbruptly && length > 1)
        {
            shortRuns++;
        }

        start = -1;
    }
}
