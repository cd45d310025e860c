using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Solving;
using Math4AI.Fitting.Uncertainty;
using Math4AI.Optimization;
using Math4AI.Separation.Ica;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// What a fit found: θ*, how uncertain it is, and how well the model describes the data. Fixed parameters have a standard error of
/// 0, and so have those that a bound holds: the others' uncertainty is that with these fixed.
/// </summary>
public sealed class FitResult
{
    private readonly IFitCost cost;
    private readonly Lazy<Curvature> curvature;
    private readonly Lazy<IReadOnlyDictionary<string, double>> held;

    internal FitResult(FitProblem problem, IFitCost cost, Minimum minimum)
    {
        this.cost = cost;
        Problem = problem;
        Minimum = minimum;
        Parameters = Vector<double>.Build.Dense([.. cost.Unknowns.Complete(minimum.Parameters.AsArray())]);
        Matrix<double> fitted = Problem.Model.EvaluateAll(Problem.Inputs, Parameters);
        Fitted = Vector<double>.Build.Dense(fitted.ToColumnMajorArray());
        Residuals = ResidualsOf(problem, fitted);
        held = new Lazy<IReadOnlyDictionary<string, double>>(() => AndLeave(() => cost.Unknowns.Held(cost, minimum.Parameters.ToArray())));
        curvature = new Lazy<Curvature>(() => AndLeave(() => Curvature.WithHeld(cost, Problem, held.Value, minimum)));
    }

    /// <summary>The problem.</summary>
    public FitProblem Problem { get; }

    /// <summary>How the minimiser ended, its work and its path.</summary>
    public Minimum Minimum { get; }

    /// <summary>The names of θ, in order.</summary>
    public IReadOnlyList<string> Names => cost.Unknowns.Names;

    /// <summary>The parameters that a bound holds: C would fall beyond it.</summary>
    public IReadOnlyList<string> OnBounds => [.. held.Value.Keys];

    /// <summary>θ*, in the order of <see cref="Names"/>.</summary>
    public Vector<double> Parameters { get; }

    /// <summary>The scale s of the noise, where the distance has one; else NaN.</summary>
    public double Scale => Problem.Distance.HasScale ? Math.Exp(Minimum.Parameters[^1]) : double.NaN;

    /// <summary>f(x_i, θ*), output after output.</summary>
    public Vector<double> Fitted { get; }

    /// <summary>
    /// y_i − f(x_i, θ*), column after column of y; of logistic and Poisson fits from the expected y that belongs to f, of classes 1 − p_y.
    /// </summary>
    public Vector<double> Residuals { get; }

    /// <summary>Σ w_i (y_i − f_i)².</summary>
    public double ResidualSumOfSquares => Weighted(Residuals);

    /// <summary>n − k, with the n observed numbers of samples whose weight is not 0, and the k free parameters that no bound holds.</summary>
    public int DegreesOfFreedom => cost.Observations - Loose;

    /// <summary>√(RSS / (n − k)).</summary>
    public double ResidualStandardDeviation => Math.Sqrt(ResidualSumOfSquares / DegreesOfFreedom);

    /// <summary>1 − RSS / Σ w_i (y_i − ȳ)².</summary>
    public double RSquared
    {
        get
        {
            FitTargets y = Problem.Targets;
            Vector<double> weights = Problem.Weights ?? Vector<double>.Build.Dense(y.Samples, 1.0);
            double[] means = [.. y.ToMatrix().EnumerateColumns().Select(column => weights * column / weights.Sum())];
            return 1.0 - ResidualSumOfSquares / Weighted(y.With(i => y[i] - means[i / y.Samples]).Values);
        }
    }

    /// <summary>log p(y | θ*), without priors, a weight w standing for the variance σ²/w; NaN where the distance stands for no density.</summary>
    public double LogLikelihood =>
        Problem.Distance.LogLikelihood(AndLeave(() => cost.Value(Minimum.Parameters.AsArray())) - cost.Unknowns.PriorCost(Minimum.Parameters.AsArray()), cost.Observations)
        + (Problem.Distance is SquaredDistance ? 0.5 * Problem.Weights?.Where(weight => weight > 0.0).Sum(Math.Log) ?? 0.0 : 0.0);

    /// <summary>The parameters of the likelihood: θ, and the scale of the noise where it was found too.</summary>
    public int LikelihoodParameters =>
        cost.Unknowns.Free.Count + (Problem.Distance.HasScale || !Problem.Distance.IsLikelihood ? 1 : 0);

    /// <summary>Akaike's criterion, 2k − 2 log p. Less is better.</summary>
    public double Aic => 2.0 * LikelihoodParameters - 2.0 * LogLikelihood;

    /// <summary>Schwarz's criterion, k log n − 2 log p. Less is better.</summary>
    public double Bic => LikelihoodParameters * Math.Log(cost.Observations) - 2.0 * LogLikelihood;

    /// <summary>
    /// The covariance of θ*: s²(JᵀJ)⁻¹ for squares, the inverse Hessian for likelihoods, (JᵀWJ/s² + K)⁻¹ for Laplace's with the priors'
    /// curvatures K, the sandwich for other distances, and for quantiles τ(1 − τ)/p(0)² (JᵀWJ)⁻¹ JᵀW²J (JᵀWJ)⁻¹ with the residuals'
    /// density p(0) by the share of them near 0.
    /// </summary>
    /// <exception cref="NotSupportedException">The model has too many parameters for a Hessian.</exception>
    public Matrix<double> Covariance => curvature.Value.Covariance;

    /// <summary>H⁻¹ (Σ g_i g_iᵀ) H⁻¹ with the gradients g_i of the samples: holds where the noise model does not.</summary>
    /// <exception cref="NotSupportedException">The samples' own gradients are not known: of distances of vectors, and of modules.</exception>
    public Matrix<double> SandwichCovariance => curvature.Value.Sandwich ?? throw NoSamples();

    /// <summary>The square roots of the covariance's diagonal.</summary>
    public Vector<double> StandardErrors => Covariance.Diagonal().PointwiseSqrt();

    /// <summary>h_i, how much an observation counts in its own prediction, 0 … 1; they add up to k.</summary>
    /// <exception cref="NotSupportedException">The samples' own gradients are not known: of distances of vectors, and of modules.</exception>
    public Vector<double> Leverage => curvature.Value.Leverage ?? throw NoSamples();

    /// <summary>
    /// Whether <see cref="SandwichCovariance"/> and <see cref="Leverage"/> are known, and but for distances with a corner
    /// <see cref="CooksDistance"/>.
    /// </summary>
    public bool HasSampleDiagnostics => Problem.IsSquares;

    /// <summary>
    /// Cook's distance, how far all predictions move without the sample: r² h/(k φ (1 − h)²), with r = d′/√d″, of likelihoods Pearson's
    /// residual, φ = 1 for likelihoods and Σ r²/(n − k) for others. Sources: R. D. Cook, Technometrics 19 (1977); D. Pregibon, "Logistic
    /// regression diagnostics", Annals of Statistics 9 (1981).
    /// </summary>
    /// <exception cref="NotSupportedException">As <see cref="Leverage"/>, and of distances with a corner, absolute, quantile and Laplace.</exception>
    public Vector<double> CooksDistance
    {
        get
        {
            Vector<double> leverage = Leverage;
            Vector<double> residuals = curvature.Value.Standardised
                ?? throw new NotSupportedException($"The distance '{Problem.Distance.Name}' has a corner, so that Cook's distance is not known.");
            double dispersion = Problem.Distance.IsLikelihood ? 1.0 : residuals * residuals / DegreesOfFreedom;
            return Vector<double>.Build.Dense(residuals.Count, i =>
            {
                double rest = 1.0 - leverage[i];
                return residuals[i] * residuals[i] * leverage[i] / (Math.Max(1, Loose) * dispersion * rest * rest);
            });
        }
    }

    /// <summary>Wald's intervals, θ* ± q · standard error; q of Student's t for squares, of the normal density otherwise.</summary>
    /// <param name="level">The share of intervals that cover the truth.</param>
    public IReadOnlyList<Interval> Intervals(double level = 0.95)
    {
        double quantile = Quantile(level);
        Vector<double> errors = StandardErrors;
        return [.. Parameters.Zip(errors, (value, error) => new Interval(value - quantile * error, value + quantile * error))];
    }

    /// <summary>
    /// The interval of one parameter by profile likelihood: all values at which the best fit of the others costs no more than the
    /// level allows. Source: D. Bates and D. Watts, "Nonlinear Regression Analysis and Its Applications" (1988), section 6.1.
    /// </summary>
    /// <param name="name">A free parameter.</param>
    /// <param name="level">The share of intervals that cover the truth.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">There is no such free parameter.</exception>
    /// <exception cref="NotSupportedException">The distance stands for no likelihood.</exception>
    public Interval ProfileInterval(string name, double level = 0.95, CancellationToken cancellation = default) =>
        AndLeave(() => new ProfileLikelihood(this, name, cancellation).Interval(Quantile(level)));

    /// <summary>The profile of one parameter: values, and the signed root of the rise of the cost in units of the noise.</summary>
    /// <param name="name">A free parameter.</param>
    /// <param name="points">How many values.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">There is no such free parameter.</exception>
    /// <exception cref="NotSupportedException">The distance stands for no likelihood.</exception>
    public IReadOnlyList<(double Value, double Root)> Profile(
        string name, int points = 21, CancellationToken cancellation = default) =>
        AndLeave(() => new ProfileLikelihood(this, name, cancellation).Points(points));

    /// <summary>Fits data drawn again, on all threads.</summary>
    /// <param name="replicates">How many.</param>
    /// <param name="seed">The same seed gives the same draws.</param>
    /// <param name="cancellation">Stops between fits.</param>
    public Bootstrap Bootstrap(int replicates = 1000, int seed = 1, CancellationToken cancellation = default) =>
        AndLeave(() => Uncertainty.Bootstrap.Of(this, replicates, seed, cancellation));

    /// <summary>
    /// The expected y with bands: by the delta method for the mean, √(∂f/∂θ V ∂f/∂θᵀ) with the covariance V, and with the noise added in
    /// squares for a new observation.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="level">The share of bands that cover.</param>
    /// <param name="output">Which output of the model, from 0.</param>
    /// <exception cref="ArgumentException">x has another number of columns than the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output, or the level is none.</exception>
    /// <exception cref="NotSupportedException">The model is a module, whose derivatives are not known sample by sample.</exception>
    public Prediction Predict(Matrix<double> inputs, double level = 0.95, int output = 0)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, Problem.Model.Outputs);
        Distance distance = Problem.Distance;
        Matrix<double> predicted = Problem.Model.EvaluateAll(inputs, Parameters);
        int samples = inputs.RowCount;
        Matrix<double> jacobian = Problem.Model.Jacobian(inputs, Parameters)
            .SubMatrix(output * samples, samples, 0, Parameters.Count);
        Vector<double> variance = (jacobian * Covariance).PointwiseMultiply(jacobian).RowSums();
        double quantile = Quantile(level), deviation = distance.HasScale ? Scale : ResidualStandardDeviation;
        var confidence = new Interval[samples];
        var observation = new Interval[samples];
        for (int i = 0; i < samples; i++)
        {
            double f = predicted[i, output], half = quantile * Math.Sqrt(variance[i]);
            double noise = distance is SquaredDistance
                ? quantile * deviation
                : distance.NoiseWidth(level, deviation, predicted.Row(i).AsArray() ?? predicted.Row(i).ToArray());
            double whole = Math.Sqrt(half * half + noise * noise);
            confidence[i] = new Interval(distance.Mean(f - half), distance.Mean(f + half));
            observation[i] = new Interval(f - whole, f + whole);
        }

        return new Prediction(predicted.Column(output).Map(distance.Mean, Zeros.Include), confidence, observation);
    }

    /// <summary>C(θ) elsewhere.</summary>
    /// <param name="parameters">The free parameters, and log s where the distance has a scale.</param>
    public double CostAt(Vector<double> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return AndLeave(() => Problem.Cost().Value(parameters.ToArray()));
    }

    /// <summary>This result, where the minimiser ended at a minimum.</summary>
    /// <exception cref="InvalidOperationException">It did not; the message says why.</exception>
    public FitResult ThrowIfNotConverged()
    {
        Minimum.ThrowIfNotConverged();
        return this;
    }

    /// <summary>The quantile of a standardised estimate.</summary>
    internal double Quantile(double level)
    {
        if (!(level > 0.0 && level < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        double upper = 0.5 * (1.0 + level);
        return Problem.Distance is SquaredDistance && DegreesOfFreedom > 0
            ? StudentT.InvCDF(0.0, 1.0, DegreesOfFreedom, upper)
            : Normal.InvCDF(0.0, 1.0, upper);
    }

    private int Loose => cost.Unknowns.Free.Count - held.Value.Count;

    private double Weighted(Vector<double> values)
    {
        double sum = 0.0;
        for (int i = 0; i < values.Count; i++)
        {
            sum += (Problem.Weights?[i % Problem.Targets.Samples] ?? 1.0) * values[i] * values[i];
        }

        return sum;
    }

    /// <summary>The standard errors with bounds left aside, by which data drawn again are compared: some of them lie on a bound, and some do not.</summary>
    internal Vector<double> ErrorsWithoutBounds => AndLeave(() =>
        Curvature.WithHeld(cost, Problem, new Dictionary<string, double>(), Minimum).Covariance.Diagonal().PointwiseSqrt());

    /// <summary>C(θ*) without what the priors add.</summary>
    internal double CostOfSamples => Minimum.Cost - cost.Unknowns.PriorCost(Minimum.Parameters.AsArray());

    /// <summary>Does some work, and puts θ* back where the model's parameters lie outside.</summary>
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
        new("This is known of fits alone in which each sample's own derivatives are known: not of distances of vectors, nor of modules.");

    internal static Vector<double> ResidualsOf(FitProblem problem, Matrix<double> fitted)
    {
        FitTargets y = problem.Targets;
        if (problem.Distance is not VectorDistance distance)
        {
            return y.With(i => y[i] - problem.Distance.Mean(fitted[i % y.Samples, i / y.Samples])).Values;
        }

        Vector<double> residuals = Vector<double>.Build.Dense(y.Values.Count);
        double[] ofOne = new double[y.Columns];
        for (int i = 0; i < y.Samples; i++)
        {
            distance.Residuals(fitted.Row(i).ToArray(), [.. Enumerable.Range(0, y.Columns).Select(k => y[k * y.Samples + i])], ofOne);
            for (int k = 0; k < ofOne.Length; k++)
            {
                residuals[k * y.Samples + i] = ofOne[k];
            }
        }

        return residuals;
    }
}
