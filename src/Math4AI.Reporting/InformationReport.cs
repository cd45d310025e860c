using System.Globalization;
using Math4AI.Probability.Information;

namespace Math4AI.Reporting;

/// <summary>The page about what the columns of a table say about each other.</summary>
public sealed record InformationReport : TableReport
{
    private const int MaxColumns = 40;
    private const int MaxPairs = 200;
    private const double Level = 0.05;

    /// <summary>Gets what was found.</summary>
    public required InformationTable Found { get; init; }

    private protected override IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("rows", Count(Table.Rows));
        yield return ("columns compared", Count(Found.Columns.Count));
        yield return ("pairs", Count(Found.Pairs.Count));
        yield return ("dependent pairs", Count(Found.Pairs.Count(pair => pair.Adjusted <= Level)));
    }

    /// <summary>Adds the informations as a map of columns × columns.</summary>
    internal static void AddMap(Html page, InformationTable found, string title)
    {
        double[,] values = found.ToMatrix();
        for (int i = 0; i < found.Columns.Count; i++)
        {
            values[i, i] = 0.0;
            for (int j = 0; j < found.Columns.Count; j++)
            {
                values[i, j] = Math.Round(Math.Max(0.0, values[i, j]), 3);
            }
        }

        page.HeatMap(title, values, found.Columns, found.Columns);
    }

    private protected override void AddBody(Html page)
    {
        string what = Found.Given is { } given ? $"where {given} is known" : "each pair of columns";
        AddNote(page, Found.Note);
        if (Found.Columns.Count <= MaxColumns)
        {
            page.Add("<div class=\"grid wide\">");
            AddMap(page, Found, $"Mutual information, nats: {what}");
            page.Add("</div>");
        }

        page.Heading("Pairs").Add("<p class=\"quiet\">From the most informative on. As a correlation: that of Gaussian "
            + "variables with the same information. Of the pairs with an adjusted probability of up to 0.05, at most 5 "
            + "% are so by chance alone, on average. The error is the standard error and the bias that halves of the "
            + "rows and, of columns with equal values, permuted columns show; ≥ is at least so much.</p>")
            .Add("<div class=\"card scroll\"><table><tr><th></th><th></th><th>rows</th><th>information, nats</th>"
                + "<th>error</th><th>as a correlation</th><th>probability</th><th>adjusted</th></tr>");
        foreach (PairInformation pair in Found.Pairs.OrderByDescending(each => each.Information.Value).Take(MaxPairs))
        {
            page.Add($"<tr><th>{Html.Escape(pair.First)}</th><th>{Html.Escape(pair.Second)}</th>"
                + $"<td>{Count(pair.Rows)}</td>"
                + $"<td>{(pair.Information.IsLowerBound ? "≥ " : string.Empty)}"
                + string.Create(CultureInfo.InvariantCulture, $"{pair.Shown:0.000}</td>")
                + string.Create(CultureInfo.InvariantCulture, $"<td>{pair.Information.Error:0.000}</td>")
                + string.Create(CultureInfo.InvariantCulture, $"<td>{pair.Correlation:0.00}</td>")
                + $"<td>{Html.Number(pair.PValue)}</td><td>{Html.Number(pair.Adjusted)}</td></tr>");
        }

        page.Add("</table></div>");
        if (Found.Pairs.Count > MaxPairs)
        {
            page.Add($"<p class=\"quiet\">… and {Count(Found.Pairs.Count - MaxPairs)} more.</p>");
        }
    }
}
