namespace Math4AI.Probability.Forecasts;

/// <summary>
/// Turns scores into probabilities by the rising step function that fits best in squares, found by pooling adjacent
/// violators: no shape is assumed but that a higher score means more. Fit it to samples that the model has not seen;
/// below about 1000 it follows chance. Source: B. Zadrozny and C. Elkan, "Transforming classifier scores into accurate
/// multiclass probability estimates", KDD (2002).
/// </summary>
public sealed class IsotonicCalibration
{
    private readonly double[] from;
    private readonly double[] values;

    private IsotonicCalibration(double[] from, double[] values) => (this.from, this.values) = (from, values);

    /// <summary>Gets the least score of each step, rising.</summary>
    public IReadOnlyList<double> From => from;

    /// <summary>Gets the probability of each step, rising.</summary>
    public IReadOnlyList<double> Values => values;

    /// <summary>Fits the steps.</summary>
    /// <param name="scores">A score for each sample; equal ones get one probability.</param>
    /// <param name="happened">Whether the event happened.</param>
    /// <exception cref="ArgumentException">The lengths differ or are 0, or a score is not finite.</exception>
    public static IsotonicCalibration Fit(IReadOnlyList<double> scores, IReadOnlyList<bool> happened)
    {
        double[] known = ScoredEvents.Require(scores, happened);
        var steps = new List<(double From, double Sum, int Count)>();
        foreach (IGrouping<double, bool> group in known.Zip(happened).GroupBy(pair => pair.First, pair => pair.Second)
            .OrderBy(group => group.Key))
        {
            (double From, double Sum, int Count) step = (group.Key, group.Count(each => each), group.Count());
            while (steps.Count > 0 && steps[^1].Sum * step.Count >= step.Sum * steps[^1].Count)
            {
                step = (steps[^1].From, steps[^1].Sum + step.Sum, steps[^1].Count + step.Count);
                steps.RemoveAt(steps.Count - 1);
            }

            steps.Add(step);
        }

        return new IsotonicCalibration(
            [.. steps.Select(step => step.From)], [.. steps.Select(step => step.Sum / step.Count)]);
    }

    /// <summary>Returns the probability of a score.</summary>
    /// <param name="score">The score.</param>
    public double Of(double score)
    {
        int place = Array.BinarySearch(from, score);
        return values[Math.Max(0, place >= 0 ? place : ~place - 1)];
    }
}
