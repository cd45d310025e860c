using System.Numerics.Tensors;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// How much the loudness of one signal says about that of another: the mean over pairs and bands of frequencies of the
/// correlation of amplitudes over time, which is about 0 for independent sources, and larger where they are heard in
/// each other. It needs no truth, and so tells which of several separations is better.
/// </summary>
internal static class OutputDependence
{
    private const double WindowSeconds = 0.064;
    private const double LowestHertz = 100.0;
    private const double HighestHertz = 8000.0;
    private const int BandWidth = 8;

    /// <summary>Computes it for the first samples of two or more signals.</summary>
    public static double Of(float[][] signals, int length, int sampleRate)
    {
        double[,] pairs = Between(signals, length, sampleRate);
        double sum = 0.0;
        for (int i = 0; i < signals.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                sum += pairs[i, j];
            }
        }

        return 2.0 * sum / (signals.Length * (signals.Length - 1));
    }

    /// <summary>
    /// Computes it for each pair of signals; on the diagonal stands how much the loudness of a signal varies, its
    /// standard deviation over its mean.
    /// </summary>
    public static double[,] Between(float[][] signals, int length, int sampleRate)
    {
        int window = Math.Max(64, 1 << (int)Math.Round(Math.Log2(WindowSeconds * sampleRate)));
        var transform = new ShortTimeFourier(window, window / 2, length);
        double[][] powers =
        [
            .. signals.Select(signal => Array.ConvertAll(
                transform.Forward(Array.ConvertAll(signal[..length], x => (double)x)), SmallComplex.Square)),
        ];
        int first = (int)(LowestHertz * window / sampleRate);
        int last = (int)Math.Min(transform.Frequencies - 1, HighestHertz * window / sampleRate);
        int bands = (last - first) / BandWidth;
        double[,] pairs = new double[signals.Length, signals.Length];
        for (int band = 0; band < bands; band++)
        {
            (double[] Shape, double Variation)[] all =
                [.. powers.Select(power => Amplitudes(power, first + band * BandWidth, transform.Frames))];
            for (int i = 0; i < all.Length; i++)
            {
                pairs[i, i] += all[i].Variation / bands;
                for (int j = 0; j < i; j++)
                {
                    pairs[i, j] += TensorPrimitives.Dot<double>(all[i].Shape, all[j].Shape) / bands;
                    pairs[j, i] = pairs[i, j];
                }
            }
        }

        return pairs;
    }

    /// <summary>
    /// Computes the amplitudes of a band over time, without their mean and of unit norm, and their variation.
    /// </summary>
    private static (double[] Shape, double Variation) Amplitudes(double[] power, int from, int frames)
    {
        double[] amplitudes = new double[frames];
        for (int f = from; f < from + BandWidth; f++)
        {
            TensorPrimitives.Add(amplitudes, power.AsSpan(f * frames, frames), amplitudes);
        }

        TensorPrimitives.Sqrt(amplitudes, amplitudes);
        double mean = TensorPrimitives.Sum<double>(amplitudes) / frames + 1e-300;
        TensorPrimitives.Subtract(amplitudes, mean, amplitudes);
        double norm = TensorPrimitives.Norm<double>(amplitudes) + 1e-300;
        TensorPrimitives.Divide(amplitudes, norm, amplitudes);
        return (amplitudes, norm / Math.Sqrt(frames) / mean);
    }
}
