using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Information;
using Math4AI.Reporting;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Clusters;

namespace Math4AI.Tests.Unsupervised;

public sealed class TableClusteringTests : TemporaryFolder
{
    [Fact]
    public void Agreement_has_the_values_that_scikit_learn_gives()
    {
        int[] two = [0, 0, 1, 1], three = [0, 0, 1, 2];
        Assert.Equal(0.5714285714285714, ClusterAgreement.AdjustedRand(two, three), 1e-15);
        Assert.Equal(0.8, ClusterAgreement.NormalizedInformation(two, three), 1e-15);
        Assert.Equal(-0.5, ClusterAgreement.AdjustedRand(two, [0, 1, 0, 1]), 1e-15);
        Assert.Equal(0.0, ClusterAgreement.NormalizedInformation(two, [0, 1, 0, 1]), 1e-15);
        Assert.Equal(1.0, ClusterAgreement.AdjustedRand(two, ["b", "b", "a", "a"]));
        Assert.Equal(1.0, ClusterAgreement.AdjustedRand([7, 7], [1, 1]));
        Assert.Throws<ArgumentException>(() => ClusterAgreement.AdjustedRand(two, [1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void The_number_of_groups_that_lie_apart_is_found_whatever_the_units(int groups)
    {
        Table table = Groups(groups, 300, seed: 4);
        TableClusters found = new TableClustering { MaxClusters = 7 }.Fit(table);
        Assert.Equal(groups, found.Profiles.Count);
        string[] names = [.. table.Texts("name").Select(name => name!)];
        Assert.Equal(1.0, ClusterAgreement.AdjustedRand(found.Labels, names));
        Assert.Equal(["name (text)", "id (numbers of the rows)", "same (constant)"],
            found.LeftOut.Select(column => $"{column.Name} ({column.Reason})"));
        Assert.StartsWith(
            groups == 1 ? "1 cluster, " : $"{groups} clusters, ", found.Verdict, StringComparison.Ordinal);
        Assert.Null(found.Warning);
        Assert.All(found.Certainty, certainty => Assert.InRange(certainty, 0.5, 1.0));
        Assert.Equal(
            found.Profiles.Select(profile => profile.Rows).OrderDescending(),
            found.Profiles.Select(profile => profile.Rows));
    }

    [Theory]
    [InlineData("inf", "row 3: the value is infinite")]
    [InlineData("-Infinity", "row 3: the value is infinite")]
    [InlineData("1e999", "row 3: the value is infinite")]
    [InlineData("-1e300", "row 3: -1E+300 is so large")]
    public void An_infinite_number_and_one_without_a_square_are_refused_with_their_place(string cell, string part)
    {
        string[] rows = [.. Enumerable.Range(0, 30).Select(i => FormattableString.Invariant(
            $"{(i == 2 ? cell : Math.Sin(i))},{Math.Cos(1.7 * i)},{i * i % 7},{"abc"[i % 3]}"))];
        File.WriteAllText(In("t.csv"), "x,z,y,name\n" + string.Join('\n', rows) + "\n");
        var table = Table.Read(In("t.csv"));
        Assert.All<Action>(
            [
                () => new TableClustering().Fit(table), () => new TableClustering { DropMissing = true }.Fit(table),
                () => new TableMapping().Fit(table), () => new TableCoding().Fit(DataRows.Of(table)),
                () => new TableExploration().Fit(table), () => new TableInformation().Of(table),
            ],
            fit => Assert.Contains(
                $"Column 'x', {part}", Assert.Throws<ArgumentException>(fit).Message, StringComparison.Ordinal));
        Assert.Equal(["z", "y"], new TableClustering { Ignore = ["x"], MaxClusters = 2 }.Fit(table).Model.Columns);
        Assert.NotNull(new TableExploration { Ignore = ["x"], MaxClusters = 2 }.Fit(table).Information);
    }

    [Fact]
    public void An_infinite_word_among_texts_stays_a_text()
    {
        File.WriteAllText(In("t.csv"), "x,name\n1,inf\n2,sup\n4,inf\n3,max\n");
        Assert.Equal("text", new TableClustering { Clusters = 1 }.Fit(Table.Read(In("t.csv"))).LeftOut.Single().Reason);
    }

    [Fact]
    public void Iris_is_two_clusters_by_the_criterion_and_three_are_nearly_the_species()
    {
        Table iris = Table.Read(Repository.Data("tables", "iris.csv"));
        string[] species = [.. iris.Texts(iris.Names[^1]).Select(name => name!)];

        // BIC prefers two components of any shape; R's mclust reports the same for its ellipsoidal models.
        Assert.Equal(2, new TableClustering().Fit(iris).Profiles.Count);
        TableClusters three = new TableClustering { Clusters = 3 }.Fit(iris);
        Assert.True(ClusterAgreement.AdjustedRand(three.Labels, species) > 0.88);
        Assert.Equal("3 clusters, as asked for.", three.Verdict);
    }

    [Fact]
    public void A_cluster_is_told_by_the_column_that_sets_it_apart()
    {
        Table table = Table.OfNumbers(
        [
            ("noise", [.. Enumerable.Range(0, 60).Select(i => Math.Sin(37.0 * i))]),
            ("height", [.. Enumerable.Range(0, 60).Select(i => (i < 20 ? 9.0 : 1.0) + 0.1 * Math.Cos(11.0 * i))]),
        ]);
        TableClusters found = new TableClustering { Clusters = 2 }.Fit(table);
        Assert.Equal([40, 20], found.Profiles.Select(profile => profile.Rows));
        Assert.Equal("height", found.Profiles[1].Contrasts[0].Name);
        Assert.StartsWith("height high: 9", found.Profiles[1].InWords, StringComparison.Ordinal);
        Assert.StartsWith("height low: 0.9998 against 9", found.Profiles[0].InWords, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_two_values_makes_no_clusters_in_silence()
    {
        var random = new Random(3);
        Table table = Table.OfNumbers(
        [
            ("x", [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())]),
            ("switch", [.. Enumerable.Range(0, 200).Select(_ => (double)random.Next(2))]),
        ]);
        TableClusters found = new TableClustering { MaxClusters = 4 }.Fit(table);
        Assert.Contains("few distinct values (switch: 2)", found.Warning!, StringComparison.Ordinal);
        Assert.Contains("few values", new TableClustering
        {
            Clusters = 2,
        }.Fit(table).Warning!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_saved_model_assigns_rows_by_the_names_of_their_columns()
    {
        Table table = Groups(3, 240, seed: 8);
        TableClusters found = new TableClustering { Clusters = 3 }.Fit(table);
        found.Model.Save(In("model"));
        var read = (TableMixture)ModelFolder.Open(In("model"));
        File.WriteAllLines(In("rows.csv"), ["b,extra,a", FormattableString.Invariant(
            $"{table.Numbers("b")[5]:R},x,{table.Numbers("a")[5]:R}")]);
        FilePredictions predicted = read.PredictFile(In("rows.csv"));
        Assert.Equal(["1", "2", "3"], predicted.Classes);
        Assert.Equal(found.Certainty[5], predicted.Values[0][found.Labels[5]], 1e-12);
    }

    [Fact]
    public void Missing_values_are_refused_with_their_place_or_dropped_and_counted()
    {
        Table table = Table.OfTexts(
        [
            ("a", [.. Enumerable.Range(0, 40).Select(i => i == 6 ? null : $"{i % 2 * 10 + i * 0.01:0.00}")]),
            ("b", [.. Enumerable.Range(0, 40).Select(i => $"{i * i % 7}.5")]),
        ]);
        string message = Assert.Throws<ArgumentException>(() => new TableClustering().Fit(table)).Message;
        Assert.Contains("Row 7 has no value in column 'a'", message, StringComparison.Ordinal);
        TableClusters found = new TableClustering { DropMissing = true, Clusters = 2 }.Fit(table);
        Assert.Equal(39, found.Rows.Count);
        Assert.DoesNotContain(6, found.Rows);
    }

    [Fact]
    public void What_has_no_clusters_is_refused()
    {
        Table text = Table.OfTexts([("name", ["a", "b", "c"])]);
        Assert.Contains("'name' (text)", Assert.Throws<ArgumentException>(
            () => new TableClustering().Fit(text)).Message, StringComparison.Ordinal);
        Table three = Table.OfNumbers([("x", [1.0, 5.0, 2.5])]);
        Assert.Throws<ArgumentException>(() => new TableClustering { Clusters = 4 }.Fit(three));
        Assert.Throws<ArgumentException>(() => new TableClustering { Ignore = ["y"] }.Fit(three));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TableClustering { Clusters = 0 }.Fit(three));
    }

    [Fact]
    public void The_page_names_every_cluster_and_shows_the_row_of_a_point_as_text()
    {
        Table table = Groups(3, 90, seed: 5);
        string page = new ClusterReport
        {
            Title = "Clusters of <rows>",
            Command = "math4ai cluster",
            Result = new TableClustering().Fit(table),
            Table = table,
            Labels = "name",
        }.ToHtml();
        Assert.All(["Clusters of &lt;rows&gt;", "cluster 3", "Bayesian information criterion", "adjusted Rand index",
            "What distinguishes the clusters", "numbers of the rows"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
    }

    /// <summary>Groups on a circle, whose columns a and b have units a million apart.</summary>
    private static Table Groups(int groups, int rows, int seed)
    {
        var noise = new MathNet.Numerics.Distributions.Normal(0.0, 1.0, new Random(seed));
        double[] a = new double[rows], b = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            double angle = 2.0 * Math.PI * (i % groups) / groups;
            a[i] = 1e6 * (12.0 * Math.Cos(angle) + noise.Sample());
            b[i] = 12.0 * Math.Sin(angle) + noise.Sample();
        }

        string?[] Cells(Func<int, FormattableString> cell) =>
            [.. Enumerable.Range(0, rows).Select(i => FormattableString.Invariant(cell(i)))];
        return Table.OfTexts(
        [
            ("name", Cells(i => $"group {i % groups}")),
            ("id", Cells(i => $"{i + 1}")),
            ("a", Cells(i => $"{a[i]:R}")),
            ("same", Cells(_ => $"3.5")),
            ("b", Cells(i => $"{b[i]:R}")),
        ]);
    }
}
