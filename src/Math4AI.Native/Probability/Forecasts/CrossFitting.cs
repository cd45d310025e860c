using MathNet.Numerics;
using MathNet.Numerics.Random;

namespace Math4AI.Probability.Forecasts;

/// <summary>
/// Calibration whose gain can be measured on the samples that it learned from: each sample is calibrated by what the
/// samples of the other folds gave.
/// </summary>
public static class CrossFitting
{
    /// <summary>Returns for each sample what a calibration makes of it that has not seen it.</summary>
    /// <param name="scores">What the model predicts for each sample, which it has not seen.</param>
    /// <param name="observed">What was observed.</param>
    /// <param name="fit">Fits a calibration, such as <c>IsotonicCalibration.Fit</c>.</param>
    /// <param name="apply">Applies one, such as <c>(steps, score) => steps.Of(score)</c>.</param>
    /// <param name="folds">The number of folds; as many as samples leave each out by itself.</param>
    /// <param name="seed">The same seed gives the same folds.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there are fewer samples than folds.</exception>
    public static TResult[] Apply<TScore, TObserved, TCalibration, TResult>(
        IReadOnlyList<TScore> scores, IReadOnlyList<TObserved> observed,
        Func<IReadOnlyList<TScore>, IReadOnlyList<TObserved>, TCalibration> fit,
        Func<TCalibration, TScore, TResult> apply, int folds = 5, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(apply);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (scores.Count != observed.Count || scores.Count < folds)
        {
            throw new ArgumentException($"There are {scores.Count} scores and {observed.Count} observations for "
                + $"{folds} folds: as many of both are needed, and no fewer than folds.");
        }

        int[] order = Combinatorics.GeneratePermutation(scores.Count, new MersenneTwister(seed, threadSafe: false));
        var results = new TResult[scores.Count];
        for (int fold = 0; fold < folds; fold++)
        {
            int[] others = [.. Enumerable.Range(0, order.Length).Where(i => i % folds != fold).Select(i => order[i])];
            TCalibration calibration =
                fit([.. others.Select(i => scores[i])], [.. others.Select(i => observed[i])]);
            for (int i = fold; i < order.Length; i += folds)
            {
                results[order[i]] = apply(calibration, scores[order[i]]);
            }
        }

        return results;
    }
}
