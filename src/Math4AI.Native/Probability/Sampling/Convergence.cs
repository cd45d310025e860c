using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Math4AI.Probability.Sampling;

/// <summary>
/// Computes whether chains have reached the same density, and how many independent draws theirs are worth. Source:
/// A. Vehtari, A. Gelman, D. Simpson, B. Carpenter and P.-C. Bürkner, "Rank-normalization, folding, and localization:
/// an improved R̂ for assessing convergence of MCMC", Bayesian Analysis 16 (2021).
/// </summary>
public static class Convergence
{
    private const int MinDraws = 4;
    private const double LowerTail = 0.05;
    private const double UpperTail = 0.95;

    /// <summary>
    /// Returns R̂, near 1 where the chains agree: the larger one of the rank-normalised draws and of their distances
    /// from the median, each chain split into halves. Above 1.01 the chains have not mixed. NaN where all draws are
    /// equal or there are fewer than four.
    /// </summary>
    /// <param name="chains">The draws of each chain, of one length.</param>
    public static double RHat(IReadOnlyList<double[]> chains)
    {
        if (!CanBeJudged(chains))
        {
            return double.NaN;
        }

        double[][] split = Split(chains);
        double median = split.SelectMany(chain => chain).Median();
        double[][] folded = [.. split.Select(chain => chain.Select(x => Math.Abs(x - median)).ToArray())];
        return Math.Max(OfVariances(Normalized(split)), OfVariances(Normalized(folded)));
    }

    /// <summary>
    /// Returns the number of independent draws that tell as much about the center of the density. NaN as for
    /// <see cref="RHat"/>.
    /// </summary>
    /// <param name="chains">The draws of each chain, of one length.</param>
    public static double BulkEffectiveSize(IReadOnlyList<double[]> chains) =>
        CanBeJudged(chains) ? EffectiveSizeOf(Normalized(Split(chains))) : double.NaN;

    /// <summary>
    /// Returns the number of independent draws that tell as much about the 5 % and the 95 % quantile, the smaller of
    /// the two. NaN as for <see cref="RHat"/>.
    /// </summary>
    /// <param name="chains">The draws of each chain, of one length.</param>
    public static double TailEffectiveSize(IReadOnlyList<double[]> chains)
    {
        if (!CanBeJudged(chains))
        {
            return double.NaN;
        }

        double[] all = [.. chains.SelectMany(chain => chain)];
        double Below(double share)
        {
            double limit = all.QuantileCustom(share, QuantileDefinition.R7);
            return EffectiveSizeOf(
                Split([.. chains.Select(chain => chain.Select(x => x <= limit ? 1.0 : 0.0).ToArray())]));
        }

        return Math.Min(Below(LowerTail), Below(UpperTail));
    }

    /// <summary>
    /// Returns the number of independent draws whose mean is as exact as that of these. NaN as for <see cref="RHat"/>.
    /// </summary>
    /// <param name="chains">The draws of each chain, of one length.</param>
    public static double MeanEffectiveSize(IReadOnlyList<double[]> chains) =>
        CanBeJudged(chains) ? EffectiveSizeOf(Split(chains)) : double.NaN;

    /// <summary>
    /// Returns the energy's Bayesian fraction of missing information, Σ (E_i − E_(i−1))² / Σ (E_i − Ē)². Below 0.3 a
    /// chain explores the density's energies slowly. Source: M. Betancourt, arXiv:1604.00695 (2016).
    /// </summary>
    /// <param name="energy">The energy of each draw of one chain.</param>
    public static double EnergyFraction(IReadOnlyList<double> energy)
    {
        ArgumentNullException.ThrowIfNull(energy);
        double mean = energy.Average(), steps = 0.0, spread = 0.0;
        for (int i = 0; i < energy.Count; i++)
        {
            steps += i == 0 ? 0.0 : (energy[i] - energy[i - 1]) * (energy[i] - energy[i - 1]);
            spread += (energy[i] - mean) * (energy[i] - mean);
        }

        return steps / spread;
    }

    private static bool CanBeJudged(IReadOnlyList<double[]> chains)
    {
        ArgumentNullException.ThrowIfNull(chains);
        if (chains.Count == 0 || chains.Any(chain => chain.Length != chains[0].Length))
        {
            throw new ArgumentException("The chains must have one length.", nameof(chains));
        }

        return chains[0].Length >= MinDraws && chains.SelectMany(chain => chain).Any(x => x != chains[0][0])
            && chains.All(chain => chain.All(double.IsFinite));
    }

    /// <summary>Halves of chains; of an odd length without the draw in the middle.</summary>
    private static double[][] Split(IReadOnlyList<double[]> chains)
    {
        int half = chains[0].Length / 2;
        return [.. chains.SelectMany(chain => new[] { chain[..half], chain[^half..] })];
    }

    /// <summary>Φ⁻¹((r − 3/8)/(n + 1/4)) with the ranks r among all draws, ties with their mean rank.</summary>
    private static double[][] Normalized(double[][] chains)
    {
        double[] all = [.. chains.SelectMany(chain => chain)];
        double[] ranks = all.Ranks(RankDefinition.Average);
        double[] scores = [.. ranks.Select(rank => Normal.InvCDF(0.0, 1.0, (rank - 0.375) / (all.Length + 0.25)))];
        int length = chains[0].Length;
        return [.. chains.Select((_, i) => scores[(i * length)..((i + 1) * length)])];
    }

    /// <summary>√(var⁺/W), with var⁺ = (n − 1)/n W + B/n.</summary>
    private static double OfVariances(double[][] chains)
    {
        int length = chains[0].Length;
        double within = chains.Average(chain => chain.Variance());
        double between = chains.Select(chain => chain.Mean()).Variance();
        return Math.Sqrt(((length - 1.0) / length * within + between) / within);
    }

    /// <summary>
    /// m n / τ, with τ = −1 + 2 Σ_t (ρ_2t + ρ_2t+1), summed while the pairs are positive and made to fall. Source:
    /// C. Geyer, "Practical Markov chain Monte Carlo", Statistical Science 7 (1992).
    /// </summary>
    private static double EffectiveSizeOf(double[][] chains)
    {
        int length = chains[0].Length;
        double total = (double)length * chains.Length;
        double within = chains.Average(chain => chain.Variance());
        double between = chains.Length > 1 ? chains.Select(chain => chain.Mean()).Variance() : 0.0;
        double variance = (length - 1.0) / length * within + between;
        if (!(variance > 0.0))
        {
            return double.NaN;
        }

        double[][] centered = [.. chains.Select(chain =>
        {
            double mean = chain.Mean();
            return chain.Select(x => x - mean).ToArray();
        })];
        double sum = -1.0, last = double.PositiveInfinity;
        for (int lag = 0; lag + 1 < length; lag += 2)
        {
            double pair = Correlation(lag) + Correlation(lag + 1);
            if (pair < 0.0)
            {
                break;
            }

            last = Math.Min(last, pair);
            sum += 2.0 * last;
        }

        return total / Math.Max(sum, 1.0 / Math.Log10(total));

        double Correlation(int lag) => lag == 0
            ? 1.0
            : 1.0 - (within - centered.Average(chain => Covariance(chain, lag))) / variance;
    }

    private static double Covariance(double[] centered, int lag) =>
        System.Numerics.Tensors.TensorPrimitives.Dot<double>(
            centered.AsSpan(0, centered.Length - lag), centered.AsSpan(lag)) / centered.Length;
}
