using System.Text.Json;

namespace Math4AI.Tests.Cli;

public class TrainCommandTests : TemporaryFolder
{
    private Finished Run(params string[] words) => Repository.Run(Repository.Command, words, Folder);

    [Fact]
    public void A_table_is_learnt_and_new_rows_are_predicted()
    {
        string iris = Repository.Data("tables", "iris.csv");
        Finished train = Run("train", iris, "--target", "species", "-o", "model", "--json");
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
        string[] predicted = [.. File.ReadLines(In("predictions.csv")).Skip(1).Select(line => line.Split(',')[0])];
        string[] observed = [.. File.ReadLines(iris).Skip(1).Select(line => line.Split(',')[^1])];
        Assert.True(predicted.Zip(observed).Count(pair => pair.First == pair.Second) >= 140);
    }

    [Fact]
    public void Numbers_are_regressed_and_missing_values_are_never_passed_over_in_silence()
    {
        string mpg = Repository.Data("tables", "mpg.csv");
        Finished refused = Run("train", mpg, "--target", "mpg", "--ignore", "name");
        Assert.Equal(1, refused.Code);
        Assert.Contains("--missing", Assert.Single(refused.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Finished train = Run("train", mpg, "--target", "mpg", "--ignore", "name", "--missing", "drop", "--json");
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal("regression", json.GetProperty("task").GetString());
        Assert.Equal(6, json.GetProperty("droppedRows").GetInt32());
        Assert.True(json.GetProperty("test").GetProperty("rSquared").GetDouble() > 0.6);
    }

    [Theory]
    [InlineData(1, "no column 'colour'", "--target", "colour")]
    [InlineData(2, "no network", "--target", "species", "--model", "cnn")]
    [InlineData(2, "--epochs", "--target", "species", "--epochs", "0")]
    [InlineData(2, "--target")]
    public void Wrong_words_end_with_one_line(int code, string says, params string[] words)
    {
        Finished train = Run(["train", Repository.Data("tables", "iris.csv"), .. words]);
        Assert.Equal(code, train.Code);
        Assert.Contains(says.Replace("no network", "no model", StringComparison.Ordinal),
            Assert.Single(train.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(Names());
    }

    [Fact]
    public void A_folder_without_a_model_or_with_a_damaged_one_is_refused()
    {
        string iris = Repository.Data("tables", "iris.csv");
        Assert.Equal(1, Run("predict", Folder, iris).Code);
        Assert.Equal(0, Run("train", iris, "--target", "species", "-o", "model", "--epochs", "2").Code);
        byte[] weights = File.ReadAllBytes(In("model/model.safetensors"));
        File.WriteAllBytes(In("model/model.safetensors"), weights[..^9]);
        Finished cut = Run("predict", "model", iris);
        Assert.Equal(1, cut.Code);
        Assert.Contains("damaged or cut off", Assert.Single(cut.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        File.WriteAllText(In("model/model.json"), "{\"task\":\"Classification\"}");
        Assert.Contains("no description", Assert.Single(Run("predict", "model", iris).Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
