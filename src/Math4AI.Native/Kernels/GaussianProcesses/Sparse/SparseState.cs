using Math4AI.Kernels.Systems;
using Math4AI.LinearAlgebra.Decompositions;

namespace Math4AI.Kernels.GaussianProcesses.Sparse;

/// <summary>What a pass over the samples finds at given hyperparameters.</summary>
/// <param name="Kernel">k.</param>
/// <param name="Noise">σ², over the squared scale of the targets.</param>
/// <param name="Landmarks">Z and the factor of K_ZZ = L Lᵀ.</param>
/// <param name="Whole">The factor of B = I + L⁻¹ K_ZX D⁻¹ K_XZ L⁻ᵀ.</param>
/// <param name="Reduced">B⁻¹ L⁻¹ K_ZX D⁻¹ r.</param>
/// <param name="Weights">w = L⁻ᵀ times that: the mean of the function is k(x, Z) w.</param>
/// <param name="Residuals">r.</param>
/// <param name="Cost">−F.</param>
internal sealed record SparseState(
    Kernel Kernel, double Noise, Landmarks Landmarks, PositiveDefiniteFactor Whole, double[] Reduced, double[] Weights,
    double[] Residuals, double Cost);
