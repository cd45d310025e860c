using System.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Separation;

/// <summary>
/// The short-time Fourier transform with a Hann window, X(f, t) = Σ_i w(i) x(t h + i) e^(−2πi f i/n), and back: each frame is
/// weighted by the window once more, and their sum divided by the sum of squared windows, so that an unchanged spectrum gives the
/// signal again. Source: D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE Transactions
/// on Acoustics, Speech, and Signal Processing 32 (1984).
/// </summary>
public sealed class ShortTimeFourier
{
    private readonly double[] window;

    /// <summary>A transform of signals of one length.</summary>
    /// <param name="windowLength">n, samples; even, at least twice the hop.</param>
    /// <param name="hop">h, samples from frame to frame.</param>
    /// <param name="length">The signals' length.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length makes no sense.</exception>
    public ShortTimeFourier(int windowLength, int hop, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hop, 1);
        if (windowLength % 2 != 0 || windowLength < 2 * hop)
        {
            throw new ArgumentOutOfRangeException(
                nameof(windowLength), windowLength, "The window must be even and at least twice as long as the hop.");
        }

        (WindowLength, Hop, Length) = (windowLength, hop, length);
        Frames = (length + windowLength - hop + hop - 1) / hop;
        window = MathNet.Numerics.Window.HannPeriodic(windowLength);
    }

    /// <summary>n.</summary>
    public int WindowLength { get; }

    /// <summary>h.</summary>
    public int Hop { get; }

    /// <summary>The signals' length.</summary>
    public int Length { get; }

    /// <summary>The number of frames; the first begins n − h before the signal.</summary>
    public int Frames { get; }

    /// <summary>The number of frequencies, n/2 + 1.</summary>
    public int Frequencies => WindowLength / 2 + 1;

    private int Lead => WindowLength - Hop;

    /// <summary>The spectrum of a signal: frequency f of frame t stands at f · <see cref="Frames"/> + t.</summary>
    /// <param name="signal">As long as was said.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public Complex[] Forward(double[] signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (signal.Length != Length)
        {
            throw new ArgumentException($"The signal has {signal.Length} samples, and {Length} were announced.", nameof(signal));
        }

        var spectrum = new Complex[Frequencies * Frames];
        Parallel.For(0, Frames, Options(), () => new double[WindowLength + 2], (frame, _, packed) =>
        {
            int start = frame * Hop - Lead;
            for (int i = 0; i < WindowLength; i++)
            {
                int at = start + i;
                packed[i] = at >= 0 && at < Length ? window[i] * signal[at] : 0.0;
            }

            using (SingleThreadedMkl.Begin())
            {
                Fourier.ForwardReal(packed, WindowLength, FourierOptions.NoScaling);
            }

            for (int f = 0; f < Frequencies; f++)
            {
                spectrum[f * Frames + frame] = new Complex(packed[2 * f], packed[2 * f + 1]);
            }

            return packed;
        }, _ => { });
        return spectrum;
    }

    /// <summary>The signal of a spectrum.</summary>
    /// <param name="spectrum">As <see cref="Forward"/> gives it.</param>
    /// <exception cref="ArgumentException">It has another size.</exception>
    public double[] Inverse(Complex[] spectrum)
    {
        ArgumentNullException.ThrowIfNull(spectrum);
        if (spectrum.Length != Frequencies * Frames)
        {
            throw new ArgumentException(
                $"The spectrum has {spectrum.Length} values, and {Frequencies} × {Frames} are needed.", nameof(spectrum));
        }

        double[][] frames = new double[Frames][];
        Parallel.For(0, Frames, Options(), frame =>
        {
            double[] packed = new double[WindowLength + 2];
            for (int f = 0; f < Frequencies; f++)
            {
                Complex value = spectrum[f * Frames + frame];
                (packed[2 * f], packed[2 * f + 1]) = (value.Real, value.Imaginary);
            }

            using (SingleThreadedMkl.Begin())
            {
                Fourier.InverseReal(packed, WindowLength, FourierOptions.NoScaling);
            }

            frames[frame] = packed;
        });
        double[] signal = new double[Length], weights = new double[Length];
        for (int frame = 0; frame < Frames; frame++)
        {
            int start = frame * Hop - Lead;
            for (int i = Math.Max(0, -start); i < WindowLength && start + i < Length; i++)
            {
                signal[start + i] += window[i] * frames[frame][i] / WindowLength;
                weights[start + i] += window[i] * window[i];
            }
        }

        for (int t = 0; t < Length; t++)
        {
            signal[t] /= Math.Max(weights[t], 1e-8);
        }

        return signal;
    }

    private static ParallelOptions Options() => new() { MaxDegreeOfParallelism = Compute.Threads };
}
