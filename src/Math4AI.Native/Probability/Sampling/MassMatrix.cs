namespace Math4AI.Probability.Sampling;

/// <summary>Specifies the mass matrix of Hamiltonian dynamics, whose inverse is adapted to the covariance.</summary>
public enum MassMatrix
{
    /// <summary>Dense up to 50 parameters, and diagonal above.</summary>
    Auto,

    /// <summary>Variances alone: each step costs k operations.</summary>
    Diagonal,

    /// <summary>All of the covariance: each step costs k² operations.</summary>
    Dense,
}
