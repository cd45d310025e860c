using Math4AI.Probability.Sampling;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Probability.Evidence;

/// <summary>
/// Computes the integral of a density from draws of it: for a posterior p(y | θ) p(θ), the evidence p(y). A normal
/// density g is fitted to the first half of each chain, and Z solves
/// Z = mean_g [p/(s₁ p + s₂ Z g)] / mean_p [g/(s₁ p + s₂ Z g)] over draws of g and the second halves, with s₁ and s₂
/// the shares of (effective) draws of p and of g. Sources: X.-L. Meng and W. Wong, "Simulating ratios of normalizing
/// constants via a simple identity", Statistica Sinica 6 (1996); the standard error by S. Frühwirth-Schnatter,
/// "Estimating marginal likelihoods for mixture and Markov switching models using bridge sampling techniques",
/// Econometrics Journal 7 (2004).
/// </summary>
public static class BridgeSampling
{
    private const int MaxIterations = 1000;
    private const double Tolerance = 1e-12;

    /// <summary>Computes log ∫ p(θ) dθ and its standard error.</summary>
    /// <param name="density">log p with the constants that are wanted in the integral.</param>
    /// <param name="draws">Draws from it, 4 or more of each chain.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <exception cref="ArgumentException">
    /// The draws are of other parameters, or too few for the covariance of as many parameters.
    /// </exception>
    /// <exception cref="InvalidOperationException">The density and a normal one do not overlap.</exception>
    public static Estimate LogIntegral(LogDensity density, PosteriorDraws draws, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(density);
        ArgumentNullException.ThrowIfNull(draws);
        if (!density.Names.SequenceEqual(draws.Names))
        {
            throw new ArgumentException(
                $"The density has the parameters {string.Join(", ", density.Names)}, and the draws "
                + $"{string.Join(", ", draws.Names)}.", nameof(draws));
        }

        int half = draws.Count / 2;
        if (half < 2 || half * draws.Chains.Count <= 2 * density.Names.Count)
        {
            throw new ArgumentException(
                $"{draws.Count} draws a chain are too few for {density.Names.Count} parameters: draw more.",
                nameof(draws));
        }

        var space = new SamplingSpace(density);
        var random = new MersenneTwister(seed);
        double[] Free(ChainDraws chain, int draw)
        {
            double[] u = space.Unconstrain([.. chain.Values.Select(values => values[draw])]);
            space.DrawSums(u, random);
            return u;
        }

        double[][][] free = [.. draws.Chains.Select(
            chain => Enumerable.Range(0, draws.Count).Select(i => Free(chain, i)).ToArray())];
        var normal = new Proposal([.. free.SelectMany(chain => chain[..half])]);
        double[] gradient = new double[space.Count];
        double Ratio(double[] u) => space.Evaluate(u, gradient) - normal.LogDensity(u);
        double[][] own = [.. free.Select(chain => chain[half..].Select(Ratio).ToArray())];
        double[] proposed = [.. Enumerable.Range(0, own.Sum(chain => chain.Length))
            .Select(_ => Ratio(normal.Draw(random)))];
        return Solve(own, proposed);
    }

    /// <summary>log Z from log p − log g at draws of p, chain by chain, and at draws of g.</summary>
    private static Estimate Solve(double[][] own, double[] proposed)
    {
        double shift = own.SelectMany(chain => chain).Median();
        double[][] ofOwn = [.. own.Select(chain => chain.Select(log => Math.Exp(log - shift)).ToArray())];
        double[] ofProposed = [.. proposed.Select(log => Math.Exp(log - shift))];
        double total = own.Sum(chain => chain.Length), effective = Math.Min(total, Effective(own, total));
        double first = effective / (effective + proposed.Length), second = 1.0 - first, ratio = 1.0;
        for (int i = 0; i < MaxIterations; i++)
        {
            double next = ofProposed.Average(e => e / (first * e + second * ratio))
                / ofOwn.SelectMany(chain => chain).Average(e => 1.0 / (first * e + second * ratio));
            if (!(next > 0.0 && double.IsFinite(next)))
            {
                throw new InvalidOperationException(
                    "The density and a normal one of its mean and covariance do not overlap: there is no estimate. "
                    + "Reparametrize, or draw more.");
            }

            (double last, ratio) = (ratio, next);
            if (Math.Abs(next - last) < Tolerance * next)
            {
                break;
            }
        }

        double[] terms = [.. ofProposed.Select(e => e / (first * e + second * ratio))];
        double[][] others =
            [.. ofOwn.Select(chain => chain.Select(e => ratio / (first * e + second * ratio)).ToArray())];
        double variance = RelativeVariance(terms) / terms.Length
            + RelativeVariance([.. others.SelectMany(chain => chain)]) / Math.Min(total, Effective(others, total));
        return new Estimate(Math.Log(ratio) + shift, Math.Sqrt(variance));
    }

    /// <summary>The number of independent draws that chains are worth; all of them where all are equal.</summary>
    private static double Effective(double[][] chains, double total) =>
        Convergence.MeanEffectiveSize(chains) is > 0.0 and double size ? size : total;

    private static double RelativeVariance(double[] values) => values.Variance() / Math.Pow(values.Mean(), 2.0);

    /// <summary>A normal density with the mean and the covariance of points.</summary>
    private sealed class Proposal
    {
        private readonly Vector<double> center;
        private readonly Matrix<double> factor;
        private readonly double constant;

        public Proposal(double[][] points)
        {
            Matrix<double> rows = Matrix<double>.Build.DenseOfRowArrays(points);
            center = rows.ColumnSums() / points.Length;
            Matrix<double> centered = rows.MapIndexed((_, j, x) => x - center[j], Zeros.Include);
            Matrix<double> covariance = centered.TransposeThisAndMultiply(centered) / (points.Length - 1.0);
            factor = covariance.Cholesky().Factor;
            constant = -0.5 * center.Count * Math.Log(2.0 * Math.PI) - factor.Diagonal().Sum(Math.Log);
        }

        public double LogDensity(double[] u)
        {
            double squares = 0.0;
            double[] z = new double[u.Length];
            for (int i = 0; i < u.Length; i++)
            {
                double sum = u[i] - center[i];
                for (int j = 0; j < i; j++)
                {
                    sum -= factor[i, j] * z[j];
                }

                z[i] = sum / factor[i, i];
                squares += z[i] * z[i];
            }

            return constant - 0.5 * squares;
        }

        public double[] Draw(System.Random random) =>
            (center + factor * Vector<double>.Build.Dense(center.Count, _ => Normal.Sample(random, 0.0, 1.0)))
            .ToArray();
    }
}
