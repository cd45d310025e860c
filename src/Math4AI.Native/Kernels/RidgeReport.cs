namespace Math4AI.Kernels;

/// <summary>How the system of a kernel ridge regression was solved.</summary>
/// <param name="Iterations">The steps of conjugate gradients.</param>
/// <param name="Residual">‖y − (K + λ I) α‖/‖y‖.</param>
/// <param name="IsConverged">Whether the residual is within the tolerance.</param>
internal sealed record RidgeReport(int Iterations = 0, double Residual = 0.0, bool IsConverged = true);
