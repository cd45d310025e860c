namespace Math4AI.Reporting.Charts;

/// <summary>The part of an axis that a chart shows at first.</summary>
/// <param name="Linear">The ends of the linear axis.</param>
/// <param name="Logarithms">
/// The decimal logarithms of the ends of the logarithmic axis; null where there is none.
/// </param>
/// <param name="IsLogarithmic">Whether the axis is logarithmic at first.</param>
internal sealed record ChartRange(
    (double From, double To) Linear, (double From, double To)? Logarithms, bool IsLogarithmic)
{
    private const double Margin = 0.04;
    private const double LogRatio = 100.0;
    private const double ToggleRatio = 10.0;
    private const double LowShare = 0.1;
    private const double RoomBeside = 0.5;

    // Values whose span is no more than the rounding of a few operations are one value.
    private const double SpanOfOneValue = 1e-13;

    /// <summary>Finds the range of an axis.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="values">What must be seen.</param>
    /// <param name="beside">What is shown as far as half of the span of the values on either side.</param>
    /// <param name="data">The values among them that decide whether the axis is logarithmic.</param>
    public static ChartRange Of(
        ChartAxis axis, IEnumerable<double> values, IEnumerable<double> beside, IEnumerable<double> data)
    {
        double[] sorted = [.. values.Where(double.IsFinite)];
        double[] others = [.. beside.Where(double.IsFinite)];
        Array.Sort(sorted);
        if (axis.Limits is { } limits)
        {
            double room = axis.Categories is null ? 0.02 * (limits.To - limits.From) : 0.0;
            return new ChartRange((limits.From - room, limits.To + room), null, false);
        }

        if (sorted.Length == 0)
        {
            sorted = others.Length > 0 ? [.. others.Order()] : [0.0, 1.0];
        }

        (double, double) linear = Widened(Joined((sorted[0], sorted[^1]), others));
        bool isAsked = axis.Scale == AxisScale.Logarithmic;
        double[] positive = sorted[0] > 0.0 || !isAsked ? sorted : [.. sorted.Where(value => value > 0.0)];
        if (axis.Scale == AxisScale.Linear || positive.Length == 0 || positive[0] <= 0.0
            || !(isAsked || positive[^1] >= ToggleRatio * positive[0]))
        {
            return new ChartRange(linear, null, false);
        }

        (double, double) logarithms = Joined(
            (Math.Log10(positive[0]), Math.Log10(positive[^1])), [.. others.Where(x => x > 0.0).Select(Math.Log10)]);
        return new ChartRange(
            linear, WidenedLogarithms(logarithms),
            isAsked || SpansDecades([.. data.Where(double.IsFinite).Order()]));
    }

    /// <summary>
    /// Whether sorted values ask for a logarithmic axis, as <see cref="AxisScale.Automatic"/> has it.
    /// </summary>
    public static bool SpansDecades(double[] sorted) =>
        sorted.Length > 0 && sorted[0] > 0.0 && sorted[^1] >= LogRatio * sorted[0]
            && sorted[sorted.Length / 2] - sorted[0] < LowShare * (sorted[^1] - sorted[0]);

    private static (double From, double To) Joined((double From, double To) ends, double[] others)
    {
        double room = RoomBeside * (ends.To - ends.From);
        return others.Length == 0
            ? ends
            : (Math.Min(ends.From, Math.Max(others.Min(), ends.From - room)),
                Math.Max(ends.To, Math.Min(others.Max(), ends.To + room)));
    }

    private static (double From, double To) Widened((double From, double To) ends)
    {
        double span = ends.To - ends.From, size = Math.Max(Math.Abs(ends.From), Math.Abs(ends.To));
        if (!double.IsFinite(span))
        {
            return (ends.From, ends.To);
        }

        double margin = span > SpanOfOneValue * size ? Margin * span : size > 0.0 ? 0.5 * size : 1.0;
        return (ends.From - margin, ends.To + margin);
    }

    private static (double From, double To) WidenedLogarithms((double From, double To) ends)
    {
        double span = ends.To - ends.From, margin = span > 1e-6 ? Margin * span : 0.5;
        return (ends.From - margin, ends.To + margin);
    }
}
