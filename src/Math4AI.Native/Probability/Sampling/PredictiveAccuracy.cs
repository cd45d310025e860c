using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability.Sampling;

/// <summary>
/// Represents how well a model predicts samples that it has not seen, from draws of its posterior: the expected log
/// pointwise predictive density, Σ log p(y_i | y without i), by Pareto-smoothed importance sampling. Source: A.
/// Vehtari, A. Gelman and J. Gabry, "Practical Bayesian model evaluation using leave-one-out cross-validation and
/// WAIC", Statistics and Computing 27 (2017).
/// </summary>
public sealed class PredictiveAccuracy
{
    private const double MaxShape = 0.7;

    // What the densities are of, where a fit has said so.
    private (Vector<double> Observed, bool IsProbability)? subject;

    private PredictiveAccuracy(double[] pointwise, double[] shapes, double fitted, double waic) =>
        (Pointwise, Shapes, EffectiveParameters, Waic) = (pointwise, shapes, fitted - pointwise.Sum(), waic);

    /// <summary>Gets log p(y_i | y without i) of each sample.</summary>
    public IReadOnlyList<double> Pointwise { get; }

    /// <summary>Gets k̂ of each sample; above 0.7 its estimate cannot be trusted.</summary>
    public IReadOnlyList<double> Shapes { get; }

    /// <summary>Gets the sum over all samples. Higher is better.</summary>
    public double LogDensity => Pointwise.Sum();

    /// <summary>Gets the standard error of the sum, √(n Var).</summary>
    public double StandardError => ErrorOf([.. Pointwise]);

    /// <summary>
    /// Gets how much better the samples are fitted than predicted, the effective number of parameters.
    /// </summary>
    public double EffectiveParameters { get; }

    /// <summary>
    /// Gets the widely applicable information criterion as a log density, Σ log p(y_i | y) − Var log p(y_i | θ): about
    /// <see cref="LogDensity"/>, without a diagnostic of its own.
    /// </summary>
    public double Waic { get; }

    /// <summary>Gets what is wrong, in sentences; empty if nothing is known to be.</summary>
    public IReadOnlyList<string> Warnings => Shapes.Count(shape => shape > MaxShape) is > 0 and int bad
        ? [$"{bad} of {Counted.Of(Shapes.Count, "sample")} {(bad == 1 ? "has" : "have")} k̂ above 0.7: the posterior "
            + $"changes too much without {(bad == 1 ? "it" : "them")}, and the sum is too high. Compare by "
            + "cross-validation, or use a distance with heavier tails."]
        : [];

    /// <summary>Computes the accuracy.</summary>
    /// <param name="logLikelihoods">log p(y_i | θ_s), draws × samples.</param>
    /// <exception cref="ArgumentException">There are no draws or no samples.</exception>
    public static PredictiveAccuracy Of(IReadOnlyList<double[]> logLikelihoods)
    {
        ArgumentNullException.ThrowIfNull(logLikelihoods);
        int draws = logLikelihoods.Count, samples = draws == 0 ? 0 : logLikelihoods[0].Length;
        if (samples == 0 || logLikelihoods.Any(each => each.Length != samples))
        {
            throw new ArgumentException(
                "Each draw needs a log likelihood for each sample.", nameof(logLikelihoods));
        }

        double[] pointwise = new double[samples], shapes = new double[samples];
        double fitted = 0.0, waic = 0.0;
        for (int i = 0; i < samples; i++)
        {
            double[] logs = [.. logLikelihoods.Select(each => each[i])];
            double density = LogSum(logs) - Math.Log(draws), mean = logs.Average();
            fitted += density;
            waic += density - logs.Sum(log => (log - mean) * (log - mean)) / Math.Max(1, draws - 1);
            double[] weights = [.. logs.Select(log => -log)];
            shapes[i] = ParetoSmoothing.Smooth(weights);
            pointwise[i] = LogSum([.. weights.Zip(logs, (weight, log) => weight + log)]) - LogSum(weights);
        }

        return new PredictiveAccuracy(pointwise, shapes, fitted, waic);
    }

    /// <summary>The accuracy of a model of known observations.</summary>
    /// <param name="logLikelihoods">log p(y_i | θ_s), draws × samples.</param>
    /// <param name="observed">y of the samples.</param>
    /// <param name="isProbability">Whether p is a probability, as of counts, and not a density.</param>
    internal static PredictiveAccuracy Of(
        IReadOnlyList<double[]> logLikelihoods, Vector<double> observed, bool isProbability)
    {
        PredictiveAccuracy found = Of(logLikelihoods);
        found.subject = (observed, isProbability);
        return found;
    }

    /// <summary>
    /// Returns how much better this model predicts than another, with the standard error of the difference.
    /// </summary>
    /// <param name="other">The accuracy of the other model on the same samples.</param>
    /// <exception cref="ArgumentException">
    /// It is of another number of samples; or both are of fits, and these of other observations, or the one has a
    /// density where the other has a probability.
    /// </exception>
    public (double Difference, double StandardError) Minus(PredictiveAccuracy other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Pointwise.Count != Pointwise.Count)
        {
            throw new ArgumentException("Models are compared on the same samples.", nameof(other));
        }

        if (WhyNotComparable(other) is { } why)
        {
            throw new ArgumentException(why, nameof(other));
        }

        double[] differences = [.. Pointwise.Zip(other.Pointwise, (here, there) => here - there)];
        return (differences.Sum(), ErrorOf(differences));
    }

    private string? WhyNotComparable(PredictiveAccuracy other) =>
        subject is not { } mine || other.subject is not { } theirs ? null
        : mine.IsProbability != theirs.IsProbability
            ? "One of the models gives probabilities of counts or classes and the other densities of numbers, which "
                + "change with the unit of y: the two cannot be compared."
        : !mine.Observed.Equals(theirs.Observed)
            ? "The models are of other observations: a density of log y, of y in another unit, or of other rows, "
                + "cannot be compared."
        : null;

    private static double ErrorOf(double[] values)
    {
        double mean = values.Average();
        return values.Length < 2
            ? double.NaN
            : Math.Sqrt(values.Length * values.Sum(x => (x - mean) * (x - mean)) / (values.Length - 1.0));
    }

    private static double LogSum(double[] logs)
    {
        double largest = logs.Max();
        return largest + Math.Log(logs.Sum(log => Math.Exp(log - largest)));
    }
}
