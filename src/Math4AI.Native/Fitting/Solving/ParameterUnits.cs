namespace Math4AI.Fitting.Solving;

/// <summary>
/// Units of parameters, powers of 2, in which the columns of a Jacobian are near a given size where they are extreme;
/// 1 where their squares stay well within float64.
/// </summary>
internal sealed class ParameterUnits
{
    // Within these, fourth powers are numbers still.
    private const double Smallest = 1e-70;
    private const double Largest = 1e70;

    private readonly double[] units;

    private ParameterUnits(double[] units) => this.units = units;

    /// <summary>u_j, the unit of parameter j.</summary>
    public double this[int j] => units[j];

    public int Count => units.Length;

    /// <summary>Whether every unit is 1.</summary>
    public bool AreOne => units.All(unit => unit == 1.0);

    /// <summary>Whether squares and their products stay well within float64.</summary>
    public static bool IsUsual(double size) => size == 0.0 || (size >= Smallest && size <= Largest);

    /// <summary>A power of 2 near a size; 1 of 0.</summary>
    public static double PowerNear(double size) =>
        size > 0.0 && double.IsFinite(size) ? Math.ScaleB(1.0, Math.Clamp(Math.ILogB(size), -1000, 1000)) : 1.0;

    /// <summary>The greatest absolute value; NaN if there is a NaN.</summary>
    public static double Size(ReadOnlySpan<double> values)
    {
        double largest = 0.0;
        foreach (double value in values)
        {
            // Unlike a comparison, Max keeps NaN.
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }

    /// <summary>Units for a Jacobian.</summary>
    /// <param name="jacobian">J, rows × parameters, column after column.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="size">What the columns are to be near; a power of 2.</param>
    public static ParameterUnits Of(ReadOnlySpan<double> jacobian, int rows, double size = 1.0)
    {
        double[] units = new double[rows > 0 ? jacobian.Length / rows : 0];
        for (int j = 0; j < units.Length; j++)
        {
            double of = Size(jacobian.Slice(j * rows, rows));
            units[j] = IsUsual(of / size) || !double.IsFinite(of) ? 1.0 : PowerNear(size / PowerNear(of));
        }

        return new ParameterUnits(units);
    }

    /// <summary>J in these units.</summary>
    public void Scale(Span<double> jacobian)
    {
        int rows = jacobian.Length / Math.Max(1, units.Length);
        for (int i = 0; i < jacobian.Length && !AreOne; i++)
        {
            jacobian[i] *= units[i / rows];
        }
    }
}
