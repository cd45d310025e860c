using Math4AI.Reporting.Charts;
using Math4AI.Training.Explanations;

namespace Math4AI.Reporting;

/// <summary>The parts of a training's page on which columns matter, and how.</summary>
internal static class ColumnSections
{
    private const int MaxColumns = 20;
    private const int MaxClasses = 8;

    /// <summary>The importance of columns, with its errors, and the dependence on those that matter most.</summary>
    public static void Add(
        Html page, IReadOnlyList<ColumnImportance> importance, IReadOnlyList<PartialDependence> dependence,
        IReadOnlyList<string> classes)
    {
        if (importance.Count == 0)
        {
            return;
        }

        ColumnImportance[] shown = [.. importance.Take(MaxColumns)];
        page.Charts("Which columns matter", "grid", [Importance(shown, classes.Count > 0)])
            .Add("<div class=\"card scroll\"><table><tr><th></th><th>growth of the loss</th><th>its standard error</th>"
                + "</tr>");
        foreach (ColumnImportance each in shown)
        {
            page.Add($"<tr><th>{Html.Escape(each.Name)}</th><td>{Html.Number(each.Increase)}</td>"
                + $"<td>{Html.Number(each.Error)}</td></tr>");
        }

        page.Add("</table></div><p class=\"quiet\">By how much the loss of the test part grows where the values of a "
            + "column change places among the rows. Of two columns that say the same, either seems unimportant.</p>");
        page.Charts(
            "How the mean prediction depends on them", "grid", dependence.Select(each => Dependence(each, classes)));
    }

    private static Chart Importance(ColumnImportance[] shown, bool areClasses) => new(
        "Importance by permutation",
        new ChartAxis($"growth of the {(areClasses ? "log loss" : "root mean square error")}", AxisScale.Linear),
        ChartAxis.OfNames(string.Empty, [.. shown.Reverse().Select(each => each.Name)]),
        BarsLayer.OfNames([.. shown.Reverse().Select(each => each.Increase)]));

    private static Chart Dependence(PartialDependence found, IReadOnlyList<string> classes)
    {
        bool areNumbers = found.Classes.Count == 0;
        double[] across = areNumbers
            ? [.. found.Values]
            : [.. Enumerable.Range(0, found.Classes.Count).Select(of => (double)of)];

        // Of two classes, the probability of one says all.
        int[] outputs = classes.Count == 0 ? [0] : classes.Count == 2 ? [1]
            : [.. Enumerable.Range(0, Math.Min(MaxClasses, classes.Count))];
        return new Chart(
            found.Column,
            areNumbers
                ? new ChartAxis(found.Column, AxisScale.Linear)
                : ChartAxis.OfNames(found.Column, found.Classes),
            classes.Count == 0
                ? new ChartAxis("mean prediction", AxisScale.Linear)
                : ChartAxis.OfShares("mean probability"),
            [.. outputs.Select((of, i) => new LineLayer(across, [.. found.Means.Select(mean => mean[of])])
            {
                Name = classes.Count == 0 ? null : classes[of],
                Color = i,
                HasMarks = true,
            })]);
    }
}
