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
    public static void AddSpaces(Html page, TwoSpaces spaces, IReadOnlyList<string> classes)
    {
        page.Heading("The two spaces").Add("<p class=\"quiet\">").Add(string.Join(
            " · ", classes.Select((name, i) => $"{Html.Swatch(i)} {Html.Escape(name)}")))
            .Add("</p><div class=\"grid wide\">");
        Picture plane = CurvePictures.Classes(
            [.. spaces.Inputs.Select(point => point.X)], [.. spaces.Inputs.Select(point => point.Y)],
            spaces.Classes, []);
        page.Add("<div class=\"card\"><h3>The input plane</h3>").Image(plane.Png, "samples in the input plane")
            .Scale($"{spaces.Across}: {Html.Number(plane.Left)}", Html.Number(plane.Right))
            .Scale($"{spaces.Up}: {Html.Number(plane.Bottom)} to {Html.Number(plane.Top)}", string.Empty).Add("</div>");
        foreach (PairSpace pair in spaces.Spaces)
        {
            double margin = pair.View.Margin;
            Picture edge = CurvePictures.Classes(
                [.. pair.View.Distances], [.. pair.View.Beside], pair.Classes, [-margin, 0.0, margin]);
            page.Add($"<div class=\"card\"><h3>The feature space, {Html.Escape(classes[pair.Second])} left and "
                + $"{Html.Escape(classes[pair.First])} right</h3>")
                .Image(edge.Png, "samples in the feature space, the dividing plane on edge")
                .Scale($"distance from the plane that divides: {Html.Number(edge.Left)}", Html.Number(edge.Right))
                .Scale("up: the direction within the plane in which the samples differ most; thin lines: the margins",
                    string.Empty).Add("</div>");
        }

        page.Add("</div>");
    }

    /// <summary>The mean of every feature, for each class.</summary>
    public static void AddProfiles(
        Html page, IReadOnlyList<double[]> profiles, IReadOnlyList<string> classes, IReadOnlyList<string> names)
    {
        double[] places = [.. Enumerable.Range(1, names.Count).Select(place => (double)place)];
        page.Heading("Features").Add("<div class=\"grid\">");
        for (int of = 0; of < Math.Min(MaxClasses, profiles.Count); of++)
        {
            Picture picture = CurvePictures.Line(places, profiles[of]);
            page.Add($"<div class=\"card\"><h3>{Html.Escape(classes[of])}: mean of each feature</h3>")
                .Image(picture.Png, $"features of {classes[of]}")
                .Scale($"1: {names[0]}", $"{names.Count}: {names[^1]}")
                .Scale($"{Html.Number(profiles[of].Min())} to {Html.Number(profiles[of].Max())}", string.Empty)
                .Add("</div>");
        }

        page.Add("</div>");
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
