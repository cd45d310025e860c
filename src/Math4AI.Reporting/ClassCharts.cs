using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Reporting.Charts;
using Math4AI.Training.Scoring;

namespace Math4AI.Reporting;

/// <summary>The charts of a classifier: ROC, precision and recall, reliability, and the confusion matrix.</summary>
internal sealed class ClassCharts(
    IReadOnlyList<string> classes, IReadOnlyList<double[]> probabilities, IReadOnlyList<int> observed)
{
    private const int MaxCurves = 8;
    private const int Bins = 10;

    /// <summary>The ROC and the precision–recall curve of each class that the test part tells from others.</summary>
    public IEnumerable<Chart> Curves()
    {
        (int Of, ThresholdCurve Curve)[] curves =
        [
            .. Enumerable.Range(0, classes.Count).Select(of => (of, Curve: ThresholdCurve.Of(
                [.. probabilities.Select(row => row[of])], [.. observed.Select(label => label == of)])))
                .Where(pair => pair.Curve is not null).Select(pair => (pair.of, pair.Curve!)).Take(MaxCurves),
        ];
        if (curves.Length == 0)
        {
            yield break;
        }

        string? note = classes.Count > MaxCurves ? $"The first {MaxCurves} classes." : null;
        yield return Roc(curves, note);
        yield return PrecisionAndRecall(curves, note);
    }

    private Chart Roc((int Of, ThresholdCurve Curve)[] curves, string? note) =>
        new(
            "ROC curves", ChartAxis.OfShares("false positive rate"), ChartAxis.OfShares("true positive rate"),
            [
                RuleLayer.Of(0.0, 1.0),
                .. curves.Select(
                    (curve, i) => new LineLayer(curve.Curve.FalsePositiveRate, curve.Curve.TruePositiveRate)
                {
                    Name = $"{classes[curve.Of]}, area {Html.Number(curve.Curve.Area)}",
                    Color = curve.Of,
                    IsDashed = i % 2 == 1,
                }),
            ])
        {
            IsSquare = true,
            Note = note,
            Figures = [.. curves.Select(curve => ($"area, {classes[curve.Of]}", Html.Number(curve.Curve.Area)))],
        };

    private Chart PrecisionAndRecall((int Of, ThresholdCurve Curve)[] curves, string? note) =>
        new(
            "Precision and recall", ChartAxis.OfShares("recall"), ChartAxis.OfShares("precision"),
            [.. curves.Select((curve, i) => new LineLayer(
                [.. curve.Curve.TruePositiveRate.Reverse()], [.. curve.Curve.Precision.Reverse()])
            {
                // From high recall to low, each precision holds until the next one.
                IsSteps = true,
                Name = $"{classes[curve.Of]}, average {Html.Number(curve.Curve.AveragePrecision)}",
                Color = curve.Of,
                IsDashed = i % 2 == 1,
            })])
        {
            IsSquare = true,
            Note = note,
            Figures =
            [
                .. curves.Select(
                    curve => ($"average precision, {classes[curve.Of]}", Html.Number(curve.Curve.AveragePrecision))),
            ],
        };

    /// <summary>
    /// The accuracy of the predicted class over its probability, and how many samples stand behind it.
    /// </summary>
    public IEnumerable<Chart> Reliability()
    {
        double[] said = [.. probabilities.Select(row => row.Max())];
        bool[] right = [.. probabilities.Select((row, i) => Array.IndexOf(row, said[i]) == observed[i])];
        IGrouping<int, int>[] bins =
        [
            .. Enumerable.Range(0, said.Length).GroupBy(i => (int)Math.Min(Bins - 1, Math.Floor(Bins * said[i])))
                .OrderBy(group => group.Key),
        ];
        double[] mean = [.. bins.Select(bin => bin.Average(i => said[i]))];
        double[] counts = [.. bins.Select(bin => (double)bin.Count())];
        double[] share = [.. bins.Select(bin => bin.Average(i => right[i] ? 1.0 : 0.0))];
        (double Low, double High)[] ends = [.. share.Zip(counts, Wilson)];
        ChartAxis across = ChartAxis.OfShares("probability of the predicted class");
        yield return new Chart(
            "Reliability", across, ChartAxis.OfShares("share that is right"),
            RuleLayer.Of(0.0, 1.0),
            new RangeLayer(mean, [.. ends.Select(end => end.Low)], [.. ends.Select(end => end.High)])
            {
                Name = "95 % interval",
                IsWhiskers = true,
            },
            new PointsLayer(mean, share)
            {
                Name = "test samples",
                Texts = [.. counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count} samples"))],
            })
        {
            IsSquare = true,
            Note = "On the dashed line, probabilities are right. Intervals are Wilson's.",
        };
        yield return new Chart(
            "Samples behind each probability", across, ChartAxis.OfCounts("test samples"),
            new BarsLayer(
                [.. bins.Select(bin => (double)bin.Key / Bins)],
                [.. bins.Select(bin => (bin.Key + 1.0) / Bins)], counts));
    }

    /// <summary>Adds the confusion matrix with the recall, the precision and the F1 score of each class.</summary>
    /// <param name="page">The page.</param>
    /// <param name="counts">Counts, [observed class][predicted class].</param>
    public void AddConfusion(Html page, IReadOnlyList<int[]> counts)
    {
        int[] columns = [.. Enumerable.Range(0, classes.Count).Select(j => counts.Sum(row => row[j]))];
        page.Add("<div class=\"card scroll\"><h3>Rows: observed class; columns: predicted "
            + "class</h3><table><tr><th></th>")
            .Add(string.Concat(classes.Select(name => $"<th>{Html.Escape(name)}</th>"))).Add("<th>recall</th></tr>");
        for (int i = 0; i < classes.Count; i++)
        {
            double total = counts[i].Sum();
            page.Add($"<tr><th>{Html.Escape(classes[i])}</th>");
            for (int j = 0; j < classes.Count; j++)
            {
                page.Add(Cell(counts[i][j], total, i == j));
            }

            page.Add($"<td>{Share(counts[i][i], total)}</td></tr>");
        }

        page.Add("<tr><th>precision</th>")
            .Add(string.Concat(columns.Select((total, j) => $"<td>{Share(counts[j][j], total)}</td>")))
            .Add("<td></td></tr><tr><th>F1</th>")
            .Add(string.Concat(ClassScore.Of(classes, counts).Select(
                score => $"<td>{(score.F1 is { } f1 ? Html.Number(f1) : "–")}</td>")))
            .Add("<td></td></tr></table></div>");
    }

    private static string Cell(int count, double total, bool isRight)
    {
        double alpha = total > 0.0 ? 0.75 * Math.Sqrt(count / total) : 0.0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<td style=\"background:rgba({(isRight ? "49,130,206" : "221,107,32")},{alpha:0.###})\">{count}</td>");
    }

    private static string Share(double part, double total) =>
        total > 0.0 ? $"{(100.0 * part / total).ToString("0.#", CultureInfo.InvariantCulture)}\u00A0%" : "–";

    /// <summary>The 95 % interval of a share of so many; of none, all of it.</summary>
    private static (double Low, double High) Wilson(double share, double count)
    {
        Interval interval = count > 0.0 ? Scores.Wilson(share * count, count) : new Interval(0.0, 1.0);
        return (interval.Lower, interval.Upper);
    }
}
