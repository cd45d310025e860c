using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Runtime;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// The passes over the short-time spectra of signals in a room: their products, their correlation with other signals,
/// and the outputs of filters. Spectra are computed a few frames at a time, whenever they are needed: to keep those of
/// twelve seconds would take three times the memory of everything else.
/// </summary>
internal sealed class RoomSpectra
{
    // More would take more memory, and less leave threads without work.
    private const int Batch = 4;

    private readonly WorkCrew crew;
    private readonly int channels;
    private readonly SpectralProducts products;
    private readonly Action<int> forward;
    private readonly Action<int> inverse;
    private readonly Action<int> put;
    private readonly Action<int> correlate;
    private readonly Action<int> filter;
    private readonly double[][] packed;
    private ShortTimeFourier transform;
    private IRoomSignals? signals;
    private float[][] others = [];
    private Complex[][] matrices = [];
    private int first;
    private int count;

    /// <summary>Allocates the memory for a batch of frames.</summary>
    /// <param name="crew">The threads to use.</param>
    /// <param name="channels">The number of signals.</param>
    /// <param name="transform">The transform.</param>
    /// <param name="products">Receives the products of the spectra.</param>
    /// <param name="scratch">Room for the frames of signals and others, which other passes may use too.</param>
    public RoomSpectra(
        WorkCrew crew, int channels, ShortTimeFourier transform, SpectralProducts products, double[][] scratch)
    {
        (this.crew, this.channels, this.transform, this.products) = (crew, channels, transform, products);
        packed = scratch;
        (forward, inverse, put, correlate, filter) = (Forward, Inverse, Put, Correlate, Filter);
    }

    /// <summary>Gets the transform, whose length may change from pass to pass.</summary>
    public ShortTimeFourier Transform
    {
        get => transform;
        set => transform = value;
    }

    /// <summary>Allocates scratch memory for a window.</summary>
    public static double[][] Scratch(int channels, int window) =>
        [.. Enumerable.Range(0, 2 * channels * Batch).Select(_ => new double[window + 2])];

    /// <summary>Computes the products of the signals' spectra, scaled to unit mean power.</summary>
    public void Take(IRoomSignals from)
    {
        signals = from;
        for (Begin(); IsInside(); first += Batch)
        {
            crew.Run(channels * count, forward);
            crew.Run(transform.Frequencies, put);
        }

        products.Normalize();
    }

    /// <summary>Computes mean(s xᴴ) at every frequency for other signals s, x being the scaled spectra.</summary>
    /// <param name="from">The signals x.</param>
    /// <param name="with">The signals s, at most as many.</param>
    /// <param name="cross">Receives the matrices, row-major; rows of zeros where there are fewer s than x.</param>
    public void Correlate(IRoomSignals from, float[][] with, Complex[][] cross)
    {
        (signals, others, matrices) = (from, with, cross);
        foreach (Complex[] matrix in cross)
        {
            Array.Clear(matrix);
        }

        for (Begin(); IsInside(); first += Batch)
        {
            crew.Run((channels + with.Length) * count, forward);
            crew.Run(transform.Frequencies, correlate);
        }
    }

    /// <summary>Computes the outputs of filters.</summary>
    /// <param name="from">The signals.</param>
    /// <param name="filters">The filters for scaled spectra, a matrix for each frequency, row-major.</param>
    /// <param name="outputs">Receives the signals, at most as many.</param>
    public void Apply(IRoomSignals from, Complex[][] filters, float[][] outputs)
    {
        (signals, matrices, others) = (from, filters, outputs);
        foreach (float[] output in outputs)
        {
            Array.Clear(output);
        }

        for (Begin(); IsInside(); first += Batch)
        {
            crew.Run(channels * count, forward);
            crew.Run(transform.Frequencies, filter);
            crew.Run(outputs.Length * count, inverse);
            for (int i = 0; i < outputs.Length * count; i++)
            {
                transform.AddFrame(packed[Place(i)], first + i % count, outputs[i / count]);
            }
        }

        foreach (float[] output in outputs)
        {
            transform.Normalize(output);
        }
    }

    private void Begin() => first = 0;

    private bool IsInside()
    {
        count = Math.Min(Batch, transform.Frames - first);
        return count > 0;
    }

    /// <summary>Returns where frame i mod count of signal i / count stands.</summary>
    private int Place(int i) => i / count * Batch + i % count;

    private void Forward(int i)
    {
        (int signal, double[] frame) = (i / count, packed[Place(i)]);
        (int start, int from, int to) = transform.Reach(first + i % count);
        Span<double> samples = frame.AsSpan(from, to - from);
        if (signal < channels)
        {
            signals!.Read(signal, start + from, samples);
        }
        else
        {
            TensorPrimitives.ConvertTruncating(others[signal - channels].AsSpan(start + from, samples.Length), samples);
        }

        using var alone = SingleThreadedMkl.Begin();
        transform.TransformFrame(from, to, frame);
    }

    private void Inverse(int i)
    {
        using var alone = SingleThreadedMkl.Begin();
        Fourier.InverseReal(packed[Place(i)], transform.WindowLength, FourierOptions.NoScaling);
    }

    private void Put(int f) => products.Put(f, first, count, packed, Batch);

    private void Correlate(int f)
    {
        Complex[] sums = matrices[f];
        double scale = products.Gain / transform.Frames;
        for (int k = 0; k < count; k++)
        {
            for (int i = 0; i < others.Length * channels; i++)
            {
                double[] x = packed[i % channels * Batch + k], s = packed[(channels + i / channels) * Batch + k];
                (double xr, double xi, double sr, double si) = (x[2 * f], x[2 * f + 1], s[2 * f], s[2 * f + 1]);
                sums[i] += new Complex(scale * (sr * xr + si * xi), scale * (si * xr - sr * xi));
            }
        }
    }

    private void Filter(int f)
    {
        Span<Complex> x = stackalloc Complex[channels];
        Complex[] w = matrices[f];
        for (int k = 0; k < count; k++)
        {
            for (int m = 0; m < channels; m++)
            {
                double[] values = packed[m * Batch + k];
                x[m] = products.Gain * new Complex(values[2 * f], values[2 * f + 1]);
            }

            for (int n = 0; n < others.Length; n++)
            {
                Complex sum = Complex.Zero;
                for (int m = 0; m < channels; m++)
                {
                    sum += w[n * channels + m] * x[m];
                }

                double[] values = packed[n * Batch + k];
                (values[2 * f], values[2 * f + 1]) = (sum.Real, sum.Imaginary);
            }
        }
    }
}
