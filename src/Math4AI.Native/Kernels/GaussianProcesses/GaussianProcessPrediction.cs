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

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() => $"{Mean.Count} predictions, mean deviation {Deviation.Average():G4}";
}
