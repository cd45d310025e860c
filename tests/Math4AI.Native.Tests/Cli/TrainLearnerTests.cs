using System.Text.Json;
using Math4AI.Data.Images;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training.Learners;
using Math4AI.Tests.Training.Learners;
using SkiaSharp;

namespace Math4AI.Tests.Cli;

public class TrainLearnerTests : TemporaryFolder
{
    private Finished Run(params string[] words) =>
        Repository.Ask(words, Folder, Repository.OneThread);

    private void WriteRings(int count = 120)
    {
        var random = new Random(2);
        File.WriteAllLines(In("rings.csv"), Enumerable.Range(0, count).Select(i =>
        {
            string ring = i % 2 == 0 ? "inner" : "outer";
            double angle = 2 * Math.PI * random.NextDouble(), radius = 1.0 + i % 2 + 0.3 * (random.NextDouble() - 0.5);
            return FormattableString.Invariant(
                $"{1e5 * radius * Math.Cos(angle):R},{radius * Math.Sin(angle):R},{ring},{radius * radius:R}");
        }).Prepend("a,b,ring,square"));
    }

    [Fact]
    public void A_machine_divides_rings_shows_both_spaces_and_predicts_what_its_probabilities_say()
    {
        WriteRings();
        Finished train = Run(
            "train", "rings.csv", "--target", "ring", "--ignore", "square", "--model", "svm", "-o", "model", "--json");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal(1.0, json.GetProperty("test").GetProperty("accuracy").GetDouble());
        Assert.Contains("svm: rbf", json.GetProperty("learner").GetString(), StringComparison.Ordinal);
        Assert.True(json.GetProperty("search").GetProperty("points").GetArrayLength() >= 36);
        string page = File.ReadAllText(In("model/report.html"));
        Assert.All(["The two spaces", "chosen by cross-validation", "Decision regions", "Confusion"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
        Finished predict = Run("predict", "model", "rings.csv");
        Assert.True(predict.Code == 0, predict.Errors);
        string[][] rows = [.. predict.Output.Trim().Split('\n').Select(line => line.Split(','))];
        Assert.Equal(["ring", "p(inner)", "p(outer)", "set(ring)", "note"], rows[0]);
        Assert.All(rows.Skip(1), row => Assert.Equal(
            row[0] == "inner", double.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture) >= 0.5));
    }

    [Fact]
    public void A_model_with_an_aim_says_its_threshold_and_predicts_by_it()
    {
        WriteRings();
        Finished train = Run("train", "rings.csv", "--target", "ring", "--ignore", "square", "--model", "linear",
            "--aim", "recall:0.9:outer", "-o", "model", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        Assert.Contains(
            "For the aim recall:0.9:outer, 'outer' is answered from", train.Output, StringComparison.Ordinal);
        double threshold = JsonDocument.Parse(File.ReadAllText(In("model/result.json"))).RootElement
            .GetProperty("decision").GetProperty("threshold").GetDouble();
        Assert.NotEqual(0.5, threshold);
        string[][] rows = [.. Run("predict", "model", "rings.csv").Output.Trim().Split('\n').Skip(1)
            .Select(line => line.Split(','))];
        Assert.All(rows, row => Assert.Equal(
            row[0] == "outer",
            double.Parse(row[2], System.Globalization.CultureInfo.InvariantCulture) >= threshold));
        Assert.Contains(rows, row => row[0] == "outer");
    }

    [Fact]
    public void A_process_predicts_numbers_with_their_deviations()
    {
        WriteRings(80);
        Finished train = Run("train", "rings.csv", "--target", "square", "--ignore", "ring", "--model", "gp",
            "--kernel", "matern52", "-o", "model", "--json", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        Assert.InRange(JsonDocument.Parse(train.Output).RootElement.GetProperty("test").GetProperty("rSquared")
            .GetDouble(), 0.95, 1.0);
        string[] lines = Run("predict", "model", "rings.csv").Output.Trim().Split('\n');
        Assert.Equal("square,deviation(square),lower(square),upper(square),note", lines[0]);
        Assert.All(lines.Skip(1), line =>
            Assert.True(double.Parse(line.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture) > 0.0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_that_is_worse_than_the_mean_says_so_and_of_logarithms_only_where_there_are_any(bool isPositive)
    {
        // A target with long tails, of which one value in twenty is a thousand times the others.
        var random = new Random(9);
        double Sized(double value) => isPositive ? Math.Abs(value) : value;
        File.WriteAllLines(In("tails.csv"), Enumerable.Range(0, 200).Select(i => FormattableString.Invariant(
            $"{random.NextDouble():R},{random.NextDouble():R},{Sized(Math.Pow(random.NextDouble() - 0.5, -3)):R}"))
            .Prepend("a,b,y"));
        Finished train = Run("train", "tails.csv", "--target", "y", "--model", "svm", "-o", "model", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        Assert.Contains("worse than by the mean", train.Errors, StringComparison.Ordinal);
        Assert.Equal(isPositive, train.Errors.Contains("logarithms", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gp")]
    [InlineData("mlp")]
    public void A_model_that_always_answers_the_most_frequent_class_says_so(string model)
    {
        // Nine answers in ten are yes, whatever the columns are.
        var random = new Random(3);
        File.WriteAllLines(In("yes.csv"), Enumerable.Range(0, 200).Select(i => FormattableString.Invariant(
            $"{random.NextDouble():R},{random.NextDouble():R},{(i % 10 == 0 ? "no" : "yes")}"))
            .Prepend("a,b,answer"));
        Finished train = Run(
            "train", "yes.csv", "--target", "answer", "--model", model, "-o", "model", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        Assert.Contains("most frequent class", train.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_apples_limes_and_oranges_is_learned_from_its_features()
    {
        ImageSet images = LearnedImagesTests.Fruit(60, 16);
        for (int i = 0; i < images.Count; i++)
        {
            string folder = In(Path.Combine("photos", images.Classes[images.Labels[i]]));
            Directory.CreateDirectory(folder);
            using var bitmap = new SKBitmap(16, 16);
            for (int at = 0; at < 256; at++)
            {
                byte Level(int channel) => (byte)(255.0f * images.Pixels[(i * 3 + channel) * 256 + at]);
                bitmap.SetPixel(at % 16, at / 16, new SKColor(Level(0), Level(1), Level(2)));
            }

            using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), data.ToArray());
        }

        Finished train =
            Run("train", "photos", "--features", "color,hog:9:4:2", "--model", "svm", "-o", "model", "--json");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal(1.0, json.GetProperty("test").GetProperty("accuracy").GetDouble());
        Assert.Equal(64 + 9 * 36, json.GetProperty("featureCount").GetInt32());
        string page = File.ReadAllText(In("model/report.html"));
        Assert.All(["Features", "The feature space, orange left and apple right", "Where the model looks"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
        Finished predict = Run("predict", "model", "photos/lime");
        Assert.All(predict.Output.Trim().Split('\n').Skip(1), line => Assert.Equal("lime", line.Split(',')[1]));
        Assert.EndsWith(",set(class)", predict.Output.Split('\n')[0], StringComparison.Ordinal);
        Assert.All(
            predict.Output.Trim().Split('\n').Skip(1),
            line => Assert.Contains("lime", line.Split(',')[^1], StringComparison.Ordinal));
        ADamagedImageIsSkippedOnRequest();
        Finished network = Run("train", "photos", "--features", "color", "--model", "mlp", "--hidden", "16",
            "--steps", "300", "-o", "network", "--no-report");
        Assert.True(network.Code == 0, network.Errors);
        Assert.Contains("network: 16, 300 steps", network.Output, StringComparison.Ordinal);
        predict = Run("predict", "network", "photos/lime");
        Assert.All(predict.Output.Trim().Split('\n').Skip(1), line => Assert.Equal("lime", line.Split(',')[1]));
    }

    private void ADamagedImageIsSkippedOnRequest()
    {
        Directory.CreateDirectory(In("new"));
        string sound = Directory.GetFiles(In("photos/lime"))[0];
        File.Copy(sound, In("new/sound.png"));
        File.WriteAllBytes(In("new/torn.png"), File.ReadAllBytes(sound)[..60]);
        Finished refused = Run("predict", "model", "new");
        Assert.Equal(1, refused.Code);
        Assert.Contains("--bad-images skip", refused.Errors, StringComparison.Ordinal);
        Finished skipped = Run("predict", "model", "new", "--bad-images", "skip");
        Assert.True(skipped.Code == 0, skipped.Errors);
        Assert.Contains("left out: 1 of 2", skipped.Errors, StringComparison.Ordinal);
        string row = Assert.Single(skipped.Output.Trim().Split('\n').Skip(1));
        Assert.Equal("lime", row.Split(',')[1]);
        Assert.Equal(2, Run("predict", "model", "new", "--bad-images", "perhaps").Code);
    }

    [Fact]
    public void A_network_takes_features_of_columns_and_words_of_texts()
    {
        WriteRings();
        string[] lines = File.ReadAllLines(In("rings.csv"));
        File.WriteAllLines(In("rings.csv"), lines.Select((line, i) => i == 0 ? $"{line},note"
            : $"{line},a note {(line.Contains("inner", StringComparison.Ordinal) ? "small" : "wide")} of {i}"));
        Finished train = Run("train", "rings.csv", "--target", "ring", "--ignore", "square", "note", "--model", "mlp",
            "--features", "poly:2", "--steps", "300", "-o", "squares", "--json", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal(1.0, json.GetProperty("test").GetProperty("accuracy").GetDouble());
        Assert.Equal(5, json.GetProperty("featureCount").GetInt32());
        train = Run("train", "rings.csv", "--target", "ring", "--ignore", "square", "a", "b", "--model", "linear",
            "--columns", "note=text:tfidf", "-o", "words", "--json", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        Assert.Equal(1.0, JsonDocument.Parse(train.Output).RootElement.GetProperty("test").GetProperty("accuracy")
            .GetDouble());
        Finished predict = Run("predict", "words", "rings.csv");
        Assert.True(predict.Code == 0, predict.Errors);
        Assert.All(predict.Output.Trim().Split('\n').Skip(1).Zip(lines.Skip(1)), pair =>
            Assert.Contains(pair.First.Split(',')[0], pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void A_network_with_settings_of_its_own_tells_how_sure_it_is()
    {
        WriteRings(60);
        Finished train = Run("train", "rings.csv", "--target", "square", "--ignore", "ring", "--model", "mlp",
            "--hidden", "8", "--steps", "30", "--uncertainty", "laplace", "-o", "model", "--json");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Contains(
            "network: 8, 30 steps, weight decay 0.01, one network with the posterior of its last layer",
            json.GetProperty("learner").GetString(), StringComparison.Ordinal);
        double likelihood =
            json.GetProperty("testDistributions").GetProperty("negativeLogLikelihood").GetDouble();
        string page = File.ReadAllText(In("model/report.html"));
        Assert.Contains("test rows whose interval of 90 % holds the truth", page, StringComparison.Ordinal);
        Assert.Contains("negative log likelihood of the test rows", page, StringComparison.Ordinal);

        // The folder has the distribution that was scored.
        Table rows = Table.Read(In("rings.csv"));
        LearnedTable model = LearnedTable.Load(In("model"));
        FilePredictions predicted = model.PredictTable(rows);
        Assert.All(predicted.Intervals.Zip(model.Distributions(rows)), pair =>
        {
            Assert.Equal(pair.Second.Interval(0.9).Lower, pair.First.Lower, 1e-9);
            Assert.Equal(pair.Second.Interval(0.9).Upper, pair.First.Upper, 1e-9);
        });
        Assert.True(double.IsFinite(likelihood));
    }

    [Fact]
    public void A_text_joins_numbers_and_categories_from_the_look_to_the_prediction()
    {
        var random = new Random(4);
        string[] fill = ["parcel", "came", "friday", "again", "with", "box"];
        File.WriteAllLines(In("orders.csv"), Enumerable.Range(0, 300).Select(i =>
        {
            string[] words = random.GetItems(fill, 5);
            words[random.Next(5)] = i % 2 == 0 ? "broken" : "lovely";
            double size = 4.0 * random.NextDouble() - 2.0;
            string shop = i % 3 == 0 ? "north" : "south";
            string label = size + (i % 2 == 0 ? 1.0 : -1.0) > 0.0 ? "return" : "keep";
            return FormattableString.Invariant($"{string.Join(' ', words)},{shop},{size:R},{label}");
        }).Prepend("note,shop,size,label"));
        Finished look = Run("train", "orders.csv", "--target", "label", "--look", "--json");
        Assert.Contains("text (tfidf:1:1000)", look.Output, StringComparison.Ordinal);
        Assert.Contains("note=ignore", look.Output, StringComparison.Ordinal);
        Finished train = Run("train", "orders.csv", "--target", "label", "--model", "linear", "--columns", "note=text",
            "-o", "model", "--json");
        Assert.True(train.Code == 0, train.Errors);

        // The number alone is right in three of four rows, and so is the word.
        Assert.InRange(JsonDocument.Parse(train.Output).RootElement.GetProperty("test").GetProperty("accuracy")
            .GetDouble(), 0.85, 1.0);
        Assert.Contains("note", File.ReadAllText(In("model/report.html")), StringComparison.Ordinal);
        File.WriteAllLines(
            In("new.csv"),
            ["note,shop,size", "box broken again,north,0.1", "lovely box again,north,0.1", "zebra,south,1.9"]);
        string[][] rows =
            [.. Run("predict", "model", "new.csv").Output.Trim().Split('\n').Select(line => line.Split(','))];
        Assert.Equal(["return", "keep", "return"], rows.Skip(1).Select(row => row[0]));
        Assert.Contains("no known term", rows[3][^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "use svm", "--model", "ridge")]
    [InlineData(2, "--epochs is for networks", "--model", "svm", "--epochs", "3")]
    [InlineData(2, "--kernel is for the models", "--kernel", "rbf")]
    [InlineData(2, "--time is for auto", "--model", "svm", "--time", "5m")]
    [InlineData(2, "such as 30s, 5m or 1h, not 'date'", "--time", "date")]
    [InlineData(2, "There are no features 'ploy'", "--model", "svm", "--features", "ploy:2")]
    [InlineData(2, "of features takes --hidden", "--model", "mlp", "--features", "poly:2", "--batch", "8")]
    [InlineData(2, "There are no features 'ploy'", "--model", "svm", "--columns", "a=text:ploy")]
    [InlineData(1, "read in blocks", "--blocks", "--columns", "a=text:tfidf")]
    [InlineData(2, "There is no kernel 'fbr'", "--model", "svm", "--kernel", "fbr(1)")]
    [InlineData(2, "choose one of", "--model", "vsm")]
    [InlineData(2, "choose one of: conformal, ensemble", "--uncertainty", "bayes")]
    [InlineData(2, "the models network and mlp, and svm is", "--model", "svm", "--uncertainty", "laplace")]
    [InlineData(2, "the models network and mlp, and auto is", "--model", "auto", "--uncertainty", "ensemble")]
    [InlineData(2, "tells how sure it is takes --hidden", "--epochs", "3", "--uncertainty", "ensemble")]
    [InlineData(2, "is no aim", "--model", "svm", "--aim", "best:1")]
    [InlineData(2, "columns with + or -", "--model", "trees", "--monotone", "a=3")]
    [InlineData(1, "cannot promise it", "--model", "svm", "--monotone", "a=+")]
    [InlineData(1, "There is no class 'middle'", "--model", "linear", "--aim", "f1:middle")]
    public void What_does_not_fit_together_is_refused_in_a_sentence(int code, string expected, params string[] words)
    {
        WriteRings(40);
        Finished train = Run(["train", "rings.csv", "--target", "ring", .. words]);
        Assert.Equal(code, train.Code);
        Assert.Contains(expected, train.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("model")));
    }
}
