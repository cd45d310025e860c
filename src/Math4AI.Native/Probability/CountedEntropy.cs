using MathNet.Numerics;

namespace Math4AI.Probability;

/// <summary>
/// The entropy of a discrete variable from how often each value was seen, with what the values that were not seen add,
/// judged from those that were seen once and twice. Of the usual ones it is the least biased when there are more values
/// than samples. Source: A. Chao, Y. T. Wang and L. Jost, "Entropy
/// and the species accumulation curve", Methods in Ecology and Evolution 4 (2013).
/// </summary>
internal sealed class CountedEntropy
{
    // Up to here the difference of the tail loses at most this many powers of e.
    private const double MostCancelled = 10.0;
    private const double Precision = 1e-16;

    private readonly double samples;
    private readonly double once;
    private readonly double twice;
    private readonly double sumOfDigammas;
    private readonly Dictionary<int, double> withOneLess = [];

    /// <summary>Takes how often each value was seen, once or more.</summary>
    public CountedEntropy(IEnumerable<int> counts)
    {
        foreach (int count in counts)
        {
            samples += count;
            once += count == 1 ? 1.0 : 0.0;
            twice += count == 2 ? 1.0 : 0.0;
            sumOfDigammas += count * SpecialFunctions.DiGamma(count);
        }

        Value = Of(samples, once, twice, sumOfDigammas);
    }

    /// <summary>The entropy, in nats.</summary>
    public double Value { get; }

    /// <summary>The entropy without one sample, of a value that was seen so many times.</summary>
    public double Without(int count)
    {
        if (!withOneLess.TryGetValue(count, out double value))
        {
            double less = count > 1 ? (count - 1.0) * SpecialFunctions.DiGamma(count - 1.0) : 0.0;
            value = Of(
                samples - 1.0,
                once + (count == 2 ? 1.0 : 0.0) - (count == 1 ? 1.0 : 0.0),
                twice + (count == 3 ? 1.0 : 0.0) - (count == 2 ? 1.0 : 0.0),
                sumOfDigammas - count * SpecialFunctions.DiGamma(count) + less);
            withOneLess.Add(count, value);
        }

        return value;
    }

    private static double Of(double samples, double once, double twice, double sumOfDigammas)
    {
        if (samples < 1.0)
        {
            return 0.0;
        }

        double seen = SpecialFunctions.DiGamma(samples) - sumOfDigammas / samples;
        double share = twice > 0.0 ? 2.0 * twice / ((samples - 1.0) * once + 2.0 * twice)
            : 2.0 / ((samples - 1.0) * Math.Max(0.0, once - 1.0) + 2.0);
        return once > 0.0 && share < 1.0 ? seen + once / samples * Tail(samples - 1.0, share) : seen;
    }

    /// <summary>
    /// (1 − A)⁻ᵐ (−ln A − Σ_{r ≤ m} (1 − A)ʳ/r), which is Σ_{j ≥ 1} (1 − A)ʲ/(m + j).
    /// </summary>
    private static double Tail(double m, double share)
    {
        double power = 1.0, sum = 0.0;
        if (m * share <= MostCancelled)
        {
            for (int r = 1; r <= m; r++)
            {
                power *= 1.0 - share;
                sum += power / r;
            }

            return (-Math.Log(share) - sum) / power;
        }

        for (int j = 1; power > Precision; j++)
        {
            power *= 1.0 - share;
            sum += power / (m + j);
        }

        return sum;
    }
}
