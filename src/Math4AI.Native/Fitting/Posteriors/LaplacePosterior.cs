using System.Globalization;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Represents a posterior as a normal density of the unconstrained parameters at its mode, u ~ N(u*, Σ) with
/// Σ⁻¹ = −∂² log p/∂u², corrected by Pareto-smoothed importance weights p/q of draws of it. Sources: L. Tierney and J.
/// Kadane, JASA 81 (1986); A. Vehtari et al., "Pareto smoothed importance sampling", JMLR 25 (2024).
/// </summary>
public sealed class LaplacePosterior
{
    /// <summary>The least number of draws that k̂ can be told from.</summary>
    internal const int MinDraws = 100;

    private const double MaxShape = 0.7;

    private readonly FitDensity density;
    private readonly double[] mode;
    private readonly double logIntegral;
    private readonly double[] weights;

    /// <exception cref="InvalidOperationException">No draw of the normal density has any of p.</exception>
    internal LaplacePosterior(
        FitDensity density, SamplingStart start, IReadOnlyList<string> notes, int draws, int seed)
    {
        this.density = density;
        var space = new SamplingSpace(density);
        int count = space.Count;
        double[] center = start.Center.ToArray(), gradient = new double[count], theta = new double[count];
        Matrix<double> factor = start.Covariance.Cholesky().Factor;
        double constant = 0.5 * count * Math.Log(2.0 * Math.PI) + factor.Diagonal().Sum(Math.Log);
        mode = new double[count];
        space.ToParameters(center, mode);
        var random = new MersenneTwister(seed);
        Values = [.. Enumerable.Range(0, count).Select(_ => new double[draws])];
        double[] logs = new double[draws];
        for (int s = 0; s < draws; s++)
        {
            Vector<double> z = Vector<double>.Build.Dense(count, _ => Normal.Sample(random, 0.0, 1.0));
            double[] u = (start.Center + factor * z).ToArray();
            logs[s] = space.Evaluate(u, gradient) + constant + 0.5 * z.DotProduct(z);
            space.ToParameters(u, theta);
            for (int j = 0; j < count; j++)
            {
                Values[j][s] = theta[j];
            }
        }

        if (!logs.Any(double.IsFinite))
        {
            throw new InvalidOperationException(
                "The posterior cannot be approximated at its mode: its density is 0 at all draws of the normal one. "
                + "Sample it, or give wider priors.");
        }

        double largest = logs.Max();
        Shape = ParetoSmoothing.Smooth(logs);
        double[] unscaled = [.. logs.Select(Math.Exp)];
        double sum = unscaled.Sum();
        logIntegral = largest + Math.Log(sum / draws);
        weights = [.. unscaled.Select(weight => weight / sum)];
        Notes = [.. notes, .. Warnings];
    }

    /// <summary>Gets the names of the parameters, in order.</summary>
    public IReadOnlyList<string> Names => density.Names;

    /// <summary>Gets θ at the mode of the density of the unconstrained parameters.</summary>
    public IReadOnlyList<double> Mode => mode;

    /// <summary>Gets draws of θ from the normal density, parameters × draws.</summary>
    public IReadOnlyList<double[]> Values { get; }

    /// <summary>Gets the importance weight of each draw; their sum is 1.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>
    /// Gets k̂; above 0.7 the approximation cannot be trusted, not even with its weights. −∞ where all large weights
    /// are equal, as of a normal posterior.
    /// </summary>
    public double Shape { get; }

    /// <summary>Gets what is wrong, in sentences; empty if nothing is known to be.</summary>
    public IReadOnlyList<string> Warnings => Shape <= MaxShape
        ? []
        : [$"k̂ is {Shape:0.00}, above 0.7: the posterior is not like a normal one at its mode. Sample it."];

    /// <summary>
    /// Gets what must be known besides the figures: which parameters have no prior, where the density does not vanish,
    /// and <see cref="Warnings"/>.
    /// </summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>
    /// Gets whether the evidence is defined: every parameter has a prior of its range, or two bounds.
    /// </summary>
    public bool HasEvidence => density.WhyNoEvidence is null;

    /// <summary>Returns the posterior's mean of a parameter, with the weights.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public double Mean(string name) => Of(name).Zip(weights, (x, weight) => weight * x).Sum();

    /// <summary>Returns the posterior's standard deviation of a parameter, with the weights.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public double StandardDeviation(string name)
    {
        double mean = Mean(name);
        return Math.Sqrt(Of(name).Zip(weights, (x, weight) => weight * (x - mean) * (x - mean)).Sum());
    }

    /// <summary>Returns a quantile of a parameter, with the weights.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="share">Its probability, from 0 to 1.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public double Quantile(string name, double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, 0.0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1.0);
        double[] values = Of(name);
        double sum = 0.0;
        foreach (int s in Enumerable.Range(0, values.Length).OrderBy(s => values[s]))
        {
            sum += weights[s];
            if (sum >= share)
            {
                return values[s];
            }
        }

        return values.Max();
    }

    /// <summary>
    /// Computes the log evidence, the logarithm of the mean importance weight: log p(y | θ*) p(θ*) + k/2 log 2π
    /// + ½ log det Σ where the posterior is normal, and more or less than that as it is not.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A parameter has neither a prior nor two bounds, or bounds that leave out a part of its prior.
    /// </exception>
    public double LogEvidence() => logIntegral + density.ConstantAt(mode);

    /// <summary>Returns the mean and the standard deviation of each parameter.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        Names.Select(name => string.Create(
            CultureInfo.InvariantCulture, $"{name} = {Mean(name):G6} ± {StandardDeviation(name):G2}")));

    private double[] Of(string name) => Names.ToList().IndexOf(name) is >= 0 and int index
        ? Values[index]
        : throw new ArgumentException(
            $"There is no parameter '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
}
