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
    private readonly double[] window;
    // Σ w² over the frames that hold a sample: a function of the sample's place between two frames.
    private readonly double[] weights;

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
        Frames = FramesOf(windowLength, hop, length);
        window = MathNet.Numerics.Window.HannPeriodic(windowLength);
        weights = new double[hop];
        for (int i = 0; i < windowLength; i++)
        {
            weights[i % hop] += window[i] * window[i];
        }
    }

    private ShortTimeFourier(ShortTimeFourier other, int length)
    {
        (WindowLength, Hop, Length) = (other.WindowLength, other.Hop, length);
        Frames = FramesOf(WindowLength, Hop, length);
        (window, weights) = (other.window, other.weights);
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

    /// <summary>
    /// Returns the power of two next to a time in samples, and 64 at least: at a low rate few samples would hold a time
    /// that suits sound.
    /// </summary>
    internal static int WindowOf(double seconds, int sampleRate) =>
        1 << Math.Max(6, (int)Math.Round(Math.Log2(seconds * sampleRate)));

    /// <summary>Returns the number of frames that hold a sample of a signal.</summary>
    internal static int FramesOf(int windowLength, int hop, int length) => (length + windowLength - 1) / hop;

    private int Lead => WindowLength - Hop;

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
        Parallel.For(
            0,
            Frames,
            new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads },
            () => new double[WindowLength + 2],
            (frame, _, packed) =>
            {
                using var alone = SingleThreadedMkl.Begin();
                (int start, int from, int to) = Reach(frame);
                signal.AsSpan(start + from, to - from).CopyTo(packed.AsSpan(from));
                TransformFrame(from, to, packed);
                for (int f = 0; f < Frequencies; f++)
                {
                    spectrum[f * Frames + frame] = new Complex(packed[2 * f], packed[2 * f + 1]);
                }

                return packed;
            },
            _ => { });
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

        double[] signal = new double[Length], packed = new double[WindowLength + 2];
        for (int frame = 0; frame < Frames; frame++)
        {
            for (int f = 0; f < Frequencies; f++)
            {
                (packed[2 * f], packed[2 * f + 1]) =
                    (spectrum[f * Frames + frame].Real, spectrum[f * Frames + frame].Imaginary);
            }

            Fourier.InverseReal(packed, WindowLength, FourierOptions.NoScaling);
            AddFrame(packed, frame, signal);
        }

        Normalize(signal);
        return signal;
    }

    /// <summary>Returns the same transform for signals of another length.</summary>
    internal ShortTimeFourier WithLength(int length) => new(this, length);

    /// <summary>
    /// Returns the first sample of a frame, which may be negative, and the part of the frame that lies in the signal.
    /// </summary>
    internal (int Start, int From, int To) Reach(int frame)
    {
        int start = frame * Hop - Lead, from = Math.Max(0, -start);
        return (start, from, Math.Clamp(Length - start, from, WindowLength));
    }

    /// <summary>Turns the samples of a frame into their spectrum, real and imaginary parts in turn.</summary>
    /// <param name="from">The first sample that is in the signal; those before count as zero.</param>
    /// <param name="to">The end of them; those after it count as zero.</param>
    /// <param name="packed">The samples, and then 2 · <see cref="Frequencies"/> numbers.</param>
    internal void TransformFrame(int from, int to, double[] packed)
    {
        Span<double> samples = packed.AsSpan(from, to - from);
        System.Numerics.Tensors.TensorPrimitives.Multiply(window.AsSpan(from, to - from), samples, samples);
        Array.Clear(packed, 0, from);
        Array.Clear(packed, to, WindowLength - to);
        Fourier.ForwardReal(packed, WindowLength, FourierOptions.NoScaling);
    }

    /// <summary>Adds the samples of one frame to a signal that <see cref="Normalize"/> completes.</summary>
    internal void AddFrame<T>(double[] samples, int frame, T[] signal)
        where T : INumber<T>
    {
        int start = frame * Hop - Lead;
        for (int i = Math.Max(0, -start); i < WindowLength && start + i < Length; i++)
        {
            signal[start + i] += T.CreateTruncating(window[i] * samples[i]);
        }
    }

    /// <summary>Divides a sum of frames by the sum of squared windows and the transform's own factor.</summary>
    internal void Normalize<T>(T[] signal)
        where T : INumber<T>
    {
        for (int t = 0; t < Length; t++)
        {
            signal[t] /= T.CreateTruncating(WindowLength * Math.Max(weights[(t + Lead) % Hop], 1e-8));
        }
    }
}
