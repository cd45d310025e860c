using Math4AI.LinearAlgebra;

namespace Math4AI.Optimization.LeastSquares;

/// <summary>
/// Represents a cost that is a sum of squared residuals, C(θ) = Σ r_i(θ)², or that has this form near every θ: C(θ + δ)
/// ≈ C(θ) + 2 δᵀJᵀr + ‖J δ‖². Gauss–Newton methods need only r and J.
/// </summary>
public abstract class SquaresCost : Cost
{
    private double[] residuals = [];
    private double[] jacobian = [];

    /// <summary>Gets the number of residuals, N.</summary>
    public abstract int Residuals { get; }

    /// <summary>Creates a sum of squares from a function that fills the residuals and their Jacobian.</summary>
    /// <param name="parameters">k.</param>
    /// <param name="residuals">N.</param>
    /// <param name="evaluate">Fills r (N) and, where it is not empty, J (N × k, column after column) at θ.</param>
    public static SquaresCost Of(int parameters, int residuals, Linearization evaluate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parameters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(residuals, 1);
        ArgumentNullException.ThrowIfNull(evaluate);
        return new FunctionSquares(parameters, residuals, evaluate);
    }

    /// <summary>Fills residuals and Jacobian.</summary>
    /// <param name="parameters">θ.</param>
    /// <param name="residuals">r.</param>
    /// <param name="jacobian">∂r/∂θ, N × k, column after column; empty if it is not wanted.</param>
    public delegate void Linearization(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian);

    /// <summary>Computes C(θ), the residuals r and the Jacobian J.</summary>
    /// <param name="parameters">θ.</param>
    /// <param name="residuals">r, N numbers.</param>
    /// <param name="jacobian">J, N × k, column after column; empty if it is not wanted.</param>
    public abstract double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian);

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> parameters)
    {
        Allocate();
        return Linearize(parameters, residuals, []);
    }

    /// <inheritdoc/>
    public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        Allocate();
        if (jacobian.Length == 0)
        {
            jacobian = new double[checked(Residuals * Parameters)];
        }

        double cost = Linearize(parameters, residuals, jacobian);
        for (int j = 0; j < gradient.Length; j++)
        {
            gradient[j] = 2.0 * Dot(jacobian.AsSpan(j * Residuals, Residuals), residuals);
        }

        return cost;
    }

    private void Allocate()
    {
        if (residuals.Length == 0)
        {
            residuals = new double[Residuals];
        }
    }

    private sealed class FunctionSquares(int parameters, int count, Linearization evaluate) : SquaresCost
    {
        public override int Parameters => parameters;

        public override int Residuals => count;

        public override double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
        {
            evaluate(parameters, residuals, jacobian);
            return Dot(residuals, residuals);
        }
    }
}
