using System.Numerics;

namespace Math4AI.Separation.Live;

/// <summary>
/// Counts times from a nanosecond to a minute in bins that are 1/64 of their value wide, so that every quantile is
/// known to 1.6 % without keeping the times. One thread adds; others may read.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private const long Longest = 60_000_000_000;

    private readonly long[] counts = new long[IndexOf(Longest) + 1];
    private long worst;

    /// <summary>Gets the number of times.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the longest time in seconds.</summary>
    public double Worst => worst * 1e-9;

    /// <summary>Adds a time.</summary>
    /// <param name="nanoseconds">The time in nanoseconds; more than a minute counts as a minute.</param>
    public void Add(long nanoseconds)
    {
        long value = Math.Clamp(nanoseconds, 0, Longest);
        counts[IndexOf(value)]++;
        worst = Math.Max(worst, value);
        Count++;
    }

    /// <summary>Computes a quantile in seconds; NaN if no time was added.</summary>
    /// <param name="share">The share of the times that do not exceed the quantile, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
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

    /// <summary>
    /// Counts the times that exceed a limit; times in the limit's own bin, which is 1.6 % wide, do not.
    /// </summary>
    /// <param name="seconds">The limit, seconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or NaN.</exception>
    public long CountAbove(double seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        ArgumentOutOfRangeException.ThrowIfNotEqual(double.IsNaN(seconds), false, nameof(seconds));
        long count = 0;
        for (int index = IndexOf((long)Math.Min(1e9 * seconds, Longest)) + 1; index < counts.Length; index++)
        {
            count += counts[index];
        }

        return count;
    }

    /// <summary>
    /// Returns the upper end of every nonempty bin, in order, with the fraction of times that took longer.
    /// </summary>
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

    /// <summary>Gets the largest value of a bin.</summary>
    private static long UpperEnd(int index)
    {
        int shift = Math.Max(0, index / Sub - 1);
        return ((long)(index - shift * Sub + 1) << shift) - 1;
    }
}
