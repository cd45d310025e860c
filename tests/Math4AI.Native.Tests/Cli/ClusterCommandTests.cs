using System.Text.Json;

namespace Math4AI.Tests.Cli;

public sealed class ClusterCommandTests : TemporaryFolder
{
    private Finished Run(params string[] words) =>
        Repository.Ask(words, Folder, Repository.OneThread);

    [Fact]
    public void A_table_is_clustered_compared_written_and_new_rows_are_assigned()
    {
        string iris = Repository.Data("tables", "iris.csv");
        string species = File.ReadLines(iris).First().Split(',')[^1];
        Finished cluster = Run("cluster", iris, "-k", "3", "--compare", species, "-o", "out", "--json");
        Assert.True(cluster.Code == 0, cluster.Errors);
        JsonElement json = JsonDocument.Parse(cluster.Output).RootElement;
        Assert.Equal(3, json.GetProperty("clusters").GetInt32());
        Assert.True(json.GetProperty("comparison").GetProperty("adjustedRand").GetDouble() > 0.88);
        string[] rows = File.ReadAllLines(In("out/clusters.csv"));
        Assert.Equal("row,cluster,probability", rows[0]);
        Assert.Equal(151, rows.Length);
        Assert.Contains("along their principal components", File.ReadAllText(In("out/report.html")),
            StringComparison.Ordinal);
        Finished predict = Run("predict", "out", iris);
        Assert.True(predict.Code == 0, predict.Errors);
        Assert.Equal(rows.Skip(1).Select(row => row.Split(',')[1]),
            predict.Output.Trim().Split('\n').Skip(1).Select(line => line.Split(',')[0]));
        Finished again = Run("cluster", iris, "-k", "3", "-o", "out");
        Assert.Equal(1, again.Code);
        Assert.Contains("--force", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_clustered_by_density_and_given_codes_and_what_does_not_belong_together_is_refused()
    {
        string iris = Repository.Data("tables", "iris.csv");
        Finished dense = Run("cluster", iris, "--method", "hdbscan", "--min-rows", "10", "-o", "dense", "--json");
        Assert.True(dense.Code == 0, dense.Errors);
        Assert.Equal(2, JsonDocument.Parse(dense.Output).RootElement.GetProperty("clusters").GetInt32());
        string[] rows = File.ReadAllLines(In("dense/clusters.csv"));
        Assert.Equal("row,cluster,strength", rows[0]);
        Finished predict = Run("predict", "dense", iris);
        Assert.True(predict.Code == 0, predict.Errors);

        // A row in no cluster is its own neighbor when it comes again, which may bring it into one.
        Assert.All(
            rows.Skip(1).Zip(predict.Output.Trim().Split('\n').Skip(1)).Where(pair => pair.First.Split(',')[1] != "0"),
            pair => Assert.Equal(pair.First.Split(',')[1], pair.Second.Split(',')[0]));
        Assert.All<string[]>(
            [["--method", "none"], ["--method", "dbscan"], ["--radius", "1"], ["--method", "hdbscan", "-k", "2"],
                ["--min-rows", "3"]],
            words => Assert.Equal(2, Run(["cluster", iris, "-o", "wrong", .. words]).Code));
        Finished code = Run("encode", iris, "--epochs", "20", "-o", "code");
        Assert.True(code.Code == 0, code.Errors);
        Assert.StartsWith("150 rows of 4 columns in codes of 2: ", code.Output, StringComparison.Ordinal);
        Assert.Contains("\"hidden\":[64]",
            File.ReadAllText(In("code/code/model.json")).Replace(" ", string.Empty, StringComparison.Ordinal)
                .Replace("\n", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("row,code 1,code 2,anomaly", File.ReadLines(In("code/codes.csv")).First());
        Assert.Equal(151, Run("predict", "code", iris).Output.Trim().Split('\n').Length);
        Assert.Equal(2, Run("encode", iris, "--size", "0").Code);
        Assert.Equal(2, Run("encode", iris, "--hidden", "8", "--convolutions", "8").Code);
        Finished flat = Run("encode", iris, "--convolutions", "8", "-o", "flat");
        Assert.Equal(1, flat.Code);
        Assert.Contains("Convolutions are for the grey levels of images", flat.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_is_explored_on_one_page()
    {
        string penguins = Repository.Data("tables", "penguins.csv");
        Finished explore = Run("explore", penguins, "--compare", "species", "-o", "out", "--json");
        Assert.True(explore.Code == 0, explore.Errors);
        JsonElement json = JsonDocument.Parse(explore.Output).RootElement;
        Assert.Equal(344, json.GetProperty("rows").GetInt32());
        Assert.Equal(3, json.GetProperty("clusters").GetProperty("clusters").GetInt32());
        Assert.True(
            json.GetProperty("clusters").GetProperty("comparison").GetProperty("adjustedRand").GetDouble() > 0.9);
        Assert.All(
            ["Columns", "Correlations", "In how many directions", "Outlying rows", "The same rows, colored by species"],
            part => Assert.Contains(part, File.ReadAllText(In("out/report.html")), StringComparison.Ordinal));
        Finished colored = Run("explore", penguins, "--color", "body_mass_g", "-o", "color");
        Assert.True(colored.Code == 0, colored.Errors);
        Assert.Contains("colored by body_mass_g", File.ReadAllText(In("color/report.html")), StringComparison.Ordinal);
        Assert.Contains("body_mass_g (ignored)", colored.Output, StringComparison.Ordinal);
        Assert.Contains("Correlations, strongest first: ", colored.Output, StringComparison.Ordinal);
        Assert.Contains("Mutual information in nats, most first: ", colored.Output, StringComparison.Ordinal);
        JsonElement strongest = json.GetProperty("pairs")[0];
        Assert.Equal("flipper_length_mm", strongest.GetProperty("first").GetString());
        Assert.Equal("body_mass_g", strongest.GetProperty("second").GetString());
        Assert.Equal(0.871, strongest.GetProperty("correlation").GetDouble(), 1e-3);
        Assert.True(strongest.GetProperty("information").GetDouble() > 0.4);
        Finished unknown = Run("explore", penguins, "--color", "colour", "-o", "none");
        Assert.Equal(1, unknown.Code);
        Assert.Contains("There is no column 'colour'", unknown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_columns_of_a_table_are_compared_pair_by_pair()
    {
        string iris = Repository.Data("tables", "iris.csv");
        string[] columns = File.ReadLines(iris).First().Split(',');
        Finished all = Run("information", iris, "-o", "out", "--json", "--permutations", "199");
        Assert.True(all.Code == 0, all.Errors);
        JsonElement json = JsonDocument.Parse(all.Output).RootElement;
        Assert.Equal(10, json.GetProperty("pairs").GetArrayLength());
        JsonElement first = json.GetProperty("pairs")[0];
        Assert.True(first.GetProperty("information").GetDouble() > 0.7);
        Assert.True(first.GetProperty("adjusted").GetDouble() < 0.05);
        Assert.Contains("Mutual information, nats", File.ReadAllText(In("out/report.html")), StringComparison.Ordinal);
        Finished given = Run("information", iris, "--given", columns[^1], "-o", "given", "--permutations", "99");
        Assert.True(given.Code == 0, given.Errors);
        Assert.Contains($"where {columns[^1]} is known", given.Output, StringComparison.Ordinal);
        Assert.Equal(2, Run("information", iris, "--permutations", "0").Code);
        Finished unknown = Run("information", iris, "--given", "w");
        Assert.Equal(1, unknown.Code);
        Assert.Contains("There is no column 'w'", unknown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rows_of_a_table_are_drawn_with_what_the_map_is_worth()
    {
        string penguins = Repository.Data("tables", "penguins.csv");
        Finished map = Run("map", penguins, "--color", "species", "--missing", "drop", "-o", "out", "--json");
        Assert.True(map.Code == 0, map.Errors);
        JsonElement json = JsonDocument.Parse(map.Output).RootElement;
        Assert.True(json.GetProperty("quality").GetProperty("trustworthiness").GetDouble() > 0.97);
        Assert.True(json.GetProperty("neighborHits").GetDouble() > 0.95);
        string[] points = File.ReadAllLines(In("out/map.csv"));
        Assert.Equal("row,x,y", points[0]);
        Assert.Equal(343, points.Length);
        Assert.Contains("Gentoo", File.ReadAllText(In("out/report.html")), StringComparison.Ordinal);
        Assert.Equal(2, Run("map", penguins, "--perplexity", "1").Code);
        Assert.Equal(2, Run("map", penguins, "--perplexity", "30,many").Code);
        Finished two = Run("map", Repository.Data("tables", "iris.csv"), "--perplexity", "10,40", "-o", "two");
        Assert.True(two.Code == 0, two.Errors);
        File.WriteAllText(In("few.csv"), "a,b\n1,2\n3,1\n2.5,7\n");
        Finished few = Run("map", "few.csv");
        Assert.Equal(1, few.Code);
        Assert.Contains("3 rows are too few for a map", few.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_by_umap_is_kept_and_new_rows_are_placed_on_it()
    {
        string iris = Repository.Data("tables", "iris.csv");
        string species = File.ReadLines(iris).First().Split(',')[^1];
        Finished map = Run("map", iris, "--color", species, "--method", "umap", "-o", "out", "--json");
        Assert.True(map.Code == 0, map.Errors);
        JsonElement json = JsonDocument.Parse(map.Output).RootElement;
        Assert.True(json.GetProperty("quality").GetProperty("trustworthiness").GetDouble() > 0.97);
        Assert.True(json.GetProperty("crossEntropy").GetDouble() > 0.0);
        Assert.True(json.GetProperty("neighborHits").GetDouble() > 0.9);
        Finished predict = Run("predict", "out", iris);
        Assert.True(predict.Code == 0, predict.Errors);
        string[] lines = predict.Output.Trim().Split('\n');
        Assert.Equal("x,y", lines[0].Trim());
        Assert.Equal(151, lines.Length);
        Finished wrong = Run("map", iris, "--method", "umap", "--perplexity", "9");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("--perplexity belongs to --method t-sne", wrong.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "whole number from 1 on", "data.csv", "-k", "0")]
    [InlineData(2, "use refuse or drop", "data.csv", "--missing", "guess")]
    [InlineData(1, "There is no column 'z'", "data.csv", "--ignore", "z")]
    [InlineData(1, "Row 2 has no value in column 'b'", "data.csv")]
    public void What_cannot_be_clustered_is_said_in_one_sentence(int code, string message, params string[] words)
    {
        File.WriteAllText(In("data.csv"), "a,b\n1,2\n3,\n2.5,7\n9,1\n");
        Finished run = Run(["cluster", .. words]);
        Assert.Equal(code, run.Code);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("clusters")));
    }
}
