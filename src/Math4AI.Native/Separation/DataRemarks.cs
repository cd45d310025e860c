using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using Symmetricity = MathNet.Numerics.LinearAlgebra.Symmetricity;

namespace Math4AI.Separation;

/// <summary>Remarks on data that there is little to be learnt from.</summary>
internal static class DataRemarks
{
    private const int FewestSamples = 100;
    private const int SamplesOfPair = 5;
    private const double MinShare = 0.5;
    private const int MaxPieces = 4096;
    private const int MinPiece = 64;
    private const int MaxPiece = 1 << 14;
    private const int MaxOutstanding = 3;

    /// <summary>
    /// Says where there is one channel, where there are fewer samples than 5 n² for n channels, and where a spike, or a
    /// change of level, makes up more than half of the variance of a channel, and where a source is rounding alone.
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

        if (mixture is Recording sound && Rounding(sound, covariance) is { } rounding)
        {
            yield return rounding;
        }

        foreach (string remark in OfLevels(mixture, covariance))
        {
            yield return remark;
        }
    }

    /// <summary>
    /// Says where a spike, or a change of level, makes up more than half of the variance of a channel.
    /// </summary>
    public static IEnumerable<string> OfLevels(ISampleSource mixture, Covariance covariance)
    {
        List<string> outstanding = Outstanding(mixture, covariance);
        bool areAll = outstanding.Count <= MaxOutstanding + 1;
        foreach (string remark in areAll ? outstanding : outstanding.Take(MaxOutstanding))
        {
            yield return remark;
        }

        if (!areAll)
        {
            yield return $"So it is with {outstanding.Count - MaxOutstanding} more channels: a spike, or a change of "
                + "level, makes up more than half of their variance.";
        }
    }

    /// <summary>
    /// Says where the channels of a file of whole numbers are so dependent that what is left of one source is the
    /// rounding to these: the least eigenvalue of their covariance is below three times q²/12, the variance of rounding
    /// to multiples of q.
    /// </summary>
    private static string? Rounding(Recording sound, Covariance covariance)
    {
        int bits = sound.Format.Encoding switch
        {
            AudioEncoding.Pcm8 => 8,
            AudioEncoding.Pcm16 => 16,
            _ => 0,
        };
        double step = Math.ScaleB(1.0, 1 - bits);
        return bits == 0 || sound.Channels < 2
            || covariance.Matrix.Evd(Symmetricity.Symmetric).EigenValues.Min(value => value.Real) is var least
                && (least > 0.25 * step * step || least <= 1e-12 * covariance.Matrix.Trace())
            ? null
            : $"What sets one source apart is no more than the rounding to {bits} bits: it is noise. Leave out a "
                + "channel that nearly repeats others, or ask for fewer sources (--sources).";
    }

    private static List<string> Outstanding(ISampleSource mixture, Covariance covariance)
    {
        long length = mixture.Length;
        int piece = (int)Math.Clamp(length / MaxPieces, MinPiece, MaxPiece);
        (double Sum, double Largest)[][] pieces = Pieces(mixture, covariance, piece);
        var remarks = new List<string>();
        for (int c = 0; c < mixture.Channels; c++)
        {
            double all = covariance.Matrix[c, c] * length;
            if (!(all > 0.0))
            {
                continue;
            }

            int most = Array.IndexOf(pieces[c], pieces[c].MaxBy(each => each.Largest));
            if (pieces[c][most].Largest > MinShare * all)
            {
                long at = (long)most * piece + Place(mixture, covariance.Mean, c, (long)most * piece, piece);
                remarks.Add($"Sample {at + 1} of channel {c + 1} alone makes up "
                    + $"{100.0 * pieces[c][most].Largest / all:0} % of its variance: remove the spike, or the "
                    + "sources are what is left of it.");
            }
            else if (Step(pieces[c], piece, length) is var (between, t) && between > MinShare * all)
            {
                remarks.Add($"Channel {c + 1} changes its level near sample {t + 1}, which makes up "
                    + $"{100.0 * between / all:0} % of its variance: remove the step or trend, or separate "
                    + "the two parts.");
            }
        }

        return remarks;
    }

    /// <summary>Σ (x − μ) and max (x − μ)² of each piece of each channel, on all threads.</summary>
    private static (double Sum, double Largest)[][] Pieces(ISampleSource mixture, Covariance covariance, int piece)
    {
        int channels = mixture.Channels, count = (int)((mixture.Length + piece - 1) / piece);
        (double, double)[][] pieces =
            [.. Enumerable.Range(0, channels).Select(_ => new (double Sum, double Largest)[count])];
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads },
            () => new double[channels * piece],
            (index, _, block) =>
            {
                long start = (long)index * piece;
                int samples = (int)Math.Min(piece, mixture.Length - start);
                FewChannels.ReadIfNotLent(mixture, start, samples, block.AsSpan(0, channels * samples));
                for (int c = 0; c < channels; c++)
                {
                    ReadOnlySpan<double> lent = mixture.Lend(c, start, samples);
                    pieces[c][index] = Sums(
                        lent.IsEmpty ? block.AsSpan(c * samples, samples) : lent, covariance.Mean[c]);
                }

                return block;
            },
            _ => { });
        return pieces;
    }

    private static (double Sum, double Largest) Sums(ReadOnlySpan<double> samples, double mean)
    {
        Vector<double> shift = new(mean), sums = Vector<double>.Zero, squares = Vector<double>.Zero;
        int i = 0;
        for (; i <= samples.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector<double> deviation = new Vector<double>(samples[i..]) - shift;
            sums += deviation;
            squares = Vector.Max(squares, deviation * deviation);
        }

        double sum = Vector.Sum(sums), largest = 0.0;
        for (int k = 0; k < Vector<double>.Count; k++)
        {
            largest = Math.Max(largest, squares[k]);
        }

        for (; i < samples.Length; i++)
        {
            double deviation = samples[i] - mean;
            sum += deviation;
            largest = Math.Max(largest, deviation * deviation);
        }

        return (sum, largest);
    }

    /// <summary>Returns where in a piece the largest deviation is.</summary>
    private static int Place(
        ISampleSource mixture, MathNet.Numerics.LinearAlgebra.Vector<double> mean, int channel, long start, int piece)
    {
        int samples = (int)Math.Min(piece, mixture.Length - start);
        double[] block = new double[mixture.Channels * samples];
        mixture.Read(start, samples, block);
        Span<double> one = block.AsSpan(channel * samples, samples);
        TensorPrimitives.Subtract(one, mean[channel], one);
        return TensorPrimitives.IndexOfMaxMagnitude<double>(one);
    }

    /// <summary>
    /// Returns the largest sum of squares between two parts, n P²/(t (n − t)) with P = Σ (x − μ) over the first t
    /// samples, and its t, the end of a piece.
    /// </summary>
    private static (double Between, long At) Step((double Sum, double Largest)[] pieces, int piece, long length)
    {
        (double Between, long At) found = (0.0, 0);
        double sum = 0.0;
        for (int i = 0; i < pieces.Length - 1; i++)
        {
            sum += pieces[i].Sum;
            long t = (long)(i + 1) * piece;
            double between = sum * sum / t * ((double)length / (length - t));
            found = between > found.Between ? (between, t) : found;
        }

        return found;
    }
}
