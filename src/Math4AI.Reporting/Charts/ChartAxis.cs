namespace Math4AI.Reporting.Charts;

/// <summary>An axis of a chart, before its range is known.</summary>
internal sealed record ChartAxis(string Label, AxisScale Scale = AxisScale.Automatic)
{
    /// <summary>Gets the ends of what the axis can show, such as 0 and 1 for shares; null to take the data's.</summary>
    public (double From, double To)? Limits { get; init; }

    /// <summary>Gets the names of the places 0, 1, 2, …; null for an axis of numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Gets whether the values are whole numbers, so that no tick lies between them.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Returns a linear axis of whole numbers.</summary>
    public static ChartAxis OfCounts(string label) => new(label, AxisScale.Linear) { IsWhole = true };

    /// <summary>Returns an axis of shares, from 0 to 1.</summary>
    public static ChartAxis OfShares(string label) => new(label, AxisScale.Linear) { Limits = (0.0, 1.0) };

    /// <summary>Returns an axis of names.</summary>
    public static ChartAxis OfNames(string label, IReadOnlyList<string> names) =>
        new(label, AxisScale.Linear) { Limits = (-0.5, names.Count - 0.5), Categories = names };
}
