using Math4AI.Data.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>What a Gaussian process says of new samples: a normal distribution each.</summary>
/// <param name="Mean">E y, one number a sample, in the targets' unit.</param>
/// <param name="FunctionDeviation">The standard deviation of the function m + g, without noise.</param>
/// <param name="Deviation">The standard deviation of an observation, with the noise σ².</param>
public sealed record GaussianProcessPrediction(
    Vector<double> Mean, Vector<double> FunctionDeviation, Vector<double> Deviation)
{
    /// <summary>Computes log p(y) of observed targets, one number a sample.</summary>
    /// <param name="targets">y.</param>
    /// <exception cref="ArgumentException">There is not one target a sample.</exception>
    public Vector<double> LogDensity(Vector<double> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return targets.Count == Mean.Count
            ? Mean.MapIndexed((i, mean) =>
                {
                    double standardized = (targets[i] - mean) / Deviation[i];
                    return -0.5 * standardized * standardized - Math.Log(Deviation[i]) - 0.5 * Math.Log(2.0 * Math.PI);
                })
            : throw new ArgumentException(
                $"There are {targets.Count} targets for {Mean.Count} predictions.", nameof(targets));
    }

    /// <summary>
    /// Computes the share of observed targets within their central prediction intervals: over many levels, the
    /// calibration of the predictions, which is right where the share is the level.
    /// </summary>
    /// <param name="targets">y.</param>
    /// <param name="level">The probability of an interval, between 0 and 1.</param>
    /// <exception cref="ArgumentException">There is not one target a sample.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public double Coverage(Vector<double> targets, double level)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, 1.0);
        if (targets.Count != Mean.Count)
        {
            throw new ArgumentException(
                $"There are {targets.Count} targets for {Mean.Count} predictions.", nameof(targets));
        }

        double reach = MathNet.Numerics.Distributions.Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + level));
        int inside = Enumerable.Range(0, targets.Count).Count(
            i => Math.Abs(targets[i] - Mean[i]) <= reach * Deviation[i]);
        return inside / (double)targets.Count;
    }

    /// <summary>The predictions of the rows of a file, by a process of so many inputs.</summary>
    /// <inheritdoc cref="IFilePredictor.PredictFile(string)"/>
    internal static FilePredictions OfFile(
        string path, int inputs, Func<Matrix<double>, GaussianProcessPrediction> predict)
    {
        GaussianProcessPrediction? found = null;
        FilePredictions predictions =
            NumberRows.Predict(path, inputs, x => (found = predict(x)).Mean.ToColumnMatrix());
        return predictions with { Deviations = [.. found!.Deviation] };
    }

    /// <summary>The predictions as rows with a deviation each.</summary>
    internal RowPredictions ToRows() => new(Mean.ToColumnMatrix(), Deviation);

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() => $"{Mean.Count} predictions, mean deviation {Deviation.Average():G4}";
}
