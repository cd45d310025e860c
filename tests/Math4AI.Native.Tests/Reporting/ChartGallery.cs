using Math4AI.Reporting;
using Math4AI.Reporting.Charts;

namespace Math4AI.Tests.Reporting;

/// <summary>Charts of all kinds, the degenerate ones among them.</summary>
internal static class ChartGallery
{
    private static readonly double[] Tens = [.. Enumerable.Range(0, 40).Select(i => Math.Pow(10.0, -2.0 + 0.15 * i))];

    public static Chart Points(string title, double[] x, double[] y) =>
        new(title, new ChartAxis("x"), new ChartAxis("y"), new PointsLayer(x, y));

    public static Chart Fitted()
    {
        double[] x = [.. Enumerable.Range(0, 60).Select(i => i / 6.0)];
        double[] y = [.. x.Select((v, i) => 3.0 * Math.Exp(-0.4 * v) + 0.1 * Math.Sin(7.0 * i))];
        double[] mean = [.. x.Select(v => 3.0 * Math.Exp(-0.4 * v))];
        return new Chart(
            "Data, curve and bands", new ChartAxis("time [s]"), new ChartAxis("signal [V]", AxisScale.Linear),
            new RangeLayer(x, [.. mean.Select(v => v - 0.2)], [.. mean.Select(v => v + 0.2)])
            {
                Name = "95 % band, new observation",
                Opacity = 0.13,
            },
            new RangeLayer(x, [.. mean.Select(v => v - 0.06)], [.. mean.Select(v => v + 0.06)])
            {
                Name = "95 % band, mean",
                Opacity = 0.3,
            },
            new RangeLayer(x, [.. y.Select(v => v - 0.1)], [.. y.Select(v => v + 0.1)])
            {
                Name = "± σ",
                Color = ChartLayer.Quiet,
                IsWhiskers = true,
            },
            new PointsLayer(x, y)
            {
                Name = "data",
                Color = ChartLayer.Quiet,
                Samples = [.. Enumerable.Range(1, 60).Select(i => (double)i)],
            },
            new LineLayer(x, mean) { Name = "fit" });
    }

    public static Chart Many(int count)
    {
        var random = new Random(1);
        double[] x = new double[count], y = new double[count];
        for (int i = 0; i < count; i++)
        {
            double radius = Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble())),
                angle = Math.Tau * random.NextDouble();
            x[i] = radius * Math.Cos(angle) + (i % 3 == 0 ? 5.0 : 0.0);
            y[i] = radius * Math.Sin(angle) * (i % 2 == 0 ? 3.0 : 1.0);
        }

        return new Chart(
            "Many points", new ChartAxis("first"), new ChartAxis("second"),
            new PointsLayer(x, y) { Samples = [.. Enumerable.Range(1, count).Select(i => (double)i)] });
    }

    public static IEnumerable<Chart> All()
    {
        yield return Fitted();
        yield return Points("Both axes over decades", Tens, [.. Tens.Select(x => 3.0 * x * x)]);
        yield return Points(
            "10 GHz apart by Hz", [.. Tens.Select((_, i) => 1e10 + 7.0 * i)], [.. Tens.Select((_, i) => 1e-12 * i)]);
        yield return new Chart(
            "Classes", new ChartAxis("length"), new ChartAxis("width"),
            [.. Enumerable.Range(0, 5).Select(of => new PointsLayer(
                [.. Enumerable.Range(0, 30).Select(i => of + Math.Cos(i * 1.7 + of))],
                [.. Enumerable.Range(0, 30).Select(i => Math.Sin(i * 2.3 + of))])
                {
                    Name = $"class {of}",
                    Color = of,
                })]);
        yield return new Chart(
            "Steps", ChartAxis.OfShares("recall"), ChartAxis.OfShares("precision"),
            new LineLayer([0.0, 0.2, 0.5, 0.9, 1.0], [1.0, 0.9, 0.8, 0.75, 0.4]) { IsSteps = true, Name = "a" },
            new LineLayer([0.0, 0.4, 1.0], [1.0, 0.6, 0.3]) { IsSteps = true, Name = "b", Color = 1, IsDashed = true },
            RuleLayer.Of(0.0, 1.0))
        {
            IsSquare = true,
        };
        yield return new Chart(
            "Histogram", new ChartAxis("residual"), new ChartAxis("samples", AxisScale.Linear),
            BarsLayer.Histogram([.. Enumerable.Range(0, 500).Select(i => Math.Sin(i) + Math.Sin(1.7 * i))]));
        string[] names =
            ["sepal length", "a name that is much too long for the room beside an axis", "petal", "<b>bold</b>"];
        yield return new Chart(
            "Importance", new ChartAxis("loss of accuracy", AxisScale.Linear), ChartAxis.OfNames("", names),
            BarsLayer.OfNames([0.3, 0.25, -0.02, 0.01]));
        yield return new Chart(
            "Learning curve", new ChartAxis("rows"), new ChartAxis("accuracy"),
            new RangeLayer([50, 100, 200, 400], [0.6, 0.7, 0.8, 0.88], [0.8, 0.85, 0.9, 0.93]) { IsWhiskers = true },
            new LineLayer([50, 100, 200, 400], [0.7, 0.78, 0.86, 0.91]) { HasMarks = true });
        foreach (Chart chart in Degenerate())
        {
            yield return chart;
        }
    }

    public static IEnumerable<Chart> Degenerate()
    {
        double nan = double.NaN;
        yield return Points("One point", [3.0], [5.0]);
        yield return Points("One point at 0", [0.0], [0.0]);
        yield return Points("All equal", [2.0, 2.0, 2.0], [1e9, 1e9, 1e9]);
        yield return Points("Nothing", [], []);
        yield return Points("Not numbers", [1.0, nan, 3.0, double.PositiveInfinity], [1.0, 2.0, nan, 4.0]);
        yield return Points("Only what is no number", [nan], [nan]);
        yield return Points("Tiny", [1e-300, 2e-300, 3e-300], [1e-20, 2e-20, 3e-20]);
        yield return Points("Huge", [-1e300, 0.0, 1e300], [1e17, 1e17 + 64.0, 1e17 + 128.0]);
        yield return Points("Beyond what differences can hold", [-1.7e308, 1.7e308], [1.0, 2.0]);
        yield return new Chart(
            "Zeros on a logarithmic axis", new ChartAxis("dose", AxisScale.Logarithmic), new ChartAxis("answer"),
            new PointsLayer([0.0, 0.0, 0.1, 1.0, 10.0], [0.0, 0.1, 0.3, 0.6, 0.9]));
        yield return new Chart(
            "Nothing positive on a logarithmic axis", new ChartAxis("dose", AxisScale.Logarithmic),
            new ChartAxis("answer"), new PointsLayer([0.0, -1.0], [0.0, 0.1]));
        yield return new Chart(
            "Perfect", ChartAxis.OfShares("false positive rate"), ChartAxis.OfShares("true positive rate"),
            RuleLayer.Of(0.0, 1.0), new LineLayer([0.0, 0.0, 1.0], [0.0, 1.0, 1.0]) { Name = "ROC" })
        {
            IsSquare = true,
        };
        yield return new Chart(
            "A learning curve at its best", new ChartAxis("rows"), new ChartAxis("accuracy"),
            new LineLayer([10, 20, 40], [1.0, 1.0, 1.0]) { HasMarks = true });
        yield return new Chart(
            "Equal values in a histogram", new ChartAxis("value"), new ChartAxis("samples", AxisScale.Linear),
            BarsLayer.Histogram([4.0, 4.0, 4.0]));
        yield return new Chart(
            "An empty histogram", new ChartAxis("value"), new ChartAxis("samples", AxisScale.Linear),
            BarsLayer.Histogram([nan]));
    }

    public static string Page(IEnumerable<Chart> charts, string title = "Gallery")
    {
        using var page = new Html();
        page.Heading(title).Add("<div class=\"grid\">");
        foreach (Chart chart in charts)
        {
            page.Chart(chart);
        }

        return page.Add("</div>").Page(title);
    }
}
