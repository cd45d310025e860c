namespace Math4AI.Reporting.Charts;

/// <summary>Bars from 0 to a value, each over its part of the other axis.</summary>
internal sealed record BarsLayer(double[] From, double[] To, double[] Values) : ChartLayer
{
    private const double HalfWidth = 0.38;

    /// <summary>Gets whether the bars lie, over parts of y.</summary>
    public bool IsLying { get; init; }

    public override string Kind => "bars";

    public override IEnumerable<double> Across => IsLying ? [0.0, .. Values] : [.. From, .. To];

    public override IEnumerable<double> Up => IsLying ? [.. From, .. To] : [0.0, .. Values];

    /// <summary>Returns lying bars at the places 0, 1, 2, … of an axis of names.</summary>
    public static BarsLayer OfNames(double[] values) => new(
        [.. values.Select((_, i) => i - HalfWidth)], [.. values.Select((_, i) => i + HalfWidth)], values)
    {
        IsLying = true,
    };

    /// <summary>Returns a histogram of values; values that are no numbers are left out.</summary>
    /// <param name="values">The values.</param>
    /// <param name="bins">The number of bins; by default Freedman's and Diaconis' rule, from 5 to 60.</param>
    public static BarsLayer Histogram(IReadOnlyList<double> values, int? bins = null)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        if (sorted.Length == 0)
        {
            return new BarsLayer([], [], []);
        }

        (double least, double most) = (sorted[0], sorted[^1]);
        double span = most - least, half = 0.5 * Math.Max(Math.Abs(least), 1.0);
        if (!(span > 1e-13 * Math.Abs(least)))
        {
            return new BarsLayer([least - 0.1 * half], [least + 0.1 * half], [sorted.Length]);
        }

        double width = 2.0 * (sorted[3 * (sorted.Length - 1) / 4] - sorted[(sorted.Length - 1) / 4])
            / Math.Cbrt(sorted.Length);
        int count = bins ?? (width > 0.0 ? (int)Math.Clamp(Math.Ceiling(span / width), 5.0, 60.0) : 20);
        double[] counts = new double[count];
        foreach (double value in sorted)
        {
            counts[Math.Min(count - 1, (int)((value - least) / span * count))]++;
        }

        double[] edges = [.. Enumerable.Range(0, count + 1).Select(i => least + span * i / count)];
        return new BarsLayer(edges[..^1], edges[1..], counts);
    }

    public override (ChartLayer Layer, int LeftOut) Drawable(bool isLogX, bool isLogY)
    {
        int[]? kept = Kept(Values.Length, i => double.IsFinite(Values[i]));
        return kept is null
            ? (this, 0)
            : (this with { From = Picked(From, kept), To = Picked(To, kept), Values = Picked(Values, kept) },
                Values.Length - kept.Length);
    }

    public override void Write(ChartWriter writer) =>
        writer.Column("low", From).Column("high", To).Column("y", Values).Flag("lying", IsLying);
}
