using System.Numerics.Tensors;
using Math4AI.Optimization;
using Math4AI.Optimization.Constraints;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>Minimizes −log p(y | θ) from several starts by L-BFGS-B, and keeps the best end.</summary>
/// <param name="evidence">−log p(y | θ).</param>
/// <param name="hyperparameters">How many parameters, the first ones, are logarithms and have bounds.</param>
/// <param name="options">The limits of each search.</param>
/// <param name="starts">The number of starts.</param>
/// <param name="seed">The seed of the starts after the first.</param>
internal sealed class EvidenceSearch(
    Cost evidence, int hyperparameters, MinimizerOptions options, int starts, int seed)
{
    // Hyperparameters stay within a factor of 10⁵ of where they begin: the evidence can be flat towards infinity.
    private static readonly double Reach = Math.Log(1e5);

    // Starts after the first one are within a factor of 10.
    private static readonly double Spread = Math.Log(10.0);

    public Minimum From(double[] start, CancellationToken cancellation)
    {
        var random = new Random(seed);
        Bounds box = Box(start);
        Minimum? best = null;
        for (int i = 0; i < starts; i++)
        {
            double[] from = [.. start];
            for (int j = 0; i > 0 && j < hyperparameters; j++)
            {
                from[j] += Spread * (2.0 * random.NextDouble() - 1.0);
            }

            Minimum found = Minimizer.LbfgsB().Minimize(
                new BoundedEvidence(evidence) { Bounds = box }, Vector<double>.Build.Dense(from), options,
                cancellation);
            best = best is null || !double.IsFinite(best.Cost) || found.Cost < best.Cost ? found : best;
        }

        return double.IsFinite(best!.Cost) ? best : throw new ArithmeticException(
            "The evidence has no finite value and slope where the search begins: begin with other hyperparameters, "
            + "such as length scales near the spread of the inputs, or with more noise.");
    }

    private Bounds Box(double[] start) => new(
        Vector<double>.Build.Dense(
            start.Length, i => i < hyperparameters ? start[i] - Reach : double.NegativeInfinity),
        Vector<double>.Build.Dense(
            start.Length, i => i < hyperparameters ? start[i] + Reach : double.PositiveInfinity));

    /// <summary>
    /// −log p within bounds. Where it or its slope is not finite, as at the ends of the range of numbers, it is not
    /// there: a search steps back from such a point, and never to one that is no number.
    /// </summary>
    private sealed class BoundedEvidence(Cost evidence) : Cost
    {
        public override int Parameters => evidence.Parameters;

        public override double Rounding => evidence.Rounding;

        public override double Value(ReadOnlySpan<double> parameters) =>
            TensorPrimitives.IsFiniteAll(parameters) ? evidence.Value(parameters) : double.NaN;

        public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            if (TensorPrimitives.IsFiniteAll(parameters)
                && evidence.Gradient(parameters, gradient) is var value && double.IsFinite(value)
                && TensorPrimitives.IsFiniteAll<double>(gradient))
            {
                return value;
            }

            gradient.Fill(double.NaN);
            return double.NaN;
        }
    }
}
