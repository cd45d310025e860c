using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability.Conformal;

/// <summary>
/// Adaptive prediction sets for classes: the most probable classes, as many as needed, so that the set holds the true
/// class with a probability of at least the level, whatever the model and the distribution; small where the model is
/// sure, large where it is not. The score of class k is the probability of the classes before it and a share v of its
/// own. With v uniform on 0 … 1 the level is met within 1/(n + 1), and sets can be empty; with v = 1 they need no
/// chance, hold the most probable class at least, and meet the level or more; of classes with the same score, as where
/// a model is sure to the last digit, the more probable one then has the lower.
/// Source: Y. Romano, M. Sesia and E. Candès, "Classification with valid and adaptive coverage", NeurIPS 33 (2020).
/// </summary>
public sealed class AdaptiveSets
{
    private const double SumTolerance = 1e-6;

    // What a place behind the most probable class adds to a score: more than its rounding, and less than counts.
    private const double Step = 1e-12;

    private readonly SplitConformal scores;
    private readonly bool isRandomized;

    /// <summary>Takes n samples that the model has not seen.</summary>
    /// <param name="probabilities">n × classes: what the model gives each class; each row sums to 1.</param>
    /// <param name="classes">The true class of each sample, from 0.</param>
    /// <param name="shares">v of each sample, drawn uniformly from 0 … 1; null for 1.</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ, a row is not one of probabilities, or a class does not exist.
    /// </exception>
    public AdaptiveSets(
        Matrix<double> probabilities, IReadOnlyList<int> classes, IReadOnlyList<double>? shares = null)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(classes);
        (Classes, isRandomized) = (probabilities.ColumnCount, shares is not null);
        if (classes.Count != probabilities.RowCount || (shares ?? []).Count != (isRandomized ? classes.Count : 0))
        {
            throw new ArgumentException(
                $"There are {probabilities.RowCount} rows of probabilities, {classes.Count} classes and "
                + $"{shares?.Count ?? 0} shares: each sample needs one.");
        }

        double[] found = new double[classes.Count];
        for (int i = 0; i < found.Length; i++)
        {
            double[] row = Checked(probabilities.Row(i).AsArray() ?? probabilities.Row(i).ToArray(), i + 1);
            found[i] = classes[i] >= 0 && classes[i] < Classes
                ? Scores(row, shares?[i])[classes[i]]
                : throw new ArgumentException($"Sample {i + 1} has class {classes[i]} of {Classes}.", nameof(classes));
        }

        scores = new SplitConformal(found);
    }

    /// <summary>Gets the number of samples n.</summary>
    public int Count => scores.Count;

    /// <summary>Gets the number of classes.</summary>
    public int Classes { get; }

    /// <summary>Returns the set of a new sample, the most probable class first.</summary>
    /// <param name="probabilities">What the model gives each class.</param>
    /// <param name="level">The probability, between 0 and 1.</param>
    /// <param name="share">v, drawn uniformly from 0 … 1; null where there were none for the samples.</param>
    /// <exception cref="ArgumentException">
    /// They are no probabilities of as many classes, or a share is given and none were for the samples, or the reverse.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The level or the share is not between 0 and 1.</exception>
    public IReadOnlyList<int> Of(IReadOnlyList<double> probabilities, double level, double? share = null)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (share is null == isRandomized)
        {
            throw new ArgumentException(
                "A new sample takes a share if the samples had some, and none if they had none: else the level is not "
                + "met.", nameof(share));
        }

        double[] row = Checked([.. probabilities], 1), own = Scores(row, share);
        double most = scores.Quantile(level);
        return [.. Order(row).Where((k, place) => own[k] <= most || (place == 0 && !isRandomized))];
    }

    private static int[] Order(double[] row) =>
        [.. Enumerable.Range(0, row.Length).OrderByDescending(k => row[k]).ThenBy(k => k)];

    /// <summary>The score of each class.</summary>
    private static double[] Scores(double[] row, double? given)
    {
        double[] found = new double[row.Length];
        double before = 0.0, share = ShareOf(given);
        int[] order = Order(row);
        for (int place = 0; place < order.Length; place++)
        {
            // Chance tells equal scores apart, where it is there.
            found[order[place]] = before + share * row[order[place]] + (given is null ? place * Step : 0.0);
            before += row[order[place]];
        }

        return found;
    }

    private static double ShareOf(double? share) => share switch
    {
        null => 1.0,
        >= 0.0 and <= 1.0 => share.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(share), share, "A share lies between 0 and 1."),
    };

    private double[] Checked(double[] row, int number) =>
        row.Length == Classes && row.All(p => p >= 0.0) && Math.Abs(row.Sum() - 1.0) < SumTolerance
            ? row
            : throw new ArgumentException(
                $"Sample {number} needs {Classes} probabilities, each 0 or more, with the sum 1.");
}
