using System.Numerics;
using Math4AI.Audio;
using Math4AI.Runtime;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Tells an instantaneous mixture, y = A x with real A, from one with delays and echoes. The covariance C of two
/// channels at one frequency is real in the former, whatever the sources do; the share u = (Im c₁₂)²/(c₁₁c₂₂ − (Re
/// c₁₂)²) of its determinant does not change under any real mixing, and is at most about 1/(3 n) by chance, n = 32
/// frames. The statistic is the mean of u over the frequencies and seconds that hold sound, for the pair of channels
/// where it is largest.
/// </summary>
/// <remarks>
/// C is Tyler's estimate of scatter, in which loud frames count no more than others: without it, a loud syllable would
/// be the only frame. Source: D. E. Tyler, "A distribution-free M-estimator of multivariate scatter", Annals of
/// Statistics 15 (1987).
/// </remarks>
public static class RoomTest
{
    /// <summary>Gets the threshold of the statistic, above which a recording is taken to come from a room.</summary>
    public const double Threshold = 0.014;

    private const double WindowSeconds = 0.064;
    private const double LowestHertz = 150.0;
    private const double HighestHertz = 8000.0;
    private const double MaxSeconds = 30.0;
    private const int FramesInZone = 32;
    private const int FewestZones = 200;
    private const int Iterations = 4;

    // Of the zones of each frequency the loudest are used, and of all zones those that are not far below the loudest.
    private const double LoudShare = 0.5;
    private const double MinPower = 1e-6;

    /// <summary>
    /// Computes the statistic, from 0 to 1; NaN for a single channel, and where the recording is too short, or has
    /// fewer than 1000 samples per second, from which no room is separated.
    /// </summary>
    /// <param name="sound">The recording; its first half minute is used.</param>
    public static double Statistic(IAudioSource sound)
    {
        ArgumentNullException.ThrowIfNull(sound);
        int window = ShortTimeFourier.WindowOf(WindowSeconds, sound.SampleRate);
        int length = (int)Math.Min(sound.Length, MaxSeconds * sound.SampleRate);
        if (sound.Channels < 2 || length < FramesInZone * window / 2
            || sound.SampleRate < RoomSeparator.MinSampleRate)
        {
            return double.NaN;
        }

        Recording recording = sound.Excerpt(0, length);
        var transform = new ShortTimeFourier(window, window / 2, length);
        Complex[][] spectra =
        [
            .. Enumerable.Range(0, recording.Channels)
                .Select(c => transform.Forward(Array.ConvertAll(recording.Channel(c).ToArray(), x => (double)x))),
        ];
        double hertz = (double)sound.SampleRate / window;
        int first = (int)Math.Ceiling(LowestHertz / hertz);
        int last = (int)Math.Min(transform.Frequencies - 2, HighestHertz / hertz);
        double largest = double.NaN;
        for (int i = 0; i < spectra.Length; i++)
        {
            for (int j = i + 1; j < spectra.Length; j++)
            {
                double statistic = OfPair(transform.Frames, first, last, spectra[i], spectra[j]);
                largest = double.IsNaN(largest)
                    ? statistic
                    : Math.Max(largest, double.IsNaN(statistic) ? 0.0 : statistic);
            }
        }

        return largest;
    }

    private static double OfPair(int frames, int first, int last, Complex[] one, Complex[] two)
    {
        int zones = frames / FramesInZone;
        var found = new (double Power, double Share)[last - first + 1][];
        Parallel.For(first, last + 1, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, f =>
        {
            var all = new (double Power, double Share)[zones];
            for (int zone = 0; zone < zones; zone++)
            {
                int start = f * frames + zone * FramesInZone;
                all[zone] = OfZone(one.AsSpan(start, FramesInZone), two.AsSpan(start, FramesInZone));
            }

            Array.Sort(all, (a, b) => b.Power.CompareTo(a.Power));
            found[f - first] = all[..(int)Math.Ceiling(LoudShare * zones)];
        });
        double least = MinPower * found.SelectMany(all => all).Max(zone => zone.Power);
        double[] shares =
        [
            .. found.SelectMany(all => all).Where(zone => zone.Power > least && double.IsFinite(zone.Share))
                .Select(zone => zone.Share),
        ];
        return shares.Length < FewestZones ? double.NaN : shares.Average();
    }

    /// <summary>Computes the power and u of some frames; NaN if the two channels are the same up to a factor.</summary>
    private static (double Power, double Share) OfZone(ReadOnlySpan<Complex> one, ReadOnlySpan<Complex> two)
    {
        const double Smallest = 1e-9;
        double power = 0.0, share = double.NaN;

        // The inverse of the real part of C, up to a factor: a, b and d of ((a, b), (b, d)).
        (double a, double b, double d) = (1.0, 0.0, 1.0);
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            double first = 0.0, second = 0.0, real = 0.0, imaginary = 0.0;
            for (int t = 0; t < one.Length; t++)
            {
                Complex cross = one[t] * Complex.Conjugate(two[t]);
                double x = SmallComplex.Square(one[t]), y = SmallComplex.Square(two[t]);
                power += iteration == 0 ? x + y : 0.0;
                double size = a * x + 2.0 * b * cross.Real + d * y;
                double weight = iteration == 0 ? 1.0 : 1.0 / Math.Max(size, 1e-300);
                first += weight * x;
                second += weight * y;
                real += weight * cross.Real;
                imaginary += weight * cross.Imaginary;
            }

            double determinant = first * second - real * real;
            if (!(determinant > Smallest * first * second))
            {
                return (power, double.NaN);
            }

            share = imaginary * imaginary / determinant;
            (a, b, d) = (second / determinant, -real / determinant, first / determinant);
        }

        return (power, share);
    }
}
