using System.Globalization;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Fitting.Posteriors;

/// <summary>A number that says something about observations, such as their largest.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Of">
/// Computes it from y and the expected value of each y; NaN where it is not defined, as the deviation of one number.
/// </param>
public sealed record PredictiveStatistic(
    string Name, Func<IReadOnlyList<double>, IReadOnlyList<double>, double> Of)
{
    /// <summary>
    /// Gets mean, standard deviation, smallest, largest, and the correlation of the residuals of neighboring samples.
    /// </summary>
    public static IReadOnlyList<PredictiveStatistic> Usual { get; } =
    [
        new("mean", (y, _) => y.Average()),
        new("standard deviation", (y, _) => y.StandardDeviation()),
        new("smallest", (y, _) => y.Min()),
        new("largest", (y, _) => y.Max()),
        new("correlation of neighboring residuals", Neighbors),
    ];

    /// <summary>
    /// Gets those of the observations alone: the residuals from curves that no observation has been fitted to say
    /// nothing.
    /// </summary>
    public static IReadOnlyList<PredictiveStatistic> OfObservations { get; } = [.. Usual.SkipLast(1)];

    private static double Neighbors(IReadOnlyList<double> y, IReadOnlyList<double> expected)
    {
        double[] residuals = [.. y.Zip(expected, (observed, mean) => observed - mean)];
        double squares = residuals.Sum(r => r * r);
        return residuals.Length < 2 ? double.NaN
            : squares > 0.0 ? residuals.Zip(residuals.Skip(1), (a, b) => a * b).Sum() / squares : 0.0;
    }
}

/// <summary>A statistic of the observations among those of replicated ones.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Observed">Of the observations; the median over draws where it depends on the parameters.</param>
/// <param name="Replicated">Of each replicate of which it is defined.</param>
/// <param name="PValue">
/// The share of replicates whose statistic is larger than that of the observations at the same parameters, and half of
/// those where both are equal. Near 0 or 1 the model does not give such observations.
/// </param>
public sealed record CheckedStatistic(string Name, double Observed, IReadOnlyList<double> Replicated, double PValue);

/// <summary>
/// Represents observations beside those that the model would give: y_rep ~ p(y | θ) with θ from the posterior, or from
/// the prior. Source: A. Gelman, X.-L. Meng and H. Stern, "Posterior predictive assessment of model fitness via
/// realized discrepancies", Statistica Sinica 6 (1996).
/// </summary>
public sealed class PredictiveCheck
{
    internal const string OfPriors = "prior";

    private const double Unlikely = 0.01;
    private const long MaxValues = 5_000_000;
    private const int MinReplicates = 20;

    private readonly double[][] replicates;

    private PredictiveCheck(
        IReadOnlyList<CheckedStatistic> statistics, double[] observed, double[][] replicates, int leftOut, string what)
    {
        (Statistics, Observed, this.replicates) = (statistics, observed, replicates);
        Notes =
        [
            .. leftOut == 0 ? Array.Empty<string>() :
            [
                $"{leftOut} of {leftOut + replicates.Length} replicates of the {what} are left out: they have numbers "
                + "that are not finite or that the noise cannot have, as where a rate is infinite or below 0."
            ],
            .. statistics.Where(each => !(each.PValue >= Unlikely && each.PValue <= 1.0 - Unlikely)).Select(each =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Data of the {what} hardly ever have the {each.Name} of the observations, "
                    + $"p = {each.PValue:0.000}: the {What(what, each.PValue)}.")),
        ];
    }

    private static string What(string of, double largerShare) => of != OfPriors ? "model misses something of it"
        : $"priors expect a {(largerShare > 0.5 ? "larger" : "smaller")} one";

    /// <summary>
    /// Gets the statistics, without those that are not defined, as the deviation of a single observation.
    /// </summary>
    public IReadOnlyList<CheckedStatistic> Statistics { get; }

    /// <summary>Gets y, all numbers.</summary>
    public IReadOnlyList<double> Observed { get; }

    /// <summary>
    /// Gets data sets that the model gave, replicates × numbers, without those that are not finite; a note counts
    /// these.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double>> Replicates => replicates;

    /// <summary>Gets what the model misses, in sentences; empty if no statistic shows anything.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>
    /// Returns the band that holds a share of the replicates for the smallest number, the second smallest, and so on:
    /// what the sorted observations are compared with.
    /// </summary>
    /// <param name="level">The share, between 0 and 1.</param>
    public IReadOnlyList<Interval> SortedBand(double level = 0.95)
    {
        if (!(level > 0.0 && level < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        double[][] sorted = [.. replicates.Select(each => each.Order().ToArray())];
        return
        [
            .. Enumerable.Range(0, Observed.Count).Select(i =>
            {
                double[] of = [.. sorted.Select(each => each[i]).Order()];
                return new Interval(
                    SortedArrayStatistics.QuantileCustom(of, 0.5 * (1.0 - level), QuantileDefinition.R7),
                    SortedArrayStatistics.QuantileCustom(of, 0.5 * (1.0 + level), QuantileDefinition.R7));
            }),
        ];
    }

    /// <summary>Replicates data at each of some parameters.</summary>
    /// <param name="problem">The problem, with its observations.</param>
    /// <param name="density">Its density.</param>
    /// <param name="parameters">Gives the parameters of a replicate, by the share of those before it.</param>
    /// <param name="statistics">The statistics; null for the usual ones.</param>
    /// <param name="count">How many replicates.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="what">What the parameters are drawn from.</param>
    /// <param name="cancellation">Stops between replicates.</param>
    internal static PredictiveCheck Of(
        FitProblem problem,
        FitDensity density,
        Func<double, System.Random, double[]> parameters,
        IReadOnlyList<PredictiveStatistic>? statistics,
        int count,
        int seed,
        string what,
        CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, MinReplicates);
        statistics ??= PredictiveStatistic.Usual;
        var data = new ReplicatedData(problem, density);
        count = (int)Math.Clamp(MaxValues / Math.Max(1, data.Count), MinReplicates, count);
        var random = new MersenneTwister(seed);
        double[] observed = data.Observed;
        var drawn = new List<double[]>();
        List<(double Observed, double Drawn)>[] pairs =
            [.. statistics.Select(_ => new List<(double Observed, double Drawn)>())];
        for (int s = 0; s < count; s++)
        {
            cancellation.ThrowIfCancellationRequested();
            (double[] replicate, double[] expected) = data.Draw(parameters((double)s / count, random), random);
            if (!Array.TrueForAll(replicate, double.IsFinite))
            {
                continue;
            }

            drawn.Add(replicate);
            for (int k = 0; k < statistics.Count; k++)
            {
                pairs[k].Add((statistics[k].Of(observed, expected), statistics[k].Of(replicate, expected)));
            }
        }

        return new PredictiveCheck(
            [.. statistics.Select((statistic, k) => Checked(statistic.Name, pairs[k])).OfType<CheckedStatistic>()],
            observed, [.. drawn], count - drawn.Count, what);
    }

    /// <summary>A statistic where it is defined; null where it never is.</summary>
    private static CheckedStatistic? Checked(string name, List<(double Observed, double Drawn)> pairs)
    {
        (double Observed, double Drawn)[] known =
            [.. pairs.Where(pair => !double.IsNaN(pair.Observed) && !double.IsNaN(pair.Drawn))];
        return known.Length == 0 ? null : new CheckedStatistic(
            name, known.Select(pair => pair.Observed).Median(), [.. known.Select(pair => pair.Drawn)],
            known.Average(pair => pair.Drawn > pair.Observed ? 1.0 : pair.Drawn == pair.Observed ? 0.5 : 0.0));
    }
}
