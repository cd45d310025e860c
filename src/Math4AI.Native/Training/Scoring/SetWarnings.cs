using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Training.Learners.Combined;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Scoring;

/// <summary>What to know of intervals and sets that say nothing: why they do, and what helps.</summary>
internal static class SetWarnings
{
    private const string NoNumber =
        "there is no prediction, since a number is so large that what is computed of it overflows: correct it.";

    /// <summary>Adds it to predictions, and what to know of predictions that are no numbers.</summary>
    /// <param name="found">The predictions.</param>
    /// <param name="scores">The scores that their intervals or sets rest on; null for none.</param>
    /// <param name="level">The chance that is asked for.</param>
    public static FilePredictions AddTo(FilePredictions found, CrossScores? scores, double level)
    {
        int lost = found.Values.Count(row => row.Any(double.IsNaN));
        string? text = Of(found.Sets, found.Classes.Count, scores, level);
        return lost == 0 && text is null
            ? found
            : found with
            {
                Warnings =
                [
                    .. found.Warnings,
                    .. lost > 0 ? [new PredictionWarning(NoNumber, lost)] : Array.Empty<PredictionWarning>(),
                    .. text is null ? [] : new[] { new PredictionWarning(text) },
                ],
            };
    }

    /// <summary>
    /// Says that there are too few rows for the level, or that every set holds every class though there are enough;
    /// null where neither is so.
    /// </summary>
    /// <param name="sets">The sets; none for intervals.</param>
    /// <param name="classes">The number of classes; 0 for intervals.</param>
    /// <param name="scores">The scores.</param>
    /// <param name="level">The chance that is asked for.</param>
    public static string? Of(
        IReadOnlyList<IReadOnlyList<int>> sets, int classes, CrossScores? scores, double level) =>
        scores is null ? null
        : CrossScores.LeastFor(level) is var least && scores.Count < least ? TooFew(classes, scores, level, least)
        : classes > 1 && sets.Count > 1 && sets.All(set => set.Count == classes)
            ? $"Every set holds every class: the model is too unsure to rule out one with a chance of {Text(level)}. "
                + "Ask for a lower level, or train on more rows or with other features."
        : null;

    /// <summary>
    /// Says that intervals reach below 0 for a target that never does, and has a heavy tail; null where it is not so.
    /// </summary>
    /// <param name="target">The name of the target.</param>
    /// <param name="ofTest">Computes the intervals of the test rows.</param>
    /// <param name="numbers">The targets that were learned.</param>
    /// <param name="wasCompared">Whether logarithms have been compared already.</param>
    public static string? OfBelowZero(
        string target, Func<IReadOnlyList<(double Lower, double Upper)>> ofTest, double[] numbers, bool wasCompared)
    {
        if (!LogLearner.Suits(Vector<double>.Build.Dense(numbers)))
        {
            return null;
        }

        IReadOnlyList<(double Lower, double Upper)> intervals = ofTest();
        int below = intervals.Count(interval => interval.Lower < 0.0 && double.IsFinite(interval.Lower));
        return below == 0
            ? null
            : $"{below} of {intervals.Count} intervals of the test rows reach below 0, though '{target}' is above 0 in "
                + "all rows, with a few very large values: take such a limit for 0"
                + (wasCompared ? "." : ", or use --model auto, which tries its logarithm.");
    }

    private static string TooFew(int classes, CrossScores scores, double level, int least) =>
        (classes > 0 ? "Every set holds every class" : "Intervals have no ends")
            + $", since they rest on {scores.Count} samples that the model has not seen, and a chance of {Text(level)} "
            + $"needs {least}: train on more"
            + (scores.HighestLevel > 0.5
                ? $", or ask for a level of {Text(Below(scores.HighestLevel))} or less."
                : ".");

    private static string Text(double level) => level.ToString(CultureInfo.InvariantCulture);

    // Rounded up, it would be a level for which there are too few samples.
    private static double Below(double level) => Math.Floor(1000.0 * level + 1e-6) / 1000.0;
}
