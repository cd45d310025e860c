using System.Globalization;
using System.Numerics.Tensors;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Audio.Faults;

/// <summary>
/// Finds a hum of the mains that is louder than all else: lines at 50 or 60 Hz and their multiples that never pause.
/// The power of a line is its median over windows of a second, since voices cross it and do not stay. The mains keep
/// their frequency to within one percent, and the bass notes beside it, 49 Hz and 61.7 Hz, do not lie that near.
/// </summary>
internal static class Hum
{
    private const double MinShare = 0.5;
    private const int Multiples = 8;
    private const int MaxWindows = 24;
    private const int FewestWindows = 4;
    private const int Width = 2;
    private const double MaxDeviation = 0.01;

    // The multiples lie far below what is left by means over as many samples as this rate needs.
    private const int Rate = 4000;

    private static readonly double[] Mains = [50.0, 60.0];

    /// <summary>Says in which channels a hum makes up more than half of the variance.</summary>
    public static IEnumerable<string> Notes(IAudioSource sound)
    {
        int average = Math.Max(1, sound.SampleRate / Rate);
        double rate = (double)sound.SampleRate / average;
        int window = 1 << (int)Math.Round(Math.Log2(rate)), span = window * average;
        int windows = (int)Math.Min(MaxWindows, sound.Length / span);
        if (windows < FewestWindows)
        {
            yield break;
        }

        Recording[] pieces =
        [
            .. Enumerable.Range(0, windows).Select(
                k => sound.Excerpt((sound.Length - span) * k / (windows - 1), span)),
        ];
        double[] shape = MathNet.Numerics.Window.HannPeriodic(window), scratch = new double[span];
        for (int channel = 0; channel < sound.Channels; channel++)
        {
            double[][] powers = [.. pieces.Select(piece => Powers(piece.Channel(channel), average, shape, scratch))];
            foreach (double hertz in Mains)
            {
                double share = Lines(powers, hertz * window / rate) / powers.Average(each => each[^1]);
                if (share > MinShare)
                {
                    yield return string.Create(
                        CultureInfo.InvariantCulture,
                        $"A hum at {hertz:0} Hz and its multiples makes up {100.0 * Math.Min(1.0, share):0} % of the "
                        + $"variance of channel {channel + 1}: unless it is a source that is wanted, filter it out "
                        + $"before, since it counts as one and hides the others.");
                    break;
                }
            }
        }
    }

    /// <summary>
    /// The power of each frequency of the means over a few samples, without that of the mean of all; and last, the
    /// power of the samples themselves in the same units.
    /// </summary>
    private static double[] Powers(
        ReadOnlySpan<float> samples, int average, double[] shape, double[] scratch)
    {
        TensorPrimitives.ConvertTruncating(samples, scratch);
        TensorPrimitives.Subtract(scratch, TensorPrimitives.Sum<double>(scratch) / scratch.Length, scratch);
        double[] means = new double[shape.Length + 2], powers = new double[shape.Length / 2 + 2];
        for (int t = 0; t < shape.Length; t++)
        {
            means[t] = TensorPrimitives.Sum<double>(scratch.AsSpan(t * average, average)) / average;
        }

        Span<double> there = means.AsSpan(0, shape.Length);
        double level = TensorPrimitives.SumOfSquares<double>(there) * average;
        TensorPrimitives.Multiply(there, shape, there);
        Fourier.ForwardReal(means, shape.Length, FourierOptions.NoScaling);
        for (int f = 0; f < powers.Length - 1; f++)
        {
            powers[f] = means[2 * f] * means[2 * f] + means[2 * f + 1] * means[2 * f + 1];
        }

        double ratio = TensorPrimitives.SumOfSquares<double>(scratch) / level;
        powers[^1] = level > 0.0 ? TensorPrimitives.Sum<double>(powers) * ratio : 0.0;
        return powers;
    }

    /// <summary>The power of all lines; 0 where the strongest is not at its multiple.</summary>
    private static double Lines(double[][] powers, double spacing)
    {
        double sum = 0.0, strongest = 0.0, deviation = 0.0;
        for (int k = 1; k <= Multiples && (k * spacing) + Width < powers[0].Length - 1; k++)
        {
            int center = (int)Math.Round(k * spacing);
            double power = Median(powers, each =>
                TensorPrimitives.Sum<double>(each.AsSpan(center - Width, 2 * Width + 1)));
            sum += power;
            if (power > strongest)
            {
                (strongest, deviation) = (power, Center(powers, center) / (k * spacing) - 1.0);
            }
        }

        return Math.Abs(deviation) <= MaxDeviation ? sum : 0.0;
    }

    /// <summary>
    /// The center of gravity of a line: the frequency of one tone, also between those of the spectrum.
    /// </summary>
    private static double Center(double[][] powers, int center)
    {
        double sum = 0.0, moment = 0.0;
        for (int f = center - Width; f <= center + Width; f++)
        {
            double power = Median(powers, each => each[f]);
            (sum, moment) = (sum + power, moment + f * power);
        }

        return moment / sum;
    }

    private static double Median(double[][] powers, Func<double[], double> part)
    {
        double[] parts = [.. powers.Select(part).Order()];
        return parts[parts.Length / 2];
    }
}
