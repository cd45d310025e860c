using Math4AI.Data;
using Math4AI.Fitting.Distances;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Probability;
using Math4AI.Probability.Evidence;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Represents the posterior of a fit's parameters, p(θ | y) ∝ p(y | θ) p(θ), as draws. Where the noise is estimated,
/// its scale is a parameter too, <c>sigma</c> (<c>noise</c> if the model has a parameter of that name).
/// </summary>
public sealed class FitPosterior
{
    private readonly FitDensity density;

    private FitPosterior(FitResult fit, FitDensity density, PosteriorDraws draws, IReadOnlyList<string> notes)
    {
        (Fit, Draws, Notes) = (fit, draws, notes);
        this.density = density;
    }

    /// <summary>Gets the fit that the chains started from.</summary>
    public FitResult Fit { get; }

    /// <summary>Gets the draws.</summary>
    public PosteriorDraws Draws { get; }

    /// <summary>
    /// Gets what must be known besides the draws: which parameters have no prior, where the density does not vanish,
    /// and what is wrong with the draws.
    /// </summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>
    /// Samples the posterior with the exact gradient of the log density. The chains start about the posterior's mode,
    /// which is searched from the fit. A parameter without a prior is flat on its range, the scale of the noise on
    /// s &gt; 0; a normal density of unknown σ stands for least squares.
    /// </summary>
    /// <param name="fit">A fit to samples in memory, whose distance is least squares or a likelihood.</param>
    /// <param name="priors">
    /// Priors by the names of parameters, <c>sigma</c> for the scale of the noise; with those of the problem. Null for
    /// none.
    /// </param>
    /// <param name="sampler">The settings; null for 4 chains of 1000 draws.</param>
    /// <param name="progress">Receives how far each chain is.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// A prior is for no parameter, or the distance stands for no likelihood.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The posterior is improper: it does not fall along a direction, which the message names.
    /// </exception>
    public static FitPosterior Sample(
        FitResult fit,
        IReadOnlyDictionary<string, Prior>? priors = null,
        NutsSampler? sampler = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return Of(
            fit, priors,
            (density, start) => (sampler ?? new NutsSampler()).Sample(density, start, progress, cancellation),
            cancellation);
    }

    /// <summary>
    /// Goes on drawing where the chains of earlier draws were left: the draws are those of one longer run, bit for bit.
    /// </summary>
    /// <param name="fit">The same fit.</param>
    /// <param name="earlier">The draws so far, as <see cref="PosteriorDraws.Load"/> reads them.</param>
    /// <param name="more">The number of draws of each chain to add.</param>
    /// <param name="priors">The same priors.</param>
    /// <param name="progress">Receives how far each chain is with the new draws.</param>
    /// <param name="cancellation">Stops between draws.</param>
    /// <exception cref="ArgumentException">The draws are of other data, another model or other priors.</exception>
    public static FitPosterior Resume(
        FitResult fit,
        PosteriorDraws earlier,
        int more,
        IReadOnlyDictionary<string, Prior>? priors = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return Of(
            fit, priors,
            (density, _) => NutsSampler.Resume(density, earlier, more, progress, cancellation), cancellation);
    }

    private static FitPosterior Of(
        FitResult fit,
        IReadOnlyDictionary<string, Prior>? priors,
        Func<FitDensity, SamplingStart, PosteriorDraws> draw,
        CancellationToken cancellation)
    {
        FitDensity density = DensityOf(fit, priors);
        (double[] near, double[] errors) = PosteriorStart.About(fit, density);
        (SamplingStart start, IReadOnlyList<string> notes) =
            Start(fit, density, near, errors, cancellation);
        PosteriorDraws draws = draw(density, start);
        return new FitPosterior(fit, density, draws, [.. notes, .. draws.Warnings]);
    }

    private static (SamplingStart Start, IReadOnlyList<string> Notes) Start(
        FitResult fit, FitDensity density, double[] near, double[] errors, CancellationToken cancellation)
    {
        if (!density.HasScale || fit.DegreesOfFreedom > 0)
        {
            PosteriorStart start = PosteriorStart.Of(density, near, errors, cancellation);
            return (start.Start, Notable(density, start, cancellation));
        }

        // Curves go through all samples: the density grows without limit as the noise vanishes, and has a mode nowhere,
        // though priors of all parameters make its integral finite.
        return density.WhyPriorsAreNotProper is { } why
            ? throw new InvalidOperationException(
                $"There are {Counted.Of(fit.Observations, "number")} for "
                + $"{Counted.Of(density.Names.Count - 1, "parameter")} and the noise, and {why}: the posterior is "
                + "improper. Give every parameter a prior, or have more samples.")
            : (PosteriorStart.Near(density, near, errors), []);
    }

    /// <summary>
    /// Computes how well the model predicts samples that it has not seen, from these draws, each sample left out in
    /// turn. Of more than 2·10⁷ draws times samples, every second, third … draw is used.
    /// </summary>
    public PredictiveAccuracy LeaveOneOut() => density.LeaveOneOut(Draws.ToMatrix());

    /// <summary>
    /// Predicts other samples from the draws: the mean over them, the interval of the curve f(x, θ), and that of a new
    /// observation, with noise drawn for each. Of very many samples, every second, third … draw is used.
    /// </summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="level">The share of the draws that intervals hold, between 0 and 1.</param>
    /// <param name="output">Which output of the model.</param>
    /// <param name="sigma">σ of each sample where the fit had one of each; null for none.</param>
    /// <param name="seed">The same seed gives the same noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The level is not between 0 and 1, or there is no such output.
    /// </exception>
    public Prediction Predict(
        Matrix<double> inputs, double level = 0.95, int output = 0, Vector<double>? sigma = null, int seed = 1)
    {
        SampleRows.RequireFinite(inputs);
        return new DrawnPrediction(
            Fit.Problem.Distance, Fit.Problem.Weights is not null, density.HasScale, Draws.ToMatrix(),
            (draw, _) => Fit.Problem.Model.EvaluateAll(inputs, density.ParametersOf(draw)))
            .Of(inputs.RowCount, Fit.Problem.Model.Outputs, level, output, sigma, seed);
    }

    /// <summary>Returns the posterior of quantities that are derived from the parameters.</summary>
    /// <param name="definitions">As for <see cref="FitResult.Derive(string)"/>.</param>
    /// <param name="level">The share of the draws that intervals hold, between 0 and 1.</param>
    /// <exception cref="Formulas.FormulaException">A definition cannot be read.</exception>
    /// <exception cref="ArgumentException">One names what is no parameter.</exception>
    public IReadOnlyList<ParameterSummary> Derive(string definitions, double level = 0.9) =>
        [.. Fit.Derive(definitions).Select(quantity => Draws.Summary(
            quantity.Name, draw => quantity.At(density.ParametersOf(draw)), level))];

    /// <summary>Gets whether observations can be drawn, which <see cref="Check"/> needs.</summary>
    public bool HasCheck => ReplicatedData.WhyNot(Fit.Problem) is null;

    /// <summary>
    /// Compares the observations with data that the model gives at draws of its posterior, statistic by statistic.
    /// </summary>
    /// <param name="statistics">What is compared; null for <see cref="PredictiveStatistic.Usual"/>.</param>
    /// <param name="replicates">How many data sets are drawn, 20 or more; fewer of very many samples.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="cancellation">Stops between replicates.</param>
    /// <exception cref="ArgumentException">
    /// Observations of this distance, or with these weights, cannot be drawn.
    /// </exception>
    public PredictiveCheck Check(
        IReadOnlyList<PredictiveStatistic>? statistics = null, int replicates = 1000, int seed = 1,
        CancellationToken cancellation = default)
    {
        Matrix<double> all = Draws.ToMatrix();
        return PredictiveCheck.Of(
            Fit.Problem, density, (share, _) => all.Row((int)(share * all.RowCount)).ToArray(),
            statistics, replicates, seed, "posterior", cancellation);
    }

    /// <summary>
    /// Gets whether every parameter has a prior that can be drawn, which <see cref="CheckPriors"/> needs beside <see
    /// cref="HasCheck"/>.
    /// </summary>
    public bool HasPriorCheck => HasCheck && density.CanDrawPrior;

    /// <summary>
    /// Compares the observations with data that the model gives at draws of its priors: whether these allow for such
    /// observations, and for nothing absurd.
    /// </summary>
    /// <param name="statistics">What is compared; null for <see cref="PredictiveStatistic.OfObservations"/>.</param>
    /// <param name="replicates">How many data sets are drawn, 20 or more; fewer of very many samples.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="cancellation">Stops between replicates.</param>
    /// <exception cref="ArgumentException">
    /// A parameter has no prior, or observations of this distance cannot be drawn.
    /// </exception>
    public PredictiveCheck CheckPriors(
        IReadOnlyList<PredictiveStatistic>? statistics = null, int replicates = 1000, int seed = 1,
        CancellationToken cancellation = default) =>
        PredictiveCheck.Of(
            Fit.Problem, density, (_, random) => density.DrawPrior(random),
            statistics ?? PredictiveStatistic.OfObservations, replicates, seed, PredictiveCheck.OfPriors,
            cancellation);

    /// <summary>
    /// Compares the observations with data that the model gives at draws of its priors, before any of them is fitted.
    /// </summary>
    /// <param name="problem">A problem with samples in memory.</param>
    /// <param name="priors">
    /// A prior of each free parameter, and of the scale of the noise; with those of the problem.
    /// </param>
    /// <param name="statistics">What is compared; null for <see cref="PredictiveStatistic.OfObservations"/>.</param>
    /// <param name="replicates">How many data sets are drawn, 20 or more.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="cancellation">Stops between replicates.</param>
    /// <exception cref="ArgumentException">
    /// A parameter has no prior, or observations of this distance cannot be drawn.
    /// </exception>
    public static PredictiveCheck CheckPrior(
        FitProblem problem,
        IReadOnlyDictionary<string, Prior>? priors = null,
        IReadOnlyList<PredictiveStatistic>? statistics = null,
        int replicates = 1000,
        int seed = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        FitDensity density = DensityOf(problem, priors);
        return PredictiveCheck.Of(
            problem, density, (_, random) => density.DrawPrior(random),
            statistics ?? PredictiveStatistic.OfObservations, replicates, seed, PredictiveCheck.OfPriors,
            cancellation);
    }

    /// <summary>
    /// Gets whether the evidence is defined: every parameter has a prior of its range, or two bounds.
    /// </summary>
    public bool HasEvidence => density.WhyNoEvidence is null;

    /// <summary>
    /// Computes the log evidence, log p(y) = log ∫ p(y | θ) p(θ) dθ, by bridge sampling from these draws, with its
    /// standard error. It compares models with priors that mean something: it is as sensitive to them as to the data.
    /// </summary>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <exception cref="InvalidOperationException">
    /// A parameter has neither a prior nor two bounds, or bounds that leave out a part of its prior.
    /// </exception>
    public Estimate LogEvidence(int seed = 1)
    {
        double constant = density.ConstantAt([.. Draws.Chains[0].Values.Select(values => values[0])]);
        Estimate integral = BridgeSampling.LogIntegral(density, Draws, seed);
        return integral with { Value = integral.Value + constant };
    }

    /// <summary>
    /// Approximates the posterior by a normal one at its mode, without chains: fast, and right where its k̂ says so.
    /// </summary>
    /// <param name="fit">As for <see cref="Sample"/>.</param>
    /// <param name="priors">As for <see cref="Sample"/>.</param>
    /// <param name="draws">How many draws k̂ and the moments come from.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">As for <see cref="Sample"/>.</exception>
    /// <exception cref="InvalidOperationException">The posterior is improper.</exception>
    public static LaplacePosterior Laplace(
        FitResult fit,
        IReadOnlyDictionary<string, Prior>? priors = null,
        int draws = 4000,
        int seed = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, LaplacePosterior.MinDraws);
        FitDensity density = DensityOf(fit, priors);
        (double[] near, double[] errors) = PosteriorStart.About(fit, density);
        PosteriorStart start = PosteriorStart.Of(density, near, errors, cancellation);
        return new LaplacePosterior(density, start.Start, Notable(density, start, cancellation), draws, seed);
    }

    /// <summary>Returns the log density of the posterior, for a sampler or an integral of your own.</summary>
    /// <param name="fit">As for <see cref="Sample"/>.</param>
    /// <param name="priors">As for <see cref="Sample"/>.</param>
    /// <exception cref="ArgumentException">As for <see cref="Sample"/>.</exception>
    public static LogDensity LogDensityOf(FitResult fit, IReadOnlyDictionary<string, Prior>? priors = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return DensityOf(fit, priors);
    }

    /// <summary>Returns the mean and the standard deviation of each parameter.</summary>
    public override string ToString() => Draws.ToString();

    private static FitDensity DensityOf(FitResult fit, IReadOnlyDictionary<string, Prior>? priors) =>
        DensityOf(fit.Problem, priors);

    internal static FitDensity DensityOf(FitProblem problem, IReadOnlyDictionary<string, Prior>? priors)
    {
        if (problem.Distance.Noise == NoiseModel.Unknown)
        {
            throw new ArgumentException(
                $"The distance '{problem.Distance.Name}' stands for no likelihood, and has no posterior: choose "
                + "squared, gaussian, laplace, student, poisson, logistic or another one that does.");
        }

        if (problem.Inputs is null || problem.InputSigma is not null)
        {
            throw new ArgumentException(
                "A posterior needs samples in memory and inputs without errors: read the table, and leave out σ of x.");
        }

        if (FitChecks.WhyNotDrawn(problem) is { } not)
        {
            throw new ArgumentException(
                $"{not}, so that the data have no likelihood and there is no posterior. Choose a distance of such "
                + "numbers, such as squared, or, where they are means, weight each sample by how many it is of.");
        }

        var all = new Dictionary<string, Prior>(problem.Priors);
        foreach ((string name, Prior prior) in priors ?? new Dictionary<string, Prior>())
        {
            all[name] = prior;
        }

        var density = new FitDensity(problem with { Priors = all });
        string? unknown = all.Keys.FirstOrDefault(name => !density.Names.Contains(name));
        return unknown is null
            ? density
            : throw new ArgumentException(
                $"'{unknown}' has a prior and is no free parameter; there are {string.Join(", ", density.Names)}.");
    }

    /// <summary>What must be known before anything is drawn.</summary>
    /// <exception cref="InvalidOperationException">The posterior is improper.</exception>
    private static IReadOnlyList<string> Notable(
        FitDensity density, PosteriorStart start, CancellationToken cancellation)
    {
        IReadOnlyList<string> notes = start.CheckProper(cancellation);
        return density.WhyScaleIsOpen is { } why
            ? throw new InvalidOperationException(why)
            : [.. Flat(density), .. notes, .. new[] { start.OtherPeak(cancellation) }.OfType<string>()];
    }

    private static IEnumerable<string> Flat(FitDensity density)
    {
        string[] flat = [.. density.Names.Where(name => !density.HasPrior(name))];
        if (flat.Length > 0)
        {
            yield return $"Without a prior, and so flat on {(flat.Length == 1 ? "its range" : "their ranges")}: "
                + $"{string.Join(", ", flat)}.";
        }
    }
}
