using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Samples;

/// <summary>A block of samples of a fit.</summary>
/// <param name="Inputs">x, samples × inputs.</param>
/// <param name="Targets">y.</param>
/// <param name="Weights">w; null for 1.</param>
internal sealed record FitBlock(Matrix<double> Inputs, FitTargets Targets, Vector<double>? Weights);
