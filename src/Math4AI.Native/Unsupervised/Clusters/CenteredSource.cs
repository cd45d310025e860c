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
        ArgumentNullException.ThrowIfNull(source);
        if (source.Channels < 1 || source.Length < 1)
        {
            throw new ArgumentException("There are no samples to find clusters in.", nameof(source));
        }

        int channels = source.Channels;
        double[] shift = new double[channels];
        source.Read(0, 1, shift);
        var pass = new BlockPass<double, Sums>(source, source.Read, 0, () => new Sums(channels));
        pass.Run(
            (sums, block, _, count, _) =>
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    Span<double> x = block.Slice(channel * count, count);
                    TensorPrimitives.Subtract(x, shift[channel], x);
                    sums.Values[channel] += TensorPrimitives.Sum<double>(x);
                    sums.Values[channels + channel] += TensorPrimitives.SumOfSquares<double>(x);
                }
            },
            cancellation);
        double[] total = new double[2 * channels];
        foreach (Sums sums in pass.States)
        {
            TensorPrimitives.Add<double>(total, sums.Values, total);
        }

        if (!total.All(double.IsFinite))
        {
            throw Covariance.FirstBadSample(source);
        }

        double[] mean = [.. shift.Select((s, c) => s + total[c] / source.Length)];
        double variance = Enumerable.Range(0, channels)
            .Average(c => Math.Max(0.0, total[channels + c] / source.Length - Math.Pow(total[c] / source.Length, 2)));
        return new CenteredSource(source, mean, variance > 0.0 ? Math.Sqrt(variance) : 1.0);
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

    /// <summary>Σ (x − s) of each channel, then Σ (x − s)².</summary>
    private sealed class Sums(int channels) : IPartialSums
    {
        public double[] Values { get; } = new double[2 * channels];

        IReadOnlyList<double[]> IPartialSums.Totals => [Values];
    }
}
