using System.Globalization;
using System.Net;
using System.Text;

namespace Math4AI.Reporting;

/// <summary>
/// Builds one self-contained page. Text passes through <see cref="Escape"/>; only this library's own markup does not.
/// </summary>
internal sealed class Html
{
    private const string Style = """
        :root { color-scheme: light dark; --ground: #f6f7f9; --card: #ffffff; --text: #1b2430; --quiet: #5c6b7d;
                --line: #dfe4ea; --accent: #2b6cb0; }
        @media (prefers-color-scheme: dark) {
          :root { --ground: #12161c; --card: #1b212a; --text: #e6ebf1; --quiet: #94a3b5; --line: #2c3541;
                  --accent: #63a4e8; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--text);
               font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
        h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 34px 0 12px; }
        h3 { font-size: 14px; margin: 0 0 8px; overflow-wrap: anywhere; } p { margin: 4px 0; }
        .quiet { color: var(--quiet); font-size: 13px; }
        .facts { display: flex; flex-wrap: wrap; gap: 10px; margin: 18px 0 6px; }
        .fact { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 8px 14px; }
        .fact b { display: block; font-size: 17px; font-variant-numeric: tabular-nums; }
        .fact span { color: var(--quiet); font-size: 12px; }
        .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 14px; }
        .wide { grid-template-columns: repeat(auto-fit, minmax(min(480px, 100%), 1fr)); }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px;
                min-width: 0; }
        .card img { display: block; width: 100%; border-radius: 6px; }
        .card audio { display: block; width: 100%; margin-top: 10px; height: 36px; }
        .scale { display: flex; justify-content: space-between; color: var(--quiet); font-size: 11px;
                 margin: 2px 0 8px; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
        th { font-weight: 500; color: var(--quiet); text-align: left; padding: 4px 8px; white-space: nowrap; }
        td { padding: 5px 9px; text-align: right; border-radius: 4px; }
        td.text { text-align: left; }
        .bar { display: block; height: 12px; border-radius: 3px; background: var(--accent); }
        .note { border-left: 3px solid var(--accent); padding: 2px 0 2px 12px; margin: 8px 0; }
        """;

    private readonly StringBuilder body = new();

    /// <summary>Returns text as HTML, with all markup escaped.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Formats a number with four significant digits.</summary>
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>Adds markup of this library's own; every text inside it must have been escaped.</summary>
    public Html Add(string markup)
    {
        body.Append(markup).Append('\n');
        return this;
    }

    public Html Heading(string text) => Add($"<h2>{Escape(text)}</h2>");

    /// <summary>Returns a small colored square for a legend.</summary>
    public static string Swatch(string colour) =>
        "<span "
            + "style=\"display:inline-block;width:.8em;height:.8em;border-radius:2px;"
            + $"background:{Escape(colour)}\"></span>";

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

    /// <summary>Adds the labels of the two ends of a picture's axis.</summary>
    public Html Scale(string left, string right) =>
        Add($"<div class=\"scale\"><span>{Escape(left)}</span><span>{Escape(right)}</span></div>");

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
                Add($"<td style=\"background:{Colour(values[i, j], largest)}\">{Number(shown)}</td>");
            }

            Add("</tr>");
        }

        return Add("</table></div></div>");
    }

    /// <summary>Returns the complete page, which loads no resources and runs no scripts.</summary>
    public string Page(string title) =>
        $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'">
        <title>{Escape(title)}</title><style>{Style}</style></head>
        <body><main>
        {body}</main></body></html>
        """;

    private static string Colour(double value, double largest)
    {
        double share = largest > 0 ? Math.Abs(value) / largest : 0;
        string alpha = (0.75 * share).ToString("0.###", CultureInfo.InvariantCulture);
        return value >= 0 ? $"rgba(49,130,206,{alpha})" : $"rgba(221,107,32,{alpha})";
    }
}
