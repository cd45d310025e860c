using System.Numerics;
using Math4AI.Reporting.Charts;
using MathNet.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Reporting;

/// <summary>Spectrograms, without axes or letters: the chart around them has those.</summary>
internal static class SignalPictures
{
    /// <summary>The highest frequency shown in a picture of sound, in Hz; there is little energy above it.</summary>
    public const double HighestFrequency = 12000.0;

    private const int SpectrogramColumns = 700;
    private const int Window = 1024;
    private const double DynamicRange = 80.0;

    /// <summary>
    /// Draws power over time and frequency in decibels, down to 80 dB below the maximum; low frequencies are at the
    /// bottom.
    /// </summary>
    /// <param name="samples">The signal.</param>
    /// <param name="band">The share of the frequencies, from 0 up, that is shown; 1 for all.</param>
    public static byte[] Spectrogram(ReadOnlySpan<float> samples, double band)
    {
        double[,] decibels = Decibels(samples, Math.Max(1, (int)(band * Window / 2)));
        double highest = double.NegativeInfinity;
        foreach (double value in decibels)
        {
            highest = Math.Max(highest, value);
        }

        return NumberPicture.Png(decibels, highest - DynamicRange, highest, ColorMap.Inferno);
    }

    private static double[,] Decibels(ReadOnlySpan<float> samples, int bins)
    {
        int columns = Math.Clamp(samples.Length / (Window / 4), 1, SpectrogramColumns);
        double[] window = MathNet.Numerics.Window.HannPeriodic(Window);
        double[,] decibels = new double[bins, columns];
        var buffer = new Complex[Window];
        for (int column = 0; column < columns; column++)
        {
            int start = (int)((long)Math.Max(0, samples.Length - Window) * column / Math.Max(1, columns - 1));
            for (int i = 0; i < Window; i++)
            {
                buffer[i] = start + i < samples.Length ? window[i] * samples[start + i] : 0.0;
            }

            Fourier.Forward(buffer, FourierOptions.NoScaling);
            for (int bin = 0; bin < bins; bin++)
            {
                decibels[bin, column] = 10.0 * Math.Log10(buffer[bin].MagnitudeSquared() + 1e-20);
            }
        }

        return decibels;
    }
}
