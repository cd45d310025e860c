using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using Math4AI.Reporting.Charts;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>The charts of a posterior: its densities, traces, ranks, pairs, and what it predicts.</summary>
internal sealed class PosteriorCharts(FitReport report, FitPosterior posterior)
{
    private const int MaxParameters = 12;
    private const int MaxPaired = 5;
    private const int RankBins = 20;
    private const int MaxPoints = 1500;
    private const int MaxTrace = 1000;
    private const int CurvePoints = 200;

    private readonly PosteriorDraws draws = posterior.Draws;

    private IEnumerable<int> Shown => Enumerable.Range(0, Math.Min(MaxParameters, draws.Names.Count));

    /// <summary>How the draws of each parameter lie, with the ends of its interval.</summary>
    public IEnumerable<Chart> Densities()
    {
        IReadOnlyList<ParameterSummary> summary = draws.Summary(report.Level);
        foreach (int j in Shown)
        {
            yield return new Chart(
                $"Posterior of {draws.Names[j]}", new ChartAxis(draws.Names[j], AxisScale.Linear),
                ChartAxis.OfCounts("draws"),
                BarsLayer.Histogram([.. draws.Chains.SelectMany(chain => chain.Values[j])]),
                RuleLayer.AtX(summary[j].Lower), RuleLayer.AtX(summary[j].Median), RuleLayer.AtX(summary[j].Upper))
            {
                Note = $"Dashed: the median and the ends of the {Html.Number(100 * report.Level)} % interval.",
            };
        }
    }

    /// <summary>The draws of each chain in their order: what a chain that has mixed looks like is noise.</summary>
    public IEnumerable<Chart> Traces()
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
    public IEnumerable<Chart> Ranks()
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
    public IEnumerable<Chart> Pairs()
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

    /// <summary>The data with the curve and its bands from draws, for models of one input and one output.</summary>
    public IEnumerable<Chart> Bands()
    {
        FitProblem problem = posterior.Fit.Problem;
        if (problem.Inputs is not { ColumnCount: 1 } inputs || problem.Targets is not { Columns: 1 } y
            || problem.Model.Outputs != 1 || !problem.Distance.HasMean)
        {
            yield break;
        }

        double[] x = inputs.Column(0).ToArray();
        (double from, double to) = (x.Min(), x.Max());
        double[] at = [.. Enumerable.Range(0, CurvePoints).Select(i => from + (to - from) * i / (CurvePoints - 1.0))];
        Prediction drawn = posterior.Predict(Matrix<double>.Build.Dense(CurvePoints, 1, at), report.Level);
        string share = $"{Html.Number(100 * report.Level)} %";
        int step = 1 + (x.Length - 1) / MaxPoints;
        int[] some = [.. Enumerable.Range(0, x.Length).Where(i => i % step == 0)];
        double[] observed = y.ToMatrix().Column(0).ToArray();
        yield return new Chart(
            $"Posterior prediction: {report.Response} over {problem.Model.InputNames[0]}",
            new ChartAxis(problem.Model.InputNames[0], report.XScale), new ChartAxis(report.Response, report.YScale),
            [
                .. Band($"{share} of new observations", at, drawn.Observation, 0.13),
                .. Band($"{share} of curves", at, drawn.Confidence, 0.3),
                new PointsLayer([.. some.Select(i => x[i])], [.. some.Select(i => observed[i])])
                {
                    Name = "data",
                    Color = ChartLayer.Quiet,
                    Samples = [.. some.Select(i => i + 1.0)],
                },
                new LineLayer(at, drawn.Mean.ToArray()) { Name = "mean of the curves" },
            ]);
    }

    /// <summary>The rows of the table of parameters.</summary>
    public IEnumerable<string> Rows() => draws.Summary(report.Level).Select(each =>
        $"<tr><th>{Html.Escape(each.Name)}</th>" + string.Concat(
            new[]
            {
                Html.Number(each.Mean), Html.Number(each.StandardDeviation), Html.Number(each.Median),
                Html.Number(each.Lower), Html.Number(each.Upper), Fixed(each.RHat, "0.000"),
                Fixed(each.BulkEffectiveSize, "0"), Fixed(each.TailEffectiveSize, "0"),
            }.Select(cell => $"<td>{cell}</td>")) + "</tr>");

    private static string Fixed(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static IEnumerable<ChartLayer> Band(
        string name, double[] at, IReadOnlyList<Interval> ends, double opacity) =>
        ends.All(each => double.IsFinite(each.Lower))
            ? [new RangeLayer(at, [.. ends.Select(each => each.Lower)], [.. ends.Select(each => each.Upper)])
            {
                Name = name,
                Opacity = opacity,
            }]
            : [];
}
