using System.Numerics;
using Math4AI.Runtime;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// Takes out of separated signals what filters that do not change over time leave of the other sources and of noise: at
/// each frequency and moment, y_a holds P_a = v_a + Σ_b g_ab v_b + ν_a of power, and Wiener's filter v_a/P_a the least
/// error. The residue g_ab of source b is what remains of y_a, relative to y_b, in the moments when b is loud and a is
/// silent, and the noise ν_a what is there when all are.
/// </summary>
/// <remarks>
/// Sources: E. Hoffmann, D. Kolossa, R. Orglmeister, "A batch algorithm for blind source separation of acoustic signals
/// using ICA and time-frequency masking", ICA (2007), for the procedure; R. Martin, "Noise power spectral density
/// estimation based on optimal smoothing and minimum statistics", IEEE Transactions on Speech and Audio Processing 9
/// (2001), for noise by the least power.
/// </remarks>
internal sealed class ResidueFilter
{
    private const double WindowSeconds = 0.064;
    private const int Overlap = 4;
    private const int FewestMoments = 8;

    // The share of the moments in which a source is held to be silent, and by what the means of residues and of noise
    // are larger than that quantile of them.
    private const double SilentShare = 0.2;
    private const double ResidueFactor = 2.0;
    private const double NoiseFactor = 1.5;

    // The least share of the power that is kept: less would sound of single tones.
    private const double Least = 0.01;

    private readonly ShortTimeFourier transform;
    private readonly Complex[][] spectra;
    private readonly double[][] powers;
    private readonly int count;

    private ResidueFilter(float[][] signals, int length, int sampleRate)
    {
        count = signals.Length;
        int window = Math.Max(64, 1 << (int)Math.Round(Math.Log2(WindowSeconds * sampleRate)));
        transform = new ShortTimeFourier(window, window / Overlap, length);
        spectra =
        [
            .. signals.Select(
                signal => transform.Forward([.. signal.AsSpan(0, length).ToArray().Select(x => (double)x)])),
        ];
        powers = [.. spectra.Select(Smooth)];
    }

    /// <summary>Returns the signals without the residues.</summary>
    /// <param name="signals">The separated signals, as one microphone hears them.</param>
    /// <param name="length">The samples of each.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="cancellation">Stops between frequencies.</param>
    public static float[][] Apply(
        float[][] signals, int length, int sampleRate, CancellationToken cancellation = default)
    {
        var filter = new ResidueFilter(signals, length, sampleRate);
        Complex[][] result = [.. filter.spectra.Select(spectrum => new Complex[spectrum.Length])];
        Parallel.For(
            0,
            filter.transform.Frequencies,
            new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads, CancellationToken = cancellation },
            f => filter.Clean(f, result));
        return
        [
            .. result.Select(
                spectrum => Array.ConvertAll(filter.transform.Inverse(spectrum), x => (float)x)),
        ];
    }

    private void Clean(int f, Complex[][] result)
    {
        int frames = transform.Frames, first = f * frames;
        double[] noise =
            [.. powers.Select(power => NoiseFactor * Quantile(power.AsSpan(first, frames).ToArray()))];
        double[] residues = Residues(first, noise), own = new double[count];
        for (int t = first; t < first + frames; t++)
        {
            for (int a = 0; a < count; a++)
            {
                double rest = noise[a];
                for (int b = 0; b < count; b++)
                {
                    rest += a == b ? 0.0 : residues[a * count + b] * powers[b][t];
                }

                own[a] = Math.Max(powers[a][t] - rest, Least * powers[a][t]);
            }

            for (int a = 0; a < count; a++)
            {
                double total = noise[a] + 1e-300;
                for (int b = 0; b < count; b++)
                {
                    total += residues[a * count + b] * own[b];
                }

                result[a][t] = own[a] / total * spectra[a][t];
            }
        }
    }

    /// <summary>Computes g_ab, row-major, with ones on the diagonal.</summary>
    private double[] Residues(int first, double[] noise)
    {
        int frames = transform.Frames;
        double[] residues = new double[count * count];
        for (int b = 0; b < count; b++)
        {
            double[] loud = powers[b].AsSpan(first, frames).ToArray();
            double mean = loud.Average();
            int[] moments = [.. Enumerable.Range(0, frames).Where(t => loud[t] > mean)];
            for (int a = 0; a < count; a++)
            {
                double[] ratios =
                    [.. moments.Select(t => Math.Max(0.0, powers[a][first + t] - noise[a]) / loud[t])];
                residues[a * count + b] = a == b ? 1.0
                    : ratios.Length < FewestMoments ? 0.0
                    : Math.Min(1.0, ResidueFactor * Quantile(ratios));
            }
        }

        return residues;
    }

    private static double Quantile(double[] values)
    {
        Array.Sort(values);
        return values[(int)(SilentShare * (values.Length - 1))];
    }

    /// <summary>Computes |y|², averaged over neighboring moments and frequencies.</summary>
    private double[] Smooth(Complex[] spectrum)
    {
        int frames = transform.Frames;
        double[] square = [.. spectrum.Select(SmallComplex.Square)];
        return Average(Average(square, frames, 1), transform.Frequencies, frames);
    }

    /// <summary>
    /// Averages over both neighbors along one of the two directions; at the ends, over those that there are.
    /// </summary>
    private static double[] Average(double[] values, int length, int step)
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int place = i / step % length, from = Math.Max(0, place - 1), to = Math.Min(length - 1, place + 1);
            for (int k = from; k <= to; k++)
            {
                result[i] += values[i + (k - place) * step] / (to - from + 1);
            }
        }

        return result;
    }
}
