using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

public sealed class TableGroupsTests : TemporaryFolder
{
    [Theory]
    [InlineData(ClusterMethod.KMeans)]
    [InlineData(ClusterMethod.Ward)]
    [InlineData(ClusterMethod.Single)]
    [InlineData(ClusterMethod.Complete)]
    [InlineData(ClusterMethod.Average)]
    [InlineData(ClusterMethod.Hdbscan)]
    [InlineData(ClusterMethod.Dbscan)]
    public void Every_method_finds_groups_that_lie_apart_and_assigns_their_rows_again(ClusterMethod method)
    {
        Table table = Groups(3, 150, seed: 2);
        TableClusters found = Method(method).Fit(table);
        Assert.Equal(3, found.Profiles.Count);
        Assert.StartsWith("3 clusters by ", found.Verdict, StringComparison.Ordinal);
        Assert.Null(found.Warning);
        Assert.Null(found.Mixture);
        Assert.Empty(found.Support);
        Assert.Equal(1.0, ClusterAgreement.AdjustedRand(found.Labels, [.. table.Texts("name").Select(name => name!)]));
        Assert.Equal(method == ClusterMethod.Hdbscan ? 150 : 0, found.Certainty.Count);
        found.Model.Save(In("model"));
        var read = (TableGroups)ModelFolder.Open(In("model"));
        Assert.Equal(method, read.Method);
        Assert.Equal(found.Labels, read.Assign(table));
        Assert.Throws<ArgumentException>(() => read.Assign(Table.OfNumbers([("a", [1.0])])));
    }

    [Fact]
    public void Few_rows_are_divided_as_well_as_thirty_starts_of_scikit_learn_divide_them()
    {
        Table iris = Table.Read(Repository.Data("tables", "iris.csv"));
        TableClusters found = new TableClustering { Method = ClusterMethod.KMeans, Clusters = 3 }.Fit(iris);
        Matrix<double> rows = ((TableGroups)found.Model).Standard.Of(iris);
        double inertia = rows.EnumerateRows().Zip(found.Labels).GroupBy(pair => pair.Second).Sum(group =>
        {
            Vector<double>[] own = [.. group.Select(pair => pair.First)];
            Vector<double> center = own.Aggregate((a, b) => a + b) / own.Length;
            return own.Sum(row => (row - center).DotProduct(row - center));
        });

        // sklearn.cluster.KMeans(3, n_init=30) on the same standardized columns.
        Assert.Equal(138.88835971735148, inertia, 1e-9);
    }

    [Fact]
    public void Rows_in_no_cluster_are_said_counted_and_shown_as_such()
    {
        Table groups = Groups(2, 100, seed: 4);
        Table table = Table.OfTexts(
        [
            ("name", [.. groups.Texts("name"), "none"]), ("a", [.. groups.Texts("a"), "900.5"]),
            ("b", [.. groups.Texts("b"), "-900.5"]),
        ]);
        TableClusters found = Method(ClusterMethod.Dbscan).Fit(table);
        Assert.Equal(DbscanFit.Noise, found.Labels[^1]);
        Assert.EndsWith("; 1 of 101 rows is in none.", found.Verdict, StringComparison.Ordinal);
        string page = new ClusterReport
        {
            Title = "clusters",
            Command = "math4ai cluster",
            Result = found,
            Table = table,
            Labels = "name",
        }.ToHtml();
        Assert.All(["no cluster", "rows in no cluster", "adjusted Rand index"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_row_belongs_to_the_nearest_core_within_the_radius_or_to_none()
    {
        DbscanFit fit = new Dbscan(1.0) { MinSamples = 2 }.Fit(Matrix(0.0, 0.5, 10.0, 10.5, 30.0));
        Assert.Equal([0, 0, 1, 1, DbscanFit.Noise], fit.Labels);
        fit.Save(In("model"));
        var read = (DbscanFit)ModelFolder.Open(In("model"));
        Assert.Equal(fit.Labels, read.Labels);
        Assert.Equal(fit.IsCore, read.IsCore);
        Assert.Equal([0, 1, DbscanFit.Noise, DbscanFit.Noise], read.Assign(Matrix(1.4, 9.1, 1.6, 30.0)));
        DbscanFit none = new Dbscan(1e-3).Fit(Matrix(1.0, 2.0));
        Assert.Equal([DbscanFit.Noise], none.Assign(Matrix(1.0)));
    }

    [Fact]
    public void Rows_without_groups_are_one_cluster_by_the_silhouette()
    {
        var noise = new Normal(0.0, 1.0, new Random(3));
        Table table = Table.OfNumbers(
        [
            .. "abcdefgh".Select(name =>
                ($"{name}", Enumerable.Range(0, 120).Select(_ => noise.Sample()).ToArray())),
        ]);
        TableClusters found = Method(ClusterMethod.KMeans).Fit(table);
        Assert.Single(found.Profiles);
        Assert.Contains("no substantial structure", found.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_one_row_each_equal_rows_and_columns_without_spread()
    {
        Table table = Table.OfNumbers([("x", [1.0, 2.0, 4.0, 8.0]), ("y", [0.5, 0.5, 0.5, 2.5])]);
        foreach (ClusterMethod method in Enum.GetValues<ClusterMethod>())
        {
            bool isDense = method is ClusterMethod.Hdbscan or ClusterMethod.Dbscan;
            TableClusters each = (Method(method) with { Clusters = isDense ? null : 4, MinRows = 2 }).Fit(table);
            Assert.Equal(4, each.Rows.Count);
            Assert.True(isDense || each.Profiles.Count == 4);
            Assert.Throws<ArgumentException>(() => Method(method).Fit(Table.OfNumbers([("x", [1.0])])));
            Assert.Throws<ArgumentException>(() => Method(method).Fit(Table.OfNumbers([("x", [1.0, 1.0, 1.0])])));
            TableClusters equal = (Method(method) with { MinRows = 2 }).Fit(
                Table.OfNumbers([("x", [1.0, 1.0, 1.0, 3.0, 3.0, 3.0])]));
            Assert.Equal(6, equal.Labels.Count);
        }
    }

    [Fact]
    public void Options_that_do_not_belong_together_are_refused()
    {
        Table table = Groups(2, 20, seed: 1);
        Assert.Contains("needs a radius", Assert.Throws<ArgumentException>(() => new TableClustering
        {
            Method = ClusterMethod.Dbscan,
        }.Fit(table)).Message, StringComparison.Ordinal);
        Assert.Contains("finds the number", Assert.Throws<ArgumentException>(() => new TableClustering
        {
            Method = ClusterMethod.Hdbscan,
            Clusters = 2,
        }.Fit(table)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TableClustering
        {
            Method = ClusterMethod.Hdbscan,
            MinRows = 1,
        }.Fit(table));
    }

    private static TableClustering Method(ClusterMethod method) => new()
    {
        Method = method,
        MaxClusters = 6,
        Radius = method == ClusterMethod.Dbscan ? 0.5 : null,
    };

    private static MathNet.Numerics.LinearAlgebra.Matrix<double> Matrix(params double[] column) =>
        MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfColumnArrays(column);

    private static Table Groups(int groups, int rows, int seed)
    {
        var noise = new Normal(0.0, 1.0, new Random(seed));
        string?[] Cells(Func<int, FormattableString> cell) =>
            [.. Enumerable.Range(0, rows).Select(i => FormattableString.Invariant(cell(i)))];
        return Table.OfTexts(
        [
            ("name", Cells(i => $"group {i % groups}")),
            ("a", Cells(i => $"{30.0 * Math.Cos(2.0 * Math.PI * (i % groups) / groups) + noise.Sample():R}")),
            ("b", Cells(i => $"{30.0 * Math.Sin(2.0 * Math.PI * (i % groups) / groups) + noise.Sample():R}")),
        ]);
    }
}
