using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using Math4AI.Reporting.Charts;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>The page of groups with a common normal prior, self-contained.</summary>
public sealed record HierarchyReport
{
    private const int MaxGroups = 60;
    private const int MaxCurves = 12;
    private const int CurvePoints = 60;

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
        PredictiveAccuracy accuracy = Posterior.LeaveOneOut();
        page.Add("<h1>Hierarchy</h1>")
            .Add($"<p><code>{Html.Escape(Model)}</code></p>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(
            [
                ("groups", Text(Posterior.Problem.Labels.Distinct().Count())),
                ("pooled", string.Join(", ", Posterior.Pooled)),
                ("chains × draws", $"{draws.Chains.Count} × {draws.Count}"),
                ("divergences", Text(draws.Divergences)),
                ("chains moved in", Posterior.IsCentered ? "the groups' values"
                    : Posterior.Centered.Count == 0 ? "distances from the mean"
                    : $"the groups' values of {string.Join(", ", Posterior.Centered)}, else distances from the mean"),
                ("log density of left-out samples",
                    $"{Html.Number(accuracy.LogDensity)} ± {Html.Number(accuracy.StandardError)}"),
            ]);
        var charts = new DrawCharts(draws, Level);
        page.Charts("Groups drawn to each other", "grid wide", Posterior.Pooled.Select(Groups));
        page.Charts("What is predicted of each group", "grid", Curves());
        charts.AddTable(page, [.. Posterior.Notes, .. accuracy.Warnings]);
        if (Posterior.HasCheck)
        {
            PosteriorTables.Add(page, Posterior.Check(), Level, "Replicated data");
        }

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

    /// <summary>The samples of each group with its curve and bands, for models of one input and one output.</summary>
    private IEnumerable<Chart> Curves()
    {
        FitProblem problem = Posterior.Problem.Problem;
        if (problem.Inputs is not { ColumnCount: 1 } inputs || problem.Targets is not { Columns: 1 } y
            || problem.Model.Outputs != 1 || !problem.Distance.HasMean)
        {
            yield break;
        }

        (string Name, double[] X, double[] Y)[] groups =
        [
            .. Enumerable.Range(0, inputs.RowCount).GroupBy(i => Posterior.Problem.Labels[i])
                .Select(group => (
                    group.Key, group.Select(i => inputs[i, 0]).ToArray(), group.Select(i => y.Values[i]).ToArray()))
                .Where(group => group.Item2.Min() < group.Item2.Max()).Take(MaxCurves),
        ];
        if (groups.Length == 0)
        {
            yield break;
        }

        double[] at = [.. groups.SelectMany(group => Enumerable.Range(0, CurvePoints).Select(
            i => group.X.Min() + (group.X.Max() - group.X.Min()) * i / (CurvePoints - 1.0)))];
        Prediction drawn = Posterior.Predict(
            Matrix<double>.Build.Dense(at.Length, 1, at),
            [.. groups.SelectMany(group => Enumerable.Repeat(group.Name, CurvePoints))], Level);
        for (int k = 0; k < groups.Length; k++)
        {
            yield return Curve(groups[k], at, drawn, k * CurvePoints);
        }
    }

    private Chart Curve((string Name, double[] X, double[] Y) group, double[] at, Prediction drawn, int first)
    {
        string share = $"{Html.Number(100.0 * Level)} %";
        double[] own = at[first..(first + CurvePoints)];
        Interval[] Part(IReadOnlyList<Interval> ends) => [.. ends.Skip(first).Take(CurvePoints)];
        return new Chart(
            group.Name, new ChartAxis(Posterior.Problem.Problem.Model.InputNames[0], AxisScale.Linear),
            new ChartAxis(Model.Split('~')[0].Trim(), AxisScale.Linear),
            [
                .. PosteriorCharts.Band($"{share} of new observations", own, Part(drawn.Observation), 0.13),
                .. PosteriorCharts.Band($"{share} of curves", own, Part(drawn.Confidence), 0.3),
                new PointsLayer(group.X, group.Y) { Name = "data", Color = ChartLayer.Quiet },
                new LineLayer(own, [.. drawn.Mean.Skip(first).Take(CurvePoints)]) { Name = "mean of the curves" },
            ]);
    }

    private static string Text(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
