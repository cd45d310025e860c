using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;

namespace Math4AI.Reporting;

/// <summary>The parts of a training's page that are about its table and about the choice of the learner.</summary>
internal static class TableSections
{
    /// <summary>Adds the scores of the parts, with a sentence about them; null for none.</summary>
    public static void AddScores(Html page, ScoredPart train, ScoredPart validation, ScoredPart test, string? note)
    {
        bool haveIntervals = test.Intervals.Count > 0;
        page.Heading("Scores").Add("<div class=\"card "
            + "scroll\"><table><tr><th></th><th>training</th><th>validation</th><th>test</th>"
            + (haveIntervals ? "<th>95 % interval from</th><th>to</th>" : string.Empty) + "</tr>");
        foreach ((string name, double value) in test.Scores)
        {
            (string from, string to) = test.Intervals.TryGetValue(name, out Interval interval)
                ? (Html.Number(interval.Lower), Html.Number(interval.Upper))
                : (string.Empty, string.Empty);
            string validated =
                validation.Scores.TryGetValue(name, out double held) ? Html.Number(held) : string.Empty;
            page.Add($"<tr><th>{Html.Escape(name)}</th><td>{Html.Number(train.Scores[name])}</td>"
                + $"<td>{validated}</td>"
                + $"<td>{Html.Number(value)}</td>"
                + (haveIntervals ? $"<td>{from}</td><td>{to}</td>" : string.Empty) + "</tr>");
        }

        page.Add("</table></div>" + (note is null ? string.Empty : $"<p>{Html.Escape(note)}</p>"));
    }

    /// <summary>What to know before the model is trusted.</summary>
    public static void AddWarnings(Html page, IReadOnlyList<string> warnings)
    {
        if (warnings.Count > 0)
        {
            page.Heading("Before you trust it").Add("<div class=\"card\"><ul>"
                + string.Concat(warnings.Select(text => $"<li>{Html.Escape(text)}</li>")) + "</ul></div>");
        }
    }

    /// <summary>What each column is, and why some are left out.</summary>
    public static void AddColumns(Html page, TableLook? look)
    {
        if (look is null)
        {
            return;
        }

        page.Heading("Columns").Add("<div class=\"card scroll\"><table><tr><th></th>"
            + "<th class=\"text\">type</th><th>missing</th>"
            + "<th>distinct</th><th>from</th><th>to</th><th class=\"text\">spread</th><th></th></tr>");
        foreach (ColumnLook column in look.Columns)
        {
            string remark = column.Name == look.Target ? "target" : column.LeftOut ?? column.Note ?? string.Empty;
            page.Add($"<tr><th>{Html.Escape(column.Name)}</th>"
                + $"<td class=\"text\">{Html.Escape(column.Form.ToString())}</td>"
                + $"<td>{column.Missing + column.Odd}</td><td>{column.Distinct}</td>"
                + $"<td>{Html.Escape(column.Earliest ?? Number(column.Minimum))}</td>"
                + $"<td>{Html.Escape(column.Latest ?? Number(column.Maximum))}</td>"
                + $"<td class=\"text\">{Bars(column)}</td>"
                + $"<td class=\"text{(remark.Length > 0 ? " words" : string.Empty)}\">{Html.Escape(remark)}</td></tr>");
        }

        page.Add("</table></div>");
    }

    /// <summary>
    /// Small bars of how often values lie between the minimum and the maximum, or of how many there are of each class.
    /// </summary>
    private static string Bars(ColumnLook column)
    {
        const int Width = 6, Height = 24;
        if (column.Spread.Count == 0)
        {
            return string.Empty;
        }

        double most = column.Spread.Max();
        string bars = string.Concat(column.Spread.Select((count, place) =>
        {
            int height = count == 0 ? 0 : Math.Max(1, (int)Math.Round(Height * count / most));
            return $"<rect x=\"{Width * place}\" y=\"{Height - height}\" width=\"{Width - 1}\" height=\"{height}\" "
                + $"fill=\"#3182ce\"><title>{count}</title></rect>";
        }));
        string said = column.Minimum is null ? "counts of the most frequent classes" : "counts from minimum to maximum";
        return $"<svg role=\"img\" aria-label=\"{said}: {string.Join(", ", column.Spread)}\" "
            + $"width=\"{Width * column.Spread.Count}\" height=\"{Height}\">{bars}</svg>";
    }

    /// <summary>The learners that were compared.</summary>
    public static void AddComparison(Html page, IReadOnlyList<ComparedLearner> compared)
    {
        if (compared.Count == 0)
        {
            return;
        }

        page.Heading("Learners compared by cross-validation").Add("<div class=\"card scroll\"><table><tr><th></th>"
            + "<th>loss</th><th>its standard error</th><th>seconds</th><th></th></tr>");
        foreach (ComparedLearner each in compared)
        {
            // The figures beside the names: settings and reasons are long.
            string remark = each.ToString();
            remark = remark == each.Name ? string.Empty
                : remark.StartsWith($"{each.Name}: ", StringComparison.Ordinal) ? remark[(each.Name.Length + 2)..]
                : remark;
            page.Add($"<tr><th>{Html.Escape(each.Name)}</th><td>{Number(each.Loss)}</td><td>{Number(each.Error)}</td>"
                + $"<td>{Number(each.Seconds)}</td><td class=\"text words\">{Html.Escape(remark)}</td></tr>");
        }

        page.Add("</table></div>");
    }

    private static string Number(double? value) => value is { } number ? Html.Number(number) : string.Empty;
}
