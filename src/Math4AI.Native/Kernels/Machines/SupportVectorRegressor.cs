using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>
/// Support vector regression: the function f(x) = Σ β_i k(x_i, x) + b that minimises ½ ‖f‖² + C Σ max(0, |y_i − f(x_i)|
/// − ε).
/// </summary>
/// <remarks>
/// The dual optimum is that of LIBSVM's ε-SVR. Source: Smola and Schölkopf, A tutorial on support vector regression
/// (2004).
/// </remarks>
public sealed record SupportVectorRegressor : SupportVectorSettings
{
    /// <summary>Gets ε, the error that costs nothing, in the targets' unit.</summary>
    public double Width { get; init => field = Setting.AtLeast(value, 0.0); } = 0.1;

    /// <summary>Fits the machine to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, one number a sample.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together, or a number is not finite.</exception>
    public SupportVectorFit Fit(
        Matrix<double> inputs, Vector<double> targets, CancellationToken cancellation = default) =>
        FitPath(inputs, targets, [Penalty], cancellation)[0];

    /// <summary>
    /// Fits one machine at each of several penalties, in their order: each search begins where the one before ended,
    /// and kernel values serve all.
    /// </summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, one number a sample.</param>
    /// <param name="penalties">C of each machine, best in ascending order.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, or there is no penalty.
    /// </exception>
    public IReadOnlyList<SupportVectorFit> FitPath(
        Matrix<double> inputs, Vector<double> targets, IReadOnlyList<double> penalties,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        MachineSamples samples = Prepare(inputs, penalties);
        if (targets.Count != samples.Inputs.Count || !targets.All(double.IsFinite))
        {
            throw new ArgumentException($"One finite target a sample is needed: there are {samples.Inputs.Count} "
                + $"samples and {targets.Count} targets.", nameof(targets));
        }

        double[] y = targets.ToArray();
        return Solve(
            samples, samples.Inputs, [.. penalties.Select(penalty => DualProblem.OfNumbers(y, penalty, Width))],
            cancellation);
    }
}
