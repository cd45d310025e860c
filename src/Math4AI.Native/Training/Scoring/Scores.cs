using Math4AI.Fitting;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Training.Scoring;

/// <summary>Scores of predictions: accuracy, F1, area under the ROC curve, root mean square error, R².</summary>
public static class Scores
{
    /// <summary>Returns the accuracy: the share of samples whose class is predicted.</summary>
    /// <param name="predicted">One class a sample.</param>
    /// <param name="observed">As many.</param>
    public static double Accuracy(IReadOnlyList<int> predicted, IReadOnlyList<int> observed) =>
        predicted.Zip(observed, (p, y) => p == y ? 1.0 : 0.0).Average();

    /// <summary>Returns the balanced accuracy: the mean over the classes of the recall.</summary>
    /// <param name="predicted">One class a sample.</param>
    /// <param name="observed">As many.</param>
    public static double BalancedAccuracy(IReadOnlyList<int> predicted, IReadOnlyList<int> observed) =>
        observed.Select((y, i) => (y, i)).GroupBy(pair => pair.y)
            .Average(group => group.Average(pair => predicted[pair.i] == pair.y ? 1.0 : 0.0));

    /// <summary>Returns the macro-averaged F1 score: the mean over the classes of 2 TP/(2 TP + FP + FN).</summary>
    /// <param name="predicted">One class a sample.</param>
    /// <param name="observed">As many.</param>
    public static double F1(IReadOnlyList<int> predicted, IReadOnlyList<int> observed) =>
        observed.Concat(predicted).Distinct().Average(of =>
        {
            int right = predicted.Zip(observed).Count(pair => pair.First == of && pair.Second == of);
            int wrong = predicted.Zip(observed).Count(pair => (pair.First == of) != (pair.Second == of));
            return right + wrong == 0 ? 0.0 : 2.0 * right / (2.0 * right + wrong);
        });

    /// <summary>
    /// Returns the area under the ROC curve, the mean over the classes that occur, each against the rest: the
    /// probability that a sample of the class is given more of it than one of another, ties counted half. Source: J.
    /// Hanley and B. McNeil, Radiology 143 (1982). NaN where all samples are of one class.
    /// </summary>
    /// <param name="probabilities">samples × classes.</param>
    /// <param name="observed">One class a sample.</param>
    public static double RocAuc(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> observed) =>
        new RankedProbabilities(probabilities, observed).Area([.. observed.Select(_ => 1)]);

    /// <summary>Returns the most probable class of each sample.</summary>
    /// <param name="probabilities">samples × classes.</param>
    public static int[] Likeliest(IReadOnlyList<double[]> probabilities) =>
        [.. probabilities.Select(row => Array.IndexOf(row, row.Max()))];

    /// <summary>The most probable classes, as many as reach a probability, and the answer.</summary>
    internal static int[] MostProbable(double[] probabilities, int answer, double level)
    {
        double sum = 0.0;
        var set = new List<int>();
        foreach (int of in Enumerable.Range(0, probabilities.Length).OrderByDescending(k => probabilities[k]))
        {
            if (sum < level || of == answer)
            {
                set.Add(of);
            }

            sum += probabilities[of];
        }

        return [.. set.Order()];
    }

    /// <summary>Returns the confusion matrix: counts, [observed class][predicted class].</summary>
    /// <param name="probabilities">samples × classes.</param>
    /// <param name="observed">One class a sample.</param>
    /// <param name="decided">The predicted class of each sample; null for the most probable one.</param>
    public static int[][] Confusion(
        IReadOnlyList<double[]> probabilities, IReadOnlyList<int> observed, IReadOnlyList<int>? decided = null)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(observed);
        int[][] counts = [.. probabilities[0].Select(_ => new int[probabilities[0].Length])];
        foreach ((int chosen, int label) in (decided ?? Likeliest(probabilities)).Zip(observed))
        {
            counts[label][chosen]++;
        }

        return counts;
    }

    /// <summary>Returns the root mean square error, √ mean (f − y)².</summary>
    /// <param name="predicted">One number a sample.</param>
    /// <param name="observed">As many.</param>
    public static double Rmse(IReadOnlyList<double> predicted, IReadOnlyList<double> observed) =>
        Math.Sqrt(predicted.Zip(observed, (f, y) => (f - y) * (f - y)).Average());

    /// <summary>Returns the coefficient of determination, R² = 1 − Σ (f − y)²/Σ (y − ȳ)².</summary>
    /// <param name="predicted">One number a sample.</param>
    /// <param name="observed">As many.</param>
    public static double RSquared(IReadOnlyList<double> predicted, IReadOnlyList<double> observed)
    {
        double mean = observed.Average();
        return 1.0 - predicted.Zip(observed, (f, y) => (f - y) * (f - y)).Sum()
            / observed.Sum(y => (y - mean) * (y - mean));
    }

    /// <summary>
    /// Returns the 95 % interval of a proportion: with p̂ = k/n and z = 1.96, (p̂ + z²/2n ± z √(p̂(1 − p̂)/n +
    /// z²/4n²))/(1 + z²/n). Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927).
    /// </summary>
    /// <param name="right">How often it was so, k.</param>
    /// <param name="all">Of how many, n; at least 1.</param>
    public static Interval Wilson(double right, double all)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(all);
        const double Z = 1.959963984540054;
        double share = right / all, squared = Z * Z / all;
        double half = Z * Math.Sqrt((share * (1.0 - share) + squared / 4.0) / all);
        double Bound(double value) => Math.Clamp((share + squared / 2.0 + value) / (1.0 + squared), 0.0, 1.0);
        return new Interval(right <= 0.0 ? 0.0 : Bound(-half), right >= all ? 1.0 : Bound(half));
    }

    /// <summary>
    /// Returns the 95 % interval of a mean of independent proportions p̂_k with the limits l_k and u_k of <see
    /// cref="Wilson"/>: mean − √Σ (p̂_k − l_k)²/K to mean + √Σ (u_k − p̂_k)²/K. Source: G. Zou and A. Donner,
    /// "Construction of confidence limits about effect measures: a general approach", Statistics in Medicine 27 (2008).
    /// </summary>
    /// <param name="right">How often each was so.</param>
    /// <param name="all">Of how many each; at least 1.</param>
    /// <exception cref="ArgumentException">There is no proportion, or not one number of all for each.</exception>
    public static Interval MeanOfProportions(IReadOnlyList<double> right, IReadOnlyList<double> all)
    {
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(all);
        if (right.Count == 0 || right.Count != all.Count)
        {
            throw new ArgumentException($"There are {right.Count} and {all.Count} counts: as many of each are needed.");
        }

        double mean = 0.0, below = 0.0, above = 0.0;
        for (int k = 0; k < right.Count; k++)
        {
            double share = right[k] / all[k];
            Interval one = Wilson(right[k], all[k]);
            mean += share / right.Count;
            below += (share - one.Lower) * (share - one.Lower);
            above += (one.Upper - share) * (one.Upper - share);
        }

        return new Interval(mean - Math.Sqrt(below) / right.Count, mean + Math.Sqrt(above) / right.Count);
    }

    /// <summary>
    /// Returns the 95 % percentile bootstrap interval of a score; NaN where all draws have the same score, since then
    /// they tell nothing of how far others lie.
    /// </summary>
    /// <param name="samples">How many samples there are.</param>
    /// <param name="score">The score, where each sample is drawn so many times.</param>
    /// <param name="strata">
    /// A class for each sample, where of each class as many are drawn as there are; null to draw from all.
    /// </param>
    /// <param name="seed">The same seed gives the same draws.</param>
    /// <param name="cancellation">Stops between draws.</param>
    public static Interval Bootstrap(
        int samples, Func<int[], double> score, IReadOnlyList<int>? strata = null, int seed = 1,
        CancellationToken cancellation = default)
    {
        const int Draws = 1000;
        ArgumentNullException.ThrowIfNull(score);
        int[][] groups = strata is null
            ? [[.. Enumerable.Range(0, samples)]]
            : [.. Enumerable.Range(0, samples).GroupBy(i => strata[i]).OrderBy(group => group.Key)
                .Select(group => group.ToArray())];
        var random = new MersenneTwister(seed, threadSafe: false);
        int[] drawn = new int[samples];
        double[] values = new double[Draws];
        for (int draw = 0; draw < Draws; draw++)
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Clear(drawn);
            foreach (int[] group in groups)
            {
                for (int i = 0; i < group.Length; i++)
                {
                    drawn[group[random.Next(group.Length)]]++;
                }
            }

            values[draw] = score(drawn);
        }

        // A score may be undefined where few samples are drawn, as R² of equal ones.
        values = [.. values.Where(double.IsFinite)];
        if (values.Length == 0 || values.Max() - values.Min() <= 1e-12 * Math.Abs(values.Max()))
        {
            return new Interval(double.NaN, double.NaN);
        }

        return new Interval(Statistics.Quantile(values, 0.025), Statistics.Quantile(values, 0.975));
    }
}
