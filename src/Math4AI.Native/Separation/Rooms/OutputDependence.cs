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
        int window = Math.Max(64, 1 << (int)Math.Round(Math.Log2(WindowSeconds * sampleRate)));
        var transform = new ShortTimeFourier(window, window / 2, length);
        double[][] powers =
        [
            .. signals.Select(signal => Array.ConvertAll(
                transform.Forward(Array.ConvertAll(signal[..length], x => (double)x)), SmallComplex.Square)),
        ];
        int first = (int)(LowestHertz * window / sampleRate);
        int last = (int)Math.Min(transform.Frequencies - 1, HighestHertz * window / sampleRate);
        double sum = 0.0;
        int bands = 0;
        for (int from = first; from + BandWidth <= last; from += BandWidth, bands++)
        {
            sum += MeanCorrelation([.. powers.Select(power => Amplitudes(power, from, transform.Frames))]);
        }

        return sum / bands;
    }

    /// <summary>Computes the amplitudes of a band over time, without their mean and of unit norm.</summary>
    private static double[] Amplitudes(double[] power, int from, int frames)
    {
        double[] amplitudes = new double[frames];
        for (int f = from; f < from + BandWidth; f++)
        {
            TensorPrimitives.Add(amplitudes, power.AsSpan(f * frames, frames), amplitudes);
        }

        TensorPrimitives.Sqrt(amplitudes, amplitudes);
        TensorPrimitives.Subtract(amplitudes, TensorPrimitives.Sum<double>(amplitudes) / frames, amplitudes);
        TensorPrimitives.Divide(amplitudes, TensorPrimitives.Norm<double>(amplitudes) + 1e-300, amplitudes);
        return amplitudes;
    }

    private static double MeanCorrelation(double[][] amplitudes)
    {
        double sum = 0.0;
        for (int i = 0; i < amplitudes.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                sum += TensorPrimitives.Dot<double>(amplitudes[i], amplitudes[j]);
            }
        }

        return 2.0 * sum / (amplitudes.Length * (amplitudes.Length - 1));
    }
}
