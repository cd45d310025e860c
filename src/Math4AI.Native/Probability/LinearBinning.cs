using System.Runtime.CompilerServices;

namespace Math4AI.Probability;

/// <summary>Counts samples into bins, each sample shared by its two neighbours. Source: P. Hall and M. Wand, JMVA 56 (1996).</summary>
internal static unsafe class LinearBinning
{
    /// <summary>counts += samples; those off the grid count at its edge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<double> samples, double origin, double binWidth, Span<double> counts)
    {
        double inverse = 1.0 / binWidth, last = counts.Length - 1.001;
        fixed (double* x = samples, c = counts)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                double at = Math.Min(Math.Max((x[i] - origin) * inverse, 0.0), last);
                int bin = (int)at;
                double share = at - bin;
                c[bin] += 1.0 - share;
                c[bin + 1] += share;
            }
        }
    }

    /// <summary>x = the table at x, by linear interpolation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(Span<double> samples, double origin, double binWidth, ReadOnlySpan<double> table)
    {
        double inverse = 1.0 / binWidth, last = table.Length - 1.001;
        fixed (double* x = samples, t = table)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                double at = Math.Min(Math.Max((x[i] - origin) * inverse, 0.0), last);
                int bin = (int)at;
                x[i] = t[bin] + (at - bin) * (t[bin + 1] - t[bin]);
            }
        }
    }
}
