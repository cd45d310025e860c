using Math4AI.Reporting.Charts;
using Math4AI.Training.Learners;

namespace Math4AI.Reporting;

/// <summary>The sections of a report on learners: how settings were chosen, the features, and the two spaces.</summary>
internal static class LearnerSections
{
    private const int MaxClasses = 8;

    /// <summary>The scores of the search, over its two settings.</summary>
    public static void AddSearch(Html page, SettingSearch search)
    {
        double[] across = [.. search.Points.Select(point => point.Across).Distinct().Order()];
        double[] up = [.. search.Points.Select(point => point.Up).Distinct().OrderDescending()];
        double best = search.Points.Max(point => point.Score), worst = search.Points.Min(point => point.Score);
        page.Heading("Settings chosen by cross-validation").Add("<div class=\"card scroll\"><table><tr><th></th>")
            .Add(string.Concat(across.Select(value => $"<th>{Html.Escape(search.Across)} {Html.Number(value)}</th>")))
            .Add("</tr>");
        foreach (double row in up)
        {
            page.Add($"<tr><th>{Html.Escape(search.Up)} {Html.Number(row)}</th>");
            foreach (double column in across)
            {
                SettingScore? point = search.Points.FirstOrDefault(of => of.Across == column && of.Up == row);
                page.Add(point is null ? "<td></td>" : Cell(point.Score, worst, best, point == search.Best));
            }

            page.Add("</tr>");
        }

        page.Add($"</table></div><p class=\"quiet\">{Html.Escape(search.Score)} over 5 parts of {search.Samples} "
            + "training samples. ")
            .Add(search.IsAtEdge
                ? "The best lies on the edge of what was tried: a better one may lie beyond it.</p>"
                : "Half steps were tried around the best of the grid; the chosen one is bold.</p>");
    }

    /// <summary>The samples in the input plane, and in the feature space with the plane that divides on edge.</summary>
    public static IEnumerable<Chart> Spaces(TwoSpaces spaces, IReadOnlyList<string> classes)
    {
        yield return new Chart(
            "The input plane", new ChartAxis(spaces.Across, AxisScale.Linear),
            new ChartAxis(spaces.Up, AxisScale.Linear),
            [.. TrainingCharts.ByClass(
                [.. spaces.Inputs.Select(point => point.X)], [.. spaces.Inputs.Select(point => point.Y)],
                spaces.Classes, classes)]);
        foreach (PairSpace pair in spaces.Spaces)
        {
            double margin = pair.View.Margin;
            yield return new Chart(
                $"The feature space, {classes[pair.Second]} left and {classes[pair.First]} right",
                new ChartAxis("distance from the plane that divides", AxisScale.Linear),
                new ChartAxis("along the plane", AxisScale.Linear),
                [
                    RuleLayer.AtX(0.0) with { Name = "plane that divides" },
                    RuleLayer.AtX(-margin), RuleLayer.AtX(margin) with { Name = "margins" },
                    .. TrainingCharts.ByClass([.. pair.View.Distances], [.. pair.View.Beside], pair.Classes, classes),
                ])
            {
                Note = "Up: the direction within the plane in which the samples differ most.",
            };
        }
    }

    /// <summary>The mean of every feature, for each class.</summary>
    public static Chart Profiles(
        IReadOnlyList<double[]> profiles, IReadOnlyList<string> classes, IReadOnlyList<string> names)
    {
        double[] places = [.. Enumerable.Range(1, names.Count).Select(place => (double)place)];
        return new Chart(
            "The mean of each feature", ChartAxis.OfCounts("feature"), new ChartAxis("mean", AxisScale.Linear),
            [.. Enumerable.Range(0, Math.Min(MaxClasses, profiles.Count)).Select(of =>
                new LineLayer(places, profiles[of]) { Name = classes[of], Color = of, Texts = names })]);
    }

    private static string Cell(double score, double worst, double best, bool isChosen)
    {
        double share = best > worst ? (score - worst) / (best - worst) : 1.0;
        double alpha = 0.75 * share * share;
        string weight = isChosen ? "font-weight:700;" : string.Empty;
        return FormattableString.Invariant(
            $"<td style=\"{weight}background:rgba(49,130,206,{alpha:0.###})\">{Html.Number(Math.Abs(score))}</td>");
    }
}
