using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Probability;

/// <summary>
/// Counts samples into bins, each sample shared by the two nearest; samples off the grid count at its edge, NaN at the
/// lower one. Source: P. Hall and M. Wand, "On the accuracy of binned kernel density estimators", Journal of
/// Multivariate Analysis 56 (1996).
/// </summary>
/// <remarks>
/// A sample between bins b and b + 1 adds (1, share of b + 1) to the pair of b, in one store. Two histograms alternate,
/// so that the same bin twice in a row does not wait for the first store.
/// </remarks>
internal sealed unsafe class LinearHistogram(double origin, double binWidth, int bins)
{
    private readonly double[] even = new double[2 * bins];
    private readonly double[] odd = new double[2 * bins];

    /// <summary>Gets what was counted, in arrays that add up over samples.</summary>
    public IReadOnlyList<double[]> Totals => [even, odd];

    /// <summary>Counts samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<double> samples)
    {
        double inverse = 1.0 / binWidth, last = bins - 1.001;
        Vector512<double> shift = Vector512.Create(origin), scale = Vector512.Create(inverse),
            most = Vector512.Create(last);
        Vector512<long> highest = Vector512.Create(bins - 2L);
        int width = Vector512<double>.Count;
        double* shares = stackalloc double[width];
        long* bin = stackalloc long[width];
        fixed (double* x = samples, first = even, second = odd)
        {
            int i = 0;
            for (; i <= samples.Length - width; i += width)
            {
                // A comparison with NaN is false, so that NaN becomes 0.
                Vector512<double> place = (Vector512.Load(x + i) - shift) * scale;
                Vector512<double> at =
                    Vector512.Min(place & Vector512.GreaterThan(place, Vector512<double>.Zero), most);
                Vector512<long> below =
                    Vector512.Max(Vector512.Min(Vector512.ConvertToInt64(at), highest), Vector512<long>.Zero);
                (at - Vector512.ConvertToDouble(below)).Store(shares);
                below.Store(bin);
                for (int lane = 0; lane < width; lane += 2)
                {
                    Count(first + 2 * bin[lane], shares[lane]);
                    Count(second + 2 * bin[lane + 1], shares[lane + 1]);
                }
            }

            for (; i < samples.Length; i++)
            {
                double at = (x[i] - origin) * inverse;
                at = at > 0.0 ? Math.Min(at, last) : 0.0;
                Count(first + 2 * (int)at, at - (int)at);
            }
        }
    }

    /// <summary>Adds what was counted to <paramref name="counts"/>, and starts again from zero.</summary>
    /// <param name="counts">One number a bin.</param>
    public void MoveTo(Span<double> counts)
    {
        for (int bin = 0; bin < bins; bin++)
        {
            double all = even[2 * bin] + odd[2 * bin], share = even[2 * bin + 1] + odd[2 * bin + 1];
            counts[bin] += all - share;
            if (share > 0.0)
            {
                counts[bin + 1] += share;
            }
        }

        Array.Clear(even);
        Array.Clear(odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Count(double* pair, double share) =>
        (Vector128.Load(pair) + Vector128.Create(1.0, share)).Store(pair);
}
