using Math4AI.Fitting.Models;
using Math4AI.Fitting.Samples;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Fitting.Posteriors;

/// <summary>The groups of a hierarchy: what is pooled, and the density of all of them.</summary>
internal sealed class PooledGroups
{
    // Residuals below this share of the largest number are those of rounding.
    private const double Rounding = 1e-13;

    private readonly GroupedProblem problem;
    private readonly IReadOnlyList<string> pooled;
    private readonly IReadOnlyDictionary<string, Prior> priors;
    private readonly FitProblem joint;
    private readonly FitDensity inner;

    /// <exception cref="ArgumentException">What is pooled, or has a prior, does not make sense.</exception>
    public PooledGroups(
        GroupedProblem problem, IReadOnlyList<string> pooled, IReadOnlyDictionary<string, Prior> priors)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(pooled);
        (this.problem, this.pooled, this.priors) = (problem, pooled, priors);
        problem.Check();
        Check();
        Names = [.. problem.Labels.Distinct()];
        IReadOnlyList<string> own = problem.Problem.Model.ParameterNames;
        string[] ofPools = [.. pooled.SelectMany(
            name => new[] { PooledDensity.MeanOf(name), PooledDensity.DeviationOf(name) })];
        var all = new Dictionary<string, Prior>(problem.Problem.Priors);
        foreach ((string name, Prior prior) in priors.Where(pair => own.Contains(pair.Key)))
        {
            all[name] = prior;
        }

        GroupedProblem whole = problem with { Problem = problem.Problem with { Priors = all } };
        Dictionary<string, Prior> others = priors
            .Where(pair => !own.Contains(pair.Key) && !ofPools.Contains(pair.Key)).ToDictionary();
        joint = whole.Whole(Names);
        inner = FitPosterior.DensityOf(joint, others);
    }

    /// <summary>The names of the groups.</summary>
    public string[] Names { get; }

    /// <summary>The groups.</summary>
    public GroupedProblem Problem => problem;

    /// <summary>The pooled parameters.</summary>
    public IReadOnlyList<string> Pooled => pooled;

    /// <summary>The problem of all groups at once.</summary>
    public FitProblem Joint => joint;

    /// <summary>The density of all groups at once, without the common priors.</summary>
    public FitDensity Inner => inner;

    /// <summary>The density, with all pooled parameters in one form.</summary>
    public PooledDensity Density(bool isCentered) => Density([.. pooled.Select(_ => isCentered)]);

    /// <summary>The density, with each pooled parameter in a form of its own.</summary>
    public PooledDensity Density(bool[] centered)
    {
        List<string> names = [.. inner.Names];
        return new PooledDensity(
            inner,
            [.. pooled.Select(name => (
                name, Names.Select(group => names.IndexOf(GroupedModel.NameOf(name, group))).ToArray()))],
            [.. pooled.SelectMany(name => new[]
            {
                priors.GetValueOrDefault(PooledDensity.MeanOf(name)),
                priors.GetValueOrDefault(PooledDensity.DeviationOf(name)),
            })],
            centered);
    }

    /// <summary>
    /// Throws where the posterior cannot be integrated along a common mean, or a parameter that is not pooled, with the
    /// pooled ones as they are drawn to each other at the start; or towards noise of 0.
    /// </summary>
    /// <exception cref="InvalidOperationException">The posterior is improper.</exception>
    public IReadOnlyList<string> CheckProper(PooledStart start, CancellationToken cancellation)
    {
        RequireNoise(start);
        PooledDensity density = Density(isCentered: true);
        (double[] near, double[] errors) = start.Of(density);
        var held = new HeldDeviations(density, near);
        PosteriorStart? mode = PosteriorStart.TryOf(held, held.Of(near), held.Of(errors), cancellation);
        return
        [
            .. OfScale(),
            .. mode is null
                ? ["Whether the posterior vanishes along each parameter is not checked: its density has no highest "
                    + "point, as where the noise falls to 0. A prior of each parameter makes sure of it."]
                : mode.CheckProper(held.Open, cancellation),
        ];
    }

    /// <summary>
    /// Throws where the groups' own estimates leave no noise, and there are more samples than parameters.
    /// </summary>
    private void RequireNoise(PooledStart start)
    {
        string scale = FitDensity.ScaleName(joint);
        if (!inner.HasScale || HasPrior(scale) || joint.Targets!.Values.Count <= inner.Names.Count - 1)
        {
            return;
        }

        IReadOnlyList<string> names = joint.Model.ParameterNames;
        Vector<double> theta = Vector<double>.Build.Dense(names.Count, j =>
            joint.Fixed.TryGetValue(names[j], out double known) ? known
            : start.Values.GetValueOrDefault(names[j], double.NaN));
        Matrix<double> left = FitSums.ResidualsOf(joint, new FitBlock(joint.Inputs!, joint.Targets!, null), theta);
        if (left.Enumerate(Zeros.AllowSkip).All(
            each => Math.Abs(each) <= Rounding * joint.Targets!.Values.AbsoluteMaximum()))
        {
            throw new InvalidOperationException(
                "The posterior is improper: the groups' own estimates of "
                + $"{string.Join(", ", pooled)} leave no residuals, and the density grows without end as {scale} falls "
                + $"to 0. Give '{scale}' a prior that vanishes at 0, such as inv_gamma, or each sample its own "
                + "absolute σ.");
        }
    }

    /// <summary>What to know of the noise where no group has two samples to tell it by.</summary>
    private IEnumerable<string> OfScale()
    {
        string scale = FitDensity.ScaleName(joint);
        if (inner.HasScale && !HasPrior(scale) && problem.Labels.Count == Names.Length)
        {
            yield return $"Each group has a single sample, which tells {scale} from "
                + $"{string.Join(", ", pooled.Select(PooledDensity.DeviationOf))} hardly or not at all: give {scale} a "
                + "prior, or each sample its own absolute σ.";
        }
    }

    /// <summary>Whether a parameter of the draws has a prior, or is pooled.</summary>
    public bool HasPrior(string name) => priors.ContainsKey(name) || inner.HasPrior(name)
        || pooled.Any(each => Names.Any(group => GroupedModel.NameOf(each, group) == name));

    /// <summary>Where the chains start: from the fit of each group alone.</summary>
    public PooledStart Start(IReadOnlyDictionary<string, double>? start, CancellationToken cancellation)
    {
        Dictionary<string, FitResult> alone = problem.Alone(Names, start, isStrict: false, cancellation);
        IReadOnlyList<string> own = problem.Problem.Model.ParameterNames;
        double[] Of(string name, Func<FitResult, double> value) =>
            [.. alone.Values.Where(fit => fit.Names.Contains(name)).Select(value).Where(double.IsFinite)];
        double Median(string name) => Of(name, fit => fit[name].Value) is { Length: > 0 } values
            ? values.Median()
            : start?.GetValueOrDefault(name) ?? 0.0;
        var values = new Dictionary<string, double>();
        var errors = new Dictionary<string, double>();
        foreach (string name in own)
        {
            values[name] = Median(name);
            foreach (string group in Names)
            {
                FitResult? fit = alone.GetValueOrDefault(group);
                string full = GroupedModel.NameOf(name, group);
                values[full] = fit?[name].Value ?? values[name];
                errors[full] = fit is { IsConverged: true } ? fit[name].Error() : double.NaN;
            }

            double[] known =
                [.. Names.Select(group => errors[GroupedModel.NameOf(name, group)]).Where(double.IsFinite)];
            errors[name] = known.Length > 0 ? known.Median() : double.NaN;
        }

        double[] scales = [.. alone.Values
            .Select(fit => problem.Problem.Distance.HasScale ? fit.Scale : fit.ResidualStandardDeviation)
            .Where(scale => scale > 0.0 && double.IsFinite(scale))];
        double spread = problem.Problem.Targets!.Values.StandardDeviation();
        return new PooledStart(values, errors, scales.Length > 0 ? scales.Median() : spread > 0.0 ? spread : 1.0);
    }

    private void Check()
    {
        FitProblem of = problem.Problem;
        foreach (string name in pooled)
        {
            string? wrong =
                !of.Model.ParameterNames.Contains(name)
                    ? $"is no parameter of the model; there are {string.Join(", ", of.Model.ParameterNames)}"
                : problem.Shared.Contains(name) ? "is shared by all groups: it is either shared or pooled"
                : of.Fixed.ContainsKey(name) ? "is fixed, and the same in all groups"
                : of.Bounds.ContainsKey(name)
                    ? "has bounds, and a normal prior has none: pool its logarithm, with exp(…) in the formula"
                : priors.ContainsKey(name) || of.Priors.ContainsKey(name)
                    ? $"has the prior N({name}.mean, {name}.sd²): give priors to these two"
                : null;
            if (wrong is not null)
            {
                throw new ArgumentException($"'{name}' is to be pooled and {wrong}.");
            }
        }

        if (pooled.Count == 0 || pooled.Distinct().Count() < pooled.Count)
        {
            throw new ArgumentException("A hierarchy needs parameters that are pooled, each of them once.");
        }
    }
}
