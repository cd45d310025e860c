namespace Math4AI.Fitting.Distances;

/// <summary>
/// Specifies the noise model that a distance implies, which decides how the uncertainty of a fit is computed.
/// </summary>
public enum NoiseModel
{
    /// <summary>
    /// Nothing is known. Standard errors come from the sandwich H⁻¹ (Σ g_i g_iᵀ) H⁻¹, which needs no noise model; there
    /// is no likelihood, no AIC and no profile.
    /// </summary>
    Unknown,

    /// <summary>
    /// The distance is exactly d = (f − y)²: normal noise whose variance is estimated from the residuals. Intervals use
    /// Student's t, the bootstrap draws residuals, and parameters that f is linear in may be found by linear least
    /// squares.
    /// </summary>
    LeastSquares,

    /// <summary>
    /// The distance is −log p(y | f) of a density, up to what <see cref="Distance.LogLikelihood"/> adds: maximum
    /// likelihood.
    /// </summary>
    Likelihood,
}
