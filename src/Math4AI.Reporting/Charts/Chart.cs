namespace Math4AI.Reporting.Charts;

/// <summary>
/// A chart: layers over two axes. On the page it has ticks, a legend, values to read by hover, and zoom; beside it
/// stands a table of its key figures, for readers and viewers that do not see it.
/// </summary>
internal sealed record Chart(string Title, ChartAxis X, ChartAxis Y, params IReadOnlyList<ChartLayer> Layers)
{
    /// <summary>Gets whether the picture is square, as for two axes that mean the same.</summary>
    public bool IsSquare { get; init; }

    /// <summary>Gets whether a drag moves the picture and the wheel zooms, as on a map.</summary>
    public bool IsMap { get; init; }

    /// <summary>Gets the height in pixels; null for one that suits the width.</summary>
    public int? Height { get; init; }

    /// <summary>Gets a sentence below the picture; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>Gets figures that the table names before those of the layers.</summary>
    public IReadOnlyList<(string Name, string Value)> Figures { get; init; } = [];
}
