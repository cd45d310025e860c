using System.Text.Json.Nodes;
using Math4AI.Reporting.Charts;

namespace Math4AI.Tests.Reporting;

public class ChartBrowserTests : TemporaryFolder
{
    private async Task<Browser> Open(IEnumerable<Chart> charts, int width = 1400, bool isDark = false)
    {
        File.WriteAllText(In("page.html"), ChartGallery.Page(charts));
        Browser browser = await Browser.Open(In("page.html"), width, 1000, isDark);
        await browser.Until("document.querySelector('.plot').dataset.drawn");
        return browser;
    }

    /// <summary>Where in the window a value of the first chart is drawn.</summary>
    private static async Task<(double X, double Y)> PlaceOf(Browser browser, string point)
    {
        JsonNode place = (await browser.Evaluate(
            "(() => { const chart = document.querySelector('.plot').chart, over = "
            + $"chart.plot.over.getBoundingClientRect();const [x, y] = {point}; const map = chart.mapping, ratio = "
            + "devicePixelRatio;return [over.left + (map.left(x) - map.box.left) / ratio, over.top + (map.top(y) - "
            + "map.box.top) / ratio]; })()"))!;
        return (place[0]!.GetValue<double>(), place[1]!.GetValue<double>());
    }

    private static async Task<string> Tip(Browser browser) => (await browser.Evaluate(
        "(() => { const tip = document.querySelector('.tip'); return tip.hidden ? '' : [...tip.children].map("
        + "line => line.textContent).join('|'); })()"))!.GetValue<string>();

    [Theory]
    [InlineData(360, false)]
    [InlineData(1400, true)]
    public async Task Every_chart_is_drawn_without_a_complaint_and_fits_the_window(int width, bool isDark)
    {
        await using Browser browser = await Open(ChartGallery.All(), width, isDark);
        await browser.DrawAll();
        Assert.False(await browser.Overflows());
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task Pointing_at_a_mark_reads_its_values_and_asks_the_network_for_nothing()
    {
        await using Browser browser = await Open([ChartGallery.Fitted()]);
        (double x, double y) = await PlaceOf(browser, "[chart.layers[3].x[10], chart.layers[3].y[10]]");
        await browser.Hover(x + 1, y);
        Assert.StartsWith("data|sample 11|time [s]: 1.6667|signal [V]: 1.617", await Tip(browser));
        await browser.Hover(2, 2);
        Assert.Equal("", await Tip(browser));
        Assert.Equal(
            0, (await browser.Evaluate("performance.getEntriesByType('resource').length"))!.GetValue<int>());
    }

    [Fact]
    public async Task Pointing_at_a_picture_of_values_reads_the_cell_under_the_cursor()
    {
        // Rows from the bottom: 1, 2 | 3, none; one pixel of PNG stands for the picture.
        byte[] png = Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        await using Browser browser = await Open(
            [new Chart(
                "map", new ChartAxis("a"), new ChartAxis("b"),
                new ImageLayer(png, 0.0, 4.0, 10.0, 30.0)
                {
                    Name = "cost",
                    Values = [1.0, 2.0, 3.0, double.NaN],
                    Columns = 2,
                })]);
        foreach ((string point, string expected) in new[]
        {
            ("[0.9, 14]", "a: 1|b: 15|cost: 1"), ("[3.1, 14]", "a: 3|b: 15|cost: 2"),
            ("[0.9, 26]", "a: 1|b: 25|cost: 3"), ("[3.1, 26]", "a: 3|b: 25|cost: not finite"),
        })
        {
            (double x, double y) = await PlaceOf(browser, point);
            await browser.Hover(x, y);
            Assert.Equal(expected, await Tip(browser));
        }

        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task A_drag_zooms_into_a_part_and_reset_shows_all()
    {
        await using Browser browser = await Open([ChartGallery.Fitted()]);
        (double fromX, double fromY) = await PlaceOf(browser, "[2, 2.5]");
        (double toX, double toY) = await PlaceOf(browser, "[4, 0.5]");
        await browser.Drag(fromX, fromY, toX, toY);
        const string Shown = "(() => { const { plot, x, y } = document.querySelector('.plot').chart;"
            + "return [x.at(plot.scales.x.min), x.at(plot.scales.x.max), y.at(plot.scales.y.min), "
            + "y.at(plot.scales.y.max)]; })()";
        double[] part = [.. (await browser.Evaluate(Shown))!.AsArray().Select(end => end!.GetValue<double>())];
        Assert.All(part.Zip([2.0, 4.0, 0.5, 2.5]), pair => Assert.Equal(pair.Second, pair.First, 0.05));
        await browser.Evaluate(
            "[...document.querySelectorAll('.tools button')].find(button => button.textContent === 'Reset').click()");
        await browser.Until("document.querySelector('.plot').chart.plot.scales.x.min === 0");
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task Keys_zoom_too_and_with_shift_a_drag_moves_the_picture()
    {
        await using Browser browser = await Open([ChartGallery.Fitted()]);
        await browser.Evaluate(
            "document.querySelector('.frame').dispatchEvent(new KeyboardEvent('keydown', { key: '+' }))");
        await browser.Until("document.querySelector('.plot').chart.plot.scales.x.min > 0.1");
        (double x, double y) = await PlaceOf(browser, "[5, 1]");
        const int Shift = 8;
        await browser.Drag(x, y, x + 50, y, Shift);
        (double moved, _) = await PlaceOf(browser, "[5, 1]");
        Assert.Equal(x + 50, moved, 1.0);
    }

    [Fact]
    public async Task A_layer_can_be_left_out_and_an_axis_made_logarithmic()
    {
        double[] decades = [.. Enumerable.Range(0, 40).Select(i => Math.Pow(10.0, 0.1 * i))];
        await using Browser browser = await Open(
            [new Chart(
                "two", new ChartAxis("x"), new ChartAxis("y"),
                new PointsLayer(decades, decades) { Name = "points" },
                new LineLayer(decades, decades) { Name = "line", Color = 1 })]);
        await browser.Evaluate("document.querySelector('.legend button').click()");
        Assert.True(
            (await browser.Evaluate("document.querySelector('.plot').chart.layers[0].hidden"))!.GetValue<bool>());
        (double middle, _) = await PlaceOf(browser, "[100, 100]");
        await browser.Evaluate("document.querySelector('.tools button').click()");
        await browser.Until(
            "!document.querySelector('.plot').chart.x.isLog && document.querySelector('.plot').chart.mapping");
        (double left, _) = await PlaceOf(browser, "[100, 100]");
        Assert.True(left < middle - 100.0);
        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task A_hundred_thousand_points_are_drawn_and_read_by_hover()
    {
        await using Browser browser = await Open([ChartGallery.Many(100_000)]);
        (double x, double y) = await PlaceOf(browser, "[chart.layers[0].x[777], chart.layers[0].y[777]]");
        await browser.Hover(x, y);
        Assert.Matches(@"^sample \d+\|first: .*\|second: ", await Tip(browser));
        double milliseconds = (await browser.Evaluate(
            "(() => { const { chart } = document.querySelector('.plot'), { plot } = chart, from = performance.now();"
            + "for (let i = 0; i < 5; i++) { chart.paint(plot); plot.ctx.getImageData(0, 0, 1, 1); }"
            + "return (performance.now() - from) / 5; })()"))!.GetValue<double>();
        TestContext.Current.TestOutputHelper?.WriteLine($"100,000 points: {milliseconds:0} ms a picture");
        Assert.Empty(browser.Complaints);
    }
}
