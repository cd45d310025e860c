namespace Math4AI.Kernels;

/// <summary>How <see cref="KernelRidge"/> solves (K + λ I) α = y.</summary>
public enum KernelRidgeSolver
{
    /// <summary>By a Cholesky factor up to 15,000 samples, by conjugate gradients beyond.</summary>
    Auto,

    /// <summary>
    /// By a Cholesky factor: time n³/3 and memory 4 n² bytes for a factor in float32, whose solution is refined to
    /// float64; 8 n² bytes where λ is too small for float32.
    /// </summary>
    Factor,

    /// <summary>
    /// By conjugate gradients, which compute the kernel's values anew in every step and hold no array of n² numbers;
    /// Nyström's approximation of K keeps the number of steps low.
    /// </summary>
    ConjugateGradients,
}
