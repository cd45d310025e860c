using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Samples;
using Math4AI.Fitting.Solving;
using Math4AI.Fitting.Uncertainty;
using Math4AI.Optimization;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// The result of a fit: the parameters θ*, their uncertainty, and how well the model describes the data. A parameter is
/// accessed by its name, as in <c>fit["b"].StandardError</c>. Fixed parameters, and those at an active bound, have a
/// standard error of 0, and the uncertainty of the others is conditional on them.
/// </summary>
public sealed class FitResult
{
    private readonly IFitCost cost;
    private readonly Lazy<Vector<double>> fitted;
    private readonly Lazy<Vector<double>> residuals;
    private readonly Lazy<FitSums> sums;
    private readonly Lazy<ParameterUncertainty> uncertainty;
    private readonly Lazy<IReadOnlyDictionary<string, double>> held;
    private readonly Lazy<IReadOnlyDictionary<string, (double Value, double Side)>> edge;

    internal FitResult(FitProblem problem, IFitCost cost, Minimum minimum)
    {
        this.cost = cost;
        Problem = problem;
        Minimum = minimum;
        Parameters = Vector<double>.Build.Dense(cost.Unknowns.Completed(minimum.Parameters.AsArray()));
        Problem.Model.Leave(Parameters);
        fitted = new Lazy<Vector<double>>(
            () => FitSums.Joined(Problem, block => Problem.Model.EvaluateAll(block.Inputs, Parameters)));
        residuals = new Lazy<Vector<double>>(
            () => FitSums.Joined(Problem, block => FitSums.ResidualsOf(Problem, block, Parameters)));
        sums = new Lazy<FitSums>(() => FitSums.Of(Problem, Parameters));
        edge = new Lazy<IReadOnlyDictionary<string, (double Value, double Side)>>(
            () => AndLeave(() => DistanceEdge.Held(cost, problem.Distance, minimum.Parameters)));
        held = new Lazy<IReadOnlyDictionary<string, double>>(
            () => AndLeave(() => cost.Unknowns.Held(cost, minimum.Parameters.ToArray())
                .Concat(edge.Value.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Value)))
                .DistinctBy(pair => pair.Key).ToDictionary()));
        uncertainty = new Lazy<ParameterUncertainty>(
            () => AndLeave(() => ParameterUncertainty.Of(cost, Problem, held.Value, minimum)));
    }

    /// <summary>Gets the problem.</summary>
    public FitProblem Problem { get; }

    /// <summary>Gets the result of the minimizer: how it ended, its work and its path.</summary>
    public Minimum Minimum { get; }

    /// <summary>Gets whether the minimizer converged.</summary>
    public bool IsConverged => Minimum.IsConverged;

    /// <summary>Gets the names of θ, in order.</summary>
    public IReadOnlyList<string> Names => cost.Unknowns.Names;

    /// <summary>
    /// Gets the names of the parameters at an active bound, beyond which C would decrease, or at the edge of what the
    /// distance allows, such as a rate of 0.
    /// </summary>
    public IReadOnlyList<string> OnBounds => [.. held.Value.Keys];

    /// <summary>Gets the estimated parameters θ*, in the order of <see cref="Names"/>.</summary>
    public Vector<double> Parameters { get; }

    /// <summary>Gets a parameter by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">The model has no such parameter.</exception>
    public FittedParameter this[string name]
    {
        get
        {
            int index = Names.ToList().IndexOf(name);
            return index >= 0
                ? new FittedParameter(this, index)
                : throw new ArgumentException(
                    $"The model has no parameter '{name}'; it has {string.Join(", ", Names)}.", nameof(name));
        }
    }

    /// <summary>Gets the number n of observed numbers in samples whose weight is not 0.</summary>
    public int Observations => cost.Observations;

    /// <summary>Gets the scale s of the noise; NaN if the distance has none.</summary>
    public double Scale => Problem.Distance.HasScale ? Math.Exp(Minimum.Parameters[^1]) : double.NaN;

    /// <summary>
    /// Gets the fitted values f(x_i, θ*) of all samples, one output after the other; a source is read on first use.
    /// </summary>
    public Vector<double> Fitted => fitted.Value;

    /// <summary>
    /// Gets the residuals, y_i minus its expected value, one column of y after the other; a source is read on first
    /// use. The expected value is f(x_i, θ*), transformed by the inverse link in logistic and Poisson fits; for classes
    /// the residual is 1 − p_y.
    /// </summary>
    public Vector<double> Residuals => residuals.Value;

    /// <summary>
    /// Gets the inputs with their errors removed, x + δ, where <see cref="FitProblem.InputSigma"/> is given; else x.
    /// </summary>
    public Matrix<double>? CorrectedInputs =>
        cost is OrthogonalCost orthogonal ? orthogonal.Corrected(Minimum.Parameters.AsArray()) : Problem.Inputs;

    /// <summary>
    /// Gets the weighted sum of squared residuals, Σ w_i (y_i − f_i)²; with errors of the inputs, χ².
    /// </summary>
    public double ResidualSumOfSquares => Problem.InputSigma is null ? sums.Value.Residual : ChiSquared;

    /// <summary>
    /// Gets the degrees of freedom n − k, with n <see cref="Observations"/> and the k free parameters that are not at
    /// an active bound.
    /// </summary>
    public int DegreesOfFreedom => cost.Observations - Loose;

    /// <summary>Gets the residual standard deviation, √(RSS / (n − k)).</summary>
    public double ResidualStandardDeviation => Math.Sqrt(ResidualSumOfSquares / DegreesOfFreedom);

    /// <summary>
    /// Gets χ² = Σ w_i (y_i − f_i)², with w = 1/σ²; with errors of the inputs, their squares are added.
    /// </summary>
    public double ChiSquared => Problem.Distance.Noise == NoiseModel.LeastSquares ? CostOfSamples : double.NaN;

    /// <summary>
    /// Gets χ² / (n − k), which is near 1 where the model is right and the σ of the samples are too.
    /// </summary>
    public double ReducedChiSquared => ChiSquared / DegreesOfFreedom;

    /// <summary>
    /// Gets the probability of a χ² as large as this one or larger if the model and the absolute σ are right; NaN where
    /// σ is not known absolutely.
    /// </summary>
    public double ChiSquaredPValue => Problem.IsSigmaAbsolute && DegreesOfFreedom > 0
        ? MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * DegreesOfFreedom, 0.5 * ChiSquared)
        : double.NaN;

    /// <summary>Gets the coefficient of determination, R² = 1 − RSS / Σ w_i (y_i − ȳ)².</summary>
    public double RSquared => 1.0 - sums.Value.Residual / sums.Value.Total;

    /// <summary>
    /// Gets the log likelihood, log p(y | θ*), without priors; for least squares a weight w stands for the variance
    /// σ²/w, or 1/w where σ is absolute.
    /// NaN with errors of the inputs, whose true values are as many unknowns as samples. NaN if the distance stands
    /// for no density.
    /// </summary>
    public double LogLikelihood => Problem.InputSigma is not null ? double.NaN :
        (Problem.IsSigmaAbsolute
            ? -0.5 * (ChiSquared + Observations * Math.Log(2.0 * Math.PI))
            : Problem.Distance.LogLikelihood(
                AndLeave(() => cost.Value(Minimum.Parameters.AsArray()))
                - cost.Unknowns.PriorCost(Minimum.Parameters.AsArray()), Observations))
        + (Problem.Distance.Noise == NoiseModel.LeastSquares ? 0.5 * sums.Value.LogWeights : 0.0);

    /// <summary>
    /// Gets the number of parameters of the likelihood: θ, and the scale of the noise if it was estimated too.
    /// </summary>
    public int LikelihoodParameters => cost.Unknowns.Free.Count
        + (Problem.Distance.HasScale || !(Problem.Distance.IsLikelihood || Problem.IsSigmaAbsolute) ? 1 : 0);

    /// <summary>Gets Akaike's information criterion, 2k − 2 log p. Lower is better.</summary>
    public double Aic => 2.0 * LikelihoodParameters - 2.0 * LogLikelihood;

    /// <summary>Gets the Bayesian (Schwarz's) information criterion, k log n − 2 log p. Lower is better.</summary>
    public double Bic => LikelihoodParameters * Math.Log(cost.Observations) - 2.0 * LogLikelihood;

    /// <summary>
    /// Gets the covariance of θ*: s²(JᵀWJ)⁻¹ for least squares, with s² = 1 where σ is absolute; the inverse Hessian
    /// for likelihoods, times n/(n − k) where their scale is estimated and there are no priors; the inverse information
    /// with its terms of the orders 1/√n and 1/n for Laplace's; for quantiles τ(1 − τ)/p(0)² (JᵀWJ)⁻¹ JᵀW²J (JᵀWJ)⁻¹,
    /// with the residuals' density p(0) from their quantiles near τ; and for all others the sandwich with each g_i
    /// divided by 1 − h_i. NaN where neither likelihood nor single samples' gradients are known.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// The model has too many parameters for a Hessian, or the slope of the distance jumps and the distance does not
    /// say how.
    /// </exception>
    public Matrix<double> Covariance => uncertainty.Value.Covariance;

    /// <summary>
    /// Gets the sandwich covariance H⁻¹ (Σ g_i g_iᵀ) H⁻¹, with the gradients g_i of the samples, which is valid even if
    /// the noise model is wrong.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// The gradients of single samples are not known, as for vector distances and modules.
    /// </exception>
    public Matrix<double> SandwichCovariance => uncertainty.Value.Sandwich ?? throw NoSamples();

    /// <summary>Gets the standard errors of θ*, the square roots of the covariance's diagonal.</summary>
    /// <exception cref="NotSupportedException">As for <see cref="Covariance"/>.</exception>
    public Vector<double> StandardErrors =>
        uncertainty.Value.StandardErrors ?? Covariance.Diagonal().PointwiseSqrt();

    /// <summary>
    /// Gets the leverages h_i, the weight of each observation in its own prediction, from 0 to 1; they sum to k.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// The gradients of single samples are not known, as for vector distances and modules.
    /// </exception>
    public Vector<double> Leverage => AndLeave(() => uncertainty.Value.Leverage?.Value) ?? throw NoSamples();

    /// <summary>
    /// Gets whether <see cref="SandwichCovariance"/> and <see cref="Leverage"/> are known, and
    /// <see cref="CooksDistance"/> except for distances with a corner.
    /// </summary>
    public bool HasSampleDiagnostics => cost.HasRows;

    /// <summary>
    /// Gets Cook's distances, which measure how far all predictions move if a sample is left out: r² h/(k φ (1 − h)²),
    /// with r = d′/√d″, of likelihoods Pearson's residual, φ = 1 for likelihoods and Σ r²/(n − k) for others. Sources:
    /// R. D. Cook, Technometrics 19 (1977); D. Pregibon, "Logistic regression diagnostics", Annals of Statistics 9
    /// (1981).
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// As for <see cref="Leverage"/>, and for distances with a corner.
    /// </exception>
    public Vector<double> CooksDistance =>
        SampleDiagnostics.CooksDistance(StandardizedResiduals, Leverage, Loose);

    /// <summary>
    /// Gets the standardized residuals, (y − f)/(s √(1 − h)) for least squares with the leverage h; for others
    /// Pearson's residual −d′/√d″ in place of (y − f), with s² = 1 for likelihoods and Σ r²/(n − k) otherwise.
    /// </summary>
    /// <exception cref="NotSupportedException">As for <see cref="CooksDistance"/>.</exception>
    public Vector<double> StandardizedResiduals =>
        SampleDiagnostics.StandardizedResiduals(this, Leverage, uncertainty.Value.Standardized);

    /// <summary>
    /// Gets what must be known besides the numbers, each in a sentence: frequencies that the samples cannot tell apart,
    /// a fit that explains nothing, the link of a fit of counts or classes.
    /// </summary>
    public IReadOnlyList<string> Warnings => [.. FitWarnings.Of(this)];

    /// <summary>
    /// Returns Wald's confidence intervals, θ* ± q · standard error. The quantile q is that of Student's t where the
    /// noise is estimated from the residuals, and of the normal distribution otherwise. The interval of a parameter at
    /// the edge of what the distance allows is one-sided: it ends where the likelihood has fallen to 1 − level of its
    /// maximum, which is the exact limit where nothing was counted.
    /// </summary>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public IReadOnlyList<Interval> Intervals(double level = 0.95)
    {
        double quantile = Quantile(level);
        Vector<double> errors = StandardErrors;
        return [.. Names.Select((name, i) => edge.Value.ContainsKey(name)
            ? ProfileInterval(name, level)
            : new Interval(Parameters[i] - quantile * errors[i], Parameters[i] + quantile * errors[i]))];
    }

    /// <summary>
    /// Returns the confidence interval of one parameter by profile likelihood: all values at which the best fit of the
    /// others costs no more than the level allows. Source: D. Bates and D. Watts, "Nonlinear Regression Analysis and
    /// Its Applications" (1988), section 6.1.
    /// </summary>
    /// <param name="name">A free parameter.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">There is no such free parameter.</exception>
    /// <exception cref="NotSupportedException">The distance stands for no likelihood.</exception>
    public Interval ProfileInterval(string name, double level = 0.95, CancellationToken cancellation = default) =>
        AndLeave(() => edge.Value.TryGetValue(name, out (double Value, double Side) at)
            ? new ProfileLikelihood(this, name, cancellation).FromEdge(at.Side, level)
            : new ProfileLikelihood(this, name, cancellation).Interval(ProfileQuantile(level, name)));

    /// <summary>
    /// Returns the profile of one parameter: values, and the signed root of the rise of the cost in units of the noise.
    /// From 10⁵ observations on, the other parameters follow the tangent of the profile and are not fitted again.
    /// </summary>
    /// <param name="name">A free parameter.</param>
    /// <param name="points">The number of values.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">There is no such free parameter.</exception>
    /// <exception cref="NotSupportedException">The distance stands for no likelihood.</exception>
    public IReadOnlyList<(double Value, double Root)> Profile(
        string name, int points = 21, CancellationToken cancellation = default) =>
        AndLeave(() => new ProfileLikelihood(this, name, cancellation).Points(points));

    /// <summary>Fits resampled data, on all threads.</summary>
    /// <param name="replicates">The number of bootstrap resamples, 2 or more.</param>
    /// <param name="seed">The same seed gives the same resamples, however many threads and processes there are.</param>
    /// <param name="processes">Those that share the resamples, each with the same fit; null for this alone.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="InvalidOperationException">Fewer than two of the fits converged.</exception>
    public Bootstrap Bootstrap(int replicates = 1000, int seed = 1, ProcessGroup? processes = null,
        CancellationToken cancellation = default) =>
        AndLeave(() => Uncertainty.Bootstrap.Of(this, replicates, seed, processes, cancellation));

    /// <summary>
    /// Predicts the expected y with bands: by the delta method for the mean, √(∂f/∂θ V ∂f/∂θᵀ) with the covariance V,
    /// and with the noise added in squares for a new observation.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="level">The confidence level of the bands, between 0 and 1.</param>
    /// <param name="output">The output of the model, counted from 0.</param>
    /// <param name="sigma">
    /// The σ of each new observation, where those of the fit had one each; without it their intervals are not known.
    /// </param>
    /// <exception cref="ArgumentException">x has another number of columns than the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There is no such output, or the level is not between 0 and 1.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The model is a module, whose derivatives are not known sample by sample.
    /// </exception>
    public Prediction Predict(
        Matrix<double> inputs, double level = 0.95, int output = 0, Vector<double>? sigma = null) =>
        AndLeave(() => Predictor.Predict(inputs, level, output, sigma));

    /// <summary>
    /// Returns quantities that follow from the parameters, with their uncertainty, such as
    /// <c>fwhm = 2*w; half = log(2)/k</c>.
    /// </summary>
    /// <param name="definitions">Definitions name = expression of parameters, with ; between them.</param>
    /// <exception cref="FormulaException">A definition cannot be read.</exception>
    /// <exception cref="ArgumentException">One names what is no parameter.</exception>
    public IReadOnlyList<DerivedQuantity> Derive(string definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        return DerivedQuantity.Of(this, definitions, Names);
    }

    /// <summary>Returns C(θ) at other parameters.</summary>
    /// <param name="parameters">The free parameters, and log s where the distance has a scale.</param>
    public double CostAt(Vector<double> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return AndLeave(() => Problem.Cost().Value(parameters.ToArray()));
    }

    /// <summary>Returns this result if the minimizer ended at a minimum.</summary>
    /// <exception cref="InvalidOperationException">
    /// The fit did not converge; the message says what happened and what to do.
    /// </exception>
    public FitResult ThrowIfNotConverged()
    {
        Minimum.ThrowIfNotConverged();
        return this;
    }

    /// <summary>
    /// Returns how the fit ended, the parameters with their standard errors, and how well the model fits.
    /// </summary>
    public override string ToString() => FitText.Of(this);

    /// <summary>The quantile of a standardized estimate.</summary>
    internal double Quantile(double level) => Predictor.Quantile(level);

    /// <inheritdoc cref="ProfileLikelihood.QuantileOf"/>
    internal double ProfileQuantile(double level, string? parameter = null) =>
        ProfileLikelihood.QuantileOf(this, level, parameter is null ? null : uncertainty.Value.LikelihoodRatioFactor
            ?.Invoke(parameter));

    /// <summary>What predictions need to know.</summary>
    internal Predictor Predictor => new(
        Problem.Model,
        Problem.Distance,
        Parameters,
        Covariance,
        Problem.Distance.HasScale ? Scale : Problem.IsSigmaAbsolute ? 1.0 : ResidualStandardDeviation,
        Problem.Distance.EstimatesNoise && !Problem.IsSigmaAbsolute ? Math.Max(0, DegreesOfFreedom) : 0,
        Problem.HasSigma);

    /// <summary>
    /// The standard errors with bounds left aside, by which data drawn again are compared: some of them lie on a bound,
    /// and some do not.
    /// </summary>
    internal Vector<double> ErrorsWithoutBounds => AndLeave(() =>
        ParameterUncertainty.Of(cost, Problem, new Dictionary<string, double>(), Minimum).Covariance.Diagonal()
            .PointwiseSqrt());

    /// <summary>What the search for a start has to say; null if nothing.</summary>
    internal string? SearchNote { get; init; }

    /// <summary>C(θ*) without what the priors add.</summary>
    internal double CostOfSamples => Minimum.Cost - cost.Unknowns.PriorCost(Minimum.Parameters.AsArray());

    /// <summary>The number of predictions at the edge of what the distance allows.</summary>
    internal int AtEdge => DistanceEdge.Count(cost, Problem.Distance, Minimum.Parameters);

    private int Loose => cost.Unknowns.Free.Count - held.Value.Count;

    /// <summary>Does some work, and puts θ* back where the model's parameters are stored elsewhere.</summary>
    private T AndLeave<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        finally
        {
            Problem.Model.Leave(Parameters);
        }
    }

    private static NotSupportedException NoSamples() =>
        new("This needs the derivatives of single samples, which are not known of vector distances and of modules.");
}
