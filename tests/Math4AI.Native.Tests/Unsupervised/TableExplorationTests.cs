using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Unsupervised;

namespace Math4AI.Tests.Unsupervised;

public sealed class TableExplorationTests
{
    [Fact]
    public void Columns_groups_outliers_with_reasons_and_equal_rows_are_found()
    {
        Table table = Planted();
        TableOverview overview = new TableExploration().Fit(table);
        ColumnOverview a = overview.Columns[0], kind = overview.Columns[2];
        Assert.True(a.IsNumeric);
        Assert.Equal(1, a.Missing);
        Assert.Equal(table.Numbers("a").Where(double.IsFinite).Average(), a.Mean, 1e-12);
        Assert.Equal("right (102)", kind.MostFrequent);
        Assert.Equal(2, kind.Distinct);
        Assert.Equal(2, overview.Clusters!.Profiles.Count);
        Assert.Equal(2, overview.Components!.Variances.Count);
        OutlyingRow outlier = Assert.Single(overview.Outliers);
        Assert.Equal(201, outlier.Row);
        Assert.Equal("b", outlier.Values[0].Column);
        Assert.Equal(15.0, outlier.Values[0].Value);
        Assert.Equal([5L, 203], Assert.Single(overview.EqualRows));
        double correlation = overview.Correlation![0, 1];
        Assert.Equal(correlation, overview.Correlation[1, 0]);

        // Which of two groups far apart a row is in is known from where it is: log 2 of information.
        Assert.Equal(["a", "b", "kind"], overview.Information!.Columns);
        Assert.Equal(
            Math.Log(2.0), overview.Information.Pairs.Single(pair => pair is { First: "a", Second: "kind" })
                .Information.Value, 0.1);
    }

    [Fact]
    public void Outliers_that_hide_one_another_are_found_with_the_columns_that_do_not_fit()
    {
        // y follows x but in eight rows, each of whose values is common. They widen an ordinary covariance.
        var noise = new MathNet.Numerics.Distributions.Normal(0.0, 1.0, new Random(6));
        double[] x = [.. Enumerable.Range(0, 120).Select(_ => 5.0 * noise.Sample())];
        double[] y = [.. x.Select((value, i) => i < 8 ? -value : value + 0.3 * noise.Sample())];
        for (int i = 0; i < 8; i++)
        {
            (x[i], y[i]) = (6.0 + 0.1 * noise.Sample(), -6.0 + 0.1 * noise.Sample());
        }

        double[] z = [.. Enumerable.Range(0, 120).Select(_ => noise.Sample())];
        TableOverview overview = new TableExploration { MaxClusters = 1 }.Fit(
            Table.OfNumbers([("x", x), ("y", y), ("z", z)]));
        Assert.Equal(Enumerable.Range(1, 8), overview.Outliers.Select(row => (int)row.Row).Order());
        Assert.All(overview.Outliers, row => Assert.DoesNotContain("z", row.Values.Take(2).Select(v => v.Column)));
        Assert.All(overview.Outliers, row => Assert.Equal(1.0, row.Values.Sum(value => value.Share), 1e-9));
    }

    [Fact]
    public void A_table_without_numbers_is_described_all_the_same()
    {
        Table table = Table.OfTexts([("name", ["x", "y", null, "x"])]);
        TableOverview overview = new TableExploration().Fit(table);
        Assert.Null(overview.Clusters);
        Assert.Contains("no column of numbers", overview.Reason!, StringComparison.Ordinal);
        Assert.Equal("x (2)", overview.Columns[0].MostFrequent);
        Assert.Equal(1, overview.Columns[0].Missing);
        Assert.Contains("no column of numbers", Page(table, overview), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TableExploration { Ignore = ["z"] }.Fit(table));
    }

    [Fact]
    public void The_page_shows_each_part()
    {
        Table table = Planted();
        string page = Page(table, new TableExploration().Fit(table));
        Assert.All(["Columns", "Correlations", "Mutual information", "In how many directions", "Outlying rows",
            "b 15, +", "Rows that are equal in every column", "5, 203"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    private static string Page(Table table, TableOverview overview) => new ExploreReport
    {
        Title = "What is in it?",
        Command = "math4ai explore",
        Overview = overview,
        Table = table,
    }.ToHtml();

    /// <summary>Two groups of 100 rows, one row far above the first, one with a missing value, one repeated.</summary>
    private static Table Planted()
    {
        var noise = new MathNet.Numerics.Distributions.Normal(0.0, 1.0, new Random(2));
        double[] a = new double[203], b = new double[203];
        for (int i = 0; i < 200; i++)
        {
            (a[i], b[i]) = ((i % 2 * 30.0) + noise.Sample(), noise.Sample());
        }

        (a[200], b[200]) = (0.5, 15.0);
        (a[201], b[201]) = (double.NaN, 0.0);
        (a[202], b[202]) = (a[4], b[4]);
        string?[] Cells(double[] values) =>
            [.. values.Select(x => double.IsNaN(x) ? null : FormattableString.Invariant($"{x:R}"))];
        return Table.OfTexts(
        [
            ("a", Cells(a)), ("b", Cells(b)),
            ("kind", [.. Enumerable.Range(0, 203).Select(i => i < 200 ? (i % 2 == 0 ? "left" : "right")
                : i == 202 ? "left" : "right")]),
        ]);
    }
}
