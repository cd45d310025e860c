using System.Globalization;
using Math4AI.Data;
using Math4AI.Probability;
using Math4AI.Probability.Sampling;

namespace Math4AI.Fitting.Posteriors;

/// <summary>One of several models, ranked by the log density of samples that are left out.</summary>
/// <param name="Name">The name of the model or distance.</param>
/// <param name="Posterior">Its posterior.</param>
/// <param name="Accuracy">The log density of left-out samples, with k̂ of each and WAIC.</param>
/// <param name="Difference">How much less that is than the best model's: 0 or below.</param>
/// <param name="DifferenceError">The standard error of the difference.</param>
/// <param name="Weight">The share of the model in the mixture that predicts best.</param>
public sealed record RankedPosterior(
    string Name,
    FitPosterior Posterior,
    PredictiveAccuracy Accuracy,
    double Difference,
    double DifferenceError,
    double Weight)
{
    /// <summary>
    /// Gets log p(y) by bridge sampling; null unless every parameter of each model has a prior of its range, and the
    /// chains agree.
    /// </summary>
    public Estimate? LogEvidence { get; init; }
}

/// <summary>
/// Ranks models by how well their posteriors predict samples that are left out: Pareto-smoothed leave-one-out sums with
/// the standard errors of their differences, and stacking weights. Sources: A. Vehtari, A. Gelman and J. Gabry,
/// Statistics and Computing 27 (2017); Y. Yao et al., Bayesian Analysis 13 (2018); of differences below 4, T. Sivula,
/// M. Magnusson, A. Matamoros and A. Vehtari, arXiv:2008.10296.
/// </summary>
public sealed class PosteriorComparison
{
    // Below it, the normal approximation of a difference cannot be trusted.
    private const double SmallDifference = 4.0;
    private const int FewSamples = 100;

    // A Bayes factor of 20; R. Kass and A. Raftery, JASA 90 (1995).
    private const double StrongEvidence = 3.0;

    private PosteriorComparison(IReadOnlyList<RankedPosterior> models, IReadOnlyList<string> notes) =>
        (Models, Notes) = (models, notes);

    /// <summary>Gets the models, the best first.</summary>
    public IReadOnlyList<RankedPosterior> Models { get; }

    /// <summary>Gets what the ranking supports and what it does not, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Ranks models of the same observations.</summary>
    /// <param name="posteriors">The posterior of each model, with its name.</param>
    /// <exception cref="ArgumentException">
    /// There is no model, two have one name, they are of other observations, or one has a likelihood of counts or
    /// classes and another one of numbers.
    /// </exception>
    public static PosteriorComparison Of(IReadOnlyList<(string Name, FitPosterior Posterior)> posteriors)
    {
        ArgumentNullException.ThrowIfNull(posteriors);
        if (posteriors.Count == 0 || posteriors.DistinctBy(each => each.Name).Count() < posteriors.Count)
        {
            throw new ArgumentException(
                "A comparison needs models, each with a name of its own.", nameof(posteriors));
        }

        FitTargets targets = posteriors[0].Posterior.Fit.Problem.Targets!;
        if (posteriors.FirstOrDefault(
            each => !each.Posterior.Fit.Problem.Targets!.Values.Equals(targets.Values)) is { Name: { } other })
        {
            throw new ArgumentException(
                $"'{other}' is of other observations than '{posteriors[0].Name}': a density of log y, or of other rows,"
                + " cannot be compared.", nameof(posteriors));
        }

        RequireOneKind(posteriors.Select(each => each.Posterior.Fit.Problem.Distance));
        (string Name, FitPosterior Posterior, PredictiveAccuracy Accuracy)[] ordered =
        [
            .. posteriors.Select(each => (each.Name, each.Posterior, Accuracy: each.Posterior.LeaveOneOut()))
                .OrderByDescending(each => each.Accuracy.LogDensity),
        ];
        double[] weights = StackingWeights.Of([.. ordered.Select(each => each.Accuracy.Pointwise)]);
        bool hasEvidence = posteriors.All(each => each.Posterior is { HasEvidence: true, Draws.ChainsAgree: true });
        RankedPosterior[] models =
        [
            .. ordered.Select((each, k) =>
            {
                (double difference, double error) = each.Accuracy.Minus(ordered[0].Accuracy);
                return new RankedPosterior(
                    each.Name, each.Posterior, each.Accuracy, k == 0 ? 0.0 : difference, k == 0 ? 0.0 : error,
                    weights[k])
                {
                    LogEvidence = hasEvidence ? each.Posterior.LogEvidence() : null,
                };
            }),
        ];
        return new PosteriorComparison(models, [.. Words(models, targets.Samples)]);
    }

    /// <summary>
    /// Samples the posteriors of other fits to the observations of one, and ranks all of them. Fits by distances that
    /// stand for no likelihood have no posterior, and those with an improper one none either: they are left out, and a
    /// note says so.
    /// </summary>
    /// <param name="posterior">The posterior of the first fit; it is called as its distance is.</param>
    /// <param name="others">The other fits, as <see cref="ModelComparison"/> gives them.</param>
    /// <param name="priors">Priors by name; each model takes those of its own parameters. Null for none.</param>
    /// <param name="sampler">The settings; null for 4 chains of 1000 draws.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The fits are of other observations, or one has a likelihood of counts or classes and another one of numbers.
    /// </exception>
    public static PosteriorComparison Sample(
        FitPosterior posterior,
        IReadOnlyList<RankedModel> others,
        IReadOnlyDictionary<string, Prior>? priors = null,
        NutsSampler? sampler = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        ArgumentNullException.ThrowIfNull(others);
        RequireOneKind(others.Select(other => other.Fit.Problem.Distance).Prepend(posterior.Fit.Problem.Distance));
        string name = posterior.Fit.Problem.Distance.Name;
        var all = new List<(string, FitPosterior)> { (name, posterior) };
        var without = new List<string>();
        var left = new List<string>();
        foreach (RankedModel other in others.Where(other => other.Name != name))
        {
            if (other.Fit.Problem.Distance.Noise == Distances.NoiseModel.Unknown)
            {
                without.Add(other.Name);
                continue;
            }

            IReadOnlyList<string> names = new FitDensity(other.Fit.Problem).Names;
            Dictionary<string, Prior> own = (priors ?? new Dictionary<string, Prior>())
                .Where(pair => names.Contains(pair.Key)).ToDictionary();
            try
            {
                all.Add((other.Name, FitPosterior.Sample(other.Fit, own, sampler, cancellation: cancellation)));
            }
            catch (Exception improper) when (improper is InvalidOperationException or ArgumentException)
            {
                left.Add($"Not ranked by posteriors: '{other.Name}'. {improper.Message}");
            }
        }

        if (without.Count > 0)
        {
            left.Add($"Without a likelihood, and so not ranked by posteriors: {string.Join(", ", without)}.");
        }

        PosteriorComparison found = Of(all);
        return new PosteriorComparison(found.Models, [.. found.Notes, .. left]);
    }

    private static void RequireOneKind(IEnumerable<Distances.Distance> distances)
    {
        if (ModelComparison.WhyNotComparable(distances) is { } why)
        {
            throw new ArgumentException($"{why} Rank them by cross-validated errors, or compare those of one kind.");
        }
    }

    private static IEnumerable<string> Words(RankedPosterior[] models, int samples)
    {
        RankedPosterior best = models[0];
        foreach (RankedPosterior other in models.Skip(1))
        {
            string ahead = string.Create(CultureInfo.InvariantCulture, $"{-other.Difference:0.0}")
                + (double.IsNaN(other.DifferenceError) ? string.Empty
                    : string.Create(CultureInfo.InvariantCulture, $" ± {other.DifferenceError:0.0}"));
            yield return -other.Difference < SmallDifference
                ? $"'{best.Name}' and '{other.Name}' predict about equally well, {ahead} apart: a difference below 4 "
                    + "does not choose between them."
                : double.IsNaN(other.DifferenceError)
                    ? $"'{best.Name}' is ahead of '{other.Name}' by {ahead}, which a single sample does not settle."
                : -other.Difference < 2.0 * other.DifferenceError
                    ? $"'{best.Name}' is ahead of '{other.Name}' by {ahead}, less than two standard errors: the "
                        + "samples do not settle which predicts better."
                    : $"'{best.Name}' predicts better than '{other.Name}', by {ahead}.";
        }

        if (models.Length > 1 && samples < FewSamples)
        {
            yield return $"Of {Counted.Of(samples, "sample")}, the standard errors of the differences are themselves "
                + "uncertain, and rather too small.";
        }

        if (models.Length > 1 && best.LogEvidence is not null)
        {
            yield return ByEvidence(models);
        }

        foreach (RankedPosterior model in models)
        {
            foreach (string warning in model.Accuracy.Warnings.Concat(model.Posterior.Draws.Warnings))
            {
                yield return $"'{model.Name}': {warning}";
            }

            if (!model.Posterior.Draws.ChainsAgree)
            {
                yield return $"'{model.Name}': its chains do not agree, and its place in the ranking means nothing.";
            }
        }
    }

    /// <summary>What the evidence supports: a Bayes factor of 20, 3 of its logarithm, is called strong.</summary>
    private static string ByEvidence(RankedPosterior[] models)
    {
        RankedPosterior[] ordered = [.. models.OrderByDescending(model => model.LogEvidence!.Value.Value)];
        Estimate first = ordered[0].LogEvidence!.Value, second = ordered[1].LogEvidence!.Value;
        double lead = first.Value - second.Value;
        double error = Math.Sqrt(Math.Pow(first.StandardError, 2.0) + Math.Pow(second.StandardError, 2.0));
        string ahead = string.Create(CultureInfo.InvariantCulture, $"{lead:0.0} ± {error:0.0}");
        return $"The log evidence of '{ordered[0].Name}' is above that of '{ordered[1].Name}' by {ahead}: "
            + (lead - 2.0 * error > StrongEvidence ? "strong support, under these priors."
                : "no strong support, which would be 3 or more.");
    }
}
