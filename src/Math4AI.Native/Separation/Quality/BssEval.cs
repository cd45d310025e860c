using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.LinearAlgebra;
using BitOperations = System.Numerics.BitOperations;
using Complex = System.Numerics.Complex;

namespace Math4AI.Separation.Quality;

/// <summary>
/// The quality of estimated signals relative to reference signals, in decibels, one value for each reference.
/// </summary>
/// <param name="Sdr">Signal to distortion of all kinds.</param>
/// <param name="Sir">Signal to interference by the other references.</param>
/// <param name="Sar">Signal to artifacts, which come from no reference.</param>
/// <param name="Permutation">The estimate that belongs to each reference, from 0.</param>
public sealed record BssEvalResult(
    IReadOnlyList<double> Sdr, IReadOnlyList<double> Sir, IReadOnlyList<double> Sar, IReadOnlyList<int> Permutation);

/// <summary>
/// BSS Eval, version 3: an estimate is split into what filters of 512 taps can make of its reference, what filters of
/// all references can make besides, and the rest. With P_j and P the projections onto the delayed reference j and onto
/// all, SDR = ‖P_j e‖²/(‖e‖² − ‖P_j e‖²), SIR = ‖P_j e‖²/(‖P e‖² − ‖P_j e‖²), SAR = ‖P e‖²/(‖e‖² − ‖P e‖²); the
/// permutation has the best mean SIR. Equals <c>mir_eval.separation.bss_eval_sources</c>. Source: E. Vincent, R.
/// Gribonval, C. Févotte, "Performance measurement in blind audio source separation", IEEE Transactions on Audio,
/// Speech, and Language Processing 14 (2006).
/// </summary>
/// <remarks>
/// No projected signal is ever formed: the norms follow from correlations, ‖P e‖² = dᵀG⁻¹d, by one Cholesky
/// factorization.
/// </remarks>
public static class BssEval
{
    private const int Taps = 512;
    private const int MaxSources = 8;

    /// <summary>Compares estimates with references.</summary>
    /// <param name="references">The reference signals.</param>
    /// <param name="estimates">As many estimates of the same length, in any order.</param>
    /// <exception cref="ArgumentException">Numbers or lengths differ, or a signal is silent.</exception>
    public static BssEvalResult Compare(IReadOnlyList<double[]> references, IReadOnlyList<double[]> estimates)
    {
        Check(references, estimates);
        int count = references.Count;
        int length = (int)BitOperations.RoundUpToPowerOf2((uint)(references[0].Length + Taps));
        Complex[][] spectra = [.. references.Select(signal => Spectrum(signal, length))];
        double[,][] correlations = Correlations(spectra);
        var all = Gram(correlations, Enumerable.Range(0, count)).Cholesky();
        MathNet.Numerics.LinearAlgebra.Factorization.Cholesky<double>[] alone =
            [.. Enumerable.Range(0, count).Select(i => Gram(correlations, [i]).Cholesky())];
        double[,] sdr = new double[count, count], sir = new double[count, count], sar = new double[count, count];
        for (int e = 0; e < count; e++)
        {
            Complex[] spectrum = Spectrum(estimates[e], length);
            Vector<double> d = Vector<double>.Build.Dense(count * Taps);
            for (int i = 0; i < count; i++)
            {
                d.SetSubVector(i * Taps, Taps, Vector<double>.Build.Dense(Correlation(spectra[i], spectrum)[..Taps]));
            }

            double energy = estimates[e].Sum(x => x * x);
            double whole = d * all.Solve(d);
            for (int j = 0; j < count; j++)
            {
                Vector<double> own = d.SubVector(j * Taps, Taps);
                double target = own * alone[j].Solve(own);
                sdr[j, e] = Decibels(target, energy - target);
                sir[j, e] = Decibels(target, whole - target);
                sar[j, e] = Decibels(whole, energy - whole);
            }
        }

        int[] best = Permutations.Of(count).MaxBy(order => order.Select((e, j) => sir[j, e]).Average())!;
        return new BssEvalResult(
            [.. best.Select((e, j) => sdr[j, e])], [.. best.Select((e, j) => sir[j, e])],
            [.. best.Select((e, j) => sar[j, e])], best);
    }

    /// <summary>Correlates every pair of references once.</summary>
    private static double[,][] Correlations(Complex[][] spectra)
    {
        double[,][] correlations = new double[spectra.Length, spectra.Length][];
        for (int i = 0; i < spectra.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                correlations[i, j] = Correlation(spectra[i], spectra[j]);
            }
        }

        return correlations;
    }

    /// <summary>
    /// Computes the scale-invariant signal-to-distortion ratio, 10 log₁₀ ‖αs‖²/‖αs − e‖² with α = sᵀe/sᵀs. Source: J.
    /// Le Roux, S. Wisdom, H. Erdogan, J. Hershey, "SDR – half-baked or well done?", ICASSP (2019).
    /// </summary>
    /// <param name="reference">s.</param>
    /// <param name="estimate">e, as long.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the reference is silent.</exception>
    public static double ScaleInvariantSdr(ReadOnlySpan<double> reference, ReadOnlySpan<double> estimate)
    {
        if (reference.Length != estimate.Length)
        {
            throw new ArgumentException(
                $"The reference has {reference.Length} samples and the estimate {estimate.Length}.");
        }

        double ss = 0.0, se = 0.0, ee = 0.0;
        for (int t = 0; t < reference.Length; t++)
        {
            ss += reference[t] * reference[t];
            se += reference[t] * estimate[t];
            ee += estimate[t] * estimate[t];
        }

        if (ss == 0.0)
        {
            throw new ArgumentException("The reference is silent.", nameof(reference));
        }

        if (ee == 0.0)
        {
            throw new ArgumentException("The estimate is silent.", nameof(estimate));
        }

        double target = se * se / ss;
        return Decibels(target, ee - target);
    }

    private static void Check(IReadOnlyList<double[]> references, IReadOnlyList<double[]> estimates)
    {
        ArgumentNullException.ThrowIfNull(references);
        ArgumentNullException.ThrowIfNull(estimates);
        if (references.Count == 0 || references.Count != estimates.Count || references.Count > MaxSources)
        {
            throw new ArgumentException(
                $"There are {references.Count} references and {estimates.Count} estimates; 1 to {MaxSources} of each "
                + "are needed.");
        }

        foreach (double[] signal in references.Concat(estimates))
        {
            if (signal.Length != references[0].Length || signal.Length == 0)
            {
                throw new ArgumentException("References and estimates must have the same length, of 1 sample or more.");
            }

            if (!signal.Any(x => x != 0.0))
            {
                throw new ArgumentException("A reference or an estimate is silent, which has no ratio.");
            }
        }
    }

    private static Complex[] Spectrum(double[] signal, int length)
    {
        var spectrum = new Complex[length];
        for (int t = 0; t < signal.Length; t++)
        {
            spectrum[t] = signal[t];
        }

        Fourier.Forward(spectrum, FourierOptions.NoScaling);
        return spectrum;
    }

    /// <summary>Computes Σ_t a(t) b(t + τ), with lag τ at index τ, or at length + τ if it is negative.</summary>
    private static double[] Correlation(Complex[] a, Complex[] b)
    {
        var product = new Complex[a.Length];
        for (int k = 0; k < product.Length; k++)
        {
            product[k] = Complex.Conjugate(a[k]) * b[k];
        }

        Fourier.Inverse(product, FourierOptions.NoScaling);
        return [.. product.Select(value => value.Real / a.Length)];
    }

    /// <summary>Computes the inner products of the delayed references.</summary>
    private static Matrix<double> Gram(double[,][] correlations, IEnumerable<int> which)
    {
        int[] chosen = [.. which];
        Matrix<double> gram = Matrix<double>.Build.Dense(chosen.Length * Taps, chosen.Length * Taps);
        for (int i = 0; i < chosen.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double[] correlation = correlations[chosen[i], chosen[j]];
                for (int a = 0; a < Taps; a++)
                {
                    for (int b = 0; b < Taps; b++)
                    {
                        int lag = a - b;
                        double value = correlation[lag >= 0 ? lag : correlation.Length + lag];
                        gram[i * Taps + a, j * Taps + b] = value;
                        gram[j * Taps + b, i * Taps + a] = value;
                    }
                }
            }
        }

        // Delayed copies of a signal without high frequencies are nearly dependent.
        double ridge = 1e-12 * gram.Diagonal().Maximum();
        for (int i = 0; i < gram.RowCount; i++)
        {
            gram[i, i] += ridge;
        }

        return gram;
    }

    private static double Decibels(double signal, double rest) =>
        rest <= 0.0 ? double.PositiveInfinity : 10.0 * Math.Log10(signal / rest);
}
