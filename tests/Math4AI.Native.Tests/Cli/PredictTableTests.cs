using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Math4AI.Tests.Cli;

/// <summary>A table from the first look to predictions in blocks.</summary>
public class PredictTableTests : TemporaryFolder
{
    private void Train(params string[] words)
    {
        Finished train = Run(["train", .. words]);
        Assert.True(train.Code == 0, train.Errors);
    }

    private Finished Run(params string[] words) =>
        Repository.Ask(words, Folder, Repository.OneThread);

    private void Write(string name, int rows)
    {
        var random = new Random(4);
        var text = new StringBuilder("id,price,size,y\n");
        string[] sizes = ["small", "large"];
        for (int i = 0; i < rows; i++)
        {
            int price = 1000 + random.Next(9000), size = random.Next(2);
            double y = price / 1000.0 + 5.0 * size + 0.1 * (random.NextDouble() - 0.5);
            text.Append(CultureInfo.InvariantCulture, $"r{i},\"${price:N0}\",{sizes[size]},{y:0.0000}\n");
        }

        File.WriteAllText(In(name), text.ToString());
    }

    [Fact]
    public void A_table_is_looked_at_learners_are_compared_and_replayed_and_blocks_are_predicted()
    {
        Write("rows.csv", 80);
        Finished look = Run("train", "rows.csv", "--target", "y", "--look", "--json");
        Assert.True(look.Code == 0, look.Errors);
        JsonElement columns = JsonDocument.Parse(look.Output).RootElement.GetProperty("columns");
        Assert.Equal(
            ["category", "number in $", "category", "number"],
            columns.EnumerateArray().Select(column => column.GetProperty("type").GetString()));
        Assert.StartsWith("names the rows", columns[0].GetProperty("leftOut").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("model")));

        Finished train = Run(
            "train", "rows.csv", "--target", "y", "--missing", "drop", "--compare", "constant, linear, kernel ridge",
            "-o", "model", "--json");
        Assert.True(train.Code == 0, train.Errors);
        Assert.Contains("Column 'id' names the rows", train.Errors, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        string[] names =
            [.. json.GetProperty("comparison").EnumerateArray().Select(each => each.GetProperty("name").GetString()!)];
        Assert.Equal(["constant", "linear"], names[..2]);
        Assert.True(names.Length >= 4, string.Join(' ', names));
        Assert.Contains(
            "was not among those", json.GetProperty("comparison").EnumerateArray()
                .Single(each => each.GetProperty("name").GetString() == "network").GetProperty("leftOut").GetString(),
            StringComparison.Ordinal);
        Assert.True(json.GetProperty("test").GetProperty("rSquared").GetDouble() > 0.99);
        string page = File.ReadAllText(In("model/report.html"));
        Assert.All(
            ["Learners compared by cross-validation", "Before you trust it", "number in $", "Learning curve"],
            part => Assert.Contains(part, page, StringComparison.Ordinal));

        // Whatever the clock says.
        IsReplayedToTheBit("model");

        // More rows than a block has.
        Write("many.csv", 10_000);
        Finished predict = Run("predict", "model", "many.csv", "--keep", "id", "-o", "predicted.csv");
        Assert.True(predict.Code == 0, predict.Errors);
        Assert.Contains("10000 rows with 'y': rmse 0.0", predict.Errors, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(In("predicted.csv"));
        Assert.StartsWith("id,y,", lines[0], StringComparison.Ordinal);
        Assert.Contains("lower(y),upper(y),note", lines[0], StringComparison.Ordinal);
        Assert.Equal(10_001, lines.Length);
        Assert.StartsWith("r9999,", lines[^1], StringComparison.Ordinal);
        Finished refused = Run("predict", "model", "many.csv", "--keep", "nothing");
        Assert.Equal(1, refused.Code);
        Assert.Contains("There is no column 'nothing'", refused.Errors, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
    }

    private void IsReplayedToTheBit(string model)
    {
        Finished again = Run("train", "--replay", model, "-o", "second", "--no-report");
        Assert.True(again.Code == 0, again.Errors);
        foreach (string path in Directory.GetFiles(In(model), "model.*", SearchOption.AllDirectories))
        {
            string other = Path.Combine(In("second"), Path.GetRelativePath(In(model), path));
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(other));
        }

        Finished refused = Run("train", "--replay", model, "-o", "third", "--target", "y");
        Assert.Equal(2, refused.Code);
        Assert.Contains("leave out --target", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_training_that_was_stopped_left_out_its_replay_leaves_out_and_says_so()
    {
        Write("rows.csv", 80);
        Train(
            "rows.csv", "--target", "y", "--missing", "drop", "--compare", "constant, linear", "-o", "model",
            "--no-report");
        string result = File.ReadAllText(In("model/result.json"));
        Assert.Contains("\"stoppedBefore\": null", result, StringComparison.Ordinal);
        File.WriteAllText(
            In("model/result.json"),
            result.Replace("\"stoppedBefore\": null", "\"stoppedBefore\": \"intervals\"", StringComparison.Ordinal));
        Finished again = Run("train", "--replay", "model", "-o", "second", "--no-report", "--json");
        Assert.True(again.Code == 0, again.Errors);
        Assert.Contains(
            "was stopped before its intervals: what it left out is left out here too", again.Errors,
            StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(again.Output).RootElement;
        Assert.Equal(JsonValueKind.Null, json.GetProperty("coverage").ValueKind);
        Assert.Equal("intervals", json.GetProperty("stoppedBefore").GetString());
    }

    [Theory]
    [InlineData("2024-03-{0:00}", @"^2024-03-\d\d \d\d:\d\d:\d\d$", " days")]
    [InlineData("{0}:30", @"^\d+:\d\d:\d\d(\.\d+)?$", " hours")]
    public void A_date_or_time_that_is_predicted_is_written_as_one(string written, string pattern, string unit)
    {
        File.WriteAllText(In("rows.csv"), "x,when\n" + string.Concat(Enumerable.Range(0, 60).Select(
            i => $"{i % 20}.5,{string.Format(CultureInfo.InvariantCulture, written, 1 + i % 20)}\n")));
        Train(
            "rows.csv", "--target", "when", "--model", "linear", "--uncertainty", "none", "-o", "model", "--no-report");
        Finished predict = Run("predict", "model", "rows.csv");
        Assert.Matches(pattern, predict.Output.Split('\n')[5].Split(',')[0]);
        Assert.Contains($"{unit}, rSquared", predict.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_input_is_predicted_as_a_file_is()
    {
        Write("rows.csv", 120);
        Train("rows.csv", "--target", "y", "--model", "linear", "--uncertainty", "none", "-o", "model", "--no-report");
        string file = Run("predict", "model", "rows.csv").Output;
        Finished piped = Repository.Run(
            "/bin/sh", ["-c", $"cat rows.csv | '{Repository.Command}' predict model - -o -"], Folder);
        Assert.True(piped.Code == 0, piped.Errors);
        Assert.Equal(file, piped.Output);
        Directory.CreateDirectory(In("folder"));
        Finished into = Run("predict", "model", "rows.csv", "-o", "folder");
        Assert.Equal(1, into.Code);
        Assert.Equal("math4ai: folder is a folder, and a file is written: name a file with -o.", into.Errors.Trim());
        File.WriteAllLines(In("one.csv"), File.ReadLines(In("rows.csv")).Take(2));
        Finished one = Run("predict", "model", "one.csv");
        Assert.Contains("1 row with 'y': rmse ", one.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", one.Errors, StringComparison.Ordinal);
        Finished refused = Run("predict", "model", "rows.csv", "--level", "0.5");
        Assert.Equal(2, refused.Code);
        Assert.Contains("this one has none: leave it out", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truth_that_cannot_be_compared_with_is_counted_and_named()
    {
        Write("rows.csv", 60);
        Assert.Equal(0, Run(
            "train", "rows.csv", "--target", "y", "--model", "linear", "--uncertainty", "none", "-o", "model",
            "--no-report").Code);
        string[] lines = File.ReadAllLines(In("rows.csv"));
        lines[3] = "r2,\"$2,000\",small,about 2";
        lines[5] = "r4,\"$2,000\",small,";
        lines[9] = "r8,\"$2,000\",small,?";
        File.WriteAllLines(In("odd.csv"), lines);
        Finished found = Run("predict", "model", "odd.csv");
        Assert.True(found.Code == 0, found.Errors);
        Assert.Contains(
            "2 rows are not scored, since 'y' is no number there: row 3: 'about 2', row 9: '?'.", found.Errors,
            StringComparison.Ordinal);
        Assert.Contains("57 rows with 'y'", found.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_called_one_and_not_a_file_that_exists()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        Write("rows.csv", 60);
        Assert.Equal(0, Run(
            "train", "rows.csv", "--target", "y", "--model", "linear", "--uncertainty", "none", "-o", "model",
            "--no-report").Code);
        foreach (string[] words in (string[][])[
            ["predict", "model", "rows.csv", "-o", "/dev/full"],
            ["predict", "model", "rows.csv", "-o", "/dev/full", "--force"],
            ["train", "rows.csv", "--target", "y", "--model", "linear", "-o", "/dev/full"]])
        {
            Finished refused = Run(words);
            Assert.Equal(1, refused.Code);
            Assert.StartsWith(
                "math4ai: /dev/full is a device or a pipe, not a file that could be replaced", refused.Errors,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Many_columns_outside_what_training_saw_are_told_in_one_line()
    {
        const int Columns = 40;
        var random = new Random(2);
        string Row(double scale, int i) => string.Join(',', Enumerable.Range(0, Columns).Select(
            _ => (scale * random.NextDouble()).ToString("R", CultureInfo.InvariantCulture))) + $",{i}";
        string header = string.Join(',', Enumerable.Range(0, Columns).Select(j => $"x{j}")) + ",y";
        File.WriteAllLines(In("rows.csv"), [header, .. Enumerable.Range(0, 100).Select(i => Row(1.0, i))]);
        File.WriteAllLines(In("far.csv"), [header, .. Enumerable.Range(0, 10).Select(i => Row(50.0, i))]);
        Assert.Equal(0, Run(
            "train", "rows.csv", "--target", "y", "--model", "linear", "--uncertainty", "none", "-o", "model",
            "--no-report").Code);
        Finished far = Run("predict", "model", "far.csv");
        Assert.True(far.Code == 0, far.Errors);
        string line = Assert.Single(
            far.Errors.Split('\n'), text => text.Contains("extrapolated", StringComparison.Ordinal));
        Assert.StartsWith(
            "math4ai: Warning: 40 columns lie outside what training saw, so that predictions are extrapolated: ", line,
            StringComparison.Ordinal);
        Assert.EndsWith(", and 35 more.", line, StringComparison.Ordinal);
    }
}
