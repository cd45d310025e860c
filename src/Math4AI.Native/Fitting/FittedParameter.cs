using System.Globalization;

namespace Math4AI.Fitting;

/// <summary>One parameter of a fit: its estimate and how uncertain it is.</summary>
public sealed class FittedParameter
{
    private readonly FitResult fit;
    private readonly int index;

    internal FittedParameter(FitResult fit, int index) => (this.fit, this.index) = (fit, index);

    /// <summary>Gets the name.</summary>
    public string Name => fit.Names[index];

    /// <summary>Gets the estimate.</summary>
    public double Value => fit.Parameters[index];

    /// <summary>Gets the standard error: 0 where the value is fixed or a bound holds it, NaN where it is not known.</summary>
    /// <exception cref="NotSupportedException">The uncertainty of such a fit is not known; the message says why.</exception>
    public double StandardError => fit.StandardErrors[index];

    /// <summary>Gets whether the value was fixed before the fit.</summary>
    public bool IsFixed => fit.Problem.Fixed.ContainsKey(Name);

    /// <summary>Gets whether a bound holds the value.</summary>
    public bool IsOnBound => fit.OnBounds.Contains(Name);

    /// <summary>Returns Wald's confidence interval, the estimate ± a multiple of the standard error.</summary>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public Interval Interval(double level = 0.95) => fit.Intervals(level)[index];

    /// <inheritdoc cref="FitResult.ProfileInterval"/>
    public Interval ProfileInterval(double level = 0.95, CancellationToken cancellation = default) =>
        fit.ProfileInterval(Name, level, cancellation);

    /// <summary>Returns the name, the estimate and its standard error, such as <c>b = 2.0031 ± 0.0042</c>.</summary>
    public override string ToString()
    {
        string note = IsFixed ? " (fixed)" : IsOnBound ? " (on a bound)" : $" ± {StandardError.ToString("G3", CultureInfo.InvariantCulture)}";
        return $"{Name} = {Value.ToString("G7", CultureInfo.InvariantCulture)}{note}";
    }
}
