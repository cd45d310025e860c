using System.Globalization;
using System.Net;
using System.Text;
using Math4AI.Reporting.Charts;

namespace Math4AI.Reporting;

/// <summary>
/// Builds one self-contained page. Text passes through <see cref="Escape"/>; only this library's own markup does not.
/// </summary>
internal sealed class Html : IDisposable
{
    private readonly StringBuilder body = new();
    private readonly ChartWriter charts = new();

    /// <summary>Returns text as HTML, with all markup escaped.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Formats a number with four significant digits; a dash stands for what is not known.</summary>
    public static string Number(double value) =>
        double.IsNaN(value) ? "–" : value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>Returns a number with as many digits as show two of how uncertain it is, four or more.</summary>
    /// <param name="value">The number.</param>
    /// <param name="deviation">How uncertain it is.</param>
    public static string Number(double value, double deviation)
    {
        const int Digits = 4, OfDeviation = 2, MaxDigits = 15;
        double ratio = Math.Abs(value / deviation);
        bool isKnown = ratio > 1.0 && double.IsFinite(ratio);
        int digits = isKnown ? OfDeviation + (int)Math.Ceiling(Math.Log10(ratio)) : Digits;
        return double.IsNaN(value) ? "–"
            : value.ToString($"G{Math.Clamp(digits, Digits, MaxDigits)}", CultureInfo.InvariantCulture);
    }

    /// <summary>Adds markup of this library's own; every text inside it must have been escaped.</summary>
    public Html Add(string markup)
    {
        body.Append(markup).Append('\n');
        return this;
    }

    public Html Heading(string text) => Add($"<h2>{Escape(text)}</h2>");

    /// <summary>Returns a small square for a legend, in one of the colors of the palette.</summary>
    public static string Swatch(int color) =>
        string.Create(CultureInfo.InvariantCulture, $"<span class=\"swatch s{color % 8}\"></span>");

    public Html Facts(IEnumerable<(string Name, string Value)> facts)
    {
        Add("<div class=\"facts\">");
        foreach ((string name, string value) in facts)
        {
            Add($"<div class=\"fact\"><b>{Escape(value)}</b><span>{Escape(name)}</span></div>");
        }

        return Add("</div>");
    }

    public Html Image(byte[] png, string description) =>
        Add($"<img alt=\"{Escape(description)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">");

    /// <summary>Adds a chart.</summary>
    public Html Chart(Chart chart) => Add(ChartFigure.Markup(chart, charts));

    /// <summary>Adds charts below a heading; nothing where there are none.</summary>
    /// <param name="heading">The heading; null for none.</param>
    /// <param name="layout">The classes of the grid.</param>
    /// <param name="shown">The charts.</param>
    public Html Charts(string? heading, string layout, IEnumerable<Chart> shown)
    {
        Chart[] all = [.. shown];
        if (all.Length == 0)
        {
            return this;
        }

        if (heading is not null)
        {
            Heading(heading);
        }

        Add($"<div class=\"{layout}\">");
        foreach (Chart chart in all)
        {
            Chart(chart);
        }

        return Add("</div>");
    }

    /// <summary>Adds a matrix whose cells are colored by sign and magnitude.</summary>
    public Html HeatMap(string title, double[,] values, IReadOnlyList<string> rows, IReadOnlyList<string> columns)
    {
        double largest = values.Cast<double>().Max(Math.Abs);
        Add($"<div class=\"card\"><h3>{Escape(title)}</h3><div class=\"scroll\"><table><tr><th></th>");
        Add(string.Concat(columns.Select(name => $"<th>{Escape(name)}</th>"))).Add("</tr>");
        for (int i = 0; i < rows.Count; i++)
        {
            Add($"<tr><th>{Escape(rows[i])}</th>");
            for (int j = 0; j < columns.Count; j++)
            {
                double shown = Math.Abs(values[i, j]) < 1e-12 * largest ? 0.0 : values[i, j];
                Add($"<td style=\"background:{Color(values[i, j], largest)}\">{Number(shown)}</td>");
            }

            Add("</tr>");
        }

        return Add("</table></div></div>");
    }

    /// <summary>Returns the complete page, which loads nothing, and runs the scripts of charts alone.</summary>
    public string Page(string title)
    {
        string scripts = charts.Count == 0 ? string.Empty : $"; script-src {PageAssets.ScriptSources}";
        return $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy"
                  content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'{scripts}">
            <title>{Escape(title)}</title><style>{PageAssets.Style}</style></head>
            <body><main>
            {body}</main>{ChartPart()}</body></html>
            """;
    }

    public void Dispose() => charts.Dispose();

    private string ChartPart() => charts.Count == 0
        ? string.Empty
        : "\n<noscript><p class=\"note\">The charts need scripts, which do not run here; the figures of each stand "
            + "below its title.</p></noscript>\n"
            + $"<script type=\"application/json\" id=\"chart-data\">{charts.ToJson()}</script>\n"
            + PageAssets.ChartMarkup;

    private static string Color(double value, double largest)
    {
        double share = largest > 0 ? Math.Abs(value) / largest : 0;
        string alpha = (0.75 * share).ToString("0.###", CultureInfo.InvariantCulture);
        return value >= 0 ? $"rgba(49,130,206,{alpha})" : $"rgba(221,107,32,{alpha})";
    }
}
