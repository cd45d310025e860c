using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Optimization;
using Math4AI.Reporting;

namespace Math4AI.Cli.Fitting;

/// <summary>Reads the options of <c>math4ai fit</c>; what cannot be read is wrong usage.</summary>
internal static class FitOptionReader
{
    public static Formula Formula(string text, string option)
    {
        try
        {
            Formula formula = Math4AI.Fitting.Formulas.Formula.Parse(text);
            return text.Contains('~', StringComparison.Ordinal)
                ? formula
                : throw new UsageException($"{option} needs the response too, as in \"y ~ {text}\".");
        }
        catch (FormulaException e)
        {
            throw new UsageException(e.Message);
        }
    }

    public static Distance Distance(string text)
    {
        try
        {
            return Math4AI.Fitting.Distances.Distance.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    public static Minimizer Minimizer(string name) =>
        Optimization.Minimizer.Methods.TryGetValue(name, out Func<Minimizer>? create)
            ? create()
            : throw new UsageException(
                $"There is no minimizer '{name}'; choose one of: "
                + $"{string.Join(", ", Optimization.Minimizer.Methods.Keys)}.");

    public static double Level(double level) =>
        level > 0.0 && level < 1.0
            ? level
            : throw new UsageException($"--level lies between 0 and 1, such as 0.95, and is not {level}.");

    public static int? AtLeast(string option, int? number, int minimum) =>
        number is null || number >= minimum
            ? number
            : throw new UsageException($"{option} takes a whole number from {minimum} on, not {number}.");

    /// <summary>Returns how the axes of the page run; what is not named as logarithmic is linear then.</summary>
    /// <exception cref="UsageException">A word is none of those that there are.</exception>
    public static (AxisScale X, AxisScale Y) Axes(string? text)
    {
        string[] axes = WordLists.Items(text);
        if (text is not (null or "none") && (axes is [] || axes.Any(axis => axis is not ("x" or "y"))))
        {
            throw new UsageException($"--log takes x, y, x,y or none, not '{text}'.");
        }

        AxisScale Of(string axis) => text is null
            ? AxisScale.Automatic
            : axes.Contains(axis) ? AxisScale.Logarithmic : AxisScale.Linear;
        return (Of("x"), Of("y"));
    }

    /// <summary>Returns the options with which the table is read.</summary>
    /// <exception cref="UsageException">A word is none of those that there are.</exception>
    public static NumberTableOptions Table(string missing, string? dates, string dateOrigin)
    {
        // The word was "error" once, and scripts may still use it.
        if (missing is not ("refuse" or "error" or "drop"))
        {
            throw new UsageException($"--missing takes refuse or drop, not '{missing}'.");
        }

        if (dates is not (null or "days" or "seconds"))
        {
            throw new UsageException($"--dates takes days or seconds, not '{dates}'.");
        }

        return DateTime.TryParse(dateOrigin, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime origin)
            ? new NumberTableOptions
            {
                DropsMissing = missing == "drop",
                TakesDates = dates is not null,
                Table = new TableOptions
                {
                    DateUnit = dates == "seconds" ? DateUnit.Seconds : DateUnit.Days,
                    DateOrigin = origin,
                },
            }
            : throw new UsageException($"--date-origin takes a date such as 2000-01-01, not '{dateOrigin}'.");
    }

    /// <summary>b1,b3.</summary>
    public static string[] Names(string? text) => WordLists.Items(text);

    /// <summary>b1=500,b2=0.0001.</summary>
    public static Dictionary<string, double>? Values(string option, string? text) =>
        Pairs(option, text, value => Number(option, value));

    /// <summary>b1=0..1,b2=0..</summary>
    public static Dictionary<string, (double Lower, double Upper)>? Bounds(string option, string? text) =>
        Pairs(option, text, value =>
        {
            string[] ends = value.Split("..");
            if (ends.Length != 2)
            {
                throw new UsageException($"{option} takes bounds such as b2=0..1, and '{value}' has no '..'.");
            }

            double lower = ends[0].Length == 0 ? double.NegativeInfinity : Number(option, ends[0]);
            double upper = ends[1].Length == 0 ? double.PositiveInfinity : Number(option, ends[1]);
            return lower <= upper
                ? (lower, upper)
                : throw new UsageException($"{option}: in '{value}' the lower end is above the upper one.");
        });

    private static Dictionary<string, T>? Pairs<T>(string option, string? text, Func<string, T> read)
    {
        if (text is null)
        {
            return null;
        }

        var values = new Dictionary<string, T>();
        foreach (string pair in WordLists.Pairs(text))
        {
            string[] parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || parts[0].Length == 0 || !values.TryAdd(parts[0], read(parts[1])))
            {
                throw new UsageException(
                    $"{option} takes name=value, name=value …, each name once; '{pair}' is not such a pair.");
            }
        }

        return values;
    }

    private static double Number(string option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value)
            ? value
            : throw new UsageException($"{option}: '{text}' is not a finite number.");
}
