using Math4AI.Data.Tables;
using Math4AI.Reporting.Charts;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Maps;

namespace Math4AI.Reporting;

/// <summary>The report of a map of the rows of a table, colored by a column where one is named.</summary>
public sealed record MapReport : TableReport
{
    private const int MapHeight = 640;

    /// <summary>Gets the map.</summary>
    public required MappedTable Result { get; init; }

    private protected override void AddBody(Html page) => page.Heading("The rows on a map").Chart(Map())
        .Add("<p class=\"quiet\">Near points are rows with like values. Sizes of groups, and distances between groups "
            + "far apart, say little.</p>");

    private protected override IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("rows", Count(Result.Rows.Count));
        if (Result.Rows.Count < Table.Rows)
        {
            yield return ("rows left out for missing values", Count(Table.Rows - Result.Rows.Count));
        }

        yield return ("columns", string.Join(", ", Result.Columns));
        if (Result.LeftOut.Count > 0)
        {
            yield return ("columns left out",
                string.Join(", ", Result.LeftOut.Select(column => $"{column.Name} ({column.Reason})")));
        }

        yield return ("trustworthiness", Html.Number(Math.Round(Result.Quality.Trustworthiness, 4)));
        yield return ("neighbors kept", $"{Html.Number(Math.Round(100.0 * Result.Quality.Kept, 1))} %");
        yield return Result.Map switch
        {
            TsneFit tsne => ("divergence", Html.Number(Math.Round(tsne.Divergence, 4))),
            UmapFit umap => ("cross entropy for each row", Html.Number(Math.Round(umap.CrossEntropy, 3))),
            _ => throw new InvalidOperationException($"{Result.Map.GetType()} is no map that is known."),
        };
    }

    private Chart Map()
    {
        Func<int, string> cells = Cells();
        RowGroups groups = Labels is null
            ? new RowGroups(["rows"], new int[Result.Rows.Count], AreRanges: false)
            : RowGroups.Of(Table, Labels, Result.Rows);
        IEnumerable<ChartLayer> layers = groups.Names.Select(ChartLayer (name, color) =>
        {
            int[] places = [.. Enumerable.Range(0, Result.Rows.Count).Where(i => groups.Groups[i] == color)];
            double[] Along(int axis) => [.. places.Select(i => Result.Map.Positions[i, axis])];
            return new PointsLayer(Along(0), Along(1))
            {
                Name = name,
                Color = color,
                Texts =
                [
                    .. places.Select(i => Result.Rows[i]).Select(row => $"row {Table.NumberOf(row)}: {cells(row)}"),
                ],
            };
        });
        return new Chart(
            $"{Result.Rows.Count} rows, neighbors kept together", new ChartAxis(string.Empty, AxisScale.Linear),
            new ChartAxis(string.Empty, AxisScale.Linear), [.. layers])
        {
            IsMap = true,
            Height = MapHeight,
            Note = "Drag to move, turn the wheel to zoom, point at a row to read it.",
        };
    }
}
