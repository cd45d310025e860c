using Math4AI.Fitting.Formulas;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Starts;

/// <summary>
/// A parameter in the argument of a sine that is affine in a column: the argument turns by a·p^α radians per unit of
/// the column, with α = 1 for a frequency and −1 for a period; or an angle, with α = 0.
/// </summary>
/// <param name="Name">The parameter p.</param>
/// <param name="Column">The column.</param>
/// <param name="Factor">a.</param>
/// <param name="Power">α.</param>
internal sealed record PeriodicParameter(string Name, string Column, double Factor, double Power)
{
    private const double AffineTo = 1e-6;

    /// <summary>Whether the parameter shifts the argument along, and does not change how fast it turns.</summary>
    public bool IsAngle => Power == 0.0;

    /// <summary>The parameter at which the argument turns by ω radians per unit of the column.</summary>
    public double At(double frequency) => Math.Pow(frequency / Math.Abs(Factor), 1.0 / Power);

    /// <summary>How many radians per unit of the column the argument turns by.</summary>
    public double FrequencyAt(double value) => Math.Abs(Factor) * Math.Pow(Math.Abs(value), Power);

    /// <summary>
    /// The parameters in the arguments of the sines of a problem's formulas, each once: a rate before an angle.
    /// </summary>
    /// <param name="problem">The problem, its samples in memory; without a formula there are none.</param>
    /// <param name="typical">The value of a parameter to look at; null for what is no parameter.</param>
    public static IReadOnlyList<PeriodicParameter> AllIn(FitProblem problem, Func<string, double?> typical)
    {
        var found = new List<PeriodicParameter>();
        IEnumerable<UnaryExpression> waves = problem.Model.Expressions.SelectMany(expression => expression.InOrder())
            .OfType<UnaryExpression>().Where(node => node.Function.Name is "sin" or "cos" or "tan");
        foreach (UnaryExpression wave in waves)
        {
            HashSet<string> names = [.. wave.Names()];
            string[] along = [.. problem.Model.InputNames.Where(names.Contains)];
            if (along.Length == 1)
            {
                int column = problem.Model.InputNames.ToList().IndexOf(along[0]);
                found.AddRange(names.Where(name =>
                    problem.Model.ParameterNames.Contains(name) && !problem.Fixed.ContainsKey(name))
                    .Select(name => Of(name, wave, along[0], problem.Inputs!.Column(column),
                        typical)).OfType<PeriodicParameter>());
            }
        }

        return [.. found.OrderBy(parameter => parameter.IsAngle ? 1 : 0).DistinctBy(parameter => parameter.Name)];
    }

    /// <summary>
    /// Looks at how the argument of a wave changes with a parameter; null where it is not affine in the column.
    /// </summary>
    private static PeriodicParameter? Of(
        string name, UnaryExpression wave, string column, Vector<double> values, Func<string, double?> typical)
    {
        double from = values.Minimum(), to = values.Maximum(), at = typical(name) is { } given and not 0.0 ? given
            : 1.0;
        double[] places = [from, 0.5 * (from + to), to];
        double[] once = Argument(at), twice = Argument(2.0 * at);
        double slope = (once[2] - once[0]) / (to - from), other = (twice[2] - twice[0]) / (to - from);
        bool isAffine = Math.Abs(once[0] - 2.0 * once[1] + once[2]) <= AffineTo * Math.Abs(once[2] - once[0]);
        if (!isAffine || !(Math.Abs(slope) > 0.0) || !(Math.Abs(other) > 0.0))
        {
            return null;
        }

        double power = Math.Log2(Math.Abs(other / slope));
        return Math.Abs(power) < AffineTo
            ? new PeriodicParameter(name, column, slope, 0.0)
            : new PeriodicParameter(name, column, slope / Math.Pow(Math.Abs(at), power), power);

        double[] Argument(double value) => new ExpressionValues(
            wave.Operands[0],
            each => each == column ? places : each == name ? [value] : typical(each) is { } other ? [other] : null,
            places.Length)[wave.Operands[0]] ?? [double.NaN, double.NaN, double.NaN];
    }
}
