using System.Globalization;
using System.Text.RegularExpressions;
using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Math4AI.Site;

/// <summary>
/// Turns columns of numbers into bar charts: behind each number a bar, whose length is its share of the largest.
/// </summary>
internal static partial class Bars
{
    private const int FewestCells = 3;

    /// <summary>Adds bars to every column of a table below its heads whose cells all begin with a number.</summary>
    public static void AddTo(MarkdownDocument document)
    {
        foreach (Table table in document.Descendants<Table>())
        {
            TableRow[] rows = [.. table.OfType<TableRow>().Where(row => !row.IsHeader)];
            for (int column = 1; rows.Length > 0 && column < rows.Min(row => row.Count); column++)
            {
                TableCell[] cells = [.. rows.Select(row => (TableCell)row[column])];
                double?[] numbers = [.. cells.Select(NumberOf)];
                if (numbers.Length >= FewestCells && numbers.All(number => number >= 0.0) && numbers.Max() > 0.0)
                {
                    Add(cells, numbers);
                }
            }
        }
    }

    private static void Add(TableCell[] cells, double?[] numbers)
    {
        double most = numbers.Max()!.Value;
        for (int i = 0; i < cells.Length; i++)
        {
            HtmlAttributes attributes = cells[i].GetAttributes();
            attributes.AddClass("bar");
            attributes.AddProperty(
                "style", string.Create(CultureInfo.InvariantCulture, $"--share: {100.0 * numbers[i] / most:0.#}%"));
        }
    }

    // The number that a cell begins with, or null: also '< 0.1', '1,000' and '1.2e-5'.
    private static double? NumberOf(TableCell cell)
    {
        string text = string.Concat(cell.Descendants<LiteralInline>().Select(literal => literal.ToString()));
        Match match = Leading().Match(text);
        return match.Success
            && double.TryParse(match.Groups[1].Value, NumberStyles.Float | NumberStyles.AllowThousands,
                CultureInfo.InvariantCulture, out double number)
            ? number
            : null;
    }

    [GeneratedRegex(@"^\s*[<≈~]?\s*([0-9][0-9,]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![0-9A-Za-z]*[-×·:])")]
    private static partial Regex Leading();
}
