using System.Numerics;
using System.Numerics.Tensors;
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

    // The share of the moments in which a source is held to be silent, and by what the mean of residues is larger than
    // that quantile of them.
    private const double SilentShare = 0.2;
    private const double ResidueFactor = 2.0;

    // The share of the moments in which all are, and the factor from that quantile to the power that is taken out: more
    // than the mean of noise, which is left in single moments otherwise.
    private const double NoiseShare = 0.1;
    private const double NoiseFactor = 4.5;

    // The least share of the power that is kept: less would sound of single tones.
    private const double Least = 0.01;

    private readonly ShortTimeFourier transform;
    private readonly Complex[][] spectra;
    private readonly double[][] powers;
    private readonly int count;

    private ResidueFilter(float[][] signals, int length, int sampleRate)
    {
        count = signals.Length;
        int window = ShortTimeFourier.WindowOf(WindowSeconds, sampleRate);
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
            [.. powers.Select(power => NoiseFactor * Quantile(power.AsSpan(first, frames).ToArray(), NoiseShare))];
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
                    : Math.Min(1.0, ResidueFactor * Quantile(ratios, SilentShare));
            }
        }

        return residues;
    }

    /// <summary>
    /// Finds the value that stands at a share of the sorted ones, by C. A. R. Hoare's selection; they change places.
    /// </summary>
    private static double Quantile(double[] values, double share)
    {
        int wanted = (int)(share * (values.Length - 1)), first = 0, last = values.Length - 1;
        while (first < last)
        {
            double pivot = values[(first + last) / 2];
            int low = first, high = last;
            while (low <= high)
            {
                while (values[low] < pivot)
                {
                    low++;
                }

                while (values[high] > pivot)
                {
                    high--;
                }

                if (low <= high)
                {
                    (values[low], values[high]) = (values[high], values[low]);
                    (low, high) = (low + 1, high - 1);
                }
            }

            (first, last) = wanted <= high ? (first, high) : wanted >= low ? (low, last) : (wanted, wanted);
        }

        return values[wanted];
    }

    /// <summary>Computes |y|², averaged over neighboring moments and frequencies.</summary>
    private double[] Smooth(Complex[] spectrum)
    {
        int frames = transform.Frames, frequencies = transform.Frequencies;
        double[] result = new double[spectrum.Length], square = new double[frames];
        double[][] rows = [new double[frames], new double[frames], new double[frames]];
        for (int f = 0; f <= frequencies; f++)
        {
            if (f < frequencies)
            {
                for (int t = 0; t < frames; t++)
                {
                    square[t] = SmallComplex.Square(spectrum[f * frames + t]);
                }

                AverageNeighbors(square, rows[f % 3]);
            }

            if (f > 0)
            {
                int from = Math.Max(0, f - 2), to = Math.Min(frequencies - 1, f);
                Span<double> row = result.AsSpan((f - 1) * frames, frames);
                for (int near = from; near <= to; near++)
                {
                    TensorPrimitives.Add(row, rows[near % 3], row);
                }

                TensorPrimitives.Divide(row, to - from + 1, row);
            }
        }

        return result;
    }

    /// <summary>Averages over both neighbors; at the ends, over those that there are.</summary>
    private static void AverageNeighbors(double[] values, double[] result)
    {
        int last = values.Length - 1;
        for (int t = 1; t < last; t++)
        {
            result[t] = (values[t - 1] + values[t] + values[t + 1]) / 3.0;
        }

        result[0] = last > 0 ? 0.5 * (values[0] + values[1]) : values[0];
        result[last] = last > 0 ? 0.5 * (values[last - 1] + values[last]) : values[0];
    }
}
