using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Samples;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Fitting;

/// <summary>One of several models, ranked by how well it predicts samples that its fit has not seen.</summary>
/// <param name="Name">The name of the model or distance.</param>
/// <param name="Fit">The fit to all of the data.</param>
/// <param name="Aic">
/// Akaike's information criterion; NaN if the distance stands for no density, or others of the ranking for likelihoods
/// of another kind, with which no comparison has a meaning.
/// </param>
/// <param name="Bic">The Bayesian information criterion; NaN where AIC is.</param>
/// <param name="PredictionError">The median |y − f| of samples that the fit has not seen, over all folds.</param>
/// <param name="PredictionErrorSquared">The mean of (y − f)² over the same samples.</param>
public sealed record RankedModel(
    string Name, FitResult Fit, double Aic, double Bic, double PredictionError, double PredictionErrorSquared);

/// <summary>
/// Ranks models and distances on the same data: by AIC and BIC, which compare likelihoods, and by k-fold
/// cross-validation, which compares predictions for any distance.
/// </summary>
public static class ModelComparison
{
    /// <summary>
    /// Returns why the likelihoods of distances cannot be compared, nor AIC, BIC and posteriors: of counts and classes
    /// they are probabilities, and of numbers densities, which change with the unit of y. Null if they can; distances
    /// without a likelihood are left out of it.
    /// </summary>
    /// <param name="distances">The distances.</param>
    public static string? WhyNotComparable(IEnumerable<Distance> distances)
    {
        ArgumentNullException.ThrowIfNull(distances);
        Distance[] all = [.. distances.Where(distance => distance.Noise != NoiseModel.Unknown)];
        Distance? ofNumbers = all.FirstOrDefault(distance => distance.Observation == ObservationKind.Number);
        Distance? other = all.FirstOrDefault(distance => distance.Observation != ObservationKind.Number);
        string kind = other?.Observation == ObservationKind.Count ? "count" : "class";
        return ofNumbers is null || other is null
            ? null
            : $"'{other.Name}' gives the probability of a {kind} and '{ofNumbers.Name}' the density of a number, which "
                + "changes with the unit of y: their likelihoods cannot be compared.";
    }

    /// <summary>
    /// Fits the model of a fit with other distances, and ranks them together with its own by the median prediction
    /// error, the smallest first.
    /// </summary>
    /// <param name="fit">A fit to samples in memory.</param>
    /// <param name="distances">The other distances; those of the same name count once.</param>
    /// <param name="start">
    /// The initial values; parameters without one, or all of them if it is null, start from the estimates of the fit.
    /// </param>
    /// <param name="folds">The number of folds of the cross-validation, 2 or more; at most one for each sample.</param>
    /// <param name="seed">The seed of the folds.</param>
    /// <param name="processes">
    /// The processes that share the folds, each with the same fit; null for this one alone.
    /// </param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">The samples are not in memory.</exception>
    public static IReadOnlyList<RankedModel> RankDistances(
        FitResult fit,
        IReadOnlyList<Distance> distances,
        IReadOnlyDictionary<string, double>? start = null,
        int folds = 10,
        int seed = 1,
        ProcessGroup? processes = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(distances);

        // Other distances know no linear parameters: those begin where they were found.
        FitProblem problem = fit.Problem with { Linear = [] };
        Dictionary<string, double> from = fit.Names.Zip(fit.Parameters).ToDictionary(
            pair => pair.First, pair => start?.TryGetValue(pair.First, out double given) == true ? given : pair.Second);
        return Rank(
            [
                .. distances.Prepend(problem.Distance).DistinctBy(distance => distance.Name).Select(distance =>
                    (distance.Name, problem with { Distance = distance }, (IReadOnlyDictionary<string, double>)from)),
            ],
            (int)Math.Min(folds, problem.SampleCount),
            seed,
            processes,
            cancellation);
    }

    /// <summary>
    /// Fits models to the same samples and ranks them by their median prediction error, the smallest first.
    /// </summary>
    /// <param name="candidates">Problems on the same samples, each with a name and a start.</param>
    /// <param name="folds">The number of folds of the cross-validation, 2 or more.</param>
    /// <param name="seed">The seed of the folds, which are the same for all models.</param>
    /// <param name="processes">
    /// The processes that share the folds, each with the same problems; null for this one alone.
    /// </param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">
    /// There is no model, the samples differ, or there are fewer samples than folds.
    /// </exception>
    public static IReadOnlyList<RankedModel> Rank(
        IReadOnlyList<(string Name, FitProblem Problem, IReadOnlyDictionary<string, double> Start)> candidates,
        int folds = 10,
        int seed = 1,
        ProcessGroup? processes = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (candidates.Count == 0)
        {
            throw new ArgumentException("There is no model to compare.", nameof(candidates));
        }

        FitTargets targets = candidates[0].Problem.Targets
            ?? throw new ArgumentException("Models can be compared on samples in memory alone.", nameof(candidates));
        if (candidates.Any(candidate => candidate.Problem.Targets?.Values.Equals(targets.Values) != true))
        {
            throw new ArgumentException("Models can be compared on the same observations alone.", nameof(candidates));
        }

        if (targets.Samples < folds)
        {
            throw new ArgumentException(
                $"{FitText.Count(targets.Samples, "sample")} cannot be cut into {folds} folds.", nameof(folds));
        }

        bool isOneKind = WhyNotComparable(candidates.Select(candidate => candidate.Problem.Distance)) is null;
        int[] order = [.. Enumerable.Range(0, targets.Samples)];
        new MersenneTwister(seed, threadSafe: false).Shuffle(order);
        return
        [
            .. candidates.Select(candidate =>
            {
                FitResult fit = candidate.Problem.Fit(candidate.Start, cancellation);
                double[] errors = Errors(
                    candidate.Problem, candidate.Start, order, folds, processes ?? ProcessGroup.Single, cancellation);
                return new RankedModel(
                    candidate.Name,
                    fit,
                    isOneKind ? fit.Aic : double.NaN,
                    isOneKind ? fit.Bic : double.NaN,
                    errors.Order().ElementAt(errors.Length / 2),
                    errors.Average(error => error * error));
            }).OrderBy(model => model.PredictionError),
        ];
    }

    /// <summary>|y − f| of every sample by the fit to the other folds.</summary>
    private static double[] Errors(
        FitProblem problem, IReadOnlyDictionary<string, double> start, int[] order, int folds,
        ProcessGroup processes, CancellationToken cancellation)
    {
        double[][] ofFolds = processes.Distribute(folds, ErrorsOf);
        double[] errors = new double[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            errors[order[i]] = ofFolds[i % folds][i / folds];
        }

        return errors;

        double[] ErrorsOf(int fold)
        {
            int[] left = [.. order.Where((_, i) => i % folds == fold)];
            int[] kept = [.. order.Where((_, i) => i % folds != fold)];
            FitResult fit = problem.Select(kept).Fit(start, cancellation);
            FitProblem test = problem.Select(left);
            Vector<double> residuals = Vector<double>.Build.Dense(
                FitSums.ResidualsOf(test, new FitBlock(test.Inputs!, test.Targets!, null), fit.Parameters)
                    .ToColumnMajorArray());

            // Of several numbers, the length of the vector.
            return [.. left.Select((_, i) => Math.Sqrt(
                Enumerable.Range(0, test.Targets!.Columns).Sum(k => Math.Pow(residuals[k * left.Length + i], 2))))];
        }
    }
}
