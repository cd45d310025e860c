using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Math4AI.Fitting.Posteriors;

/// <summary>Where the parameter that made the data lies among draws of its posterior, over many simulations.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Counts">How many simulations have a rank in each of as many equal bins: flat if all is right.</param>
/// <param name="PValue">Pearson's χ² test of a flat histogram.</param>
public sealed record RankHistogram(string Name, IReadOnlyList<int> Counts, double PValue);

/// <summary>
/// Represents simulation-based calibration: parameters are drawn from the priors, data from the model, and the rank of
/// each parameter among draws of its posterior is uniform if model, gradient and sampler are right. Source: S. Talts,
/// M. Betancourt, D. Simpson, A. Vehtari and A. Gelman, arXiv:1804.06788.
/// </summary>
public sealed class SimulationCalibration
{
    // Draws that lie so far apart are about independent.
    private const int Thinning = 10;
    private const int MinInBin = 5;

    private SimulationCalibration(IReadOnlyList<RankHistogram> parameters, int simulations) =>
        (Parameters, Simulations) = (parameters, simulations);

    /// <summary>Gets the histogram of each parameter.</summary>
    public IReadOnlyList<RankHistogram> Parameters { get; }

    /// <summary>Gets the number of simulations.</summary>
    public int Simulations { get; }

    /// <summary>Simulates, samples each posterior by one chain, and counts ranks.</summary>
    /// <param name="problem">The model with its inputs; its observations do not count.</param>
    /// <param name="priors">A prior of each free parameter, and of the scale of the noise.</param>
    /// <param name="simulations">The number of simulations, at least 5 for each bin.</param>
    /// <param name="bins">The number of bins, 2 or more; each holds as many ranks.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="sampler">
    /// The settings; 10 times as many draws are made as there are ranks. Null for 500 steps of warm-up.
    /// </param>
    /// <param name="cancellation">Stops between simulations.</param>
    /// <exception cref="ArgumentException">A parameter has no prior, or the noise cannot be drawn.</exception>
    public static SimulationCalibration Of(
        FitProblem problem,
        IReadOnlyDictionary<string, Prior> priors,
        int simulations = 200,
        int bins = 20,
        int seed = 1,
        NutsSampler? sampler = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(priors);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(simulations, MinInBin * bins);
        FitDensity prior = FitPosterior.DensityOf(problem, priors);
        var data = new ReplicatedData(problem, prior);
        int ranks = bins * Math.Max(1, 100 / bins);
        NutsSampler one = (sampler ?? new NutsSampler { Warmup = 500 }) with
        {
            Chains = 1,
            Draws = Thinning * (ranks - 1),
        };
        int[][] counts = [.. prior.Names.Select(_ => new int[bins])];
        var random = new MersenneTwister(seed);
        for (int s = 0; s < simulations; s++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] truth = prior.DrawPrior(random);
            double[] observed = data.Whole(data.Draw(truth, random).Observed);
            FitDensity density = FitPosterior.DensityOf(
                problem with { Targets = problem.Targets!.With(i => observed[i]) }, priors);
            PosteriorDraws draws = (one with { Seed = random.Next() }).Sample(
                density, Start(density, truth, cancellation), cancellation: cancellation);
            for (int j = 0; j < truth.Length; j++)
            {
                double[] drawn = draws.Chains[0].Values[j];
                int rank = Enumerable.Range(1, ranks - 1).Count(i => drawn[Thinning * i - 1] < truth[j]);
                counts[j][rank * bins / ranks]++;
            }
        }

        return new SimulationCalibration(
            [.. prior.Names.Select((name, j) => new RankHistogram(name, counts[j], PValue(counts[j], simulations)))],
            simulations);
    }

    private static SamplingStart Start(FitDensity density, double[] truth, CancellationToken cancellation)
    {
        double[] near = new double[truth.Length], errors = new double[truth.Length];
        for (int j = 0; j < truth.Length; j++)
        {
            double error = 0.1 * (truth[j] == 0.0 ? 1.0 : Math.Abs(truth[j]));
            (near[j], errors[j]) = PosteriorStart.Inside(truth[j], error, density.Bounds[j]);
        }

        return PosteriorStart.Of(density, near, errors, cancellation).Start;
    }

    internal static double PValue(int[] counts, int simulations)
    {
        double expected = (double)simulations / counts.Length;
        double statistic = counts.Sum(count => (count - expected) * (count - expected) / expected);
        return 1.0 - ChiSquared.CDF(counts.Length - 1, statistic);
    }
}
