using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// Samples in the coordinates that clusters are searched in: (y − mean) / unit, with one unit for all channels, so that
/// distances keep their order, no digit is lost to a large mean, and no square overflows.
/// </summary>
internal sealed class CenteredSource
{
    private readonly double[] scales;

    private CenteredSource(ISampleSource source, double[] mean, double unit)
    {
        (Source, Mean, Unit) = (source, mean, unit);
        scales = new double[mean.Length];
        Array.Fill(scales, 1.0 / unit);
    }

    public ISampleSource Source { get; }

    public double[] Mean { get; }

    /// <summary>Gets the root of the mean variance of the channels, 1 where all samples are equal.</summary>
    public double Unit { get; }

    public int Channels => Mean.Length;

    /// <summary>Reads the samples once for their mean and unit.</summary>
    /// <exception cref="ArgumentException">There is no sample, or one is not finite.</exception>
    public static CenteredSource Of(ISampleSource source, CancellationToken cancellation)
    {
        var moments = ChannelMoments.Of(source, cancellation);
        double variance = moments.Variance.Average();
        return new CenteredSource(source, moments.Mean, variance > 0.0 ? Math.Sqrt(variance) : 1.0);
    }

    /// <summary>The same coordinates for other samples of the same channels.</summary>
    public CenteredSource With(ISampleSource source) => new(source, Mean, Unit);

    /// <summary>Copies a block, centered and scaled.</summary>
    public void Read<T>(long start, int count, Span<T> block)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            Source.Read(start, count, Mean, scales, MemoryMarshal.Cast<T, float>(block));
            return;
        }

        Span<double> doubles = MemoryMarshal.Cast<T, double>(block);
        Source.Read(start, count, doubles);
        for (int channel = 0; channel < Channels; channel++)
        {
            Span<double> x = doubles.Slice(channel * count, count);
            TensorPrimitives.Subtract(x, Mean[channel], x);
            TensorPrimitives.Multiply(x, scales[channel], x);
        }
    }

    /// <summary>From these coordinates, row after row, to those of the data.</summary>
    public double[] ToData(double[] rows) => [.. rows.Select((x, i) => Mean[i % Channels] + x * Unit)];

    /// <summary>From the coordinates of the data, row after row, to these.</summary>
    public double[] FromData(double[] rows) => [.. rows.Select((x, i) => (x - Mean[i % Channels]) / Unit)];
}
