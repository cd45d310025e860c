namespace Math4AI.Reporting.Charts;

/// <summary>A picture that covers a part of the plane.</summary>
internal sealed record ImageLayer(byte[] Png, double Left, double Right, double Bottom, double Top) : ChartLayer
{
    public override string Kind => "image";

    public override IEnumerable<double> Across => [Left, Right];

    public override IEnumerable<double> Up => [Bottom, Top];

    public override void Write(ChartWriter writer) => writer
        .Number("left", Left).Number("right", Right).Number("bottom", Bottom).Number("top", Top)
        .Flag("smooth", true)
        .Text("source", $"data:image/png;base64,{Convert.ToBase64String(Png)}");
}
