using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Separation;

/// <summary>Remarks on data that there is little to be learnt from.</summary>
internal static class DataRemarks
{
    private const int FewestSamples = 100;
    private const int SamplesOfPair = 5;
    private const double MinShare = 0.5;
    private const int Block = 1 << 14;
    private const int Piece = 64;

    /// <summary>
    /// Says where there is one channel, where there are fewer samples than 5 n² for n channels, and where a spike, or a
    /// change of level, makes up more than half of the variance of a channel.
    /// </summary>
    public static IEnumerable<string> Of(ISampleSource mixture, Covariance covariance)
    {
        int channels = mixture.Channels;
        long needed = Math.Max(FewestSamples, (long)SamplesOfPair * channels * channels);
        if (channels == 1)
        {
            yield return "There is one channel, and so nothing to separate: sources in a single recording can only be "
                + "told apart by a model of what they sound like.";
        }
        else if (mixture.Length < needed)
        {
            yield return $"There are {mixture.Length} samples of {channels} channels, and {needed} or more are needed "
                + "for sources that are not an accident of these samples: record longer, or use fewer channels.";
        }

        foreach (string remark in Outstanding(mixture, covariance))
        {
            yield return remark;
        }
    }

    private static List<string> Outstanding(ISampleSource mixture, Covariance covariance)
    {
        var found = new Feature[mixture.Channels];
        double[] block = new double[mixture.Channels * Block];
        for (long start = 0; start < mixture.Length; start += Block)
        {
            int count = (int)Math.Min(Block, mixture.Length - start);
            mixture.Read(start, count, block.AsSpan(0, mixture.Channels * count));
            for (int c = 0; c < found.Length; c++)
            {
                found[c].Take(block.AsSpan(c * count, count), start, mixture.Length, covariance.Mean[c]);
            }
        }

        var remarks = new List<string>();
        for (int c = 0; c < found.Length; c++)
        {
            double all = covariance.Matrix[c, c] * mixture.Length;
            if (!(all > 0.0))
            {
                continue;
            }

            if (found[c].Largest > MinShare * all)
            {
                remarks.Add($"Sample {found[c].LargestAt + 1} of channel {c + 1} alone makes up "
                    + $"{100.0 * found[c].Largest / all:0} % of its variance: remove the spike, or the sources are "
                    + "what is left of it.");
            }
            else if (found[c].Between > MinShare * all)
            {
                remarks.Add($"Channel {c + 1} changes its level near sample {found[c].BetweenAt + 1}, which makes up "
                    + $"{100.0 * found[c].Between / all:0} % of its variance: remove the step or trend, or separate "
                    + "the two parts.");
            }
        }

        return remarks;
    }

    /// <summary>
    /// The largest squared deviation from the mean, and the largest sum of squares between two parts, n P²/(t (n − t))
    /// with P = Σ (x − μ) over the first t samples; t is a multiple of 64.
    /// </summary>
    private struct Feature
    {
        private double sum;

        public double Largest { get; private set; }

        public long LargestAt { get; private set; }

        public double Between { get; private set; }

        public long BetweenAt { get; private set; }

        public void Take(ReadOnlySpan<double> samples, long start, long length, double mean)
        {
            for (int from = 0; from < samples.Length; from += Piece)
            {
                ReadOnlySpan<double> piece = samples.Slice(from, Math.Min(Piece, samples.Length - from));
                double high = TensorPrimitives.Max(piece) - mean, low = TensorPrimitives.Min(piece) - mean;
                double square = Math.Max(high * high, low * low);
                if (square > Largest)
                {
                    int at = high * high >= low * low
                        ? TensorPrimitives.IndexOfMax(piece)
                        : TensorPrimitives.IndexOfMin(piece);
                    (Largest, LargestAt) = (square, start + from + at);
                }

                sum += TensorPrimitives.Sum(piece) - piece.Length * mean;
                long t = start + from + piece.Length;
                double between = t < length ? sum * sum / t * ((double)length / (length - t)) : 0.0;
                (Between, BetweenAt) = between > Between ? (between, t) : (Between, BetweenAt);
            }
        }
    }
}
