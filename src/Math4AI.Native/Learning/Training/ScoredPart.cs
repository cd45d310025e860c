namespace Math4AI.Learning;

/// <summary>A part of the data and how well the model predicts it.</summary>
/// <param name="Rows">The samples of the part.</param>
/// <param name="Scores">Scores by name.</param>
/// <param name="Intervals">Their 95 % intervals by bootstrap, where they were asked for.</param>
public sealed record ScoredPart(int Rows, IReadOnlyDictionary<string, double> Scores, IReadOnlyDictionary<string, Interval> Intervals)
{
    /// <summary>Mean and standard deviation of each score over several trainings.</summary>
    /// <param name="parts">Parts with the same scores.</param>
    /// <exception cref="ArgumentException">There is no part.</exception>
    public static IReadOnlyDictionary<string, (double Mean, double Deviation)> Spread(IReadOnlyList<ScoredPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            throw new ArgumentException("There are no scores to take the mean of.", nameof(parts));
        }

        return parts[0].Scores.Keys.ToDictionary(name => name, name =>
        {
            double mean = parts.Average(part => part.Scores[name]);
            double squares = parts.Sum(part => Math.Pow(part.Scores[name] - mean, 2));
            return (mean, Math.Sqrt(squares / Math.Max(1, parts.Count - 1)));
        });
    }

    /// <summary>The scores of some samples.</summary>
    internal static ScoredPart Of(int samples, IReadOnlyDictionary<string, Func<int[], double>> scores, bool hasIntervals)
    {
        int[] all = [.. Enumerable.Range(0, samples)];
        return new ScoredPart(
            samples,
            scores.ToDictionary(score => score.Key, score => score.Value(all)),
            hasIntervals
                ? scores.ToDictionary(score => score.Key, score => Learning.Scores.Bootstrap(samples, score.Value))
                : new Dictionary<string, Interval>());
    }

    /// <summary>The scores of numbers.</summary>
    internal static ScoredPart OfNumbers(double[][] predicted, double[] observed, bool hasIntervals) => Of(
        observed.Length,
        new Dictionary<string, Func<int[], double>>
        {
            ["rmse"] = rows => Learning.Scores.Rmse([.. rows.Select(i => predicted[i][0])], [.. rows.Select(i => observed[i])]),
            ["rSquared"] = rows => Learning.Scores.RSquared([.. rows.Select(i => predicted[i][0])], [.. rows.Select(i => observed[i])]),
        },
        hasIntervals);

    /// <summary>The scores of probabilities of classes.</summary>
    internal static ScoredPart OfClasses(double[][] predicted, int[] observed, bool hasIntervals)
    {
        int[] chosen = Learning.Scores.Likeliest(predicted);
        return Of(
            observed.Length,
            new Dictionary<string, Func<int[], double>>
            {
                ["accuracy"] = rows => Learning.Scores.Accuracy([.. rows.Select(i => chosen[i])], [.. rows.Select(i => observed[i])]),
                ["balancedAccuracy"] = rows => Learning.Scores.BalancedAccuracy([.. rows.Select(i => chosen[i])], [.. rows.Select(i => observed[i])]),
                ["f1"] = rows => Learning.Scores.F1([.. rows.Select(i => chosen[i])], [.. rows.Select(i => observed[i])]),
                ["rocAuc"] = rows => Learning.Scores.RocAuc([.. rows.Select(i => predicted[i])], [.. rows.Select(i => observed[i])]),
                ["logLoss"] = rows => rows.Average(i => -Math.Log(Math.Max(1e-12, predicted[i][observed[i]]))),
            },
            hasIntervals);
    }
}
