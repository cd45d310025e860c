using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Probability;
using Math4AI.Probability.Evidence;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Represents the posterior of groups that learn from each other: each group has its own value of a pooled parameter,
/// θ_g ~ N(μ, τ²), and μ and τ, called <c>theta.mean</c> and <c>theta.sd</c>, are estimated with them. A group with few
/// samples is drawn to the others as far as τ says that they are alike. Source: A. Gelman et al., "Bayesian Data
/// Analysis", 3rd ed., chapter 5.
/// </summary>
public sealed class HierarchicalPosterior
{
    // Groups below which a flat prior of τ has no finite integral.
    private const int MinGroups = 3;

    private readonly PooledGroups groups;
    private readonly PooledDensity density;

    private HierarchicalPosterior(
        PooledGroups groups, PooledDensity density, PosteriorDraws draws,
        IReadOnlyDictionary<string, double> alone, IReadOnlyList<string> notes)
    {
        (this.groups, this.density, Problem, Pooled) = (groups, density, groups.Problem, groups.Pooled);
        (Draws, Alone, Notes) = (draws, alone, notes);
        Centered = [.. groups.Pooled.Where((_, k) => density.Centered[k])];
    }

    /// <summary>Gets the problem.</summary>
    public GroupedProblem Problem { get; }

    /// <summary>Gets the pooled parameters.</summary>
    public IReadOnlyList<string> Pooled { get; }

    /// <summary>
    /// Gets the draws: <c>theta.mean</c> and <c>theta.sd</c> of each pooled parameter, what is shared, and
    /// <c>theta[group]</c> of each group.
    /// </summary>
    public PosteriorDraws Draws { get; }

    /// <summary>
    /// Gets the pooled parameters in which the chains moved in θ_g; they moved in (θ_g − μ)/τ of the others.
    /// </summary>
    public IReadOnlyList<string> Centered { get; }

    /// <summary>Gets whether the chains moved in θ_g of all pooled parameters.</summary>
    public bool IsCentered => Centered.Count == Pooled.Count;

    /// <summary>
    /// Gets the estimates of each group by its own samples, by the names that the draws have, such as
    /// <c>theta[group]</c>.
    /// </summary>
    public IReadOnlyDictionary<string, double> Alone { get; }

    /// <summary>Gets what must be known besides the draws, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Samples the posterior.</summary>
    /// <param name="problem">
    /// The groups; its shared parameters have one value, and those that are neither shared nor pooled each group's own.
    /// </param>
    /// <param name="pooled">The parameters with a common normal prior.</param>
    /// <param name="priors">
    /// Priors by name: <c>theta.mean</c>, <c>theta.sd</c>, parameters that are not pooled, and <c>sigma</c>. Null for
    /// none.
    /// </param>
    /// <param name="sampler">The settings; null for 4 chains of 1000 draws.</param>
    /// <param name="isCentered">
    /// Whether the chains move in θ_g. Null lets the data choose for each pooled parameter: they do where every group
    /// determines it well beside τ, its own error below 0.65 of the deviation of the groups' estimates.
    /// </param>
    /// <param name="start">A value for each parameter of the model, the same for all groups; null to search.</param>
    /// <param name="progress">Receives how far each chain is.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// A pooled parameter is unknown, shared, fixed, bounded or has a prior, or a prior is for no parameter.
    /// </exception>
    /// <exception cref="InvalidOperationException">The posterior is improper.</exception>
    public static HierarchicalPosterior Sample(
        GroupedProblem problem,
        IReadOnlyList<string> pooled,
        IReadOnlyDictionary<string, Prior>? priors = null,
        NutsSampler? sampler = null,
        bool? isCentered = null,
        IReadOnlyDictionary<string, double>? start = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellation = default) => Of(
            new PooledGroups(problem, pooled, priors ?? new Dictionary<string, Prior>()),
            isCentered,
            start,
            (density, from) => Natural(
                density, () => (sampler ?? new NutsSampler()).Sample(density, from, progress, cancellation), 0),
            cancellation);

    /// <summary>
    /// Goes on drawing where the chains of earlier draws were left: the draws are those of one longer run, bit for bit.
    /// </summary>
    /// <param name="problem">The same problem.</param>
    /// <param name="pooled">The same pooled parameters.</param>
    /// <param name="earlier">The draws so far, as <see cref="PosteriorDraws.Load"/> reads them.</param>
    /// <param name="more">The number of draws of each chain to add.</param>
    /// <param name="priors">The same priors.</param>
    /// <param name="isCentered">As for <see cref="Sample"/>.</param>
    /// <param name="start">As for <see cref="Sample"/>.</param>
    /// <param name="progress">Receives how far each chain is with the new draws.</param>
    /// <param name="cancellation">Stops between draws.</param>
    /// <exception cref="ArgumentException">The draws are of another problem, or of other priors.</exception>
    public static HierarchicalPosterior Resume(
        GroupedProblem problem,
        IReadOnlyList<string> pooled,
        PosteriorDraws earlier,
        int more,
        IReadOnlyDictionary<string, Prior>? priors = null,
        bool? isCentered = null,
        IReadOnlyDictionary<string, double>? start = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return Of(
            new PooledGroups(problem, pooled, priors ?? new Dictionary<string, Prior>()),
            isCentered,
            start,
            (density, _) => Natural(
                density, () => NutsSampler.Resume(density, earlier, more, progress, cancellation), earlier.Count),
            cancellation);
    }

    /// <summary>
    /// Computes how well the model predicts samples that it has not seen, from these draws, each sample left out in
    /// turn; the others of its group stay. Of more than 2·10⁷ draws times samples, every second, third … draw is used.
    /// </summary>
    public PredictiveAccuracy LeaveOneOut() => groups.Inner.LeaveOneOut(OfModel());

    /// <summary>Gets whether observations can be drawn, which <see cref="Check"/> needs.</summary>
    public bool HasCheck => ReplicatedData.WhyNot(groups.Joint) is null;

    /// <summary>
    /// Compares the observations with data that the model gives to the same groups at draws of its posterior, statistic
    /// by statistic.
    /// </summary>
    /// <inheritdoc cref="FitPosterior.Check"/>
    public PredictiveCheck Check(
        IReadOnlyList<PredictiveStatistic>? statistics = null, int replicates = 1000, int seed = 1,
        CancellationToken cancellation = default)
    {
        Matrix<double> all = OfModel();
        return PredictiveCheck.Of(
            groups.Joint, groups.Inner, (share, _) => all.Row((int)(share * all.RowCount)).ToArray(),
            statistics, replicates, seed, "posterior", cancellation);
    }

    /// <summary>
    /// Predicts samples of these groups and of others from the draws: the mean over them, the interval of the curve of
    /// the group, and that of a new observation. The parameters of a group that is not among the samples are drawn from
    /// the common prior, θ ~ N(μ, τ²).
    /// </summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="labels">The group of each sample.</param>
    /// <param name="level">The share of the draws that intervals hold, between 0 and 1.</param>
    /// <param name="output">Which output of the model.</param>
    /// <param name="sigma">σ of each sample where the fit had one of each; null for none.</param>
    /// <param name="seed">The same seed gives the same noise, and the same other groups.</param>
    /// <exception cref="ArgumentException">
    /// A group is not among the samples and has a parameter that is neither shared nor pooled, or there is not one
    /// label a sample.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The level is not between 0 and 1, or there is no such output.
    /// </exception>
    public Prediction Predict(
        Matrix<double> inputs, IReadOnlyList<string> labels, double level = 0.95, int output = 0,
        Vector<double>? sigma = null, int seed = 1) => Predictor.Predict(inputs, labels, level, output, sigma, seed);

    /// <summary>Predicts for the rows of a table, each of its group.</summary>
    /// <param name="path">A table with the inputs of the model and the column of the groups.</param>
    /// <param name="level">The share of the draws that intervals hold, between 0 and 1.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <param name="seed">As for <see cref="Predict"/>.</param>
    /// <exception cref="ArgumentException">A column is missing, or a group cannot be predicted.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public PredictedTable PredictTable(
        string path, double level = 0.95, NumberTableOptions? options = null, int seed = 1) =>
        Predictor.PredictTable(path, level, options, seed);

    /// <summary>
    /// Gets whether the evidence is defined: every parameter has a prior of its range, the common means and deviations
    /// too.
    /// </summary>
    public bool HasEvidence => density.WhyNoEvidence is null;

    /// <summary>
    /// Computes the log evidence, log p(y) = log ∫ p(y | θ) p(θ | μ, τ) p(μ, τ) over all parameters, by bridge sampling
    /// from these draws in the form that the chains moved in, with its standard error.
    /// </summary>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <exception cref="InvalidOperationException">
    /// A parameter has no prior, or bounds that leave out a part of it.
    /// </exception>
    public Estimate LogEvidence(int seed = 1)
    {
        PosteriorDraws moved = Moved();
        double constant = density.ConstantAt([.. moved.Chains[0].Values.Select(values => values[0])]);
        Estimate integral = BridgeSampling.LogIntegral(density, moved, seed);
        return integral with { Value = integral.Value + constant };
    }

    /// <summary>What predictions need to know.</summary>
    internal PooledPredictor Predictor => new()
    {
        Model = Problem.Problem.Model,
        Distance = Problem.Problem.Distance,
        Fixed = Problem.Problem.Fixed,
        Pooled = Pooled,
        Column = Problem.Column,
        Groups = groups.Names,
        HasSigma = Problem.Problem.Weights is not null,
        SigmaText = Problem.Problem.SigmaText,
        HasScale = groups.Inner.HasScale,
        Draws = Draws,
    };

    /// <summary>Throws where the rows of a table could not be predicted: before chains that take long.</summary>
    /// <param name="problem">The groups.</param>
    /// <param name="pooled">The pooled parameters.</param>
    /// <param name="path">As for <see cref="PredictTable"/>.</param>
    /// <param name="options">As for <see cref="PredictTable"/>.</param>
    /// <exception cref="ArgumentException">A column is missing, or a group cannot be predicted.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public static void RequirePredictable(
        GroupedProblem problem, IReadOnlyList<string> pooled, string path, NumberTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(pooled);
        options ??= new NumberTableOptions();
        (NumberTable table, _, _) = SavedFit.ReadTable(
            problem.Problem.Model, problem.Problem.SigmaText, path,
            options with { Labels = [.. options.Labels, problem.Column] });
        string? own = problem.Problem.Model.ParameterNames.FirstOrDefault(name =>
            !problem.Shared.Contains(name) && !pooled.Contains(name) && !problem.Problem.Fixed.ContainsKey(name));
        if (own is not null && table.Labels(problem.Column).FirstOrDefault(
            label => !problem.Labels.Contains(label)) is { } other)
        {
            throw PooledPrediction.IsUnknown(other, own);
        }
    }

    /// <summary>The draws of the model's parameters and of the scale, without common means and deviations.</summary>
    private Matrix<double> OfModel()
    {
        Matrix<double> all = Draws.ToMatrix();
        int extra = 2 * Pooled.Count;
        return all.SubMatrix(0, all.RowCount, extra, all.ColumnCount - extra);
    }

    private static HierarchicalPosterior Of(
        PooledGroups groups,
        bool? isCentered,
        IReadOnlyDictionary<string, double>? start,
        Func<PooledDensity, SamplingStart, PosteriorDraws> draw,
        CancellationToken cancellation)
    {
        if (groups.Names.Length < MinGroups
            && groups.Pooled.FirstOrDefault(name => !groups.HasPrior(PooledDensity.DeviationOf(name))) is { } open)
        {
            throw new InvalidOperationException(
                $"With {Counted.Of(groups.Names.Length, "group")} the posterior of "
                + $"'{PooledDensity.DeviationOf(open)}' is improper without a prior: give it one, "
                + "such as half_normal of the size of the differences.");
        }

        PooledStart found = groups.Start(start, cancellation);
        PooledDensity density = groups.Density(isCentered ?? true);
        density = isCentered is null ? groups.Density(found.AreInformative(density)) : density;
        (double[] near, double[] errors) = found.Of(density);
        IReadOnlyList<string> notes = groups.CheckProper(found, cancellation);

        // Not from the mode: it is where τ is 0 in one form, may be where τ is infinite in the other, and says nothing
        // about where the density lies.
        PosteriorDraws draws = draw(density, PosteriorStart.Near(density, near, errors));
        string[] flat = [.. draws.Names.Where(name => !groups.HasPrior(name))];
        return new HierarchicalPosterior(groups, density, draws, found.Values,
        [
            .. flat.Length == 0 ? Array.Empty<string>() : [$"Flat, without a prior: {string.Join(", ", flat)}."],
            .. notes,
            .. draws.Warnings,
        ]);
    }

    /// <summary>Returns the mean and the standard deviation of each parameter.</summary>
    public override string ToString() => Draws.ToString();

    /// <summary>Draws with θ_g in the place of (θ_g − μ)/τ, from a draw on, also where sampling is stopped.</summary>
    private static PosteriorDraws Natural(PooledDensity density, Func<PosteriorDraws> draw, int first)
    {
        try
        {
            return Natural(density, draw(), first);
        }
        catch (SamplingStoppedException stopped)
        {
            throw stopped.With(Natural(density, stopped.Draws, first));
        }
    }

    /// <summary>The same draws with θ_g in the place of (θ_g − μ)/τ, from a draw on.</summary>
    private static PosteriorDraws Natural(PooledDensity density, PosteriorDraws draws, int first)
    {
        foreach (ChainDraws chain in draws.Chains)
        {
            Change(chain, first, density.ToNatural);
        }

        return new PosteriorDraws(draws.Names, draws.Chains, draws.Sampler, draws.Start);
    }

    /// <summary>The draws in the parameters that the chains moved in, (θ_g − μ)/τ where they did not in θ_g.</summary>
    private PosteriorDraws Moved()
    {
        ChainDraws[] chains = [.. Draws.Chains.Select(chain => chain.OfLength(chain.Count))];
        foreach (ChainDraws chain in chains)
        {
            Change(chain, 0, density.FromNatural);
        }

        return new PosteriorDraws(Draws.Names, chains, Draws.Sampler, Draws.Start);
    }

    /// <summary>Changes what follows the common means and deviations in the draws of a chain.</summary>
    private static void Change(ChainDraws chain, int first, ChangeOfDraw change)
    {
        int count = chain.Values.Count;
        double[] at = new double[count], changed = new double[count];
        for (int s = first; s < chain.Count; s++)
        {
            for (int j = 0; j < count; j++)
            {
                at[j] = chain.Values[j][s];
            }

            int inner = change(at, changed);
            for (int i = 0; i < inner; i++)
            {
                chain.Values[count - inner + i][s] = changed[i];
            }
        }
    }

    private delegate int ChangeOfDraw(ReadOnlySpan<double> draw, Span<double> into);
}
