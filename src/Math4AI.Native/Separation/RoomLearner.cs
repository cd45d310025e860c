using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Math4AI.Separation;

/// <summary>
/// Learns the filters that separate a room by independent vector analysis (<see cref="BandedIva"/>), from coarse to fine. A short
/// window with few bands finds the order of the sources; a long one, which holds the echoes, begins where it ended; the order is
/// mended between the two.
/// </summary>
internal sealed class RoomLearner
{
    private const double ShortWindowSeconds = 0.128;
    private const double LongWindowSeconds = 0.512;
    private const double ShortRecordingSeconds = 6.0;

    private readonly double[][] signals;
    private ShortTimeFourier transform;
    private BandedIva iva;

    /// <summary>Takes the signals.</summary>
    /// <param name="signals">The channels, all of one length.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="longWindow">The long window in samples; null for half a second, a quarter where there are less than six.</param>
    /// <param name="longWindowShare">How much of that is used, where no window is given.</param>
    public RoomLearner(double[][] signals, int sampleRate, int? longWindow, double longWindowShare = 1.0)
    {
        this.signals = signals;
        double seconds = (double)signals[0].Length / sampleRate;
        ShortWindow = PowerOfTwo(ShortWindowSeconds * sampleRate);
        LongWindow = longWindow ?? PowerOfTwo((seconds < ShortRecordingSeconds ? 0.5 : longWindowShare) * LongWindowSeconds * sampleRate);
        (transform, iva) = Begin(ShortWindow, 2);
    }

    /// <summary>The short window, samples.</summary>
    public int ShortWindow { get; }

    /// <summary>The long window, samples.</summary>
    public int LongWindow { get; }

    /// <summary>The sweeps so far.</summary>
    public int Iterations { get; private set; }

    /// <summary>Runs through all stages.</summary>
    public void Learn(IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        void Report(string stage) => progress?.Report(new SeparationProgress(stage, Iterations, double.NaN));
        void Iterate(int count)
        {
            iva.Iterate(count, cancellation);
            Iterations += count;
        }

        Report("short window");
        iva.Divide(bands: 8, sharedByAll: 0.5, rowScaling: 0.0);
        iva.Normalise();
        Iterate(10);
        iva.Align(16);
        Iterate(4);
        iva.Align(32);
        Iterate(4);
        double[][] found = Outputs(0);

        Report("long window");
        (transform, iva) = Begin(LongWindow, 4);
        iva.FitTo([.. found.Select(transform.Forward)]);
        iva.Divide(bands: 32, sharedByAll: 0.3, rowScaling: 0.5);
        Iterate(4);
        iva.Align(32);
        Iterate(2);
        Report("narrow bands");
        iva.Divide(bands: 256, sharedByAll: 0.2, rowScaling: 0.5);
        Iterate(4);
        iva.Align(64);
        Iterate(3);
    }

    /// <summary>Goes on by <see cref="Ilrma"/>, whose sources are a few spectra each.</summary>
    public void Refine(int spectra, int iterations, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        progress?.Report(new SeparationProgress("low rank", Iterations, double.NaN));
        // Its variances are of one scale over all frequencies, as one microphone hears the sources.
        Complex[][] projected = iva.ProjectedBack(0);
        projected.CopyTo(iva.Unmixing, 0);
        new Ilrma(Spectra(transform), transform.Frequencies, iva.Unmixing, spectra, seed: 1).Iterate(iterations, cancellation);
        Iterations += iterations;
    }

    /// <summary>The sources as a channel hears them.</summary>
    public double[][] Outputs(int reference) => [.. iva.Outputs(reference).Select(transform.Inverse)];

    /// <summary>The filters for that, per frequency of the long window, sources × channels.</summary>
    public Complex[][] Filters(int reference) => iva.ProjectedBack(reference);

    private (ShortTimeFourier Transform, BandedIva Iva) Begin(int window, int overlap)
    {
        var fourier = new ShortTimeFourier(window, window / overlap, signals[0].Length);
        return (fourier, new BandedIva(Spectra(fourier), fourier.Frequencies));
    }

    /// <summary>Spectra of unit power altogether.</summary>
    private Complex[][] Spectra(ShortTimeFourier fourier)
    {
        Complex[][] spectra = [.. signals.Select(fourier.Forward)];
        double power = spectra.Sum(spectrum => TensorPrimitives.SumOfSquares(MemoryMarshal.Cast<Complex, double>(spectrum)));
        double scale = Math.Sqrt(spectra.Length * (double)spectra[0].Length / power);
        foreach (Complex[] spectrum in spectra)
        {
            Span<double> parts = MemoryMarshal.Cast<Complex, double>(spectrum.AsSpan());
            TensorPrimitives.Multiply(parts, scale, parts);
        }

        return spectra;
    }

    private static int PowerOfTwo(double samples) => Math.Max(64, 1 << (int)Math.Round(Math.Log2(samples)));
}
