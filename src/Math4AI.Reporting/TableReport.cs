using System.Globalization;
using Math4AI.Data.Tables;

namespace Math4AI.Reporting;

/// <summary>A page about what was found in a table without a target.</summary>
public abstract record TableReport
{
    // A point on a map is read at one glance.
    private const int MaxCell = 160;

    private protected TableReport()
    {
    }

    /// <summary>Gets the title of the page.</summary>
    public required string Title { get; init; }

    /// <summary>Gets the command line, as the user typed it.</summary>
    public required string Command { get; init; }

    /// <summary>Gets the table.</summary>
    public required Table Table { get; init; }

    /// <summary>Gets the column whose values the clusters are compared with; null for none.</summary>
    public string? Labels { get; init; }

    /// <summary>Gets the columns that are shown of a row; null for all.</summary>
    public IReadOnlyList<string>? Shown { get; init; }

    /// <summary>Makes the page.</summary>
    /// <exception cref="ArgumentException">There is no column of the name <see cref="Labels"/>.</exception>
    public string ToHtml()
    {
        using var page = new Html();
        page.Add($"<h1>{Html.Escape(Title)}</h1>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts());
        AddBody(page);
        return page.Page(Title);
    }

    private protected abstract IEnumerable<(string Name, string Value)> Facts();

    private protected abstract void AddBody(Html page);

    /// <summary>Makes a function that gives the values of a row with the names of their columns.</summary>
    private protected Func<int, string> Cells()
    {
        (string Name, IReadOnlyList<string?> Texts)[] columns =
            [.. (Shown ?? Table.Names).Select(name => (name, Table.Texts(name)))];
        return row => string.Join(", ", columns.Select(column =>
        {
            string text = column.Texts[row] ?? string.Empty;
            return $"{column.Name} {(text.Length > MaxCell ? text[..MaxCell] + "…" : text)}";
        }));
    }

    private protected static void AddNote(Html page, string? text)
    {
        if (text is not null)
        {
            page.Add($"<p class=\"note\">{Html.Escape(text)}</p>");
        }
    }

    private protected static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
