using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;

namespace Math4AI.Tests.Cli;

public class TrainCommandTests : TemporaryFolder
{
    private Finished Run(params string[] words) =>
        Repository.Ask(words, Folder, Repository.OneThread);

    [Fact]
    public void A_table_is_learnt_and_new_rows_are_predicted()
    {
        string iris = Repository.Data("tables", "iris.csv");
        Finished train = Run("train", iris, "--target", "species", "--model", "mlp", "-o", "model", "--json");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal("classification", json.GetProperty("task").GetString());
        foreach (string name in new[] { "parameters", "steps", "seconds" })
        {
            Assert.True(json.GetProperty(name).GetDouble() > 0, name);
        }

        foreach (string part in new[] { "train", "validation", "test" })
        {
            Assert.True(json.GetProperty(part).GetProperty("accuracy").GetDouble() > 0.8, part);
        }

        Assert.Contains("Confusion", File.ReadAllText(In("model/report.html")), StringComparison.Ordinal);
        Finished predict = Run("predict", "model", iris, "-o", "predictions.csv");
        Assert.True(predict.Code == 0, predict.Errors);
        Assert.Equal(
            "species,p(setosa),p(versicolor),p(virginica),set(species),note",
            File.ReadLines(In("predictions.csv")).First());
        Assert.True(json.GetProperty("coverage").GetDouble() > 0.5);
        string[] predicted = [.. File.ReadLines(In("predictions.csv")).Skip(1).Select(line => line.Split(',')[0])];
        string[] observed = [.. File.ReadLines(iris).Skip(1).Select(line => line.Split(',')[^1])];
        Assert.True(predicted.Zip(observed).Count(pair => pair.First == pair.Second) >= 140);
    }

    [Fact]
    public void Seeds_a_curve_over_a_setting_the_plane_of_two_inputs_and_an_event_file()
    {
        Finished train = Run(
            "train", Repository.Data("tables", "iris.csv"), "--target", "species", "--ignore", "sepal_length",
            "sepal_width", "--epochs", "40",
            "--seeds", "2", "--validation-curve", "rate=0.0001,0.01", "--tensorboard", "events", "-o",
            "model", "--json");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal("rate", json.GetProperty("setting").GetString());
        JsonElement curve = json.GetProperty("validationCurve");
        Assert.Equal(2, curve.GetArrayLength());
        double LogLoss(int i) => curve[i].GetProperty("validation").GetProperty("logLoss").GetDouble();
        Assert.True(LogLoss(1) < LogLoss(0), "a hundred times the rate learns more in 40 passes");
        Assert.True(json.GetProperty("seeds").GetProperty("accuracy").GetProperty("mean").GetDouble() > 0.8);
        Assert.Contains("Decision regions", File.ReadAllText(In("model/report.html")), StringComparison.Ordinal);

        // Records of TensorBoard: a length of 8 bytes, its check sum of 4, the data, and theirs of 4.
        byte[] events = File.ReadAllBytes(Assert.Single(Directory.GetFiles(In("events"))));
        int at = 0, records = 0;
        for (; at < events.Length; records++)
        {
            at += 8 + 4 + checked((int)BitConverter.ToUInt64(events, at)) + 4;
        }

        Assert.Equal(events.Length, at);
        Assert.True(records >= 2, $"{records} records");
        Assert.Contains("loss/validation", System.Text.Encoding.Latin1.GetString(events), StringComparison.Ordinal);
        Assert.Equal(2, Run("train", "x.csv", "--target", "y", "--validation-curve", "rate=fast").Code);
        Assert.Equal(2, Run("train", "x.csv", "--target", "y", "--order", "size").Code);
    }

    [Fact]
    public void Arrays_of_NumPy_are_tables_too()
    {
        double[] x = [.. Enumerable.Range(0, 120).Select(i => Math.Sin(7.0 * i) + (i % 2 == 0 ? 4.0 : -4.0))];
        byte[] labels = [.. Enumerable.Range(0, 60).SelectMany(i => BitConverter.GetBytes((long)(i % 2)))];
        using (var archive = new ZipArchive(File.Create(In("data.npz")), ZipArchiveMode.Create))
        {
            void Add(string name, byte[] header, byte[] data)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(header);
                entry.Write(data);
            }

            // 60 × 2 in columns: sample i has x[i] and x[60 + i].
            Add("x.npy", NpyHeader.Write(isDouble: true, isFortranOrder: true, 60, 2),
                [.. x.SelectMany(BitConverter.GetBytes)]);
            byte[] header = NpyHeader.Write(isDouble: true, isFortranOrder: false, 60);
            Add("y.npy", [.. Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(header)
                .Replace("<f8", "<i8", StringComparison.Ordinal))], labels);
        }

        Table table = Table.Read(In("data.npz"));
        Assert.Equal(["x1", "x2", "y"], table.Names);
        Assert.Equal(x[60..], table.Numbers("x2"));
        Assert.Equal(["0", "1", "0"], table.Texts("y").Take(3));
        Finished train = Run(
            "train", "data.npz", "--target", "y", "--model", "linear", "-o", "model", "--json", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        Assert.Equal(
            1.0, JsonDocument.Parse(train.Output).RootElement.GetProperty("test").GetProperty("accuracy").GetDouble());
        Assert.True(Run("predict", "model", "data.npz").Code == 0);
        byte[] sound = File.ReadAllBytes(In("data.npz"));
        foreach (int length in new[] { 0, 100, sound.Length - 30 })
        {
            File.WriteAllBytes(In("cut.npz"), sound[..length]);
            Finished refused = Run("train", "cut.npz", "--target", "y", "-o", "other");
            Assert.Equal(1, refused.Code);
            Assert.Contains("cut.npz", Assert.Single(refused.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_table_is_read_in_blocks_where_that_is_asked_for()
    {
        string iris = Repository.Data("tables", "iris.csv");
        Finished train = Run("train", iris, "--target", "species", "--blocks", "--steps", "300", "--batch", "16", "-o",
            "model", "--json", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal("classification", json.GetProperty("task").GetString());
        Assert.True(json.GetProperty("train").GetProperty("accuracy").GetDouble() > 0.9);
        Assert.True(Run("predict", "model", iris).Code == 0);
        Finished refused = Run("train", iris, "--target", "species", "--blocks", "--seeds", "3", "-o", "other");
        Assert.Equal(2, refused.Code);
    }

    [Fact]
    public void Numbers_are_regressed_and_missing_values_are_never_passed_over_in_silence()
    {
        string mpg = Repository.Data("tables", "mpg.csv");
        Finished refused = Run("train", mpg, "--target", "mpg", "--ignore", "name");
        Assert.Equal(1, refused.Code);
        Assert.Contains("--missing", Assert.Single(refused.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Finished train = Run(
            "train", mpg, "--target", "mpg", "--ignore", "name", "--missing", "drop", "--model", "mlp", "--epochs",
            "60", "--json", "--no-report", "--uncertainty", "none");
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal("regression", json.GetProperty("task").GetString());
        Assert.Equal(6, json.GetProperty("droppedRows").GetInt32());
        Assert.True(json.GetProperty("test").GetProperty("rSquared").GetDouble() > 0.6);
    }

    [Theory]
    [InlineData(1, "no column 'colour'", "--target", "colour")]
    [InlineData(2, "no model", "--target", "species", "--model", "cnn")]
    [InlineData(2, "--epochs", "--target", "species", "--epochs", "0")]
    [InlineData(1, "1 to 65536", "--target", "species", "--hidden", "100000000")]
    [InlineData(1, "weights", "--target", "species", "--hidden", "60000", "60000")]
    [InlineData(2, "--target")]
    public void Wrong_words_end_with_one_line(int code, string says, params string[] words)
    {
        Finished train = Run(["train", Repository.Data("tables", "iris.csv"), .. words]);
        Assert.Equal(code, train.Code);
        Assert.Contains(says, Assert.Single(train.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(Names());
    }

    [Fact]
    public void A_cell_that_is_no_number_among_numbers_and_a_value_beyond_all_are_named_with_their_row()
    {
        (string Cell, string Says)[] odd =
            [("12 km", "row 58: '12 km' is not a number"), ("?", "row 58: the value is missing")];
        foreach ((string cell, string says) in odd)
        {
            var random = new Random(1);
            File.WriteAllLines(In("odd.csv"), ["x,y", .. Enumerable.Range(0, 100).Select(i =>
                i == 57
                    ? $"{cell},0.5"
                    : FormattableString.Invariant($"{random.NextDouble()},{random.NextDouble()}"))]);
            Finished train = Run("train", In("odd.csv"), "--target", "y", "-o", "odd");
            Assert.Equal(1, train.Code);
            Assert.Contains(
                $"Column 'x', {says}", Assert.Single(train.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        }

        string iris = Repository.Data("tables", "iris.csv");
        Assert.Equal(
            0, Run("train", iris, "--target", "species", "-o", "iris", "--epochs", "2", "--no-report").Code);
        string[] rows = File.ReadAllLines(iris);
        File.WriteAllLines(
            In("far.csv"), [rows[0], rows[1], "1e308" + rows[2][rows[2].IndexOf(',', StringComparison.Ordinal)..]]);
        Finished predict = Run("predict", "iris", In("far.csv"));
        Assert.Equal(1, predict.Code);
        Assert.Contains(
            "'sepal_length', row 2", Assert.Single(predict.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_link_leads_to_is_replaced_and_a_pipe_is_not()
    {
        string iris = Repository.Data("tables", "iris.csv");
        Assert.Equal(
            0, Run("train", iris, "--target", "species", "-o", "iris", "--epochs", "2", "--no-report").Code);
        File.WriteAllText(In("real.csv"), "before");
        File.CreateSymbolicLink(In("link.csv"), In("real.csv"));
        Assert.Equal(0, Run("predict", "iris", iris, "-o", In("link.csv"), "--force").Code);
        Assert.NotNull(new FileInfo(In("link.csv")).LinkTarget);
        Assert.StartsWith("species,", File.ReadAllText(In("real.csv")), StringComparison.Ordinal);
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", In("pipe")))
        {
            make.WaitForExit();
        }

        Finished refused = Run("predict", "iris", iris, "-o", In("pipe"), "--force");
        Assert.Equal(1, refused.Code);
        Assert.Contains("pipe", Assert.Single(refused.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_model_or_with_a_damaged_one_is_refused()
    {
        string iris = Repository.Data("tables", "iris.csv");
        Assert.Equal(1, Run("predict", Folder, iris).Code);
        Assert.Equal(
            0, Run("train", iris, "--target", "species", "-o", "model", "--epochs", "2", "--no-report").Code);
        byte[] weights = File.ReadAllBytes(In("model/model.safetensors"));
        File.WriteAllBytes(In("model/model.safetensors"), weights[..^9]);
        Finished cut = Run("predict", "model", iris);
        Assert.Equal(1, cut.Code);
        Assert.Contains(
            "damaged or cut off", Assert.Single(cut.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        File.WriteAllText(In("model/model.json"), "{\"task\":\"Classification\"}");
        Assert.Contains("no description", Assert.Single(Run("predict", "model", iris).Errors.TrimEnd().Split('\n')),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_in_folders_are_learnt_and_named_in_the_predictions()
    {
        foreach ((string name, int at) in new[] { ("left", 0), ("right", 4) })
        {
            Directory.CreateDirectory(In($"images/{name}"));
            for (int i = 0; i < 20; i++)
            {
                using var bitmap = new SkiaSharp.SKBitmap(8, 8);
                bitmap.Erase(SkiaSharp.SKColors.Black);
                for (int y = 0; y < 8; y++)
                {
                    bitmap.SetPixel(at + i % 4, y, SkiaSharp.SKColors.White);
                }

                using SkiaSharp.SKData data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
                File.WriteAllBytes(In($"images/{name}/{i:00}.png"), data.ToArray());
            }
        }

        Finished train = Run("train", "images", "-o", "model", "--json");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal(["left", "right"], json.GetProperty("classes").EnumerateArray().Select(name => name.GetString()));
        Assert.True(json.GetProperty("test").GetProperty("accuracy").GetDouble() > 0.6);
        Finished predict = Run("predict", "model", "images/left");
        string[] lines = predict.Output.TrimEnd().Split('\n');
        Assert.Equal("image,class,p(left),p(right)", lines[0]);
        Assert.Equal(21, lines.Length);
        Assert.StartsWith("00.png,left,", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Words_become_vectors_that_answer()
    {
        var random = new Random(3);
        string[] one = ["apple", "pear", "plum", "cherry"], two = ["iron", "copper", "zinc", "tin"];
        File.WriteAllLines(
            In("corpus.txt"), Enumerable.Range(0, 3000).Select(i => string.Join(' ', Enumerable.Range(0, 8)
            .Select(_ => random.Next(2) == 0 ? (i % 2 == 0 ? one : two)[random.Next(4)] : $"w{random.Next(5)}"))));
        File.WriteAllText(In("pairs.txt"), "apple pear 9\niron zinc 8\napple zinc 1\niron plum 2\n");
        Finished train = Run("words", "corpus.txt", "-o", "vectors.bin", "--dimensions", "4");
        Assert.True(train.Code == 0, train.Errors);
        Assert.Contains("13 vectors of 4 numbers", train.Output, StringComparison.Ordinal);
        Finished asked = Run(
            "words", "vectors.bin", "--near", "apple", "--analogy", "pear:plum::?:zinc", "--odd", "iron,tin,pear",
            "--evaluate", "pairs.txt", "--count", "3", "--json");
        JsonElement json = JsonDocument.Parse(asked.Output).RootElement;
        Assert.Equal(3, json.GetProperty("near")[0].GetProperty("words").GetArrayLength());
        Assert.Equal("plum:pear:zinc", json.GetProperty("analogies")[0].GetProperty("question").GetString());
        Assert.Equal("pear", json.GetProperty("odd")[0].GetProperty("odd").GetString());
        Assert.True(
            json.GetProperty("evaluated")[0].GetProperty("similarities").GetProperty("correlation").GetDouble() > 0.5);
        Assert.Equal(1, Run("words", "corpus.txt", "-o", "vectors.bin").Code);
        Assert.Equal(2, Run("words", "vectors.bin").Code);
        Assert.Equal(2, Run("words", "vectors.bin", "--analogy", "a:b:c:d").Code);
        Assert.Equal(1, Run("words", "vectors.bin", "--near", "dog").Code);
    }

    [Fact]
    public void A_learning_curve_tells_how_rows_pay()
    {
        Finished train = Run(
            "train", Repository.Data("tables", "iris.csv"), "--target", "species", "-o", "model", "--learning-curve",
            "--epochs", "30", "--json", "--no-report");
        JsonElement[] curve =
            [.. JsonDocument.Parse(train.Output).RootElement.GetProperty("learningCurve").EnumerateArray()];
        int[] samples = [.. curve.Select(point => point.GetProperty("samples").GetInt32())];
        Assert.True(samples.Length >= 2);
        Assert.Equal(samples.Order(), samples);
        Assert.True(curve[^1].GetProperty("test").GetProperty("accuracy").GetDouble() > 0.8);
    }

    [Theory]
    [InlineData(2, "Name what to train on")]
    [InlineData(2, "optimizer", "--text", "x.txt", "--optimizer", "magic")]
    [InlineData(2, "schedule", "--text", "x.txt", "--schedule", "magic")]
    [InlineData(2, "--epochs and --steps", "--text", "x.txt", "--epochs", "1", "--steps", "1")]
    [InlineData(2, "style 'bert'", "--text", "x.txt", "--style", "bert")]
    [InlineData(2, "--layers must be", "--text", "x.txt", "--layers", "0")]
    [InlineData(2, "a multiple of the heads", "--text", "x.txt", "--heads", "3")]
    [InlineData(2, "--context is for a text", "x.csv", "--context", "32")]
    [InlineData(2, "leave out --width", "--text", "x.txt", "--from", "m", "--width", "64")]
    [InlineData(2, "--average takes", "--text", "x.txt", "--average", "1")]
    [InlineData(2, "--accumulate takes", "--text", "x.txt", "--accumulate", "0")]
    [InlineData(2, "not for a text", "--text", "x.txt", "--target", "y")]
    [InlineData(2, "leave out --rate", "--resume", "nothing", "--rate", "0.5")]
    [InlineData(2, "'abc' is not a value for --rate: a number", "--text", "x.txt", "--rate", "abc")]
    [InlineData(1, "x.txt", "--text", "x.txt")]
    [InlineData(1, "holds no training", "--resume", "nothing")]
    [InlineData(1, "neither images", ".")]
    public void What_cannot_be_trained_ends_with_one_line(int code, string says, params string[] words)
    {
        Finished train = Run(["train", .. words]);
        Assert.Equal(code, train.Code);
        Assert.Contains(says, Assert.Single(train.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(Names());
    }
}
