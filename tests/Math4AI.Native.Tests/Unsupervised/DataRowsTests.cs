using Math4AI.Data.Models;
using Math4AI.Reporting;
using Math4AI.Training;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Codes;
using SkiaSharp;

namespace Math4AI.Tests.Unsupervised;

public sealed class DataRowsTests : TemporaryFolder
{
    private static readonly string[] Sea = ["wave", "harbour", "sail", "anchor", "tide", "gull"];
    private static readonly string[] Kitchen = ["flour", "oven", "butter", "spoon", "recipe", "bread"];

    [Fact]
    public void Images_are_grouped_described_mapped_and_new_ones_assigned()
    {
        Draw("photos");
        DataRows data = DataRows.Read(In("photos"));
        Assert.Equal(["image", "class"], data.Shown);
        Assert.StartsWith("(grey then pca:", data.Encoding!.Formula, StringComparison.Ordinal);
        TableOverview overview = new TableExploration { MaxClusters = 3 }.Fit(data);
        TableClusters found = overview.Clusters!;
        Assert.Equal(1.0, Agreement(found, data, "class"));
        Assert.Contains("grey", found.Profiles[0].InWords, StringComparison.Ordinal);
        Assert.Equal(["image", "class"], overview.Columns.Select(column => column.Name));
        Assert.Null(overview.Correlation);

        // The last of the dark ones is a copy of the first, under another name.
        IReadOnlyList<long> equal = Assert.Single(overview.EqualRows);
        Assert.Equal(2, equal.Count);
        found.Model.Save(In("model"));
        FilePredictions predicted = ((IFilePredictor)ModelFolder.Open(In("model"))).PredictFile(In("photos"));
        Assert.Equal(found.Labels, predicted.Values.Select(row => Array.IndexOf(row, row.Max())));
        string page = new ExploreReport
        {
            Title = "photos",
            Command = "math4ai explore",
            Overview = overview,
            Table = data.Table,
            Shown = data.Shown,
            Labels = "class",
        }.ToHtml();
        Assert.Contains("Principal components of the features", page, StringComparison.Ordinal);
        MappedTable map = new TableMapping().Fit(data);
        map.Model.Save(In("map"));
        Assert.Equal(30, ((TableMap)ModelFolder.Open(In("map"))).PredictFile(In("photos")).Values.Length);
    }

    [Fact]
    public void Texts_are_grouped_by_their_words_which_say_what_a_group_is_about()
    {
        File.WriteAllText(In("texts.csv"), Texts(60, seed: 3));
        DataRows data = DataRows.Read(In("texts.csv"), texts: "text");
        Assert.Equal(["topic", "text"], data.Shown);
        TableClusters found = new TableClustering { Method = ClusterMethod.KMeans, Clusters = 2 }.Fit(data);
        Assert.Equal(1.0, Agreement(found, data, "topic"));
        string[] words = [.. found.Profiles[found.Labels[0]].Contrasts.Take(3).Select(contrast => contrast.Name)];
        Assert.All(words, word => Assert.Contains(word, Sea.Concat(Kitchen)));
        found.Model.Save(In("model"));
        File.WriteAllText(In("new.csv"), "text\n\"bread and butter from the oven\"\n\"the tide and a gull\"\n");
        FilePredictions predicted = ((TableGroups)ModelFolder.Open(In("model"))).PredictFile(In("new.csv"));
        Assert.Equal(found.Labels[1] + 1.0, predicted.Values[0][0]);
        Assert.Equal(found.Labels[0] + 1.0, predicted.Values[1][0]);
    }

    [Fact]
    public void What_does_not_belong_together_is_refused_with_its_place()
    {
        File.WriteAllText(In("texts.csv"), "text,x\n\"some words here\",1\n,2\n\"more words there\",3\n");
        Assert.Contains("Row 2 has no text in column 'text'", Assert.Throws<ArgumentException>(
            () => DataRows.Read(In("texts.csv"), texts: "text")).Message, StringComparison.Ordinal);
        Assert.Contains("no column 'y'", Assert.Throws<ArgumentException>(
            () => DataRows.Read(In("texts.csv"), texts: "y")).Message, StringComparison.Ordinal);
        Assert.Contains("name the column", Assert.Throws<ArgumentException>(
            () => DataRows.Read(In("texts.csv"), features: "words")).Message, StringComparison.Ordinal);
        Draw("photos");
        Assert.Throws<ArgumentException>(() => DataRows.Read(In("photos"), texts: "text"));
        Assert.Throws<FormatException>(() => DataRows.Read(In("photos"), features: "wrong"));
        var coding = new TableCoding
        {
            Method = new Autoencoder(2) { Convolutions = [4], Training = new TrainerOptions { Epochs = 2 } },
        };
        CodedTable code = coding.Fit(DataRows.Read(In("photos"), features: "grey"));
        Assert.Equal(30, code.Codes.RowCount);
        Assert.Equal(30, coding.Fit(DataRows.Read(In("photos"), features: "grey:5")).Codes.RowCount);
        Assert.Contains("no features other than 'grey'", Assert.Throws<ArgumentException>(
            () => coding.Fit(DataRows.Read(In("photos")))).Message, StringComparison.Ordinal);
        Assert.Equal(
            "color:2", DataRows.Read(In("photos"), features: "color:2").Encoding!.Formula);
    }

    private static double Agreement(TableClusters found, DataRows data, string column) =>
        ClusterAgreement.AdjustedRand(found.Labels, [.. data.Table.Texts(column).Select(name => name!)]);

    /// <summary>Fifteen dark and fifteen light images; two of the dark ones are the same.</summary>
    private void Draw(string folder)
    {
        var random = new Random(5);
        for (int i = 0; i < 30; i++)
        {
            bool isDark = i % 2 == 0;
            string of = In(Path.Combine(folder, isDark ? "dark" : "light"));
            Directory.CreateDirectory(of);
            if (i == 28)
            {
                File.Copy(Path.Combine(of, "image00.png"), Path.Combine(of, "image28.png"));
                continue;
            }

            using var bitmap = new SKBitmap(8, 8);
            for (int pixel = 0; pixel < 64; pixel++)
            {
                byte grey = (byte)((isDark ? 20 : 180) + random.Next(40));
                bitmap.SetPixel(pixel % 8, pixel / 8, new SKColor(grey, grey, grey));
            }

            using SKData encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(of, $"image{i:00}.png"), encoded.ToArray());
        }
    }

    private static string Texts(int count, int seed)
    {
        var random = new Random(seed);
        IEnumerable<string> lines = Enumerable.Range(0, count).Select(i =>
        {
            string[] words = i % 2 == 0 ? Sea : Kitchen;
            return $"{(i % 2 == 0 ? "sea" : "kitchen")},\"the "
                + string.Join(" and ", Enumerable.Range(0, 5).Select(_ => words[random.Next(words.Length)])) + "\"";
        });
        return string.Join('\n', lines.Prepend("topic,text")) + "\n";
    }
}
