using System.Globalization;
using Math4AI.Data.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners.Combined;

/// <summary>
/// A stack of learners: the weighted mean of what they predict. Source of how weights are found, by adding to the mean,
/// again and again, whichever prediction lowers the loss of samples left out the most: R. Caruana et al., "Ensemble
/// selection from libraries of models", ICML (2004).
/// </summary>
public sealed record StackedLearner : Learner
{
    private const int Additions = 40;

    // A smaller share of the additions than this is chance, and a model more to learn and to ask.
    private const int LeastAdditions = Additions / 10;

    /// <summary>Gets the learners, with settled settings.</summary>
    public required IReadOnlyList<Learner> Learners { get; init; }

    /// <summary>Gets their weights, not negative and of the sum 1.</summary>
    public required IReadOnlyList<double> Weights { get; init; }

    /// <inheritdoc/>
    public override bool TakesWeights => Learners.All(learner => learner.TakesWeights);

    /// <inheritdoc/>
    public override string ToString() => "stack: " + (Learners.Count == 1
        ? $"all weight on {Learners[0]}"
        : string.Join(" + ", Learners.Zip(Weights, (learner, weight) =>
            string.Create(CultureInfo.InvariantCulture, $"{weight:0.###} ({learner})"))));

    /// <inheritdoc/>
    public override Learner? Keeping(IReadOnlyList<int> directions)
    {
        // A mean of what keeps a direction keeps it.
        Learner[] kept = [.. Learners.Select(learner => learner.Keeping(directions)).OfType<Learner>()];
        return kept.Length == Learners.Count ? this with { Learners = kept } : null;
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
        new StackedFit(Weights, [.. Learners.Select(learner => learner.Fit(training, cancellation))]);

    /// <summary>
    /// The weights of predictions, each samples × outputs, by the samples that are named; those below a tenth are 0.
    /// </summary>
    internal static double[] WeightsOf(
        IReadOnlyList<Matrix<double>> predictions, Func<Matrix<double>, double[]> lossesOf, IReadOnlyList<int> rows)
    {
        int[] counts = new int[predictions.Count];
        Matrix<double>? sum = null;
        for (int addition = 1; addition <= Additions; addition++)
        {
            double[] losses = [.. predictions.Select(found =>
            {
                double[] each = lossesOf((sum is null ? found : sum + found) / addition);
                return rows.Average(row => each[row]);
            })];
            int best = Array.IndexOf(losses, losses.Min());
            counts[best]++;
            sum = sum is null ? predictions[best] : sum + predictions[best];
        }

        int least = Math.Min(LeastAdditions, counts.Max());
        counts = Array.ConvertAll(counts, count => count < least ? 0 : count);
        return Array.ConvertAll(counts, count => (double)count / counts.Sum());
    }

    /// <summary>The weighted mean of predictions.</summary>
    internal static Matrix<double> Mean(IReadOnlyList<Matrix<double>> predictions, IReadOnlyList<double> weights) =>
        predictions.Zip(weights, (found, weight) => weight * found).Aggregate((a, b) => a + b);
}
