using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability.Sampling;

/// <summary>
/// Represents what is known of a density before it is sampled: about where it lies, and how wide it is. Chains start
/// from there, and move in the scaled parameters z, u = c + L z with L Lᵀ the covariance, where the density is near a
/// standard normal one. Nothing of it remains in the draws.
/// </summary>
/// <param name="Center">
/// c, the center of the unconstrained parameters u: θ itself without bounds, log(θ − l) above a lower bound,
/// log(r − θ) below an upper one, log((θ − l)/(r − θ)) between two.
/// </param>
/// <param name="Covariance">The covariance of u, positive definite.</param>
public sealed record SamplingStart(Vector<double> Center, Matrix<double> Covariance);
