using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// A Gaussian process of numbers that was fitted to samples, as <see cref="ProcessView"/> looks at it.
/// </summary>
public interface IProcess
{
    /// <summary>Gets the kernel with the estimated hyperparameters.</summary>
    Kernel Kernel { get; }

    /// <summary>
    /// Gets ℓ of each input in its own unit: over how much of it the function changes; null where the kernel has none,
    /// or several for an input.
    /// </summary>
    IReadOnlyList<double>? LengthScales { get; }

    /// <summary>Predicts new samples.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    GaussianProcessPrediction Predict(Matrix<double> inputs);

    /// <summary>Predicts each term of the kernel alone; empty where the process cannot tell them apart.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    IReadOnlyList<GaussianProcessPrediction> PredictParts(Matrix<double> inputs) => [];

    /// <summary>Draws functions from the posterior, samples × draws; null where the process draws none.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="draws">The number of functions.</param>
    /// <param name="seed">The seed.</param>
    Matrix<double>? Draw(Matrix<double> inputs, int draws, int seed) => null;

    /// <summary>
    /// Predicts each sample of the training from all the others, and gives what was observed of them; null where that
    /// has no closed form, or the samples are too many for it.
    /// </summary>
    (GaussianProcessPrediction Predicted, Vector<double> Observed)? FromOthers() => null;
}
