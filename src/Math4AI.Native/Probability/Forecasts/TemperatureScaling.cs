namespace Math4AI.Probability.Forecasts;

/// <summary>
/// Temperature scaling: probabilities of classes to the power of 1/T, over their sum. T above 1 takes sureness away, T
/// below 1 adds some, and no class overtakes another. T minimizes −Σᵢ Σₖ tᵢₖ ln pᵢₖ + ½ (ln T)². Of n samples with K
/// classes, the target tᵢₖ is 1/((n + 1) K), and n/(n + 1) more for the observed class: as if one more sample had been
/// seen, of any class. That n samples are right does not show that the next one will be: with targets of 1 the forecast
/// would be surer than the data allow. The last term, a normal prior of ln T about 0, is there for
/// probabilities that are all alike, which say nothing of T.
/// </summary>
/// <remarks>
/// Sources: C. Guo, G. Pleiss, Y. Sun and K. Weinberger, "On calibration of modern neural networks", ICML (2017); for
/// targets that are not 0 and 1, J. Platt, "Probabilistic outputs for support vector machines", Advances in Large
/// Margin Classifiers (1999), who adds one sample to each class, too many where there are ten.
/// </remarks>
/// <param name="Temperature">T, more than 0.</param>
public readonly record struct TemperatureScaling(double Temperature)
{
    // T is found between e⁻⁵ and e⁵.
    private const double MaxLogarithm = 5.0;
    private const double Precision = 1e-7;

    // A probability of 0 would take the whole of any loss.
    private const double LeastProbability = 1e-12;

    /// <summary>Finds T by samples that the model has not seen.</summary>
    /// <param name="probabilities">samples × classes.</param>
    /// <param name="observed">The class of each sample.</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ or are 0, a class is none of the columns, or a probability is none.
    /// </exception>
    public static TemperatureScaling Fit(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> observed)
    {
        Check(probabilities, observed);
        double[][] logarithms =
            [.. probabilities.Select(row => Array.ConvertAll(row, p => Math.Log(Math.Max(LeastProbability, p))))];
        double doubt = 1.0 / (observed.Count + 1);
        double[] expected =
        [
            .. logarithms.Select((row, i) => (1.0 - doubt) * row[observed[i]] + doubt * row.Average()),
        ];
        return new TemperatureScaling(Math.Exp(Least(log =>
        {
            double inverse = Math.Exp(-log), loss = 0.5 * log * log;
            for (int i = 0; i < logarithms.Length; i++)
            {
                double most = logarithms[i].Max(), sum = 0.0;
                foreach (double each in logarithms[i])
                {
                    sum += Math.Exp(inverse * (each - most));
                }

                loss += Math.Log(sum) - inverse * (expected[i] - most);
            }

            return loss;
        })));
    }

    /// <summary>
    /// Finds T where it is worth it: where the loss −ln p of samples, each by a T that the others gave, is less than
    /// without by more than the standard error of the difference.
    /// </summary>
    /// <param name="probabilities">samples × classes.</param>
    /// <param name="observed">The class of each sample.</param>
    /// <returns>T of all samples; null where it is not worth it, or there are fewer than 5 samples.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths differ, a class is none of the columns, or a probability is none.
    /// </exception>
    public static TemperatureScaling? Gaining(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> observed)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(observed);
        const int Folds = 5;
        if (probabilities.Count < Folds)
        {
            return null;
        }

        double[][] found = CrossFitting.Apply(
            probabilities, observed, Fit, (scaling, row) => scaling.Of(row), Folds);
        double[] gains = [.. found.Select((row, i) =>
            Math.Log(Math.Max(LeastProbability, row[observed[i]]))
            - Math.Log(Math.Max(LeastProbability, probabilities[i][observed[i]])))];
        double mean = gains.Average();
        double error = Math.Sqrt(gains.Sum(gain => (gain - mean) * (gain - mean))) / gains.Length;
        return mean > error ? Fit(probabilities, observed) : null;
    }

    /// <summary>Returns the probabilities at this temperature.</summary>
    /// <param name="probabilities">A probability for each class.</param>
    public double[] Of(IReadOnlyList<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        double inverse = 1.0 / Temperature, most = probabilities.Max();
        double[] powers = [.. probabilities.Select(p => Math.Pow(Math.Max(LeastProbability, p) / most, inverse))];
        double sum = powers.Sum();
        return Array.ConvertAll(powers, power => power / sum);
    }

    private static void Check(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> observed)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(observed);
        if (probabilities.Count == 0 || probabilities.Count != observed.Count)
        {
            throw new ArgumentException($"There are {probabilities.Count} samples with probabilities and "
                + $"{observed.Count} with a class: as many of both are needed, and one at least.");
        }

        for (int i = 0; i < observed.Count; i++)
        {
            if (observed[i] < 0 || observed[i] >= probabilities[i].Length
                || probabilities[i].Any(p => !(p is >= 0.0 and <= 1.0)))
            {
                throw new ArgumentException($"Sample {i + 1} has a class that is no column, or a probability that is "
                    + "not between 0 and 1.");
            }
        }
    }

    /// <summary>The place of the minimum, by golden sections.</summary>
    private static double Least(Func<double, double> loss)
    {
        double ratio = (Math.Sqrt(5.0) - 1.0) / 2.0, from = -MaxLogarithm, to = MaxLogarithm;
        double left = to - ratio * (to - from), right = from + ratio * (to - from);
        (double atLeft, double atRight) = (loss(left), loss(right));
        while (to - from > Precision)
        {
            if (atLeft < atRight)
            {
                (to, right, atRight) = (right, left, atLeft);
                left = to - ratio * (to - from);
                atLeft = loss(left);
            }
            else
            {
                (from, left, atLeft) = (left, right, atRight);
                right = from + ratio * (to - from);
                atRight = loss(right);
            }
        }

        return 0.5 * (from + to);
    }
}
