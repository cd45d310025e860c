using System.Numerics;

namespace Math4AI.Separation.Live;

/// <summary>
/// Counts times between a nanosecond and a minute in bins that are 1/64 of their value wide, so that any quantile is known to 1.6 %
/// without keeping the times. One thread adds; others may look.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private const long Longest = 60_000_000_000;

    private readonly long[] counts = new long[IndexOf(Longest) + 1];
    private long worst;

    /// <summary>How many times were counted.</summary>
    public long Count { get; private set; }

    /// <summary>The longest, seconds.</summary>
    public double Worst => worst * 1e-9;

    /// <summary>Counts a time.</summary>
    public void Add(long nanoseconds)
    {
        long value = Math.Clamp(nanoseconds, 0, Longest);
        counts[IndexOf(value)]++;
        worst = Math.Max(worst, value);
        Count++;
    }

    /// <summary>The time, in seconds, that the given share of all does not exceed; NaN where there are none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public double Quantile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1.0);
        if (Count == 0)
        {
            return double.NaN;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        int index = 0;
        for (long seen = counts[0]; seen < rank && index < counts.Length - 1; seen += counts[index])
        {
            index++;
        }

        return Math.Min(worst, UpperEnd(index)) * 1e-9;
    }

    /// <summary>For every time that was met, to 1.6 %, the share of all that took longer; in order of time.</summary>
    public IReadOnlyList<(double Seconds, double ShareLonger)> Tail()
    {
        var tail = new List<(double, double)>();
        long seen = 0;
        for (int index = 0; index < counts.Length && seen < Count; index++)
        {
            if (counts[index] > 0)
            {
                seen += counts[index];
                tail.Add((Math.Min(worst, UpperEnd(index)) * 1e-9, (double)(Count - seen) / Count));
            }
        }

        return tail;
    }

    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - SubBits);
        return shift * Sub + (int)(value >> shift);
    }

    /// <summary>The largest value of a bin.</summary>
    private static long UpperEnd(int index)
    {
        int shift = Math.Max(0, index / Sub - 1);
        return ((long)(index - shift * Sub + 1) << shift) - 1;
    }
}
