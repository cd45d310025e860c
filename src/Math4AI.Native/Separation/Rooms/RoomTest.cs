using System.Numerics;
using Math4AI.Audio;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Tells an instantaneous mixture from one with delays and echoes. Where one source alone is heard, in short runs of
/// frames whose coherence exceeds 0.98, the ratio of two channels is real in an instantaneous mixture and complex in a
/// room. The statistic is the median of |Im c|/|c| of the cross-spectra c, for the pair of channels where it is
/// largest.
/// </summary>
public static class RoomTest
{
    /// <summary>Gets the threshold of the statistic, above which a recording is taken to come from a room.</summary>
    public const double Threshold = 0.25;

    private const double Coherence = 0.98;
    private const double MinEnergy = 1e-3;
    private const double WindowSeconds = 0.128;
    private const int Run = 5;
    private const int LowestFrequency = 20;
    private const int FewestZones = 50;

    // Two independent noises are coherent by chance in fewer runs than this, and then with any ratio; in rooms with a
    // reverberation of more than a second and distant voices, a hundredth of all runs are.
    private const double MinShare = 0.005;
    private const double MaxSeconds = 30.0;

    /// <summary>
    /// Computes the statistic, from 0 to 1; NaN for a single channel, or where no source is ever heard alone.
    /// </summary>
    /// <param name="sound">The recording; its first half minute is used.</param>
    public static double Statistic(IAudioSource sound)
    {
        ArgumentNullException.ThrowIfNull(sound);
        int window = Math.Max(64, 1 << (int)Math.Round(Math.Log2(WindowSeconds * sound.SampleRate)));
        int length = (int)Math.Min(sound.Length, MaxSeconds * sound.SampleRate);
        if (sound.Channels < 2 || length < 4 * window)
        {
            return double.NaN;
        }

        Recording recording = sound.Excerpt(0, length);
        var transform = new ShortTimeFourier(window, window / 4, length);
        Complex[][] spectra =
        [
            .. Enumerable.Range(0, recording.Channels)
                .Select(c => transform.Forward(Array.ConvertAll(recording.Channel(c).ToArray(), x => (double)x))),
        ];
        double largest = double.NaN;
        for (int i = 0; i < spectra.Length; i++)
        {
            for (int j = i + 1; j < spectra.Length; j++)
            {
                double statistic = OfPair(transform, spectra[i], spectra[j]);
                largest = double.IsNaN(largest)
                    ? statistic
                    : Math.Max(largest, double.IsNaN(statistic) ? 0.0 : statistic);
            }
        }

        return largest;
    }

    private static double OfPair(ShortTimeFourier transform, Complex[] first, Complex[] second)
    {
        int frames = transform.Frames;
        var zones = new List<(double Energy, double Slant)>();
        var energies = new List<double>();
        double loudest = 0.0;
        for (int f = LowestFrequency; f < transform.Frequencies; f++)
        {
            for (int start = 0; start + Run <= frames; start++)
            {
                Complex cross = Complex.Zero;
                double one = 0.0, two = 0.0;
                for (int t = f * frames + start; t < f * frames + start + Run; t++)
                {
                    cross += first[t] * Complex.Conjugate(second[t]);
                    one += SmallComplex.Square(first[t]);
                    two += SmallComplex.Square(second[t]);
                }

                loudest = Math.Max(loudest, one + two);
                energies.Add(one + two);
                double size = SmallComplex.Square(cross);
                if (size > Coherence * Coherence * one * two && size > 0.0)
                {
                    zones.Add((one + two, Math.Abs(cross.Imaginary) / Math.Sqrt(size)));
                }
            }
        }

        double[] slants =
            [.. zones.Where(zone => zone.Energy > MinEnergy * loudest).Select(zone => zone.Slant).Order()];
        int runs = energies.Count(energy => energy > MinEnergy * loudest);
        return slants.Length < Math.Max(FewestZones, MinShare * runs) ? double.NaN : slants[slants.Length / 2];
    }
}
