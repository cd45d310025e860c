using System.Globalization;
using System.Text;

namespace Math4AI.Reporting.Charts;

/// <summary>The markup of a chart: title, place of the picture, what it shows in words, and its figures.</summary>
internal static class ChartFigure
{
    private const int MaxListed = 40;

    /// <summary>Adds a chart to the data of the page and returns its markup.</summary>
    public static string Markup(Chart chart, ChartWriter writer)
    {
        IReadOnlyList<ChartLayer> all = chart.Layers;
        ChartLayer[] points = [.. all.Where(layer => layer is PointsLayer)];
        IReadOnlyList<ChartLayer> data = points.Length > 0 ? points : all;
        ChartRange x = ChartRange.Of(
            chart.X, all.SelectMany(layer => layer.Across), [], data.SelectMany(layer => layer.Across));
        ChartRange y = ChartRange.Of(
            chart.Y, all.SelectMany(layer => layer.Up), all.SelectMany(layer => layer.Beside),
            data.SelectMany(layer => layer.Up));
        int leftOut = 0;
        var layers = new List<ChartLayer>();
        foreach (ChartLayer layer in chart.Layers)
        {
            (ChartLayer drawn, int missing) = layer.Drawable(
                x.IsLogarithmic && chart.X.Scale == AxisScale.Logarithmic,
                y.IsLogarithmic && chart.Y.Scale == AxisScale.Logarithmic);
            layers.Add(drawn);
            leftOut += layer is PointsLayer ? missing : 0;
        }

        int place = writer.Add(chart, x, y, layers);
        string map = chart.IsMap ? " map" : string.Empty;
        var markup =
            new StringBuilder().Append(
                CultureInfo.InvariantCulture, $"<figure class=\"card{map}\"><h3>{Html.Escape(chart.Title)}</h3>")
            .Append(CultureInfo.InvariantCulture, $"<div class=\"plot\" data-chart=\"{place}\" ")
            .Append(CultureInfo.InvariantCulture, $"data-label=\"{Html.Escape(Description(chart, x, y))}\"></div>");
        bool isEmpty = !layers.Any(layer => layer.Across.Any() && layer.Up.Concat(layer.Beside).Any());
        foreach (string note in Notes(chart, leftOut, isEmpty))
        {
            markup.Append(CultureInfo.InvariantCulture, $"<p class=\"quiet\">{Html.Escape(note)}</p>");
        }

        AddFigures(markup, chart, layers);
        return markup.Append("</figure>").ToString();
    }

    private static IEnumerable<string> Notes(Chart chart, int leftOut, bool isEmpty)
    {
        if (chart.Note is not null)
        {
            yield return chart.Note;
        }

        if (isEmpty)
        {
            yield return "There is nothing to draw.";
        }

        if (leftOut > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{leftOut} {(leftOut == 1 ? "point has" : "points have")} no place on the axes and "
                    + $"{(leftOut == 1 ? "is" : "are")} not drawn.");
        }
    }

    private static string Description(Chart chart, ChartRange x, ChartRange y)
    {
        string Ends(ChartAxis axis, ChartRange range) => axis.Categories is { } names
            ? $"{axis.Label}: {names.Count} names"
            : $"{axis.Label} from {Number(range.Linear.From, range.Linear)} to "
                + Number(range.Linear.To, range.Linear)
                + (range.IsLogarithmic ? ", logarithmic" : string.Empty);
        string[] names = [.. chart.Layers.Select(layer => layer.Name).OfType<string>()];
        string shown = names.Length > 0 ? $" It shows {string.Join(", ", names)}." : string.Empty;
        return $"Chart: {chart.Title}. {Ends(chart.X, x)}; {Ends(chart.Y, y)}.{shown}";
    }

    private static void AddFigures(StringBuilder markup, Chart chart, IReadOnlyList<ChartLayer> layers)
    {
        ChartLayer[] measured = [.. layers.Where(layer => layer is PointsLayer or LineLayer or RangeLayer)];
        if (measured.Length == 0 && chart.Figures.Count == 0 && !layers.Any(layer => layer is BarsLayer))
        {
            return;
        }

        markup.Append("<details class=\"figures\"><summary>Figures</summary><div class=\"scroll\"><table>");
        foreach ((string name, string value) in chart.Figures)
        {
            markup.Append(
                CultureInfo.InvariantCulture, $"<tr><th>{Html.Escape(name)}</th><td>{Html.Escape(value)}</td></tr>");
        }

        if (measured.Length > 0)
        {
            markup.Append("<tr><th></th><th>points</th>")
                .Append(CultureInfo.InvariantCulture, $"<th>{Html.Escape(chart.X.Label)} from</th><th>to</th>")
                .Append(CultureInfo.InvariantCulture, $"<th>{Html.Escape(chart.Y.Label)} from</th><th>to</th>")
                .Append("<th>mean</th></tr>");
        }

        foreach (ChartLayer layer in measured)
        {
            double[] x = [.. layer.Across], y = [.. layer.Up.Concat(layer.Beside).Where(double.IsFinite)];
            markup.Append(CultureInfo.InvariantCulture, $"<tr><th>{Html.Escape(layer.Name ?? "shown")}</th>")
                .Append(CultureInfo.InvariantCulture, $"<td>{x.Length}</td>").Append(Ends(x)).Append(Ends(y))
                .Append(CultureInfo.InvariantCulture,
                    $"<td>{(y.Length == 0 ? "–" : Html.Number(y.Average(), y.Max() - y.Min()))}</td></tr>");
        }

        foreach (BarsLayer bars in layers.OfType<BarsLayer>())
        {
            AddBars(markup, chart, bars);
        }

        markup.Append("</table></div></details>");
    }

    private static void AddBars(StringBuilder markup, Chart chart, BarsLayer bars)
    {
        IReadOnlyList<string>? names = (bars.IsLying ? chart.Y : chart.X).Categories;
        string value = bars.Name ?? (bars.IsLying ? chart.X : chart.Y).Label;
        markup.Append(CultureInfo.InvariantCulture, $"<tr><th></th><th>{Html.Escape(value)}</th></tr>");
        for (int i = 0; i < Math.Min(MaxListed, bars.Values.Length); i++)
        {
            double middle = 0.5 * (bars.From[i] + bars.To[i]);
            string name = names?[(int)Math.Round(middle)]
                ?? $"{Number(bars.From[i], (bars.From[i], bars.To[i]))} to "
                    + Number(bars.To[i], (bars.From[i], bars.To[i]));
            markup.Append(CultureInfo.InvariantCulture,
                $"<tr><th>{Html.Escape(name)}</th><td>{Html.Number(bars.Values[i])}</td></tr>");
        }

        if (bars.Values.Length > MaxListed)
        {
            markup.Append(CultureInfo.InvariantCulture, $"<tr><th>and {bars.Values.Length - MaxListed} more</th></tr>");
        }
    }

    private static string Ends(double[] values) => values.Length == 0
        ? "<td>–</td><td>–</td>"
        : $"<td>{Number(values.Min(), (values.Min(), values.Max()))}</td>"
            + $"<td>{Number(values.Max(), (values.Min(), values.Max()))}</td>";

    /// <summary>A number with the digits that tell the ends of a range apart.</summary>
    private static string Number(double value, (double From, double To) range) =>
        Html.Number(value, range.To - range.From);
}
