using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Linear;

/// <summary>
/// Bayesian linear regression in closed form: y = X w + b + ε with ε ~ N(0, σ²), w_j ~ N(0, s_j²) and any b as probable
/// as any other. σ and s are those of greatest evidence p(y | σ, s) = ∫∫ p(y | w, b) p(w) dw db, or given. With one s
/// for all inputs the mean of w is that of <see cref="RidgeRegression"/> with λ = σ²/s², so the inputs should then have
/// comparable units; with one for each (automatic relevance determination, ARD) units do not matter, and inputs whose s
/// goes to 0 have no weight. Sources: D. MacKay, "Bayesian interpolation", Neural Comput. 4 (1992); M. Tipping and
/// A. Faul, "Fast marginal likelihood maximisation for sparse Bayesian models", AISTATS (2003), here with σ maximized
/// out, so that every step raises the evidence.
/// </summary>
public sealed record BayesianRegression
{
    /// <summary>
    /// Gets whether each input has a prior deviation s_j of its own. The default is one for all. Where there are more
    /// inputs than samples the evidence may then grow as the noise goes to 0, which does not converge: set
    /// <see cref="NoiseDeviation"/>. The evidence can have several maxima; the steps start without any input.
    /// </summary>
    public bool RelevanceDetermination { get; init; }

    /// <summary>Gets the deviation σ of the noise, in the unit of y; null for that of greatest evidence.</summary>
    public double? NoiseDeviation { get; init => field = Setting.Above(value, 0.0); }

    /// <summary>
    /// Gets the deviation s of the weights before the data, in units of y per unit of the inputs; null for that of
    /// greatest evidence. It is not for <see cref="RelevanceDetermination"/>, which chooses each.
    /// </summary>
    public double? PriorDeviation { get; init => field = Setting.Above(value, 0.0); }

    /// <summary>Gets the most steps. The default is 10,000.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 10_000;

    /// <summary>
    /// Gets the relative change of the hyperparameters below which the search ends. The default is 1e-7.
    /// </summary>
    public double Tolerance { get; init => field = Setting.Above(value, 0.0); } = 1e-7;

    /// <summary>Finds the weights, how sure they are, and the hyperparameters.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, one number for each sample.</param>
    /// <param name="cancellation">Stops the fit between steps.</param>
    /// <exception cref="ArgumentException">
    /// Shapes do not belong together, a value is not finite, there are fewer than 2 samples, a prior deviation is given
    /// for relevance determination, or the evidence is greatest where the noise is 0.
    /// </exception>
    public BayesianRegressionFit Fit(
        Matrix<double> inputs, Vector<double> targets, CancellationToken cancellation = default)
    {
        Require(inputs, targets);
        var samples = new CenteredRegression(inputs, targets, RelevanceDetermination);
        double? noise = NoiseDeviation / samples.TargetScale;
        var search = RelevanceDetermination
            ? RelevanceSearch.Run(samples, noise, MaxIterations, Tolerance, cancellation)
            : SharedPriorSearch.Run(
                samples, noise, PriorDeviation * samples.SharedScale / samples.TargetScale, MaxIterations, Tolerance);
        var fit = new BayesianRegressionFit(samples, search);
        RequireNoise(inputs, targets, fit);
        return fit;
    }

    /// <summary>
    /// Throws where the evidence is that of residuals 10⁵ times as large as the noise: rounding then hides what s adds.
    /// </summary>
    private void RequireNoise(Matrix<double> inputs, Vector<double> targets, BayesianRegressionFit fit)
    {
        const double Most = 1e5;
        double rest = (targets - inputs * fit.Weights - fit.Intercept).L2Norm() / Math.Sqrt(targets.Count);
        if (PriorDeviation is null && NoiseDeviation is { } noise && rest > Most * noise)
        {
            string sizes = FormattableString.Invariant(
                $"NoiseDeviation is {noise:G3}, and the residuals are {rest:G3}");
            throw new ArgumentException(
                sizes + ": beside noise so small the prior's deviation is lost in rounding. Leave it unset.");
        }
    }

    private void Require(Matrix<double> inputs, Vector<double> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        SampleRows.RequireFinite(inputs);
        if (inputs.RowCount != targets.Count || targets.Count < 2)
        {
            throw new ArgumentException(
                $"{FitText.ThereAre(inputs.RowCount, "sample")} of X and {targets.Count} of y: as many of both are "
                + "needed, and 2 or more.");
        }

        if (targets.Find(value => !double.IsFinite(value), Zeros.AllowSkip) is (int place, double target))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Sample {place + 1}: y is {target}, and not finite."));
        }

        if (RelevanceDetermination && PriorDeviation is not null)
        {
            throw new ArgumentException(
                "Relevance determination chooses the prior deviation of each input: leave PriorDeviation unset.");
        }

        if (NoiseDeviation is null && targets.Maximum() == targets.Minimum())
        {
            throw new ArgumentException(
                "All targets are the same number, so that the noise would be 0: set NoiseDeviation.");
        }
    }
}
