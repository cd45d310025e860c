using System.Globalization;
using System.Numerics.Tensors;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Audio.Faults;

/// <summary>
/// Finds a hum of the mains that is louder than all else: lines at 50 or 60 Hz and their multiples that never pause.
/// The power of a line is its median over windows of a second, since voices cross it and do not stay.
/// </summary>
internal static class Hum
{
    private const double MinShare = 0.5;
    private const int Multiples = 8;
    private const int MaxWindows = 24;
    private const int FewestWindows = 4;
    private const int Width = 2;

    private static readonly double[] Mains = [50.0, 60.0];

    /// <summary>Says in which channels a hum makes up more than half of the variance.</summary>
    public static IEnumerable<string> Notes(IAudioSource sound)
    {
        int window = 1 << (int)Math.Round(Math.Log2(sound.SampleRate));
        int windows = (int)Math.Min(MaxWindows, sound.Length / window);
        if (windows < FewestWindows)
        {
            yield break;
        }

        Recording[] pieces =
        [
            .. Enumerable.Range(0, windows).Select(
                k => sound.Excerpt((sound.Length - window) * k / (windows - 1), window)),
        ];
        for (int channel = 0; channel < sound.Channels; channel++)
        {
            double[][] powers = [.. pieces.Select(piece => Powers(piece.Channel(channel)))];
            double all = powers.Average(each => TensorPrimitives.Sum<double>(each));
            foreach (double hertz in Mains)
            {
                double share = Lines(powers, hertz * window / sound.SampleRate) / all;
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

    /// <summary>The power of each frequency of a window, without that of the mean.</summary>
    private static double[] Powers(ReadOnlySpan<float> samples)
    {
        double[] window = MathNet.Numerics.Window.HannPeriodic(samples.Length);
        double[] packed = new double[samples.Length + 2];
        double mean = 0.0;
        foreach (float sample in samples)
        {
            mean += sample / (double)samples.Length;
        }

        for (int t = 0; t < samples.Length; t++)
        {
            packed[t] = window[t] * (samples[t] - mean);
        }

        Fourier.ForwardReal(packed, samples.Length, FourierOptions.NoScaling);
        double[] powers = new double[samples.Length / 2 + 1];
        for (int f = 0; f < powers.Length; f++)
        {
            powers[f] = packed[2 * f] * packed[2 * f] + packed[2 * f + 1] * packed[2 * f + 1];
        }

        return powers;
    }

    private static double Lines(double[][] powers, double spacing)
    {
        double sum = 0.0;
        for (int k = 1; k <= Multiples && (k * spacing) + Width < powers[0].Length; k++)
        {
            int center = (int)Math.Round(k * spacing);
            double[] line =
            [
                .. powers.Select(each =>
                    TensorPrimitives.Sum<double>(each.AsSpan(center - Width, 2 * Width + 1))).Order(),
            ];
            sum += line[line.Length / 2];
        }

        return sum;
    }
}
