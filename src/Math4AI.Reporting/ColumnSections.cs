using Math4AI.Data.Tables;
using Math4AI.Reporting.Charts;
using Math4AI.Training.Explanations;
using Math4AI.Training.Tables;

namespace Math4AI.Reporting;

/// <summary>The parts of a training's page on which columns matter, and how.</summary>
internal static class ColumnSections
{
    private const int MaxColumns = 20;
    private const int MaxClasses = 8;

    /// <summary>The importance of columns, with its errors, and the dependence on those that matter most.</summary>
    public static void Add(
        Html page, IReadOnlyList<ColumnImportance> importance, IReadOnlyList<PartialDependence> dependence,
        IReadOnlyList<string> classes, TableLook? look)
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
            "How the mean prediction depends on them", "grid",
            dependence.Select(each => Dependence(each, classes, AreDates(each.Column, look))));
    }

    private static bool AreDates(string column, TableLook? look) =>
        look?.Columns.FirstOrDefault(each => each.Name == column)?.Form.Type == ColumnType.Date;

    /// <summary>The axis of a column of numbers, and its values there: dates count years or, if few, days.</summary>
    private static (ChartAxis Axis, double[] Values) Numbers(PartialDependence found, bool areDates)
    {
        const double DaysOfYear = 365.2425, Origin = 2000.0, MinYears = 2.0;
        double[] values = [.. found.Values];
        if (!areDates || values.Length == 0)
        {
            return (new ChartAxis(found.Column, AxisScale.Linear), values);
        }

        double first = values.Min();
        string start = new ColumnForm(ColumnType.Date).TextOf(Math.Floor(first))[..10];
        return values.Max() - first > MinYears * DaysOfYear
            ? (new ChartAxis($"{found.Column}, year", AxisScale.Linear),
                Array.ConvertAll(values, days => Origin + days / DaysOfYear))
            : (new ChartAxis($"{found.Column}, days since {start}", AxisScale.Linear),
                Array.ConvertAll(values, days => days - Math.Floor(first)));
    }

    private static Chart Importance(ColumnImportance[] shown, bool areClasses) => new(
        "Importance by permutation",
        new ChartAxis($"growth of the {(areClasses ? "log loss" : "root mean square error")}", AxisScale.Linear),
        ChartAxis.OfNames(string.Empty, [.. shown.Reverse().Select(each => each.Name)]),
        BarsLayer.OfNames([.. shown.Reverse().Select(each => each.Increase)]));

    /// <summary>A column of numbers is a line, and one of classes has bars or points beside their names.</summary>
    internal static Chart Dependence(
        PartialDependence found, IReadOnlyList<string> classes, bool areDates = false)
    {
        // Of two classes, the probability of one says all.
        int[] outputs = classes.Count == 0 ? [0] : classes.Count == 2 ? [1]
            : [.. Enumerable.Range(0, Math.Min(MaxClasses, classes.Count))];
        ChartAxis predicted = classes.Count == 0
            ? new ChartAxis("mean prediction", AxisScale.Linear)
            : ChartAxis.OfShares(classes.Count == 2 ? $"mean probability of {classes[1]}" : "mean probability");
        bool areNumbers = found.Classes.Count == 0;
        (ChartAxis across, double[] values) = Numbers(found, areDates);
        return areNumbers
            ? new Chart(
                found.Column, across, predicted,
                [.. outputs.Select((of, i) => new LineLayer(values, Means(of))
                {
                    Name = NameOf(of),
                    Color = i,
                    HasMarks = true,
                })])
            : new Chart(
                found.Column, predicted,
                ChartAxis.OfNames(string.Empty, [.. found.Classes.Reverse().Select(Shown)]),
                [.. outputs.Select((of, i) => OfClasses([.. Means(of).Reverse()]) with
                {
                    Name = NameOf(of),
                    Color = i,
                })]);

        double[] Means(int of) => [.. found.Means.Select(mean => mean[of])];
        string? NameOf(int of) => classes.Count > 2 ? classes[of] : null;

        // Nothing lies between classes, and a number that is far from 0 would hide their differences in bars.
        ChartLayer OfClasses(double[] means) => classes.Count == 2
            ? BarsLayer.OfNames(means)
            : new PointsLayer(means, [.. means.Select((_, place) => (double)place)]);
    }

    /// <summary>The name of a class; a cell that is missing has none.</summary>
    private static string Shown(string name) => name.Length > 0 ? name : "(missing)";
}
