using System.Text.Json.Nodes;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Unsupervised;

namespace Math4AI.Tests.Reporting;

public class ExploreReportTests : TemporaryFolder
{
    [Theory]
    [InlineData(1400, false)]
    [InlineData(390, true)]
    public async Task The_page_of_a_table_draws_every_chart_in_a_browser_and_reads_a_row(int width, bool isDark)
    {
        var random = new Random(3);
        Table table = Table.OfNumbers(
        [
            ("a", [.. Enumerable.Range(0, 150).Select(i => i % 3 * 20.0 + random.NextDouble())]),
            ("b", [.. Enumerable.Range(0, 150).Select(i => i % 2 * 9.0 + random.NextDouble())]),
            ("c", [.. Enumerable.Range(0, 150).Select(_ => random.NextDouble())]),
        ]);
        File.WriteAllText(In("page.html"), new ExploreReport
        {
            Title = "What is in it?",
            Command = "math4ai explore",
            Overview = new TableExploration { MaxClusters = 6 }.Fit(table),
            Table = table,
            Color = "c",
        }.ToHtml());
        await using Browser browser = await Browser.Open(In("page.html"), width, isDark: isDark);
        await browser.DrawAll();
        JsonNode counts = (await browser.Evaluate(
            "[document.querySelectorAll('.plot').length, document.querySelectorAll('.plot canvas').length]"))!;
        Assert.True(counts[0]!.GetValue<int>() >= 6);
        Assert.False(await browser.Overflows());

        // The second map has six ranges of the column, each of which a click hides.
        const string Colored = "[...document.querySelectorAll('.plot')].map(plot => plot.chart)"
            + ".find(chart => chart.layers.length === 6 && chart.layers.every(layer => / to /.test(layer.name)))";
        await browser.Until(Colored);
        await browser.Evaluate($"{Colored}.legend.querySelector('button').click()");
        await browser.Until($"{Colored}.layers[0].hidden");
        Assert.Equal(counts[0]!.GetValue<int>(), counts[1]!.GetValue<int>());
        Assert.Empty(browser.Complaints);
    }
}
