using System.Globalization;
using Math4AI.Probability.Sampling;
using Math4AI.Reporting.Charts;

namespace Math4AI.Reporting;

/// <summary>The table and the charts of draws: densities, traces, ranks and pairs.</summary>
internal sealed class DrawCharts(PosteriorDraws draws, double level)
{
    private const int MaxParameters = 12;
    private const int MaxPaired = 5;
    private const int RankBins = 20;
    private const int MaxPoints = 1500;
    private const int MaxTrace = 1000;

    private IEnumerable<int> Shown => Enumerable.Range(0, Math.Min(MaxParameters, draws.Names.Count));

    /// <summary>Adds the table of parameters, and what must be known besides.</summary>
    /// <param name="page">The page.</param>
    /// <param name="notes">Sentences.</param>
    public void AddTable(Html page, IReadOnlyList<string> notes)
    {
        string share = $"{Html.Number(100 * level)} %";
        page.Heading("Posterior").Add("<div class=\"card scroll\"><table><tr><th></th><th>mean</th><th>deviation</th>"
            + $"<th>median</th><th>{share} from</th><th>to</th><th>R̂</th><th>bulk ESS</th><th>tail ESS</th></tr>");
        foreach (string row in Rows())
        {
            page.Add(row);
        }

        page.Add("</table></div>");
        foreach (string note in notes)
        {
            page.Add($"<p class=\"note\">{Html.Escape(note)}</p>");
        }
    }

    /// <summary>Adds the charts.</summary>
    /// <param name="page">The page.</param>
    public void AddCharts(Html page) => page.Charts(null, "grid", Densities())
        .Charts("Pairs of parameters", "grid", Pairs())
        .Charts("Chains", "grid", Traces().Concat(Ranks()));

    /// <summary>How the draws of each parameter lie, with the ends of its interval.</summary>
    private IEnumerable<Chart> Densities()
    {
        IReadOnlyList<ParameterSummary> summary = draws.Summary(level);
        foreach (int j in Shown)
        {
            yield return new Chart(
                $"Posterior of {draws.Names[j]}", new ChartAxis(draws.Names[j], AxisScale.Linear),
                ChartAxis.OfCounts("draws"),
                BarsLayer.Histogram([.. draws.Chains.SelectMany(chain => chain.Values[j])]),
                RuleLayer.AtX(summary[j].Lower), RuleLayer.AtX(summary[j].Median), RuleLayer.AtX(summary[j].Upper))
            {
                Note = $"Dashed: the median and the ends of the {Html.Number(100 * level)} % interval.",
            };
        }
    }

    /// <summary>The draws of each chain in their order: what a chain that has mixed looks like is noise.</summary>
    private IEnumerable<Chart> Traces()
    {
        int step = 1 + (draws.Count - 1) / MaxTrace;
        double[] numbers = [.. Enumerable.Range(0, draws.Count).Where(i => i % step == 0).Select(i => i + 1.0)];
        foreach (int j in Shown)
        {
            yield return new Chart(
                $"Trace of {draws.Names[j]}", ChartAxis.OfCounts("draw"),
                new ChartAxis(draws.Names[j], AxisScale.Linear),
                [.. draws.Chains.Select((chain, c) => new LineLayer(
                    numbers, [.. numbers.Select(number => chain.Values[j][(int)number - 1])])
                {
                    Name = $"chain {c + 1}",
                    Color = c,
                    IsThin = true,
                })])
            {
                Note = step == 1 ? null : $"Every {step}-th draw.",
            };
        }
    }

    /// <summary>How often each chain's draws have each rank among all: flat where the chains agree.</summary>
    private IEnumerable<Chart> Ranks()
    {
        int total = draws.Count * draws.Chains.Count;
        foreach (int j in Shown)
        {
            double[] sorted = [.. draws.Chains.SelectMany(chain => chain.Values[j]).Order()];
            double[] edges = [.. Enumerable.Range(0, RankBins + 1).Select(b => (double)total * b / RankBins)];
            IEnumerable<ChartLayer> steps = draws.Chains.Select((chain, c) =>
            {
                double[] counts = new double[RankBins + 1];
                foreach (double value in chain.Values[j])
                {
                    int rank = Array.BinarySearch(sorted, value);
                    counts[Math.Min(RankBins - 1, (int)((long)Math.Max(0, rank) * RankBins / total))]++;
                }

                counts[^1] = counts[^2];
                return new LineLayer(edges, counts) { Name = $"chain {c + 1}", Color = c, IsSteps = true };
            });
            yield return new Chart(
                $"Ranks of {draws.Names[j]}", new ChartAxis("rank among all draws", AxisScale.Linear),
                ChartAxis.OfCounts("draws"), [.. steps, RuleLayer.Of((double)draws.Count / RankBins, 0.0)])
            {
                Note = "Flat where the chains agree; the dashed line is what is expected.",
            };
        }
    }

    /// <summary>Each pair of the first parameters, with the draws that diverged.</summary>
    private IEnumerable<Chart> Pairs()
    {
        int count = Math.Min(MaxPaired, draws.Names.Count);
        int step = 1 + (draws.Count * draws.Chains.Count - 1) / MaxPoints;
        bool[] diverged = [.. draws.Chains.SelectMany(chain => chain.IsDivergent)];
        double[][] values = [.. Enumerable.Range(0, count).Select(
            j => draws.Chains.SelectMany(chain => chain.Values[j]).ToArray())];
        int[] some = [.. Enumerable.Range(0, diverged.Length).Where(i => i % step == 0)];
        int[] bad = [.. Enumerable.Range(0, diverged.Length).Where(i => diverged[i])];
        for (int down = 1; down < count; down++)
        {
            for (int across = 0; across < down; across++)
            {
                PointsLayer Of(int[] places) =>
                    new([.. places.Select(i => values[across][i])], [.. places.Select(i => values[down][i])]);
                yield return new Chart(
                    $"{draws.Names[down]} over {draws.Names[across]}",
                    new ChartAxis(draws.Names[across], AxisScale.Linear),
                    new ChartAxis(draws.Names[down], AxisScale.Linear),
                    [
                        Of(some) with { Name = "draws" },
                        .. bad.Length == 0
                            ? Array.Empty<ChartLayer>()
                            : [Of(bad) with { Name = "diverged", Color = 1 }],
                    ]);
            }
        }
    }

    /// <summary>The rows of the table of parameters.</summary>
    private IEnumerable<string> Rows() => draws.Summary(level).Select(each =>
    {
        string Of(double value) => Html.Number(value, each.StandardDeviation);
        string[] cells =
        [
            Of(each.Mean), Html.Number(each.StandardDeviation), Of(each.Median), Of(each.Lower), Of(each.Upper),
            Fixed(each.RHat, "0.000"), Fixed(each.BulkEffectiveSize, "0"), Fixed(each.TailEffectiveSize, "0"),
        ];
        return $"<tr><th>{Html.Escape(each.Name)}</th>{string.Concat(cells.Select(cell => $"<td>{cell}</td>"))}</tr>";
    });

    private static string Fixed(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
