using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Audio.Faults;

/// <summary>
/// Finds channels that are another one times a factor, later by whole samples, and channels that are sums of others:
/// they tell nothing that those do not.
/// </summary>
internal static class RepeatedChannels
{
    private const int MaxExcerpt = 1 << 16;
    private const int FewestSamples = 1 << 10;
    private const int MaxChannels = 64;
    private const int Block = 1 << 16;
    private const double SameSpectrum = 0.95;
    private const double Rest = 1e-5;
    private const double RestOfArithmetic = 1e-11;
    private const double RoundingFactor = 3.0;
    private const double LargestRest = 0.01;
    private const double SmallestShare = 0.01;

    /// <summary>Says which channels repeat others.</summary>
    public static IEnumerable<string> Notes(IAudioSource sound, Covariance covariance, double step)
    {
        if (sound.Channels is < 2 or > MaxChannels || sound.Length < FewestSamples)
        {
            yield break;
        }

        bool[] isRepeat = new bool[sound.Channels];
        foreach ((int one, int other, int lag, double factor) in Pairs(sound, covariance, step))
        {
            if (!isRepeat[one] && !isRepeat[other])
            {
                isRepeat[other] = true;
                yield return $"Channel {other + 1} repeats channel {one + 1}, {Relation(lag, factor)}: it tells "
                    + $"nothing new, and what is set apart by it is no source. Leave out channel {other + 1}.";
            }
        }

        if (!isRepeat.Contains(true) && Sum(covariance, step) is { } sum)
        {
            yield return $"{sum}: it tells nothing new, and what is set apart by it is no source. Leave it out.";
        }
    }

    /// <summary>
    /// Says which channel is a sum of others; null if none is. The least eigenvector v of the correlations, Σ vᵢ xᵢ/σᵢ
    /// = 0 up to rounding, has the factors.
    /// </summary>
    public static string? Sum(Covariance covariance, double step)
    {
        int channels = covariance.Matrix.RowCount;
        double[] levels = Levels(covariance);
        if (channels < 2 || levels.Any(level => !(level > 0.0)))
        {
            return null;
        }

        var eigen = covariance.Correlation.Evd(Symmetricity.Symmetric);
        double least = Math.Max(0.0, eigen.EigenValues[0].Real);
        MathNet.Numerics.LinearAlgebra.Vector<double> vector = eigen.EigenVectors.Column(0);
        int sum = vector.AbsoluteMaximumIndex();
        double[] factors =
            [.. Enumerable.Range(0, channels).Select(c => -vector[c] * levels[sum] / (levels[c] * vector[sum]))];
        double rest = least * levels[sum] * levels[sum] / (vector[sum] * vector[sum]);
        if (!IsRounding(rest, levels[sum] * levels[sum], factors.Sum(factor => factor * factor), step))
        {
            return null;
        }

        int[] parts =
        [
            .. Enumerable.Range(0, channels).Where(
                c => c != sum && Math.Abs(factors[c]) * levels[c] > SmallestShare * levels[sum]),
        ];
        return $"Channel {sum + 1} is " + string.Join(" plus ", parts.Select(c => string.Create(
            CultureInfo.InvariantCulture, $"{factors[c]:G3} times channel {c + 1}")));
    }

    private static double[] Levels(Covariance covariance) =>
        [.. covariance.Matrix.Diagonal().Select(Math.Sqrt)];

    /// <summary>
    /// Tells whether what is left of a channel is no more than the rounding, of variance q²/12, of all that are added.
    /// </summary>
    private static bool IsRounding(double rest, double variance, double factors, double step) =>
        rest <= RestOfArithmetic * variance
        || rest <= Math.Min(LargestRest * variance, RoundingFactor * step * step / 12.0 * (1.0 + factors));

    private static string Relation(int lag, double factor)
    {
        string times = Math.Abs(factor - 1.0) < 1e-3 ? "sample by sample" : string.Create(
            CultureInfo.InvariantCulture, $"{factor:0.###} times");
        return lag == 0 ? times
            : $"{times}, {Math.Abs(lag)} sample{(Math.Abs(lag) == 1 ? string.Empty : "s")} "
                + (lag > 0 ? "later" : "earlier");
    }

    private static IEnumerable<(int One, int Other, int Lag, double Factor)> Pairs(
        IAudioSource sound, Covariance covariance, double step)
    {
        Complex[][] spectra = Spectra(sound, covariance);
        double[][] sizes = Array.ConvertAll(spectra, each => Array.ConvertAll(each, value => value.Magnitude));
        double[] norms = Array.ConvertAll(sizes, size => TensorPrimitives.Norm<double>(size));
        for (int i = 0; i < spectra.Length; i++)
        {
            for (int j = i + 1; j < spectra.Length; j++)
            {
                double alike = TensorPrimitives.Dot<double>(sizes[i], sizes[j]) / (norms[i] * norms[j]);
                if (alike > SameSpectrum && Lag(spectra[i], spectra[j]) is var lag && Math.Abs(lag) < sound.Length / 4
                    && Factor(sound, covariance, (i, j), lag, step) is { } factor)
                {
                    yield return (i, j, lag, factor);
                }
            }
        }
    }

    /// <summary>The spectra of the middle of the recording, as long again with zeros.</summary>
    private static Complex[][] Spectra(IAudioSource sound, Covariance covariance)
    {
        int count = (int)Math.Min(MaxExcerpt, sound.Length);
        Recording middle = sound.Excerpt((sound.Length - count) / 2, count);
        double[] window = MathNet.Numerics.Window.HannPeriodic(count);
        return
        [
            .. Enumerable.Range(0, sound.Channels).Select(c =>
            {
                var padded = new Complex[2 * (int)BitOperations.RoundUpToPowerOf2((uint)count)];
                ReadOnlySpan<float> samples = middle.Channel(c);
                for (int t = 0; t < count; t++)
                {
                    padded[t] = window[t] * (samples[t] - covariance.Mean[c]);
                }

                Fourier.Forward(padded, FourierOptions.NoScaling);
                return padded;
            }),
        ];
    }

    /// <summary>Returns by how many samples the second is later: the peak of the correlation's magnitude.</summary>
    private static int Lag(Complex[] one, Complex[] other)
    {
        var product = new Complex[one.Length];
        for (int f = 0; f < product.Length; f++)
        {
            product[f] = other[f] * Complex.Conjugate(one[f]);
        }

        Fourier.Inverse(product, FourierOptions.NoScaling);
        int peak = TensorPrimitives.IndexOfMaxMagnitude<double>(Array.ConvertAll(product, value => value.Real));
        return peak <= one.Length / 2 ? peak : peak - one.Length;
    }

    /// <summary>Returns a of y(t) = a x(t − lag) if that is so in all of the recording; null otherwise.</summary>
    private static double? Factor(
        IAudioSource sound, Covariance covariance, (int One, int Other) pair, int lag, double step)
    {
        double xx = 0.0, xy = 0.0, yy = 0.0;
        long from = Math.Max(0, -lag), to = sound.Length - Math.Max(0, lag);
        double[] x = new double[Block], y = new double[Block];
        for (long start = from; start < to; start += Block)
        {
            int count = (int)Math.Min(Block, to - start);
            Take(sound.Excerpt(start, count).Channel(pair.One), covariance.Mean[pair.One], x);
            Take(sound.Excerpt(start + lag, count).Channel(pair.Other), covariance.Mean[pair.Other], y);
            ReadOnlySpan<double> left = x.AsSpan(0, count), right = y.AsSpan(0, count);
            xx += TensorPrimitives.SumOfSquares(left);
            xy += TensorPrimitives.Dot(left, right);
            yy += TensorPrimitives.SumOfSquares(right);
        }

        double factor = xy / xx, samples = to - from, rest = (yy - factor * xy) / samples, variance = yy / samples;
        bool isRepeat = rest <= Rest * variance || IsRounding(rest, variance, factor * factor, step);
        return isRepeat && xx > 0.0 && yy > 0.0 ? factor : null;
    }

    private static void Take(ReadOnlySpan<float> samples, double mean, double[] to)
    {
        for (int t = 0; t < samples.Length; t++)
        {
            to[t] = samples[t] - mean;
        }
    }
}
