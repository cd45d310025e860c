using System.Globalization;

namespace Math4AI.Cli.Fitting;

/// <summary>A number of a posterior, as it is printed.</summary>
internal static class PosteriorNumber
{
    private const int Digits = 5;
    private const int OfDeviation = 3;
    private const int MaxDigits = 15;

    /// <summary>
    /// A number with five digits, or with as many as show three of its deviation: of 1000002.09 ± 0.09 five would be
    /// the million alone.
    /// </summary>
    /// <param name="value">The number; empty text for null.</param>
    /// <param name="deviation">How uncertain it is; null where that is not known.</param>
    public static string Text(double? value, double? deviation)
    {
        double ratio = Math.Abs(value ?? 0.0) / (deviation is > 0.0 and var known ? known : double.PositiveInfinity);
        bool isKnown = ratio > 1.0 && double.IsFinite(ratio);
        int digits = isKnown ? OfDeviation + (int)Math.Ceiling(Math.Log10(ratio)) : Digits;
        string format = $"G{Math.Clamp(digits, Digits, MaxDigits)}";
        return value?.ToString(format, CultureInfo.InvariantCulture) ?? string.Empty;
    }
}
