using Math4AI.Fitting;

namespace Math4AI.Training.Scoring;

/// <summary>The scores of a model on a part of the data.</summary>
/// <param name="Rows">The number of samples of the part.</param>
/// <param name="Scores">The scores by name.</param>
/// <param name="Intervals">
/// Their 95 % intervals where they were asked for and are known: of accuracies by Wilson's limits, of others by
/// bootstrap.
/// </param>
public sealed record ScoredPart(
    int Rows, IReadOnlyDictionary<string, double> Scores, IReadOnlyDictionary<string, Interval> Intervals)
{
    /// <summary>Returns the mean and the standard deviation of each score over several trainings.</summary>
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

    /// <summary>
    /// The scores of numbers: the root mean square error, R², and the mean, the median and the 90 % quantile of
    /// |error|, of which a few large errors do not decide.
    /// </summary>
    internal static ScoredPart OfNumbers(
        double[][] predicted, double[] observed, bool hasIntervals, CancellationToken cancellation = default)
    {
        double[] squares = [.. predicted.Zip(observed, (f, y) => (f[0] - y) * (f[0] - y))];
        double[] errors = [.. squares.Select(Math.Sqrt)];
        int[] byError = [.. Enumerable.Range(0, errors.Length).OrderBy(i => errors[i])];
        double center = observed.Average();
        double[] centered = [.. observed.Select(y => y - center)];
        return Of(
            observed.Length,
            [
                new("rmse", drawn => Math.Sqrt(Mean(squares, drawn))),
                new("rSquared", drawn => RSquared(squares, centered, drawn)),
                new("mae", drawn => Mean(errors, drawn)),
                new("medianError", drawn => errors[byError[PlaceOf(0.5, byError, drawn)]]),
                new("error90", drawn => errors[byError[PlaceOf(0.9, byError, drawn)]]),
            ],
            hasIntervals,
            cancellation);
    }

    /// <summary>R² of errors' squares and observations about their mean, by how often each is drawn.</summary>
    private static double RSquared(double[] squares, double[] centered, int[] drawn)
    {
        double rest = 0.0, sum = 0.0, sumOfSquares = 0.0;
        for (int i = 0; i < drawn.Length; i++)
        {
            double y = centered[i];
            (rest, sum, sumOfSquares) =
                (rest + drawn[i] * squares[i], sum + drawn[i] * y, sumOfSquares + drawn[i] * y * y);
        }

        // Of equal ones rounding alone is left, and there is no R².
        double spread = sumOfSquares - sum * sum / drawn.Length;
        return spread > 1e-12 * sumOfSquares ? 1.0 - rest / spread : double.NaN;
    }

    /// <summary>The first place in an order up to which a share of the drawn samples lies.</summary>
    private static int PlaceOf(double share, int[] order, int[] drawn)
    {
        const double Rounding = 1e-9;
        double left = share * drawn.Length - Rounding;
        int at = 0;
        while ((left -= drawn[order[at]]) > 0.0)
        {
            at++;
        }

        return at;
    }

    /// <summary>The scores of probabilities of classes.</summary>
    internal static ScoredPart OfClasses(
        double[][] predicted, int[] observed, bool hasIntervals, int[]? decided = null, DecisionRule? rule = null,
        CancellationToken cancellation = default)
    {
        int[] chosen = decided ?? Scoring.Scores.Likeliest(predicted);
        double[] right = [.. chosen.Zip(observed, (p, y) => p == y ? 1.0 : 0.0)];
        double[] losses = [.. predicted.Zip(observed, (row, y) => -Math.Log(Math.Max(1e-12, row[y])))];
        var counts = new ClassCounts(predicted[0].Length, observed, chosen);
        int[] present = [.. observed.Distinct()], named = [.. observed.Union(chosen)];
        var ranked = new RankedProbabilities(predicted, observed);

        // Of scores that are means over the classes, a draw has as many samples of each class as there are: it has
        // every class.
        ScoredPart part = Of(
            observed.Length,
            [
                new("accuracy", drawn => Mean(right, drawn)),
                new("balancedAccuracy", drawn => counts.Mean(present, drawn, (found, seen, _) => found / seen),
                    observed),
                new("f1", drawn =>
                    counts.Mean(named, drawn, (found, seen, taken) => 2.0 * found / Math.Max(1.0, seen + taken)),
                    observed),
                new("rocAuc", drawn => ranked.Area(drawn), observed),
                new("logLoss", drawn => Mean(losses, drawn)),
                .. OfAim(rule, chosen, observed),
            ],
            hasIntervals,
            cancellation);
        part = rule is null ? part : WithLimits(part, rule, chosen, observed);

        // A bootstrap of 2 of 2 knows of nothing but 2 of 2.
        return !hasIntervals ? part : part with
        {
            Intervals = new Dictionary<string, Interval>(part.Intervals)
            {
                ["accuracy"] = Scoring.Scores.Wilson(right.Sum(), right.Length),
                ["balancedAccuracy"] = Scoring.Scores.MeanOfProportions(
                    [.. present.Select(of => chosen.Zip(observed).Count(pair => pair == (of, of)) + 0.0)],
                    [.. present.Select(of => observed.Count(y => y == of) + 0.0)]),
            },
        };
    }

    /// <summary>The score that an aim is about.</summary>
    private static IEnumerable<Score> OfAim(DecisionRule? rule, int[] chosen, int[] observed)
    {
        if (rule?.Goal is not { } goal)
        {
            yield break;
        }

        yield return new Score(
            goal.ScoreName,
            drawn =>
            {
                double right = 0.0, answered = 0.0, there = 0.0;
                for (int i = 0; i < drawn.Length; i++)
                {
                    right += chosen[i] == rule.Class && observed[i] == rule.Class ? drawn[i] : 0;
                    answered += chosen[i] == rule.Class ? drawn[i] : 0;
                    there += observed[i] == rule.Class ? drawn[i] : 0;
                }

                return goal.Score(right, answered, there, drawn.Length);
            },
            observed);
    }

    /// <summary>A recall and a precision are proportions, which have limits whatever they are.</summary>
    private static ScoredPart WithLimits(ScoredPart part, DecisionRule rule, int[] chosen, int[] observed)
    {
        int[] all = rule.Goal?.Kind switch { "recall" => observed, "precision" => chosen, _ => [] };
        double of = all.Count(place => place == rule.Class);
        return of == 0.0 ? part : part with
        {
            Intervals = new Dictionary<string, Interval>(part.Intervals)
            {
                [rule.Goal!.ScoreName] = Scoring.Scores.Wilson(
                    chosen.Zip(observed).Count(pair => pair == (rule.Class, rule.Class)), of),
            },
        };
    }

    /// <summary>How often each class was observed, was chosen, and was chosen rightly.</summary>
    private readonly record struct ClassCounts(int Classes, int[] Observed, int[] Chosen)
    {
        /// <summary>Returns the mean over some classes of a score of these three counts.</summary>
        public double Mean(int[] classes, int[] drawn, Func<double, double, double, double> score)
        {
            double[] found = new double[Classes], seen = new double[Classes], taken = new double[Classes];
            for (int i = 0; i < drawn.Length; i++)
            {
                found[Chosen[i]] += Chosen[i] == Observed[i] ? drawn[i] : 0;
                seen[Observed[i]] += drawn[i];
                taken[Chosen[i]] += drawn[i];
            }

            return classes.Average(of => score(found[of], seen[of], taken[of]));
        }
    }

    private static ScoredPart Of(int samples, Score[] scores, bool hasIntervals, CancellationToken cancellation)
    {
        int[] once = new int[samples];
        Array.Fill(once, 1);
        return new ScoredPart(
            samples,
            scores.ToDictionary(score => score.Name, score => score.Of(once)),
            hasIntervals
                ? scores.Select(score => (score.Name, Between: Scoring.Scores.Bootstrap(
                    samples, score.Of, score.Strata, cancellation: cancellation)))
                    .Where(pair => double.IsFinite(pair.Between.Lower))
                    .ToDictionary(pair => pair.Name, pair => pair.Between)
                : new Dictionary<string, Interval>());
    }

    private static double Mean(double[] values, int[] drawn)
    {
        double sum = 0.0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += drawn[i] * values[i];
        }

        return sum / values.Length;
    }

    /// <summary>A score by how often each sample is drawn.</summary>
    private readonly record struct Score(string Name, Func<int[], double> Of, int[]? Strata = null);
}
