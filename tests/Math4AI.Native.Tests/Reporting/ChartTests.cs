using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Math4AI.Reporting;
using Math4AI.Reporting.Charts;

namespace Math4AI.Tests.Reporting;

public class ChartTests
{
    private static string Assets => Path.Combine(Repository.Root, "src", "Math4AI.Reporting", "Assets");

    private static JsonNode Data(string page) => JsonNode.Parse(
        Regex.Match(page, "id=\"chart-data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value)!;

    private static JsonNode DataOf(params Chart[] charts) => Data(ChartGallery.Page(charts));

    private static ChartRange Range(params double[] values) => ChartRange.Of(new ChartAxis("x"), values, [], values);

    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("<!-- <script>")]
    [InlineData("\" onmouseover=\"alert(1)")]
    [InlineData("line\u2028separator & ' quote")]
    public void Text_from_data_stays_text(string text)
    {
        string page = ChartGallery.Page(
            [new Chart(
                text, new ChartAxis(text), ChartAxis.OfNames(text, [text]),
                BarsLayer.OfNames([1.0]) with { Name = text },
                new PointsLayer([1.0], [0.0])
                {
                    Name = text,
                    Texts = [text],
                }) { Note = text, Figures = [(text, text)] }],
            text);
        Assert.DoesNotContain("alert(1)</script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\" onmouseover", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u2028', page[page.IndexOf("chart-data", StringComparison.Ordinal)..]);
        Assert.Equal(3, Regex.Count(page, "<script"));
        Assert.Equal(3, Regex.Count(page, "</script"));
        Assert.Equal(text, Data(page)["charts"]![0]!["layers"]![1]!["texts"]![0]!.GetValue<string>());
    }

    [Fact]
    public void The_policy_of_a_page_allows_its_own_two_scripts_and_nothing_else()
    {
        string page = ChartGallery.Page(ChartGallery.All());
        string[] scripts =
            [.. Regex.Matches(page, "<script>(.*?)</script>", RegexOptions.Singleline).Select(m => m.Groups[1].Value)];
        string[] hashes =
        [
            .. scripts.Select(
                text => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'"),
        ];
        Assert.Equal(2, scripts.Length);
        Assert.Contains($"script-src {hashes[0]} {hashes[1]}\"", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.All(scripts, script =>
            Assert.DoesNotMatch(@"\b(fetch|XMLHttpRequest|WebSocket|eval|import)\s*\(", script));
        Assert.DoesNotMatch(
            @"<[^>]+\s(on\w+|src|href)=", Regex.Replace(page, "<script.*?</script>", "", RegexOptions.Singleline));
    }

    [Fact]
    public void A_page_without_charts_runs_no_script()
    {
        string page = ChartGallery.Page([]);
        Assert.DoesNotContain("script", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uPlot.iife.min.js")]
    [InlineData("uPlot.min.css")]
    public void What_comes_from_elsewhere_is_unchanged_and_its_license_stands_in_every_page(string file)
    {
        byte[] content = File.ReadAllBytes(Path.Combine(Assets, file));
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        Assert.Contains($"| `{file}` | `{hash}` |", File.ReadAllText(Path.Combine(Assets, "README.md")));
        string page = ChartGallery.Page([ChartGallery.Fitted()]);
        Assert.Contains(Encoding.UTF8.GetString(content), page, StringComparison.Ordinal);
        Assert.Contains(
            File.ReadAllText(Path.Combine(Assets, "uPlot.LICENSE.txt")), page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_chart_has_axes_with_a_span_and_values_that_are_numbers()
    {
        JsonNode data = DataOf([.. ChartGallery.All()]);
        foreach (JsonNode? chart in data["charts"]!.AsArray())
        {
            foreach (string axis in new[] { "x", "y" })
            {
                foreach (string kind in new[] { "linear", "log" })
                {
                    if (chart![axis]![kind] is JsonArray ends)
                    {
                        Assert.True(ends[0]!.GetValue<double>() < ends[1]!.GetValue<double>(), chart.ToJsonString());
                    }
                }
            }

            foreach (JsonNode? layer
                in chart!["layers"]!.AsArray().Where(layer => layer!["kind"]!.ToString() == "points"))
            {
                Assert.DoesNotContain("null", data["columns"]![layer!["x"]!.GetValue<int>()]!.ToJsonString());
                Assert.DoesNotContain("null", data["columns"]![layer["y"]!.GetValue<int>()]!.ToJsonString());
            }
        }
    }

    [Fact]
    public void Every_chart_says_in_words_and_in_a_table_what_it_shows()
    {
        string page = ChartGallery.Page([ChartGallery.Fitted()]);
        Assert.Contains("data-label=\"Chart: Data, curve and bands. time [s] from", page, StringComparison.Ordinal);
        Assert.Contains("data, fit.\"", page, StringComparison.Ordinal);
        Assert.Contains("<tr><th>data</th><td>60</td><td>0</td><td>9.833</td>", page, StringComparison.Ordinal);
        Assert.Contains("<noscript>", page, StringComparison.Ordinal);
        Assert.Contains("There is nothing to draw.", ChartGallery.Page([ChartGallery.Points("Nothing", [], [])]));
    }

    [Fact]
    public void Marks_without_a_place_on_the_axes_are_counted()
    {
        string page = ChartGallery.Page(ChartGallery.Degenerate().Where(chart => chart.Title.StartsWith(
            "Zeros", StringComparison.Ordinal)));
        Assert.Contains("2 points have no place on the axes and are not drawn.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_layers_share_is_written_once()
    {
        double[] x = [1.0, 2.0, 4.0], y = [3.0, 5.0, 4.0];
        JsonNode data = DataOf(ChartGallery.Points("a", x, y), ChartGallery.Points("b", y, x));
        Assert.Equal(2, data["columns"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(1e10, 1.0)]
    [InlineData(-3e-12, 1e-15)]
    [InlineData(1.7e9, 1e3)]
    public void Written_values_differ_from_the_true_ones_by_less_than_a_millionth_of_their_span(
        double from, double span)
    {
        var random = new Random(1);
        double[] values = [.. Enumerable.Range(0, 200).Select(_ => from + span * random.NextDouble())];
        JsonArray written = DataOf(ChartGallery.Points("a", values, values))["columns"]![0]!.AsArray();
        Assert.All(values.Zip(written), pair =>
            Assert.InRange(Math.Abs(pair.First - pair.Second!.GetValue<double>()), 0.0, 1e-6 * span));
    }

    [Fact]
    public void Whole_numbers_in_steps_are_written_by_their_rule()
    {
        double[] order = [.. Enumerable.Range(1, 100_000).Select(i => (double)i)];
        string page = ChartGallery.Page([ChartGallery.Points("a", order, order)]);
        Assert.Contains("{\"from\":1,\"step\":1,\"count\":100000}", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_axis_is_logarithmic_where_the_data_span_it()
    {
        Assert.True(Range([.. Enumerable.Range(0, 30).Select(i => Math.Pow(10.0, 0.1 * i))]).IsLogarithmic);
        Assert.True(Range(1.0, 3.0, 10.0, 30.0, 100.0).IsLogarithmic);
        Assert.False(Range([.. Enumerable.Range(1, 1000).Select(i => (double)i)]).IsLogarithmic);
        Assert.False(Range(0.0, 1.0, 10.0, 1000.0).IsLogarithmic);
        Assert.Null(Range(-1.0, 1.0, 1000.0).Logarithms);
        Assert.Null(Range(4.0, 5.0).Logarithms);
        Assert.Null(Range().Logarithms);
    }

    [Fact]
    public void A_logarithmic_axis_that_is_asked_for_shows_what_is_positive()
    {
        ChartRange range = ChartRange.Of(new ChartAxis("x", AxisScale.Logarithmic), [-1.0, 0.0, 1.0, 100.0], [], []);
        Assert.True(range.IsLogarithmic);
        Assert.InRange(range.Logarithms!.Value.From, -0.5, 0.0);
        Assert.InRange(range.Logarithms.Value.To, 2.0, 2.5);
    }

    [Fact]
    public void Bands_widen_an_axis_by_half_of_the_span_of_the_data_at_most()
    {
        ChartRange range = ChartRange.Of(new ChartAxis("y", AxisScale.Linear), [0.0, 10.0], [-1e6, 1e6], []);
        Assert.InRange(range.Linear.From, -6.0, -5.0);
        Assert.InRange(range.Linear.To, 15.0, 16.0);
    }

    [Fact]
    public void A_histogram_counts_every_number_once()
    {
        double[] values = [.. Enumerable.Range(0, 997).Select(i => Math.Sin(i)), double.NaN];
        BarsLayer bars = BarsLayer.Histogram(values);
        Assert.Equal(997.0, bars.Values.Sum());
        Assert.Equal(bars.From[1..], bars.To[..^1]);
        Assert.Equal(3.0, Assert.Single(BarsLayer.Histogram([4.0, 4.0, 4.0]).Values));
        Assert.Empty(BarsLayer.Histogram([]).Values);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Colors_can_be_told_from_the_ground_in_light_and_dark(int mode)
    {
        string style = File.ReadAllText(Path.Combine(Assets, "page.css"));
        string root = Regex.Matches(style, @":root \{([^}]*)\}")[mode].Groups[1].Value;
        Dictionary<string, double> luminance = Regex.Matches(root, "--([a-z0-9-]+): #([0-9a-f]{6})")
            .ToDictionary(match => match.Groups[1].Value, match => Luminance(match.Groups[2].Value));
        double Contrast(string name) =>
            (Math.Max(luminance[name], luminance["card"]) + 0.05)
                / (Math.Min(luminance[name], luminance["card"]) + 0.05);

        // Web Content Accessibility Guidelines 2.1: 4.5 for text, 3 for graphics.
        Assert.InRange(Contrast("text"), 4.5, 21.0);
        Assert.InRange(Contrast("quiet"), 4.5, 21.0);
        Assert.All(Enumerable.Range(0, 8), i => Assert.InRange(Contrast($"s{i}"), 3.0, 21.0));
    }

    private static double Luminance(string color)
    {
        double[] parts =
        [
            .. Enumerable.Range(0, 3)
                .Select(i =>
                    int.Parse(color.AsSpan(2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
                .Select(value => value <= 0.03928 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4)),
        ];
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    }
}
