namespace Math4AI.Reporting;

/// <summary>
/// How well a probability tells one class from all others, as the threshold falls over all test samples. Samples with
/// the same probability are found together.
/// </summary>
internal sealed record ThresholdCurve
{
    private const int MaxPoints = 1000;

    private ThresholdCurve(double[] found, double[] falselyFound, int positives, int negatives)
    {
        TruePositiveRate = [.. found.Select(count => count / positives)];
        FalsePositiveRate = [.. falselyFound.Select(count => count / negatives)];
        Precision = [.. found.Zip(falselyFound, (right, wrong) => right + wrong > 0.0 ? right / (right + wrong) : 1.0)];
        for (int i = 1; i < found.Length; i++)
        {
            Area += 0.5 * (FalsePositiveRate[i] - FalsePositiveRate[i - 1])
                * (TruePositiveRate[i] + TruePositiveRate[i - 1]);
            AveragePrecision += (TruePositiveRate[i] - TruePositiveRate[i - 1]) * Precision[i];
        }
    }

    /// <summary>Gets the share of the class that is found, which is its recall.</summary>
    public double[] TruePositiveRate { get; private init; }

    /// <summary>Gets the share of the others that are falsely found.</summary>
    public double[] FalsePositiveRate { get; private init; }

    /// <summary>Gets the share of the class among what is found; 1 where nothing is.</summary>
    public double[] Precision { get; private init; }

    /// <summary>Gets the area under the ROC curve.</summary>
    public double Area { get; }

    /// <summary>Gets the average precision, Σ (R_i − R_{i−1}) P_i.</summary>
    public double AveragePrecision { get; }

    /// <summary>Returns the curve; null where the class or all others are missing.</summary>
    /// <param name="probabilities">The probability of the class, for each sample.</param>
    /// <param name="isOfClass">Whether each sample is of the class.</param>
    public static ThresholdCurve? Of(double[] probabilities, bool[] isOfClass)
    {
        int positives = isOfClass.Count(holds => holds), negatives = isOfClass.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        int[] order = [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(i => probabilities[i])];
        List<double> found = [0.0], falselyFound = [0.0];
        double right = 0.0, wrong = 0.0;
        for (int i = 0; i < order.Length; i++)
        {
            (right, wrong) = isOfClass[order[i]] ? (right + 1.0, wrong) : (right, wrong + 1.0);
            if (i + 1 == order.Length || probabilities[order[i + 1]] != probabilities[order[i]])
            {
                found.Add(right);
                falselyFound.Add(wrong);
            }
        }

        return new ThresholdCurve([.. found], [.. falselyFound], positives, negatives).Thinned();
    }

    /// <summary>The curve with as many points as can be seen.</summary>
    private ThresholdCurve Thinned()
    {
        int count = Precision.Length;
        if (count <= MaxPoints)
        {
            return this;
        }

        int[] kept = [.. Enumerable.Range(0, MaxPoints).Select(i => (int)((long)i * (count - 1) / (MaxPoints - 1)))];
        return this with
        {
            TruePositiveRate = [.. kept.Select(i => TruePositiveRate[i])],
            FalsePositiveRate = [.. kept.Select(i => FalsePositiveRate[i])],
            Precision = [.. kept.Select(i => Precision[i])],
        };
    }
}
