namespace Math4AI.Reporting.Charts;

/// <summary>Points.</summary>
internal sealed record PointsLayer(double[] X, double[] Y) : ChartLayer
{
    /// <summary>Gets the area of each point, relative to the usual; null for the usual.</summary>
    public double[]? Sizes { get; init; }

    /// <summary>Gets the number of the sample that each point shows; null to name none.</summary>
    public double[]? Samples { get; init; }

    /// <summary>Gets a text for each point, shown when it is pointed at; null for none.</summary>
    public IReadOnlyList<string>? Texts { get; init; }

    /// <summary>Gets whether the texts stand beside the points too.</summary>
    public bool IsNamed { get; init; }

    public override string Kind => "points";

    public override IEnumerable<double> Across => X;

    public override IEnumerable<double> Up => Y;

    public override (ChartLayer Layer, int LeftOut) Drawable(bool isLogX, bool isLogY)
    {
        int[]? kept = Kept(X.Length, i => HasPlace(X[i], isLogX) && HasPlace(Y[i], isLogY));
        return kept is null
            ? (this, 0)
            : (this with
            {
                X = Picked(X, kept),
                Y = Picked(Y, kept),
                Sizes = Sizes is null ? null : Picked(Sizes, kept),
                Samples = Samples is null ? null : Picked(Samples, kept),
                Texts = Texts is null ? null : [.. kept.Select(i => Texts[i])],
            }, X.Length - kept.Length);
    }

    public override void Write(ChartWriter writer) =>
        writer.Column("x", X).Column("y", Y).Column("size", Sizes).Column("rows", Samples).Texts("texts", Texts)
            .Flag("named", IsNamed && Texts is not null);
}
