using System.Globalization;

namespace Math4AI.Data.Tables;

/// <summary>
/// Numbers that look like a missing value, such as −999: they are written as such numbers are, in nines or at the end
/// of a type's range, repeat, and lie farther from all others than these lie from each other.
/// </summary>
internal static class Sentinels
{
    private const int MinNines = 2;
    private const int MinRepeated = 2;
    private const int MinOthers = 3;

    // Fill values of scientific formats: 1e20, 9.97e36, the ends of float32.
    private const double Huge = 1e20;

    /// <summary>
    /// The numbers that look like a missing value, and how often each stands there, the smallest first.
    /// </summary>
    /// <param name="values">The different numbers of a column, without NaN, the smallest first.</param>
    public static IReadOnlyList<RepeatedNumber> Of(IReadOnlyList<RepeatedNumber> values)
    {
        RepeatedNumber[] candidates =
            [.. values.Where(number => number.Count >= MinRepeated && IsWrittenAsMissing(number.Value))];
        if (candidates.Length == 0 || values.Count - candidates.Length < MinOthers)
        {
            return [];
        }

        double[] others = [.. values.Except(candidates).Select(number => number.Value)];
        double least = others[0], most = others[^1], range = most - least;
        return [.. candidates.Where(number => number.Value < least - range || number.Value > most + range)];
    }

    private static bool IsWrittenAsMissing(double value)
    {
        double size = Math.Abs(value);
        return size >= Huge || size is int.MaxValue or 1.0 + int.MaxValue or short.MaxValue or 1.0 + short.MaxValue
            || size.ToString("R", CultureInfo.InvariantCulture).Replace(".", string.Empty, StringComparison.Ordinal)
                is var digits && digits.Length >= MinNines && digits.All(digit => digit == '9');
    }
}
