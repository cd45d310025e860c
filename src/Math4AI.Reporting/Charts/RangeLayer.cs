namespace Math4AI.Reporting.Charts;

/// <summary>A range of y for each x: a band around a curve, or a whisker through each point.</summary>
internal sealed record RangeLayer(double[] X, double[] Low, double[] High) : ChartLayer
{
    /// <summary>Gets whether each range is a whisker of its own, rather than a part of a band.</summary>
    public bool IsWhiskers { get; init; }

    /// <summary>Gets how opaque a band is, from 0 to 1.</summary>
    public double Opacity { get; init; } = 0.2;

    public override string Kind => IsWhiskers ? "whiskers" : "band";

    public override IEnumerable<double> Across => X;

    public override IEnumerable<double> Beside => Low.Concat(High);

    public override (ChartLayer Layer, int LeftOut) Drawable(bool isLogX, bool isLogY)
    {
        // The lower end of a range may lie below a logarithmic axis, its upper end may not.
        int[]? kept = Kept(
            X.Length, i => HasPlace(X[i], isLogX) && double.IsFinite(Low[i]) && HasPlace(High[i], isLogY));
        return kept is null
            ? (this, 0)
            : (this with { X = Picked(X, kept), Low = Picked(Low, kept), High = Picked(High, kept) },
                X.Length - kept.Length);
    }

    public override void Write(ChartWriter writer) =>
        writer.Column("x", X).Column("low", Low).Column("high", High).Number("alpha", Opacity);
}
