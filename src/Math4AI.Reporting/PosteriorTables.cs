using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Reporting.Charts;
using MathNet.Numerics.Statistics;

namespace Math4AI.Reporting;

/// <summary>The tables of a fit's page that posteriors other than draws have, and their ranking.</summary>
internal static class PosteriorTables
{
    private const int MaxPoints = 1500;

    /// <summary>Adds models ranked by left-out samples, and what the ranking supports.</summary>
    public static void Add(Html page, PosteriorComparison? ranking)
    {
        if (ranking is null)
        {
            return;
        }

        bool hasEvidence = ranking.Models.Any(model => model.LogEvidence is not null);
        page.Heading("Ranked by left-out samples").Add("<div class=\"card scroll\"><table><tr><th></th>"
            + "<th>log density (PSIS-LOO)</th><th>±</th><th>difference</th><th>±</th><th>WAIC</th><th>largest k̂</th>"
            + $"<th>stacking weight</th>{(hasEvidence ? "<th>log evidence</th><th>±</th>" : string.Empty)}</tr>");
        foreach (RankedPosterior model in ranking.Models)
        {
            string[] cells =
            [
                Fixed(model.Accuracy.LogDensity, "0.0"), Fixed(model.Accuracy.StandardError, "0.0"),
                Fixed(model.Difference, "0.0"), Fixed(model.DifferenceError, "0.0"), Fixed(model.Accuracy.Waic, "0.0"),
                Fixed(model.Accuracy.Shapes.Max(), "0.00"), Fixed(model.Weight, "0.000"),
            ];
            page.Add(Row(model.Name, model.LogEvidence is { } evidence
                ? [.. cells, Fixed(evidence.Value, "0.00"), Fixed(evidence.StandardError, "0.00")]
                : cells));
        }

        page.Add("</table></div>");
        Notes(page, ranking.Notes);
    }

    /// <summary>Adds a posterior that is approximated at its mode.</summary>
    public static void Add(Html page, LaplacePosterior? laplace, double level, string? note)
    {
        if (laplace is null)
        {
            return;
        }

        page.Heading("Posterior, by Laplace's approximation").Add("<div class=\"card scroll\"><table><tr><th></th>"
            + $"<th>mode</th><th>mean</th><th>deviation</th>"
            + $"<th>{Html.Number(100.0 * level)} % from</th><th>to</th></tr>");
        for (int j = 0; j < laplace.Names.Count; j++)
        {
            string name = laplace.Names[j];
            double[] numbers =
            [
                laplace.Mode[j], laplace.Mean(name), laplace.StandardDeviation(name),
                laplace.Quantile(name, 0.5 * (1.0 - level)), laplace.Quantile(name, 0.5 * (1.0 + level)),
            ];
            page.Add(Row(name, numbers.Select((number, i) =>
                i == 2 ? Html.Number(number) : Html.Number(number, laplace.StandardDeviation(name)))));
        }

        page.Add("</table></div>").Add(double.IsNegativeInfinity(laplace.Shape)
            ? "<p class=\"quiet\">The posterior is normal: all importance weights are equal.</p>"
            : $"<p class=\"quiet\">k̂ {Fixed(laplace.Shape, "0.00")}: below 0.7 the approximation, with its importance "
                + "weights, can be trusted.</p>");
        Notes(page, [.. new[] { note }.OfType<string>(), .. laplace.Notes]);
    }

    /// <summary>Adds data that the posterior, or the prior, gives beside the observations.</summary>
    public static void Add(Html page, PredictiveCheck check, double level, string heading)
    {
        string share = $"{Html.Number(100.0 * level)} %";
        page.Heading(heading).Add("<div class=\"card scroll\"><table><tr><th></th><th>observed</th>"
            + $"<th>median</th><th>{share} from</th><th>to</th><th>p (larger)</th></tr>");
        foreach (CheckedStatistic each in check.Statistics)
        {
            double lower = each.Replicated.Quantile(0.5 * (1.0 - level));
            double upper = each.Replicated.Quantile(0.5 * (1.0 + level));
            string Of(double value) => Html.Number(value, upper - lower);
            string[] cells =
            [
                Of(each.Observed), Of(each.Replicated.Median()), Of(lower), Of(upper), Fixed(each.PValue, "0.000"),
            ];
            page.Add(Row(each.Name, cells));
        }

        page.Add("</table></div>");
        Notes(page, check.Notes);
        if (check.Replicates.Count > 0)
        {
            page.Charts(null, "grid wide", [Sorted(check, level, share)]);
        }
    }

    private static Chart Sorted(PredictiveCheck check, double level, string share)
    {
        IReadOnlyList<Interval> band = check.SortedBand(level);
        double[] sorted = [.. check.Observed.Order()];
        int step = 1 + (sorted.Length - 1) / MaxPoints;
        int[] some = [.. Enumerable.Range(0, sorted.Length).Where(i => i % step == 0)];
        double[] ranks = [.. some.Select(i => i + 1.0)];
        return new Chart(
            "Sorted observations among replicated ones", new ChartAxis("rank", AxisScale.Linear),
            new ChartAxis("observation", AxisScale.Linear),
            new RangeLayer(ranks, [.. some.Select(i => band[i].Lower)], [.. some.Select(i => band[i].Upper)])
            {
                Name = $"{share} of replicated data",
                Opacity = 0.3,
            },
            new PointsLayer(ranks, [.. some.Select(i => sorted[i])]) { Name = "observed" })
        {
            Note = "Where points leave the band, the model does not give observations of that size as often.",
        };
    }

    private static void Notes(Html page, IReadOnlyList<string> notes)
    {
        foreach (string note in notes)
        {
            page.Add($"<p class=\"note\">{Html.Escape(note)}</p>");
        }
    }

    private static string Row(string name, IEnumerable<string> cells) =>
        $"<tr><th>{Html.Escape(name)}</th>{string.Concat(cells.Select(cell => $"<td>{cell}</td>"))}</tr>";

    private static string Fixed(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
