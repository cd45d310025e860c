using System.Numerics.Tensors;
using Math4AI.Data;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// The mean and the variance Σ(y − μ)² / N of each channel, in one pass; the sums are those of y − s, where s is the
/// first sample.
/// </summary>
internal sealed record ChannelMoments(double[] Mean, double[] Variance)
{
    /// <summary>Reads the samples once.</summary>
    /// <exception cref="ArgumentException">There is no sample, or one is not finite.</exception>
    public static ChannelMoments Of(ISampleSource source, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Channels < 1 || source.Length < 1)
        {
            throw new ArgumentException("There are no samples.", nameof(source));
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

        double samples = source.Length;
        return new ChannelMoments(
            [.. shift.Select((s, c) => s + total[c] / samples)],
            [.. shift.Select((_, c) =>
                Math.Max(0.0, total[channels + c] / samples - Math.Pow(total[c] / samples, 2)))]);
    }

    /// <summary>Σ (y − s) of each channel, then Σ (y − s)².</summary>
    private sealed class Sums(int channels) : IPartialSums
    {
        public double[] Values { get; } = new double[2 * channels];

        IReadOnlyList<double[]> IPartialSums.Totals => [Values];
    }
}
