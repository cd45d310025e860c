using System.Numerics;
using Math4AI.Audio;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// By how much later than at one microphone a source arrives at the others, which tells where it comes from: the lag τ
/// of the largest Σ_f G(f)/|G(f)| e^(2πi f τ), where G is the mean over time of the channel's spectrum times the
/// conjugate of the source's. Source: C. Knapp and G. Carter, "The generalized correlation method for estimation of
/// time delay", IEEE Transactions on Acoustics, Speech, and Signal Processing 24 (1976).
/// </summary>
internal static class SourceDelays
{
    private const double WindowSeconds = 0.064;

    // The lag of a distance of some four meters; a lag is tried eight times a sample.
    private const double LongestSeconds = 0.012;
    private const int StepsPerSample = 8;

    /// <summary>Returns the delays in seconds, for each source those of all channels.</summary>
    /// <param name="sources">The sources as one microphone hears them.</param>
    /// <param name="mixture">The channels.</param>
    /// <param name="reference">The microphone, whose delays are 0.</param>
    public static double[][] Of(Recording sources, Recording mixture, int reference)
    {
        int rate = mixture.SampleRate, window = ShortTimeFourier.WindowOf(WindowSeconds, rate);
        var transform = new ShortTimeFourier(window, window / 2, mixture.Length);
        Complex[] Spectrum(Recording from, int channel) =>
            transform.Forward(Array.ConvertAll(from.Channel(channel).ToArray(), x => (double)x));
        Complex[][] channels = [.. Enumerable.Range(0, mixture.Channels).Select(m => Spectrum(mixture, m))];
        return
        [
            .. Enumerable.Range(0, sources.Channels).Select(n =>
            {
                Complex[] source = Spectrum(sources, n);
                double[] lags =
                [
                    .. channels.Select(channel => Largest(
                        Phases(source, channel, transform), window, (int)(LongestSeconds * rate * StepsPerSample))),
                ];
                return Array.ConvertAll(lags, lag => (lag - lags[reference]) / rate);
            }),
        ];
    }

    /// <summary>Computes G/|G|.</summary>
    private static Complex[] Phases(Complex[] source, Complex[] channel, ShortTimeFourier transform)
    {
        var phases = new Complex[transform.Frequencies];
        for (int f = 1; f < phases.Length - 1; f++)
        {
            Complex sum = Complex.Zero;
            for (int t = f * transform.Frames; t < (f + 1) * transform.Frames; t++)
            {
                sum += channel[t] * Complex.Conjugate(source[t]);
            }

            phases[f] = sum / (sum.Magnitude + 1e-300);
        }

        return phases;
    }

    /// <summary>Returns the lag of the largest correlation, in samples.</summary>
    private static double Largest(Complex[] phases, int window, int steps)
    {
        int reach = Math.Min(steps, window * StepsPerSample / 4);
        (int best, double largest) = (0, double.NegativeInfinity);
        for (int step = -reach; step <= reach; step++)
        {
            Complex turn = Complex.FromPolarCoordinates(1.0, 2.0 * Math.PI * step / ((double)window * StepsPerSample)),
                now = Complex.One;
            double sum = 0.0;
            foreach (Complex phase in phases)
            {
                sum += phase.Real * now.Real - phase.Imaginary * now.Imaginary;
                now *= turn;
            }

            (best, largest) = sum > largest ? (step, sum) : (best, largest);
        }

        return (double)best / StepsPerSample;
    }
}
