using System.Globalization;

namespace Math4AI.Fitting;

/// <summary>One parameter of a fit: its estimate and its uncertainty.</summary>
public sealed class FittedParameter
{
    private const int MaxDecimals = 9;
    private const int MaxDigits = 15;
    private const double MaxPlain = 1e12;

    private readonly FitResult fit;
    private readonly int index;

    internal FittedParameter(FitResult fit, int index) => (this.fit, this.index) = (fit, index);

    /// <summary>Gets the name.</summary>
    public string Name => fit.Names[index];

    /// <summary>Gets the estimate.</summary>
    public double Value => fit.Parameters[index];

    /// <summary>
    /// Gets the standard error: 0 if the value is fixed or at an active bound, NaN if it is not known.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// The uncertainty of such a fit is not known; the message says why.
    /// </exception>
    public double StandardError => fit.StandardErrors[index];

    /// <summary>Gets whether the value was fixed before the fit.</summary>
    public bool IsFixed => fit.Problem.Fixed.ContainsKey(Name);

    /// <summary>Gets whether the value is at an active bound.</summary>
    public bool IsOnBound => fit.OnBounds.Contains(Name);

    /// <summary>Returns Wald's confidence interval, the estimate ± a multiple of the standard error.</summary>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public Interval Interval(double level = 0.95) => fit.Intervals(level)[index];

    /// <inheritdoc cref="FitResult.ProfileInterval"/>
    public Interval ProfileInterval(double level = 0.95, CancellationToken cancellation = default) =>
        fit.ProfileInterval(Name, level, cancellation);

    /// <summary>
    /// Formats a number in the unit of the parameter, rounded to two significant digits of the standard error, so that
    /// the estimate, the error and the ends of an interval share their last digit. Without a known error, seven
    /// significant digits are written.
    /// </summary>
    /// <param name="number">The number.</param>
    public string Format(double number) => Format(number, Error());

    /// <summary>Returns the name, the estimate and its standard error, such as <c>b = 2.0031 ± 0.0042</c>.</summary>
    public override string ToString()
    {
        string note = !fit.IsConverged
            ? " (not converged)"
            : IsFixed ? " (fixed)" : IsOnBound ? " (on a bound)" : string.Empty;
        return note.Length > 0 || double.IsNaN(Error())
            ? $"{Name} = {Value.ToString("G7", CultureInfo.InvariantCulture)}{note}"
            : $"{Name} = {Format(Value)} ± {Format(StandardError)}";
    }

    /// <summary>The standard error; NaN if it is not known.</summary>
    internal double Error()
    {
        try
        {
            return StandardError;
        }
        catch (NotSupportedException)
        {
            return double.NaN;
        }
    }

    private string Format(double number, double error)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (!fit.IsConverged || !double.IsFinite(number) || !(error > 0.0 && double.IsFinite(error)))
        {
            return number.ToString("G7", culture);
        }

        // The place of the error's second digit, after rounding: 0.0996 is 0.10.
        int place = 1 - Exponent(double.Parse(error.ToString("E1", culture), culture));
        if (place <= MaxDecimals && Math.Max(Math.Abs(Value), error) < MaxPlain)
        {
            return number.ToString($"F{Math.Max(0, place)}", culture);
        }

        int digits = number == 0.0 ? 0 : Math.Clamp(Exponent(number) + place, 0, MaxDigits);
        return number.ToString($"0.{new string('0', digits)}E+0", culture);
    }

    private static int Exponent(double number) => (int)Math.Floor(Math.Log10(Math.Abs(number)));
}
