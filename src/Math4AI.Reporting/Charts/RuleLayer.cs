namespace Math4AI.Reporting.Charts;

/// <summary>A straight line across all of the chart, dashed. It asks for no room.</summary>
internal sealed record RuleLayer : ChartLayer
{
    private double? at;
    private double slope;
    private double intercept;

    private RuleLayer()
    {
        Color = Quiet;
    }

    public override string Kind => "rule";

    /// <summary>Returns the upright line at an x.</summary>
    public static RuleLayer AtX(double x) => new() { at = x };

    /// <summary>Returns the line y = intercept + slope x.</summary>
    public static RuleLayer Of(double intercept, double slope) => new() { intercept = intercept, slope = slope };

    public override void Write(ChartWriter writer)
    {
        if (at is { } x)
        {
            writer.Number("atX", x);
        }
        else
        {
            writer.Number("slope", slope).Number("intercept", intercept);
        }
    }
}
