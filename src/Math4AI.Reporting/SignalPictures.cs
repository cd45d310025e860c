using System.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.IntegralTransforms;
using ScottPlot;

namespace Math4AI.Reporting;

/// <summary>Spectrograms, without axes or letters: the chart around them has those.</summary>
internal static class SignalPictures
{
    /// <summary>The highest frequency shown in a picture of sound, in Hz; there is little energy above it.</summary>
    public const double HighestFrequency = 12000.0;

    private const int Width = 1000;
    private const int SpectrogramHeight = 220;
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
        using var plot = new Plot();
        var map = plot.Add.Heatmap(decibels);
        map.Colormap = new ScottPlot.Colormaps.Inferno();
        map.ManualRange = new ScottPlot.Range(
            decibels.Cast<double>().Max() - DynamicRange, decibels.Cast<double>().Max());
        plot.Axes.SetLimits(-0.5, decibels.GetLength(1) - 0.5, -0.5, decibels.GetLength(0) - 0.5);
        plot.HideGrid();
        plot.Layout.Frameless();
        return plot.GetImageBytes(Width, SpectrogramHeight, ImageFormat.Png);
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
                // The first row of a heat map is drawn at the top.
                decibels[bins - 1 - bin, column] = 10.0 * Math.Log10(buffer[bin].MagnitudeSquared() + 1e-20);
            }
        }

        return decibels;
    }
}
