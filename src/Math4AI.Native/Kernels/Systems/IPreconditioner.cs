namespace Math4AI.Kernels.Systems;

/// <summary>An approximate inverse M⁻¹ of a positive definite matrix, symmetric and positive definite itself.</summary>
internal interface IPreconditioner
{
    /// <summary>Computes M⁻¹ r.</summary>
    /// <param name="residual">r, one number a sample.</param>
    /// <param name="result">M⁻¹ r.</param>
    void Apply(ReadOnlySpan<double> residual, Span<double> result);
}
