namespace Math4AI.Fitting.Starts;

/// <summary>
/// Where the starts of one parameter are drawn from: from magnitudes with a sign, and from values at which something
/// happens in the data, such as places on an axis or frequencies.
/// </summary>
internal sealed record StartRange
{
    // Most formulas are written so that their parameters are positive.
    private const double ShareOfNegative = 0.2;

    /// <summary>log₁₀ of the smallest magnitude.</summary>
    public double Low { get; init; } = -5.0;

    /// <summary>log₁₀ of the largest one.</summary>
    public double High { get; init; } = 4.0;

    /// <summary>Values to choose from, as likely as they stand here; empty if there are none.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>How often one of the values is taken.</summary>
    public double ShareOfValues { get; init; }

    /// <summary>A value is moved by up to this, either way.</summary>
    public double Jitter { get; init; }

    /// <summary>Whether all else is drawn evenly from 0 to 2π: an angle.</summary>
    public bool IsAngle { get; init; }

    /// <summary>A start from a number in [0, 1) within bounds.</summary>
    public double At(double unit, (double Lower, double Upper) box)
    {
        double value = Free(unit);
        return value >= box.Lower && value <= box.Upper ? value
            : double.IsFinite(box.Lower) && double.IsFinite(box.Upper) ? box.Lower + unit * (box.Upper - box.Lower)
            : double.IsFinite(box.Lower) ? box.Lower + Math.Abs(value - box.Lower)
            : box.Upper - Math.Abs(value - box.Upper);
    }

    private double Free(double unit)
    {
        if (IsAngle)
        {
            return 2.0 * Math.PI * unit;
        }

        if (Values.Count > 0 && unit < ShareOfValues)
        {
            double place = unit / ShareOfValues * Values.Count;
            int index = (int)place;
            return Values[index] + Jitter * (2.0 * (place - index) - 1.0);
        }

        double rest = Values.Count > 0 ? (unit - ShareOfValues) / (1.0 - ShareOfValues) : unit;
        return rest < ShareOfNegative
            ? -Math.Pow(10.0, Low + (High - Low) * rest / ShareOfNegative)
            : Math.Pow(10.0, Low + (High - Low) * (rest - ShareOfNegative) / (1.0 - ShareOfNegative));
    }
}
