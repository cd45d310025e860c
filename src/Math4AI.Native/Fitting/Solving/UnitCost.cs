using Math4AI.Optimization;
using Math4AI.Optimization.Constraints;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// A sum of squares in units of its own, θ = u θ′ and r = ρ r′, in which residuals and derivatives are near 1. Where
/// data are as small as 10⁻¹⁵⁰ or as large as 10¹⁵⁰, the squares and products that a method forms leave the range of
/// float64 otherwise. Units are powers of 2, which round nothing.
/// </summary>
internal sealed class UnitCost : SquaresCost
{
    private readonly SquaresCost cost;
    private readonly double unit;
    private readonly ParameterUnits units;
    private readonly double[] theta;

    private UnitCost(SquaresCost cost, double unit, ParameterUnits units)
    {
        (this.cost, this.unit, this.units) = (cost, unit, units);
        theta = new double[units.Count];
        Vector<double> each = Vector<double>.Build.Dense(units.Count, j => units[j]);
        Bounds = cost.Bounds is not { } box
            ? null
            : new Bounds(box.Lower.PointwiseDivide(each), box.Upper.PointwiseDivide(each));
    }

    public override int Parameters => cost.Parameters;

    public override int Residuals => cost.Residuals;

    /// <summary>Minimizes a cost, in units of its own where those of the data are extreme.</summary>
    public static Minimum Minimize(
        Minimizer method, Cost cost, Vector<double> start, MinimizerOptions? options, CancellationToken cancellation)
    {
        if (cost is not SquaresCost squares || At(squares, start) is not { } scaled)
        {
            return method.Minimize(cost, start, options, cancellation);
        }

        Vector<double> units = Vector<double>.Build.Dense(start.Count, j => scaled.units[j]);
        Minimum found = method.Minimize(scaled, start.PointwiseDivide(units), options, cancellation);
        Vector<double> parameters = found.Parameters.PointwiseMultiply(units);
        return found with { Parameters = parameters, Cost = cost.Value(parameters.ToArray()) };
    }

    public override double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
    {
        for (int j = 0; j < theta.Length; j++)
        {
            theta[j] = parameters[j] * units[j];
        }

        cost.Linearize(theta, residuals, jacobian);
        double sum = 0.0;
        for (int i = 0; i < residuals.Length; i++)
        {
            residuals[i] /= unit;
            sum += residuals[i] * residuals[i];
        }

        units.Scale(jacobian);
        for (int i = 0; i < jacobian.Length; i++)
        {
            jacobian[i] /= unit;
        }

        return sum;
    }

    /// <summary>The cost in units of its own; null where those of the data will do.</summary>
    private static UnitCost? At(SquaresCost cost, Vector<double> start)
    {
        double[] residuals = new double[cost.Residuals];
        double[] jacobian = new double[checked(cost.Residuals * cost.Parameters)];
        cost.Linearize(start.ToArray(), residuals, jacobian);
        double size = ParameterUnits.Size(residuals), unit = ParameterUnits.PowerNear(size);
        if (!double.IsFinite(size + ParameterUnits.Size(jacobian)))
        {
            return null;
        }

        bool isUsual = ParameterUnits.IsUsual(size);
        ParameterUnits units = ParameterUnits.Of(jacobian, residuals.Length, isUsual ? 1.0 : unit);
        return isUsual && units.AreOne ? null : new UnitCost(cost, isUsual ? 1.0 : unit, units);
    }
}
