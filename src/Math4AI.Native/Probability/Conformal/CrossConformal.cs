namespace Math4AI.Probability.Conformal;

/// <summary>
/// Intervals from models that were each fitted without some of the samples: jackknife+ where each sample is left out by
/// itself, CV+ where whole folds are. All samples are used to fit and to calibrate. With the residuals
/// R_i = |y_i − f₋ᵢ(x_i)| of n exchangeable samples, a new y lies between the ⌊(1 − level)(n + 1)⌋-th smallest
/// f₋ᵢ(x) − R_i and the ⌈level (n + 1)⌉-th smallest f₋ᵢ(x) + R_i with a probability that is near the level, and at
/// least 2 level − 1 for the jackknife, less √(2/n) at most for folds, whatever the model and the distribution. Source:
/// R. Barber, E. Candès, A. Ramdas and R. Tibshirani, "Predictive inference with the jackknife+", Annals of Statistics
/// 49 (2021).
/// </summary>
public sealed class CrossConformal
{
    private readonly double[] residuals;
    private readonly int[] folds;

    /// <summary>Takes the samples that the models were fitted to.</summary>
    /// <param name="targets">y_i.</param>
    /// <param name="heldOut">f₋ᵢ(x_i), the prediction of the model that was fitted without the sample's fold.</param>
    /// <param name="folds">The fold of each sample, from 0; null where each is its own (jackknife+).</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ, a number is not finite, or a fold is negative or has no sample.
    /// </exception>
    public CrossConformal(
        IReadOnlyList<double> targets, IReadOnlyList<double> heldOut, IReadOnlyList<int>? folds = null)
    {
        residuals = ConformalInput.Differences(targets, heldOut);
        this.folds = folds is null ? [.. Enumerable.Range(0, residuals.Length)] : [.. folds];
        if (this.folds.Length != residuals.Length)
        {
            throw new ArgumentException(
                $"There are {residuals.Length} samples, and folds of {this.folds.Length}.", nameof(folds));
        }

        Folds = this.folds.Max() + 1;
        if (this.folds.Min() < 0 || this.folds.Distinct().Count() != Folds)
        {
            throw new ArgumentException(
                "Folds are numbered from 0, and each has a sample: number them without gaps.", nameof(folds));
        }
    }

    /// <summary>Gets the number of samples n.</summary>
    public int Count => residuals.Length;

    /// <summary>Gets the number of folds, and so of models.</summary>
    public int Folds { get; }

    /// <summary>Returns the interval of a new sample; infinite where there are too few samples for the level.</summary>
    /// <param name="predictions">What each model predicts for it, in the order of the folds.</param>
    /// <param name="level">The probability, between 0 and 1.</param>
    /// <exception cref="ArgumentException">There is another number of predictions, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public (double Lower, double Upper) Interval(IReadOnlyList<double> predictions, double level)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        if (predictions.Count != Folds || !predictions.All(double.IsFinite))
        {
            throw new ArgumentException(
                $"There are {Folds} models, and each predicts a finite number.", nameof(predictions));
        }

        // The ⌊(1 − level)(n + 1)⌋-th smallest of a is minus the ⌈level (n + 1)⌉-th smallest of −a.
        var below = new SplitConformal(folds.Select((fold, i) => residuals[i] - predictions[fold]));
        var above = new SplitConformal(folds.Select((fold, i) => residuals[i] + predictions[fold]));
        return (-below.Quantile(level), above.Quantile(level));
    }

    /// <summary>
    /// Returns the probability that an interval of a level holds at least, whatever the model and the distribution:
    /// 2 level − 1 − min(2 (1 − 1/K)/(n/K + 1), (1 − K/n)/(K + 1)) for K folds of one size.
    /// </summary>
    /// <param name="level">The level that the interval is made for.</param>
    public double Guarantee(double level)
    {
        double n = Count, k = Folds;
        double less = Math.Min(2.0 * (1.0 - 1.0 / k) / (n / k + 1.0), (1.0 - k / n) / (k + 1.0));
        return Math.Max(0.0, 2.0 * level - 1.0 - less);
    }
}
