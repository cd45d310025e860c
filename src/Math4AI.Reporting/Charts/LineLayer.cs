namespace Math4AI.Reporting.Charts;

/// <summary>A line from point to point; a y that is no number interrupts it.</summary>
internal sealed record LineLayer(double[] X, double[] Y) : ChartLayer
{
    /// <summary>Gets whether the line is dashed.</summary>
    public bool IsDashed { get; init; }

    /// <summary>Gets whether the line is thin, as among many.</summary>
    public bool IsThin { get; init; }

    /// <summary>Gets whether each y holds until the next x.</summary>
    public bool IsSteps { get; init; }

    /// <summary>Gets whether the points are marked, up to 200 of them.</summary>
    public bool HasMarks { get; init; }

    /// <summary>Gets a text for each point, shown when it is pointed at; null for none.</summary>
    public IReadOnlyList<string>? Texts { get; init; }

    public override string Kind => "line";

    public override IEnumerable<double> Across => X;

    public override IEnumerable<double> Up => Y;

    public override (ChartLayer Layer, int LeftOut) Drawable(bool isLogX, bool isLogY)
    {
        int[]? kept = Kept(X.Length, i => HasPlace(X[i], isLogX));
        return kept is null
            ? (this, 0)
            : (this with
            {
                X = Picked(X, kept),
                Y = Picked(Y, kept),
                Texts = Texts is null ? null : [.. kept.Select(i => Texts[i])],
            }, X.Length - kept.Length);
    }

    public override void Write(ChartWriter writer) =>
        writer.Column("x", X).Column("y", Y).Flag("dash", IsDashed).Flag("steps", IsSteps).Flag("marks", HasMarks)
            .Flag("thin", IsThin)
            .Texts("texts", Texts);
}
