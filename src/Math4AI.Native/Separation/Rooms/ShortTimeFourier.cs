using System.Numerics;
using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// The short-time Fourier transform with a Hann window, X(f, t) = Σ_i w(i) x(t h + i) e^(−2πi f i/n), and back: each
/// frame is weighted by the window once more, and their sum divided by the sum of squared windows, so that an unchanged
/// spectrum gives the signal again. Source: D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier
/// transform", IEEE Transactions on Acoustics, Speech, and Signal Processing 32 (1984).
/// </summary>
public sealed class ShortTimeFourier
{
    // Frames that go through memory together: their values of one frequency fill whole cache lines.
    private const int Group = 8;

    private readonly double[] window;
    private readonly double[] weights;
    private readonly double[][][] scratch;
    private double[][] frames = [];

    /// <summary>Initializes a transform of signals of one length.</summary>
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
        weights = new double[length];
        for (int frame = 0; frame < Frames; frame++)
        {
            int start = frame * Hop - Lead;
            for (int i = Math.Max(0, -start); i < WindowLength && start + i < Length; i++)
            {
                weights[start + i] += window[i] * window[i];
            }
        }

        int workers = Math.Clamp(Compute.Threads, 1, (Frames + Group - 1) / Group);
        scratch = [.. Enumerable.Range(0, workers).Select(
            _ => Enumerable.Range(0, Group).Select(_ => new double[Packed]).ToArray())];
    }

    /// <summary>Gets the length n of the window.</summary>
    public int WindowLength { get; }

    /// <summary>Gets the hop h between frames.</summary>
    public int Hop { get; }

    /// <summary>Gets the length of the signals.</summary>
    public int Length { get; }

    /// <summary>Gets the number of frames; the first begins n − h samples before the signal.</summary>
    public int Frames { get; }

    /// <summary>Gets the number of frequencies, n/2 + 1.</summary>
    public int Frequencies => WindowLength / 2 + 1;

    private int Lead => WindowLength - Hop;

    private int Packed => WindowLength + 2;

    /// <summary>
    /// Computes the spectrum of a signal: frequency f of frame t is at the index f · <see cref="Frames"/> + t.
    /// </summary>
    /// <param name="signal">The signal, of <see cref="Length"/> samples.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public Complex[] Forward(double[] signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        if (signal.Length != Length)
        {
            throw new ArgumentException(
                $"The signal has {signal.Length} samples, and {Length} were announced.", nameof(signal));
        }

        var spectrum = new Complex[Frequencies * Frames];
        lock (scratch)
        {
            Forward(signal, spectrum);
        }

        return spectrum;
    }

    /// <summary>Computes the signal of a spectrum.</summary>
    /// <param name="spectrum">The spectrum, in the order of <see cref="Forward(double[])"/>.</param>
    /// <exception cref="ArgumentException">It has another size.</exception>
    public double[] Inverse(Complex[] spectrum)
    {
        ArgumentNullException.ThrowIfNull(spectrum);
        if (spectrum.Length != Frequencies * Frames)
        {
            throw new ArgumentException(
                $"The spectrum has {spectrum.Length} values, and {Frequencies} × {Frames} are needed.",
                nameof(spectrum));
        }

        double[] signal = new double[Length];
        lock (scratch)
        {
            Inverse(spectrum, signal);
        }

        return signal;
    }

    /// <summary><see cref="Forward(double[])"/> into memory that is there; one call at a time.</summary>
    internal void Forward(double[] signal, Complex[] spectrum) => Parallel.For(0, scratch.Length, Options(), worker =>
    {
        double[][] packed = scratch[worker];
        using var alone = SingleThreadedMkl.Begin();
        (int from, int to) = Share(worker);
        for (int first = from; first < to; first += Group)
        {
            int count = Math.Min(Group, to - first);
            for (int k = 0; k < count; k++)
            {
                int start = (first + k) * Hop - Lead;
                Span<double> frame = packed[k].AsSpan(0, WindowLength);
                for (int i = 0; i < frame.Length; i++)
                {
                    int at = start + i;
                    frame[i] = at >= 0 && at < signal.Length ? window[i] * signal[at] : 0.0;
                }

                Fourier.ForwardReal(packed[k], WindowLength, FourierOptions.NoScaling);
            }

            for (int f = 0; f < Frequencies; f++)
            {
                Span<Complex> row = spectrum.AsSpan(f * Frames + first, count);
                for (int k = 0; k < row.Length; k++)
                {
                    row[k] = new Complex(packed[k][2 * f], packed[k][2 * f + 1]);
                }
            }
        }
    });

    /// <summary><see cref="Inverse(Complex[])"/> into memory that is there; one call at a time.</summary>
    internal void Inverse(Complex[] spectrum, double[] signal)
    {
        if (frames.Length == 0)
        {
            frames = [.. Enumerable.Range(0, Frames).Select(_ => new double[Packed])];
        }

        Parallel.For(0, scratch.Length, Options(), worker =>
        {
            using var alone = SingleThreadedMkl.Begin();
            (int from, int to) = Share(worker);
            for (int first = from; first < to; first += Group)
            {
                int count = Math.Min(Group, to - first);
                for (int f = 0; f < Frequencies; f++)
                {
                    Span<Complex> row = spectrum.AsSpan(f * Frames + first, count);
                    for (int k = 0; k < row.Length; k++)
                    {
                        (frames[first + k][2 * f], frames[first + k][2 * f + 1]) = (row[k].Real, row[k].Imaginary);
                    }
                }

                for (int k = 0; k < count; k++)
                {
                    Fourier.InverseReal(frames[first + k], WindowLength, FourierOptions.NoScaling);
                }
            }
        });
        Array.Clear(signal);
        for (int frame = 0; frame < Frames; frame++)
        {
            int start = frame * Hop - Lead;
            double[] values = frames[frame];
            for (int i = Math.Max(0, -start); i < WindowLength && start + i < Length; i++)
            {
                signal[start + i] += window[i] * values[i];
            }
        }

        for (int t = 0; t < signal.Length; t++)
        {
            signal[t] /= WindowLength * Math.Max(weights[t], 1e-8);
        }
    }

    /// <summary>The frames of a worker: whole groups.</summary>
    private (int From, int To) Share(int worker)
    {
        int groups = (Frames + Group - 1) / Group;
        return (Group * (int)((long)groups * worker / scratch.Length),
            Math.Min(Frames, Group * (int)((long)groups * (worker + 1) / scratch.Length)));
    }

    private ParallelOptions Options() => new() { MaxDegreeOfParallelism = scratch.Length };
}
