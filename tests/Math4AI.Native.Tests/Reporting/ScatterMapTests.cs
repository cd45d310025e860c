using Math4AI.Reporting;

namespace Math4AI.Tests.Reporting;

public class ScatterMapTests : TemporaryFolder
{
    private static ScatterMap Map(int count)
    {
        var random = new Random(1);
        return new ScatterMap
        {
            Title = "rows",
            X = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())],
            Y = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())],
            Groups = [.. Enumerable.Range(0, count).Select(i => i % 3 - 1)],
            GroupNames = ["<first>", "second"],
            Texts = [.. Enumerable.Range(0, count).Select(i => $"row {i + 1}")],
        };
    }

    [Fact]
    public void Each_group_is_a_layer_and_names_are_escaped()
    {
        string page = Map(30).ToHtml();
        Assert.Contains("no group, &lt;first&gt;, second.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<first>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_that_do_not_fit_are_refused()
    {
        Assert.Contains(
            "Y has 2 values and X has 3", Assert.Throws<ArgumentException>(() => (Map(3) with
            {
                Y = [1.0, 2.0],
            }).ToHtml()).Message);
        Assert.Contains(
            "The group of sample 2 is 7",
            Assert.Throws<ArgumentException>(() => (Map(3) with { Groups = [0, 7, 0] }).ToHtml()).Message);
        Assert.Contains("There is nothing to draw.", new ScatterMap { Title = "none", X = [], Y = [] }.ToHtml());
    }

    [Theory]
    [InlineData(1400, false)]
    [InlineData(390, true)]
    public async Task A_map_of_a_hundred_thousand_rows_is_moved_zoomed_read_and_its_groups_hidden(
        int width, bool isDark)
    {
        Map(100_000).Write(In("map.html"));
        await using Browser browser = await Browser.Open(In("map.html"), width, isDark: isDark);
        await browser.DrawAll();
        Assert.False(await browser.Overflows());
        const string Chart = "document.querySelector('.plot').chart";
        double[] box =
        [
            .. (await browser.Evaluate(
                $"(() => {{ const b = {Chart}.plot.over.getBoundingClientRect(); return [b.left, b.top, b.width, "
                + $"b.height]; }})()"))!
                .AsArray().Select(end => end!.GetValue<double>()),
        ];
        (double x, double y) = (box[0] + box[2] / 2, box[1] + box[3] / 2);
        await browser.Drag(x, y, x + box[2] / 4, y);
        await browser.Until($"Math.abs({Chart}.plot.scales.x.min + 0.25) < 0.01");
        await browser.Wheel(x, y, -600);
        await browser.Until($"{Chart}.plot.scales.x.max - {Chart}.plot.scales.x.min < 0.6");
        await browser.Hover(x + 1, y + 1);
        await browser.Until("/row \\d+/.test(document.querySelector('.tip').textContent)");
        await browser.Evaluate("document.querySelector('.legend button').click()");
        await browser.Until($"{Chart}.layers.filter(layer => layer.hidden).length === 1");
        Assert.Empty(browser.Complaints);
    }
}
