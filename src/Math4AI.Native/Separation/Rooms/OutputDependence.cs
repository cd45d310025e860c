using System.Numerics.Tensors;
using Math4AI.Runtime;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// How much the loudness of one signal says about that of another: the mean over pairs and bands of frequencies of the
/// correlation of amplitudes over time, which is about 0 for independent sources, and larger where they are heard in
/// each other. It needs no truth, and so tells which of several separations is better.
/// </summary>
internal sealed class OutputDependence
{
    private const double WindowSeconds = 0.064;
    private const double LowestHertz = 100.0;
    private const double HighestHertz = 8000.0;
    private const int BandWidth = 8;

    private readonly ShortTimeFourier transform;
    private readonly double[] packed;
    private readonly double[] shapes;
    private readonly int count;
    private readonly int first;
    private readonly int bands;

    /// <summary>Allocates the memory for signals of one length; nothing is allocated later.</summary>
    /// <param name="signals">The number of signals.</param>
    /// <param name="length">The samples of each.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public OutputDependence(int signals, int length, int sampleRate)
    {
        int window = ShortTimeFourier.WindowOf(WindowSeconds, sampleRate);
        transform = new ShortTimeFourier(window, window / 2, length);
        (count, packed, Pairs) = (signals, new double[window + 2], new double[signals, signals]);
        first = (int)(LowestHertz * window / sampleRate);
        int last = (int)Math.Min(transform.Frequencies - 1, HighestHertz * window / sampleRate);
        bands = (last - first) / BandWidth;
        shapes = new double[signals * bands * transform.Frames];
    }

    /// <summary>
    /// Gets what <see cref="Measure"/> found for each pair of signals; on the diagonal stands how much the loudness of
    /// a signal varies, its standard deviation over its mean.
    /// </summary>
    public double[,] Pairs { get; }

    /// <summary>Computes it for the first samples of two or more signals.</summary>
    public static double Of(float[][] signals, int length, int sampleRate) =>
        new OutputDependence(signals.Length, length, sampleRate).Measure(signals);

    /// <summary>Computes it for each pair of signals.</summary>
    public static double[,] Between(float[][] signals, int length, int sampleRate)
    {
        var dependence = new OutputDependence(signals.Length, length, sampleRate);
        dependence.Measure(signals);
        return dependence.Pairs;
    }

    /// <summary>Computes <see cref="Pairs"/>, and returns their mean.</summary>
    public double Measure(float[][] signals)
    {
        Array.Clear(Pairs);
        for (int signal = 0; signal < count; signal++)
        {
            for (int frame = 0; frame < transform.Frames; frame++)
            {
                Take(signals[signal], signal, frame);
            }

            for (int band = 0; band < bands; band++)
            {
                Pairs[signal, signal] += Normalize(Shape(signal, band)) / bands;
            }
        }

        double sum = 0.0;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                for (int band = 0; band < bands; band++)
                {
                    Pairs[i, j] += TensorPrimitives.Dot<double>(Shape(i, band), Shape(j, band)) / bands;
                }

                Pairs[j, i] = Pairs[i, j];
                sum += Pairs[i, j];
            }
        }

        return count < 2 ? 0.0 : 2.0 * sum / (count * (count - 1));
    }

    private Span<double> Shape(int signal, int band) =>
        shapes.AsSpan((signal * bands + band) * transform.Frames, transform.Frames);

    /// <summary>Computes the amplitudes of a frame in all bands.</summary>
    private void Take(float[] signal, int number, int frame)
    {
        (int start, int from, int to) = transform.Reach(frame);
        TensorPrimitives.ConvertTruncating<float, double>(
            signal.AsSpan(start + from, to - from), packed.AsSpan(from, to - from));
        using (SingleThreadedMkl.Begin())
        {
            transform.TransformFrame(from, to, packed);
        }

        for (int band = 0; band < bands; band++)
        {
            Span<double> values = packed.AsSpan(2 * (first + band * BandWidth), 2 * BandWidth);
            Shape(number, band)[frame] = TensorPrimitives.Norm<double>(values);
        }
    }

    /// <summary>Takes the mean off a band's amplitudes over time, scales them, and returns their variation.</summary>
    private static double Normalize(Span<double> amplitudes)
    {
        double mean = TensorPrimitives.Sum<double>(amplitudes) / amplitudes.Length + 1e-300;
        TensorPrimitives.Subtract(amplitudes, mean, amplitudes);
        double norm = TensorPrimitives.Norm<double>(amplitudes) + 1e-300;
        TensorPrimitives.Divide(amplitudes, norm, amplitudes);
        return norm / Math.Sqrt(amplitudes.Length) / mean;
    }
}
