using System.Numerics;
using Math4AI.Audio;
using Math4AI.Runtime;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Fits linear filters to signals that a <see cref="ResidueFilter"/> has cleaned: at each frequency of a long
/// window the W with the least mean of |ŝ − W x|²/p, where ŝ are the cleaned signals, x the channels, and p a root of
/// their power at the moment, so that a few loud moments do not rule. What is independent is only separated; what is
/// nearest to the cleaned signals also holds less noise, and has the long window's echoes.
/// </summary>
/// <remarks>
/// Source of the least squares, the multichannel Wiener filter: S. Doclo and M. Moonen, "GSVD-based optimal filtering
/// for single and multimicrophone speech enhancement", IEEE Transactions on Signal Processing 50 (2002).
/// </remarks>
internal sealed class ResidueFit
{
    private const double WindowSeconds = 1.024;
    private const double DiagonalFloor = 1e-6;
    private const double PowerFloor = 1e-3;

    private readonly ShortTimeFourier transform;
    private readonly Complex[][] channels;
    private readonly Complex[][] wanted;

    private ResidueFit(Recording mixture, float[][] cleaned)
    {
        int window = ShortTimeFourier.WindowOf(WindowSeconds, mixture.SampleRate);
        transform = new ShortTimeFourier(window, window / 2, mixture.Length);
        channels = [.. Enumerable.Range(0, mixture.Channels).Select(c => Forward(mixture.Channel(c)))];
        wanted = [.. cleaned.Select(signal => Forward(signal.AsSpan(0, mixture.Length)))];
    }

    /// <summary>Returns what the filters give.</summary>
    /// <param name="mixture">The recording x.</param>
    /// <param name="cleaned">The signals ŝ, at least as long.</param>
    /// <param name="cancellation">Stops between frequencies.</param>
    public static float[][] Apply(Recording mixture, float[][] cleaned, CancellationToken cancellation = default)
    {
        var fit = new ResidueFit(mixture, cleaned);
        Parallel.For(
            0,
            fit.transform.Frequencies,
            new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads, CancellationToken = cancellation },
            fit.Solve);
        return
        [
            .. fit.wanted.Select(
                spectrum => Array.ConvertAll(fit.transform.Inverse(spectrum), x => (float)x)),
        ];
    }

    private Complex[] Forward(ReadOnlySpan<float> signal) =>
        transform.Forward(Array.ConvertAll(signal.ToArray(), x => (double)x));

    /// <summary>Finds W at a frequency, and puts W x in the place of ŝ.</summary>
    private void Solve(int f)
    {
        int order = channels.Length, frames = transform.Frames, first = f * frames;
        double[] weights = Weights(first);
        Span<Complex> inverse = stackalloc Complex[order * order];
        Covariance(first, weights, inverse);
        SmallComplex.Invert(inverse, order);
        Span<Complex> row = stackalloc Complex[order], cross = stackalloc Complex[order];
        foreach (Complex[] signal in wanted)
        {
            for (int j = 0; j < order; j++)
            {
                cross[j] = Product(signal, channels[j], first, weights);
            }

            for (int j = 0; j < order; j++)
            {
                row[j] = Complex.Zero;
                for (int k = 0; k < order; k++)
                {
                    row[j] += cross[k] * inverse[k * order + j];
                }
            }

            Filter(row, first, signal.AsSpan(first, frames));
        }
    }

    /// <summary>Computes the weighted Σ x xᴴ plus a small multiple of its trace on the diagonal.</summary>
    private void Covariance(int first, double[] weights, Span<Complex> covariance)
    {
        int order = channels.Length;
        double trace = 0.0;
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Complex product = Product(channels[i], channels[j], first, weights);
                covariance[j * order + i] = Complex.Conjugate(product);
                covariance[i * order + j] = product;
            }

            trace += covariance[i * order + i].Real;
        }

        for (int i = 0; i < order; i++)
        {
            covariance[i * order + i] += DiagonalFloor * trace + 1e-300;
        }
    }

    /// <summary>
    /// Computes the reciprocal root of the channels' power in each moment and its neighbors, relative to the mean.
    /// </summary>
    private double[] Weights(int first)
    {
        int frames = transform.Frames;
        double[] powers = new double[frames], weights = new double[frames];
        double mean = 1e-300;
        for (int t = 0; t < frames; t++)
        {
            foreach (Complex[] channel in channels)
            {
                powers[t] += SmallComplex.Square(channel[first + t]);
            }

            mean += powers[t] / frames;
        }

        for (int t = 0; t < frames; t++)
        {
            int from = Math.Max(0, t - 1), to = Math.Min(frames - 1, t + 1);
            double near = 0.0;
            for (int k = from; k <= to; k++)
            {
                near += powers[k] / (to - from + 1);
            }

            weights[t] = 1.0 / Math.Sqrt(near / mean + PowerFloor);
        }

        return weights;
    }

    private static Complex Product(Complex[] a, Complex[] b, int first, double[] weights)
    {
        double real = 0.0, imaginary = 0.0;
        for (int t = 0; t < weights.Length; t++)
        {
            (Complex x, Complex y) = (a[first + t], b[first + t]);
            real += weights[t] * (x.Real * y.Real + x.Imaginary * y.Imaginary);
            imaginary += weights[t] * (x.Imaginary * y.Real - x.Real * y.Imaginary);
        }

        return new Complex(real, imaginary);
    }

    private void Filter(ReadOnlySpan<Complex> row, int first, Span<Complex> result)
    {
        for (int t = 0; t < result.Length; t++)
        {
            Complex sum = Complex.Zero;
            for (int j = 0; j < row.Length; j++)
            {
                sum += row[j] * channels[j][first + t];
            }

            result[t] = sum;
        }
    }
}
