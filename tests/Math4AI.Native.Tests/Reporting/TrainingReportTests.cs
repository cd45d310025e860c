using System.Text.RegularExpressions;
using Math4AI.Fitting;
using Math4AI.Reporting;
using Math4AI.Reporting.Charts;
using Math4AI.Separation.Live;
using Math4AI.Training;
using Math4AI.Training.Explanations;
using Math4AI.Training.Scoring;

namespace Math4AI.Tests.Reporting;

public class TrainingReportTests : TemporaryFolder
{
    private static ScoredPart Part() => new(
        10, new Dictionary<string, double> { ["accuracy"] = 1.0 }, new Dictionary<string, Interval>());

    /// <summary>A report of three classes, of which a share of the samples is told apart.</summary>
    private static TrainingReport Report(int samples, double share)
    {
        var random = new Random(1);
        int[] observed = [.. Enumerable.Range(0, samples).Select(i => i % 3)];
        double[][] probabilities =
        [
            .. observed.Select(of =>
            {
                int said = random.NextDouble() < share ? of : (of + 1) % 3;
                double sure = 0.5 + 0.5 * random.NextDouble();
                return Enumerable.Range(0, 3).Select(i => i == said ? sure : 0.5 * (1.0 - sure)).ToArray();
            }),
        ];
        return new TrainingReport
        {
            Title = "species",
            Task = "classification",
            Command = "math4ai train rows.csv",
            Training = new TrainingResult(
                [.. Enumerable.Range(1, 5).Select(i => new TrainingEpoch(i, 1.0 / i, 1.2 / i))], 5, 50, 100, 1.0),
            Train = Part(),
            Validation = Part(),
            Test = Part(),
            Classes = ["a", "<b>", "c"],
            Confusion = Scores.Confusion(probabilities, observed),
            Probabilities = probabilities,
            Observed = observed,
        };
    }

    [Fact]
    public void The_area_under_a_curve_is_that_of_the_scores()
    {
        var random = new Random(3);
        double[] probabilities = [.. Enumerable.Range(0, 5000).Select(_ => Math.Round(random.NextDouble(), 2))];
        int[] observed = [.. probabilities.Select(p => random.NextDouble() < p ? 1 : 0)];
        ThresholdCurve curve = ThresholdCurve.Of(probabilities, [.. observed.Select(of => of == 1)])!;
        Assert.Equal(Scores.RocAuc([.. probabilities.Select(p => new[] { 1.0 - p, p })], observed), curve.Area, 1e-12);
        Assert.Equal(1.0, curve.TruePositiveRate[^1]);
        Assert.Equal(1.0, curve.FalsePositiveRate[^1]);
    }

    [Theory]
    [InlineData("accuracy", 1.0, 0.0, 1.0)]
    [InlineData("rocAuc", 0.8, 0.78, 1.0)]
    [InlineData("rmse", 1.0, null, null)]
    public void No_share_is_drawn_beyond_one(string name, double score, double? from, double? to)
    {
        (double, IReadOnlyDictionary<string, double>)[] points =
            [.. Enumerable.Range(1, 2).Select(at => (10.0 * at, (IReadOnlyDictionary<string, double>)
                new Dictionary<string, double> { [name] = score }))];
        ChartAxis up = Assert.Single(TrainingCharts.Scores("rows", "test", points)).Y;
        Assert.Equal(from, up.Limits?.From, (a, b) => a == b || Math.Abs(a!.Value - b!.Value) < 1e-12);
        Assert.Equal(to, up.Limits?.To);
    }

    [Fact]
    public void Average_precision_is_that_of_a_ranking_counted_by_hand()
    {
        // Ranks 1, 3 and 4 are of the class: precision 1, 2/3, 3/4.
        ThresholdCurve curve = ThresholdCurve.Of([0.9, 0.8, 0.7, 0.6, 0.5], [true, false, true, true, false])!;
        Assert.Equal((1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0, curve.AveragePrecision, 1e-15);
        Assert.Null(ThresholdCurve.Of([0.9, 0.8], [true, true]));
    }

    [Fact]
    public void A_curve_over_very_many_samples_keeps_its_area_and_few_points()
    {
        double[] probabilities = [.. Enumerable.Range(0, 50_000).Select(i => i / 50_000.0)];
        ThresholdCurve curve = ThresholdCurve.Of(probabilities, [.. probabilities.Select(p => p > 0.5)])!;
        Assert.Equal(1.0, curve.Area, 1e-12);
        Assert.True(curve.Precision.Length <= 1000);
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(60, 1.0)]
    [InlineData(600, 0.8)]
    [InlineData(60, 0.0)]
    public void The_page_of_a_classifier_has_its_charts_for_any_scores(int samples, double share)
    {
        string page = Report(samples, share).ToHtml();
        Assert.All(
            ["Loss", "Reliability", "Samples behind each probability", "<th>recall</th>", "<th>precision</th>"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
        Assert.Equal(samples > 1, page.Contains("ROC curves", StringComparison.Ordinal));
        Assert.DoesNotContain("<b>,", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"[:,\[](NaN|-?Infinity)", page);
    }

    [Fact]
    public void Predicted_numbers_are_drawn_over_observed_ones()
    {
        string page = (Report(3, 1.0) with
        {
            Classes = [],
            Confusion = [],
            Probabilities = [],
            Observed = [],
            PredictedNumbers = [1.0, 2.0, 3.0],
            ObservedNumbers = [1.1, 1.9, 3.2],
        }).ToHtml();
        Assert.Contains("Predicted over observed", page, StringComparison.Ordinal);
        Assert.Contains("Errors over predicted", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_dependence_on_classes_is_drawn_by_bars_or_points_beside_their_names()
    {
        var colors = new PartialDependence(
            "color", [], ["blue", "green", ""], [[0.9, 0.1], [0.6, 0.4], [0.3, 0.7]]);
        Chart ofTwo = ColumnSections.Dependence(colors, ["no", "yes"]);
        Assert.Equal(["(missing)", "green", "blue"], ofTwo.Y.Categories);
        BarsLayer bars = Assert.IsType<BarsLayer>(Assert.Single(ofTwo.Layers));
        Assert.True(bars.IsLying);
        Assert.Equal([0.7, 0.4, 0.1], bars.Values);
        Assert.Equal("mean probability of yes", ofTwo.X.Label);
        Chart ofMore = ColumnSections.Dependence(
            colors with { Means = [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.5, 0.5, 0.0]] }, ["a", "b", "c"]);
        Assert.Equal(["a", "b", "c"], ofMore.Layers.Select(layer => layer.Name));
        Assert.All(ofMore.Layers, layer => Assert.Equal([0.0, 1.0, 2.0], Assert.IsType<PointsLayer>(layer).Y));
        Chart ofNumber = ColumnSections.Dependence(colors with { Means = [[1005.0], [1002.0], [1001.0]] }, []);
        Assert.Equal([1001.0, 1002.0, 1005.0], Assert.IsType<PointsLayer>(Assert.Single(ofNumber.Layers)).X);
        Chart ofNumbers = ColumnSections.Dependence(
            new PartialDependence("x", [1.0, 2.0], [], [[3.0], [4.0]]), []);
        Assert.IsType<LineLayer>(Assert.Single(ofNumbers.Layers));
    }

    [Fact]
    public void The_dependence_on_dates_is_drawn_over_years_or_a_few_days()
    {
        // 1 January 2001 and 2011 are 366 and 4018 days after that of 2000.
        Chart years = ColumnSections.Dependence(
            new PartialDependence("built", [366.0, 4018.0], [], [[3.0], [4.0]]), [], areDates: true);
        Assert.Equal("built, year", years.X.Label);
        double[] drawn = Assert.IsType<LineLayer>(Assert.Single(years.Layers)).X;
        Assert.Equal([2001.0, 2011.0], drawn, (a, b) => Math.Abs(a - b) < 0.01);
        Chart days = ColumnSections.Dependence(
            new PartialDependence("sold", [366.5, 370.0], [], [[3.0], [4.0]]), [], areDates: true);
        Assert.Equal("sold, days since 2001-01-01", days.X.Label);
        Assert.Equal([0.5, 4.0], Assert.IsType<LineLayer>(Assert.Single(days.Layers)).X);
    }

    [Fact]
    public void A_waveform_of_very_many_samples_is_drawn_by_the_range_of_each_part()
    {
        float[] samples = [.. Enumerable.Range(0, 10_007).Select(i => MathF.Sin(i))];
        (double[] at, double[] low, double[] high) = SignalCards.Ranges(samples, 100);
        Assert.Equal(samples.Min(), (float)low.Min());
        Assert.Equal(samples.Max(), (float)high.Max());
        Assert.All(low.Zip(high), ends => Assert.True(ends.First <= ends.Second));
        Assert.Equal(at.Order(), at);
    }

    [Fact]
    public void The_page_of_a_stream_draws_how_many_blocks_take_longer()
    {
        var times = new LatencyHistogram();
        for (int i = 1; i <= 1000; i++)
        {
            times.Add(10_000L * i);
        }

        string page = new StreamReport
        {
            Latency = times,
            Processing = times,
            Block = 64,
            SampleRate = 48000,
            AlgorithmicLatency = 0.004,
            Facts = [],
            Command = "math4ai stream",
        }.ToHtml();
        Assert.Equal(2, Regex.Count(page, "<figure "));
        Assert.Equal(4, Regex.Count(page, "\"isLog\":true"));
    }

    [Fact]
    public async Task The_page_of_a_classifier_opens_without_a_complaint_narrow_and_dark()
    {
        File.WriteAllText(In("page.html"), Report(600, 0.8).ToHtml());
        await using Browser browser = await Browser.Open(In("page.html"), 360, 1000, isDark: true);
        await browser.DrawAll();
        Assert.False(await browser.Overflows());
        Assert.Empty(browser.Complaints);
    }
}
