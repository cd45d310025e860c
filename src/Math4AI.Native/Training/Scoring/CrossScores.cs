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
    }

    /// <summary>Gets the number of samples.</summary>
    public int Count => scores.Length;

    /// <summary>Gets the scores of the samples.</summary>
    public IReadOnlyList<double> Scores => scores;

    /// <summary>Gets the part of each sample.</summary>
    public IReadOnlyList<int> Parts => parts;

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
        return CrossConformal.Between(predictions, scores, units, parts, level);
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
        int rank = SplitConformal.RankOf(level, scores.Length), smaller = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            smaller += scores[i] < scoresOf[parts[i]] ? 1 : 0;
        }

        return smaller < rank;
    }
}
