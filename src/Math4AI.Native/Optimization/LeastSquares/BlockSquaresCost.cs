namespace Math4AI.Optimization.LeastSquares;

/// <summary>
/// Represents a <see cref="SquaresCost"/> of more samples than fit in memory: its residuals and their Jacobian come
/// block by block.
/// </summary>
public abstract class BlockSquaresCost : BlockCost
{
    /// <summary>Takes the residuals and the Jacobian of one block.</summary>
    /// <param name="cost">C_b(θ).</param>
    /// <param name="residuals">r.</param>
    /// <param name="jacobian">∂r/∂θ, residuals × parameters, column after column.</param>
    public delegate void Rows(double cost, ReadOnlySpan<double> residuals, ReadOnlySpan<double> jacobian);

    /// <summary>
    /// Hands the rows of every block, of this process's share where several processes share them, to whoever takes
    /// them, in order, one after the other.
    /// </summary>
    /// <param name="parameters">θ.</param>
    /// <param name="take">Given the rows; they are used again afterwards.</param>
    public abstract void Linearize(ReadOnlySpan<double> parameters, Rows take);
}
