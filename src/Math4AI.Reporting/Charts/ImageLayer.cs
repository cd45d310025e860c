namespace Math4AI.Reporting.Charts;

/// <summary>A picture that covers a part of the plane.</summary>
internal sealed record ImageLayer(byte[] Png, double Left, double Right, double Bottom, double Top) : ChartLayer
{
    /// <summary>
    /// Gets the values that the picture shows, row after row from the bottom, which a reader can point at; null for
    /// none.
    /// </summary>
    public double[]? Values { get; init; }

    /// <summary>Gets the number of values in a row.</summary>
    public int Columns { get; init; }

    public override string Kind => "image";

    public override IEnumerable<double> Across => [Left, Right];

    public override IEnumerable<double> Up => [Bottom, Top];

    public override void Write(ChartWriter writer)
    {
        writer.Number("left", Left).Number("right", Right).Number("bottom", Bottom).Number("top", Top)
            .Flag("smooth", true)
            .Text("source", $"data:image/png;base64,{Convert.ToBase64String(Png)}");
        if (Values is { } values)
        {
            double[] known = [.. values.Where(double.IsFinite).DefaultIfEmpty(0.0)];
            writer.Column("values", values).Number("columns", Columns).Number("least", known.Min())
                .Number("most", known.Max());
        }
    }
}
