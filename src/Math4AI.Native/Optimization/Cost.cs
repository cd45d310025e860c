using Math4AI.Optimization.Constraints;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization;

/// <summary>
/// Represents a cost C(θ) of parameters θ ∈ Rᵏ with its gradient: the problem that every <see cref="Minimizer"/>
/// solves. Where C is not defined, its value is NaN or infinite, and minimizers shorten their step.
/// </summary>
public abstract class Cost
{
    /// <summary>Gets the number of parameters, k.</summary>
    public abstract int Parameters { get; }

    /// <summary>Gets the bounds on θ; null if there are none.</summary>
    public Bounds? Bounds { get; init; }

    /// <summary>
    /// Gets the possible rounding error of the last value of C if it exceeds that of float64, and 0 for costs computed
    /// in float64. Near the minimum a line search then relies on the slopes, and not on differences of the cost that
    /// are smaller than this.
    /// </summary>
    public virtual double Rounding => 0.0;

    /// <summary>
    /// Tells whether the gradient at θ is zero to within its rounding error. Minimizers ask when a step does not lower
    /// C by more than <see cref="Rounding"/>, or when no step lowers it: one that stops at such a point has converged.
    /// </summary>
    /// <param name="parameters">θ.</param>
    public virtual bool IsFlatToRounding(ReadOnlySpan<double> parameters) => false;

    /// <summary>Creates a cost from functions of vectors.</summary>
    /// <param name="parameters">The number of parameters.</param>
    /// <param name="value">C(θ).</param>
    /// <param name="gradient">∇C(θ); null for central differences, which cost 2 k evaluations and half of the
    /// digits.</param>
    public static Cost Of(
        int parameters, Func<Vector<double>, double> value, Func<Vector<double>, Vector<double>>? gradient = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parameters, 1);
        ArgumentNullException.ThrowIfNull(value);
        return new FunctionCost(parameters, value, gradient);
    }

    /// <summary>Computes C(θ).</summary>
    /// <param name="parameters">θ.</param>
    public abstract double Value(ReadOnlySpan<double> parameters);

    /// <summary>Computes C(θ) and its gradient.</summary>
    /// <param name="parameters">θ.</param>
    /// <param name="gradient">∇C(θ).</param>
    public abstract double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient);

    /// <summary>Computes the product H(θ) v. By default it takes central differences of the gradient.</summary>
    /// <param name="parameters">θ.</param>
    /// <param name="direction">v.</param>
    /// <param name="product">H v.</param>
    public virtual void HessianVector(
        ReadOnlySpan<double> parameters, ReadOnlySpan<double> direction, Span<double> product)
    {
        double length = Norm(direction);
        if (length == 0.0)
        {
            product.Clear();
            return;
        }

        double step = Math.Cbrt(Math.BitIncrement(1.0) - 1.0) * (1.0 + Norm(parameters)) / length;
        double[] moved = new double[parameters.Length];
        double[] behind = new double[parameters.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = parameters[i] + step * direction[i];
        }

        Gradient(moved, product);
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = parameters[i] - step * direction[i];
        }

        Gradient(moved, behind);
        for (int i = 0; i < moved.Length; i++)
        {
            product[i] = (product[i] - behind[i]) / (2.0 * step);
        }
    }

    internal static double Norm(ReadOnlySpan<double> x)
    {
        double largest = 0.0;
        foreach (double value in x)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        if (largest == 0.0 || !double.IsFinite(largest))
        {
            return largest;
        }

        double sum = 0.0;
        foreach (double value in x)
        {
            sum += value / largest * (value / largest);
        }

        return largest * Math.Sqrt(sum);
    }

    internal static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0.0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    private sealed class FunctionCost(
        int parameters, Func<Vector<double>, double> value, Func<Vector<double>, Vector<double>>? gradient) : Cost
    {
        public override int Parameters => parameters;

        public override double Value(ReadOnlySpan<double> parameters) =>
            value(Vector<double>.Build.Dense(parameters.ToArray()));

        public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradientAt)
        {
            Vector<double> here = Vector<double>.Build.Dense(parameters.ToArray());
            if (gradient is not null)
            {
                Vector<double> slopes = gradient(here);
                if (slopes.Count != parameters.Length)
                {
                    throw new ArgumentException(
                        $"The gradient has {slopes.Count} numbers for {parameters.Length} parameters.");
                }

                (slopes.AsArray() ?? slopes.ToArray()).CopyTo(gradientAt);
                return value(here);
            }

            for (int i = 0; i < here.Count; i++)
            {
                double at = here[i];
                double step = Math.Cbrt(Math.BitIncrement(1.0) - 1.0) * Math.Max(1.0, Math.Abs(at));
                here[i] = at + step;
                double ahead = value(here);
                here[i] = at - step;
                gradientAt[i] = (ahead - value(here)) / (2.0 * step);
                here[i] = at;
            }

            return value(here);
        }
    }
}
