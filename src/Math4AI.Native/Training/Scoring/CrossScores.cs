using Math4AI.Probability.Conformal;

namespace Math4AI.Training.Scoring;

/// <summary>
/// CV+ and cross-conformal prediction: samples in parts, each scored by the model that learned from the others, so that
/// none is kept from learning. Intervals hold a new number with a probability of at least 1 − 2α − 1/n + 1/K, and about
/// 1 − α in practice, α = 1 − level. With as many parts as samples it is the jackknife+; with one part, scored by a
/// model that has not seen it, it is split conformal prediction, exactly. Sources: R. Barber, E. Candès, A. Ramdas, R.
/// Tibshirani, "Predictive inference with the jackknife+", Annals of Statistics 49 (2021); Y. Romano, M. Sesia, E.
/// Candès, "Classification with valid and adaptive coverage", NeurIPS (2020).
/// </summary>
internal sealed class CrossScores
{
    private readonly double[] scores;
    private readonly int[] parts;

    // The scores of each part in ascending order: no prediction sorts or reads them all.
    private readonly double[][] sorted;

    /// <summary>Takes the scores of the samples.</summary>
    /// <param name="scores">How badly each fits the model that has not seen it, such as |y − f(x)|.</param>
    /// <param name="parts">The part of each sample, from 0: the number of the model that has not seen it.</param>
    /// <exception cref="ArgumentException">A score is NaN, or there is not one part a score.</exception>
    public CrossScores(IReadOnlyList<double> scores, IReadOnlyList<int> parts)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(parts);
        if (scores.Any(double.IsNaN) || parts.Count != scores.Count || parts.Any(part => part < 0))
        {
            throw new ArgumentException("Scores are numbers, each with the number of its part.", nameof(scores));
        }

        (this.scores, this.parts) = ([.. scores], [.. parts]);
        ILookup<int, double> ofParts = scores.Zip(parts).ToLookup(pair => pair.Second, pair => pair.First);
        sorted = [.. Enumerable.Range(0, parts.DefaultIfEmpty(-1).Max() + 1).Select(
            part => ofParts[part].Order().ToArray())];
    }

    /// <summary>Takes scores by one model, which has not seen the samples: split conformal prediction.</summary>
    public static CrossScores OfOne(IReadOnlyList<double> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return new CrossScores(scores, new int[scores.Count]);
    }

    /// <summary>Gets the number of samples.</summary>
    public int Count => scores.Length;

    /// <summary>Gets the scores of the samples.</summary>
    public IReadOnlyList<double> Scores => scores;

    /// <summary>Gets the part of each sample.</summary>
    public IReadOnlyList<int> Parts => parts;

    /// <summary>Gets the highest level for which there are enough samples.</summary>
    public double HighestLevel => scores.Length / (scores.Length + 1.0);

    /// <summary>
    /// Returns the least number of samples with which intervals have ends, and sets can leave a class out.
    /// </summary>
    /// <param name="level">The probability, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public static int LeastFor(double level)
    {
        // About level/(1 − level): rounding decides between neighbors.
        int least = Math.Max(1, (int)Math.Min(int.MaxValue / 2, level / (1.0 - level)) - 1);
        while (least < int.MaxValue / 2 && SplitConformal.RankOf(level, least) > least)
        {
            least++;
        }

        return least;
    }

    /// <summary>
    /// Returns the interval of a new number: from the ⌊α(n + 1)⌋-th smallest of f₋ᵢ(x) − Rᵢ u to the ⌈level (n +
    /// 1)⌉-th smallest of f₋ᵢ(x) + Rᵢ u, where f₋ᵢ is the model that has not seen sample i, and Rᵢ its score. Infinite
    /// where there are too few samples for the level.
    /// </summary>
    /// <param name="predictions">What the model of each part predicts.</param>
    /// <param name="units">The unit u in which the model of each part measures errors there, such as 1.</param>
    /// <param name="level">The probability, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public (double Lower, double Upper) Interval(
        IReadOnlyList<double> predictions, IReadOnlyList<double> units, double level)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(units);
        int rank = SplitConformal.RankOf(level, scores.Length);
        if (rank > scores.Length)
        {
            return (double.NegativeInfinity, double.PositiveInfinity);
        }

        // The ⌊(1 − level)(n + 1)⌋-th smallest of a is minus the ⌈level (n + 1)⌉-th smallest of −a.
        int fromTop = scores.Length - rank;
        return (
            -Largest(fromTop, (part, score) => score * units[part] - predictions[part]),
            Largest(fromTop, (part, score) => score * units[part] + predictions[part]));
    }

    /// <summary>
    /// The largest of all values but for so many larger ones, where a part's values grow with its scores.
    /// </summary>
    private double Largest(int larger, Func<int, double, double> valueOf)
    {
        int[] left = Array.ConvertAll(sorted, part => part.Length);
        if (left.Length == 1)
        {
            return valueOf(0, sorted[0][left[0] - 1 - larger]);
        }

        double largest = double.NaN;
        for (int taken = 0; taken <= larger; taken++)
        {
            (int from, largest) = (-1, double.NegativeInfinity);
            for (int part = 0; part < left.Length; part++)
            {
                if (left[part] > 0 && valueOf(part, sorted[part][left[part] - 1]) is var value
                    && (from < 0 || value > largest))
                {
                    (from, largest) = (part, value);
                }
            }

            left[from]--;
        }

        return largest;
    }

    /// <summary>
    /// Returns whether the set of a new sample holds a class: whether fewer than level (n + 1) of the samples have a
    /// smaller score than the class has by the model that has not seen them.
    /// </summary>
    /// <param name="scoresOf">The score of the class by the model of each part.</param>
    /// <param name="level">The probability, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public bool Holds(IReadOnlyList<double> scoresOf, double level)
    {
        ArgumentNullException.ThrowIfNull(scoresOf);
        int smaller = 0;
        for (int part = 0; part < sorted.Length; part++)
        {
            smaller += Below(sorted[part], scoresOf[part]);
        }

        return smaller < SplitConformal.RankOf(level, scores.Length);
    }

    /// <summary>How many of numbers in ascending order lie below another.</summary>
    private static int Below(double[] ascending, double limit)
    {
        (int from, int to) = (0, ascending.Length);
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = ascending[middle] < limit ? (middle + 1, to) : (from, middle);
        }

        return from;
    }

    /// <summary>
    /// Returns the set of classes of a new sample by one model's probabilities: those that it holds, and the answer.
    /// </summary>
    /// <param name="probabilities">The probability of each class.</param>
    /// <param name="decided">The class that is answered.</param>
    /// <param name="level">The probability, between 0 and 1.</param>
    public IReadOnlyList<int> SetOf(IReadOnlyList<double> probabilities, int decided, double level) =>
        [.. Enumerable.Range(0, probabilities.Count).Where(
            of => of == decided || Holds([1.0 - probabilities[of]], level))];
}
