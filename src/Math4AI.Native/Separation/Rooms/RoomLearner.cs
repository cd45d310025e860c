using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Math4AI.LinearAlgebra;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Learns the filters that separate a room by independent vector analysis (<see cref="BandedIva"/>), from coarse to
/// fine. A short window with few bands finds the order of the sources; a long one, which holds the echoes, begins where
/// it ended; the order is mended between the two.
/// </summary>
internal sealed class RoomLearner
{
    private const double ShortWindowSeconds = 0.128;
    private const double LongWindowSeconds = 0.512;
    private const double ShortRecordingSeconds = 6.0;

    private readonly Stage coarse;
    private readonly Stage fine;

    /// <summary>
    /// Allocates the memory for signals of one size; nothing large is allocated after the first <see cref="Learn"/>.
    /// </summary>
    /// <param name="channels">Their number.</param>
    /// <param name="length">Samples in each.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="longWindow">
    /// The long window in samples; null for half a second, a quarter where there are less than six.
    /// </param>
    /// <param name="longWindowShare">How much of that is used, where no window is given.</param>
    public RoomLearner(int channels, int length, int sampleRate, int? longWindow, double longWindowShare = 1.0)
    {
        Length = length;
        double seconds = (double)length / sampleRate;
        ShortWindow = PowerOfTwo(ShortWindowSeconds * sampleRate);
        LongWindow = longWindow
            ?? PowerOfTwo((seconds < ShortRecordingSeconds ? 0.5 : longWindowShare) * LongWindowSeconds * sampleRate);
        coarse = new Stage(channels, length, ShortWindow, 2);
        fine = new Stage(channels, length, LongWindow, 4);
    }

    /// <summary>Gets the number of samples in each signal.</summary>
    public int Length { get; }

    /// <summary>Gets the length of the short window in samples.</summary>
    public int ShortWindow { get; }

    /// <summary>Gets the length of the long window in samples.</summary>
    public int LongWindow { get; }

    /// <summary>Gets the number of sweeps so far.</summary>
    public int Iterations { get; private set; }

    /// <summary>Runs through all stages.</summary>
    /// <param name="signals">The channels, of the length that was said.</param>
    /// <param name="progress">Told of every stage.</param>
    /// <param name="cancellation">Stops between sweeps.</param>
    public void Learn(double[][] signals, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        void Report(string stage) => progress?.Report(new SeparationProgress(stage, Iterations, double.NaN));
        void Iterate(BandedIva iva, int count)
        {
            iva.Iterate(count, cancellation);
            Iterations += count;
        }

        Iterations = 0;
        Report("short window");
        BandedIva rough = coarse.Begin(signals);
        rough.Divide(bands: 8, sharedByAll: 0.5, rowScaling: 0.0);
        rough.Normalize();
        Iterate(rough, 10);
        rough.Align(16);
        Iterate(rough, 4);
        rough.Align(32);
        Iterate(rough, 4);
        double[][] found = coarse.Outputs(0);

        Report("long window");
        BandedIva exact = fine.Begin(signals);
        exact.FitTo(fine.Transform(found));
        exact.Divide(bands: 32, sharedByAll: 0.3, rowScaling: 0.5);
        Iterate(exact, 4);
        exact.Align(32);
        Iterate(exact, 2);
        Report("narrow bands");
        exact.Divide(bands: 256, sharedByAll: 0.2, rowScaling: 0.5);
        Iterate(exact, 4);
        exact.Align(64);
        Iterate(exact, 3);
    }

    /// <summary>Refines the result by <see cref="Ilrma"/>, which models each source by a few spectra.</summary>
    public void Refine(
        int spectra, int iterations, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        progress?.Report(new SeparationProgress("low rank", Iterations, double.NaN));
        BandedIva iva = fine.Iva;
        // Its variances are of one scale over all frequencies, as one microphone hears the sources.
        Complex[][] projected = iva.ProjectedBack(0);
        for (int f = 0; f < projected.Length; f++)
        {
            projected[f].CopyTo(iva.Unmixing[f], 0);
        }

        new Ilrma(fine.Mixture, projected.Length, iva.Unmixing, spectra, seed: 1).Iterate(iterations, cancellation);
        Iterations += iterations;
    }

    /// <summary>Computes the sources at a channel. The memory is reused by the next call.</summary>
    public double[][] Outputs(int reference) => fine.Outputs(reference);

    /// <summary>
    /// The filters for that, per frequency of the long window, sources × channels. The memory is used again by the next
    /// call.
    /// </summary>
    public Complex[][] Filters(int reference) => fine.Iva.ProjectedBack(reference);

    private static int PowerOfTwo(double samples) => Math.Max(64, 1 << (int)Math.Round(Math.Log2(samples)));

    /// <summary>A window, with the spectra through it and what separates them.</summary>
    private sealed class Stage
    {
        private readonly ShortTimeFourier transform;
        private Complex[][] transformed = [];
        private readonly double[][] outputs;

        public Stage(int channels, int length, int window, int overlap)
        {
            transform = new ShortTimeFourier(window, window / overlap, length);
            Mixture = NewSpectra(channels);
            outputs = [.. Enumerable.Range(0, channels).Select(_ => new double[length])];
            Iva = new BandedIva(channels, transform.Frequencies, transform.Frames);
        }

        public BandedIva Iva { get; }

        public Complex[][] Mixture { get; }

        /// <summary>Starts over, with spectra scaled to unit total power.</summary>
        public BandedIva Begin(double[][] signals)
        {
            double power = 0.0;
            for (int channel = 0; channel < signals.Length; channel++)
            {
                transform.Forward(signals[channel], Mixture[channel]);
                power += TensorPrimitives.SumOfSquares(MemoryMarshal.Cast<Complex, double>(Mixture[channel].AsSpan()));
            }

            double scale = Math.Sqrt(Mixture.Length * (double)Mixture[0].Length / power);
            foreach (Complex[] spectrum in Mixture)
            {
                Span<double> parts = MemoryMarshal.Cast<Complex, double>(spectrum.AsSpan());
                TensorPrimitives.Multiply(parts, scale, parts);
            }

            Iva.Begin(Mixture);
            return Iva;
        }

        public Complex[][] Transform(double[][] signals)
        {
            transformed = transformed.Length == 0 ? NewSpectra(signals.Length) : transformed;
            for (int channel = 0; channel < signals.Length; channel++)
            {
                transform.Forward(signals[channel], transformed[channel]);
            }

            return transformed;
        }

        public double[][] Outputs(int reference)
        {
            Complex[][] spectra = Iva.Outputs(reference);
            for (int source = 0; source < spectra.Length; source++)
            {
                transform.Inverse(spectra[source], outputs[source]);
            }

            return outputs;
        }

        private Complex[][] NewSpectra(int channels) =>
            [.. Enumerable.Range(0, channels).Select(_ => new Complex[transform.Frequencies * transform.Frames])];
    }
}
