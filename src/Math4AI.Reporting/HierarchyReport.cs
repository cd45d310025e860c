using System.Globalization;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using Math4AI.Reporting.Charts;

namespace Math4AI.Reporting;

/// <summary>The page of groups with a common normal prior, self-contained.</summary>
public sealed record HierarchyReport
{
    private const int MaxGroups = 60;

    /// <summary>Gets the posterior.</summary>
    public required HierarchicalPosterior Posterior { get; init; }

    /// <summary>Gets the formula, or another name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the command that was run, as the user typed it.</summary>
    public required string Command { get; init; }

    /// <summary>Gets the share of the draws that intervals hold.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Returns the page, which opens without a network.</summary>
    public string ToHtml()
    {
        using var page = new Html();
        PosteriorDraws draws = Posterior.Draws;
        page.Add("<h1>Hierarchy</h1>")
            .Add($"<p><code>{Html.Escape(Model)}</code></p>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(
            [
                ("groups", Text(Posterior.Problem.Labels.Distinct().Count())),
                ("pooled", string.Join(", ", Posterior.Pooled)),
                ("chains × draws", $"{draws.Chains.Count} × {draws.Count}"),
                ("divergences", Text(draws.Divergences)),
                ("chains moved in", Posterior.IsCentered ? "the groups' values" : "distances from the mean"),
            ]);
        var charts = new DrawCharts(draws, Level);
        page.Charts("Groups drawn to each other", "grid wide", Posterior.Pooled.Select(Groups));
        charts.AddTable(page, Posterior.Notes);
        charts.AddCharts(page);
        return page.Page("Hierarchy");
    }

    /// <summary>Each group's interval, with what its own samples say and the common mean.</summary>
    private Chart Groups(string pooled)
    {
        var known = Posterior.Draws.Summary(Level).ToDictionary(each => each.Name);
        string[] groups = [.. Posterior.Problem.Labels.Distinct().Take(MaxGroups)];
        ParameterSummary[] found = [.. groups.Select(group => known[$"{pooled}[{group}]"])];
        double[] places = [.. Enumerable.Range(0, groups.Length).Select(i => (double)i)];
        int all = Posterior.Problem.Labels.Distinct().Count();
        return new Chart(
            $"{pooled} of each group", ChartAxis.OfNames(string.Empty, groups),
            new ChartAxis(pooled, AxisScale.Linear),
            [
                .. found.Select((each, i) => new LineLayer([places[i], places[i]], [each.Lower, each.Upper])),
                new PointsLayer(places, [.. found.Select(each => each.Median)]) { Name = "drawn to the others" },
                new PointsLayer(places, [.. found.Select(each => Posterior.Alone[each.Name])])
                {
                    Name = "by its own samples",
                    Color = 1,
                },
                RuleLayer.Of(known[$"{pooled}.mean"].Mean, 0.0),
            ])
        {
            Note = $"Lines: {Html.Number(100.0 * Level)} % of the draws; dashed: the common mean."
                + (all > groups.Length ? $" The first {groups.Length} of {all} groups." : string.Empty),
        };
    }

    private static string Text(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
