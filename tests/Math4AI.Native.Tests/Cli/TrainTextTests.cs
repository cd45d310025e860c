using System.Text.Json;
using System.Text.Json.Nodes;

namespace Math4AI.Tests.Cli;

/// <summary>Texts that are learnt and gone on with by the command.</summary>
public class TrainTextTests : TemporaryFolder
{
    private Finished Run(params string[] words) =>
        Repository.Ask(words, Folder, Repository.OneThread);

    [Fact]
    public void Generated_text_takes_its_place_in_a_file_that_others_write_to()
    {
        File.WriteAllText(In("t.txt"), string.Concat(Enumerable.Repeat("abcdefghij", 400)));
        Finished train = Run(
            "train", "--text", In("t.txt"), "-o", "model", "--steps", "5", "--batch", "4", "--layers", "1", "--width",
            "32", "--no-report");
        Assert.True(train.Code == 0, train.Errors);
        using (System.Diagnostics.Process shell = System.Diagnostics.Process.Start(
            "sh", ["-c", $"( echo START; {Repository.Command} generate {In("model")} --prompt abc --length 40; echo "
                + $"END ) > {In("out.txt")}"]))
        {
            shell.WaitForExit();
        }

        string[] lines = File.ReadAllLines(In("out.txt"));
        Assert.Equal(["START", "END"], [lines[0], lines[^1]]);
        Assert.Equal(43, lines[1].Length);
    }

    [Fact]
    public void A_text_is_learnt_and_gone_on_with()
    {
        File.WriteAllText(In("text.txt"), string.Concat(Enumerable.Repeat("abcdefghi😀", 300)));
        Finished train = Run(
            "train", "--text", "text.txt", "-o", "model", "--steps", "60", "--batch", "4", "--layers", "2", "--width",
            "64", "--json");
        Assert.True(train.Code == 0, train.Errors);
        JsonElement json = JsonDocument.Parse(train.Output).RootElement;
        Assert.Equal("text", json.GetProperty("task").GetString());
        Assert.Contains("After 60 steps", File.ReadAllText(In("model/report.html")), StringComparison.Ordinal);
        double loss = json.GetProperty("test").GetProperty("loss").GetDouble();
        Assert.True(loss < 0.5, $"{loss}");
        Assert.Equal(Math.Exp(loss), json.GetProperty("test").GetProperty("perplexity").GetDouble(), 1e-12);
        Finished text = Run("generate", "model", "--prompt", "abc", "--length", "7", "--temperature", "0");
        Assert.Equal("abcdefghi😀\n", text.Output);
        Finished wrong = Run("predict", "model", "text.txt");
        Assert.Equal(1, wrong.Code);
        Assert.Contains("generate", Assert.Single(wrong.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(2, Run("generate", "model", "--length", "0").Code);
        Assert.Equal(2, Run("generate", "model", "--top-p", "1.5").Code);
        Finished scored = Run("generate", "model", "--perplexity", "text.txt", "--json");
        Assert.True(JsonDocument.Parse(scored.Output).RootElement.GetProperty("perplexity").GetDouble() < 1.7);
        Finished stopped = Run(
            "generate", "model", "--prompt", "abcX", "--temperature", "0.01", "--top-k", "3", "--min-p", "0.1",
            "--stop", "gh", "--samples", "2", "--json");
        Assert.Contains("'X'", stopped.Errors, StringComparison.Ordinal);
        Assert.Equal(
            ["def", "def"], JsonDocument.Parse(stopped.Output).RootElement.GetProperty("texts").EnumerateArray()
                .Select(one => one.GetString()));
        Assert.Equal(1, Run("generate", "no-model").Code);
    }

    [Fact]
    public void A_transformer_of_another_shape_is_trained_in_pieces_with_an_average_of_its_weights()
    {
        File.WriteAllText(In("text.txt"), string.Concat(Enumerable.Repeat("abcdefghij", 300)));
        string[] shape = ["--style", "gpt2", "--context", "16", "--layers", "1", "--heads", "2", "--width", "24"];
        Finished train = Run(
        [
            "train", "--text", "text.txt", "-o", "model", "--steps", "80", "--accumulate", "2", "--average", "0.9",
            "--optimizer", "adamw", "--schedule", "linear", "--json", "--no-report", .. shape,
        ]);
        Assert.True(train.Code == 0, train.Errors);
        JsonElement test = JsonDocument.Parse(train.Output).RootElement.GetProperty("test");
        Assert.True(test.GetProperty("loss").GetDouble() < 0.5);
        Assert.Equal(
            test.GetProperty("bitsPerCharacter").GetDouble() * Math.Log(2.0),
            test.GetProperty("lossPerCharacter").GetDouble(), 1e-12);
        Finished other = Run(
        [
            "train", "--text", "text.txt", "-o", "other", "--steps", "80", "--untied", "--dropout", "0.1", "--json",
            "--no-report", .. shape[2..],
        ]);
        Assert.True(other.Code == 0, other.Errors);
        JsonElement style =
            JsonDocument.Parse(File.ReadAllText(In("other/model.json"))).RootElement.GetProperty("style");
        Assert.Equal(3, style.GetProperty("neighbors").GetInt32());
        Assert.True(style.GetProperty("hasOwnHead").GetBoolean());
        Finished continued = Run("generate", "other", "--prompt", "abc", "--length", "7", "--temperature", "0");
        Assert.Equal("abcdefghij\n", continued.Output);
        Finished dropout = Run("train", "--text", "text.txt", "-o", "none", "--dropout", "1");
        Assert.Equal((2, 1), (dropout.Code, dropout.Errors.TrimEnd().Split('\n').Length));
        JsonElement about = JsonDocument.Parse(File.ReadAllText(In("model/model.json"))).RootElement;
        Assert.Equal(
            (16, 1, 2, 24),
            (about.GetProperty("context").GetInt32(), about.GetProperty("layers").GetInt32(),
                about.GetProperty("heads").GetInt32(), about.GetProperty("width").GetInt32()));
        Assert.False(about.GetProperty("style").GetProperty("isRotary").GetBoolean());
        JsonNode old = JsonNode.Parse(File.ReadAllText(In("model/model.json")))!;
        Assert.True(old.AsObject().Remove("style"));
        foreach (string description in new[] { File.ReadAllText(In("model/model.json")), old.ToJsonString() })
        {
            // Before there were styles, all models were GPT-2's.
            File.WriteAllText(In("model/model.json"), description);
            Finished text = Run("generate", "model", "--prompt", "abc", "--length", "7", "--temperature", "0");
            Assert.Equal("abcdefghij\n", text.Output);
        }
    }

    [Fact]
    public void Documents_are_learnt_with_their_ends()
    {
        File.WriteAllText(In("text.txt"), string.Concat(Enumerable.Range(0, 900).Select(i => $"{"abc"[i % 3]}xyz%%")));
        string[] train =
        [
            "train", "--text", "text.txt", "-o", "model", "--steps", "150", "--context", "16", "--layers", "1",
            "--width", "32", "--no-report", "--json",
        ];
        Finished done = Run([.. train, "--separator", "%%"]);
        Assert.True(done.Code == 0, done.Errors);

        // One of three begins a document; the rest follows. Three of five symbols a document cost nothing.
        double loss = JsonDocument.Parse(done.Output).RootElement.GetProperty("test").GetProperty("loss").GetDouble();
        Assert.True(loss < 0.4, $"{loss}");
        Finished text = Run("generate", "model", "--temperature", "0.5", "--length", "50", "--samples", "4", "--json");
        string[] texts = [.. JsonDocument.Parse(text.Output).RootElement.GetProperty("texts").EnumerateArray()
            .Select(one => one.GetString()!)];
        Assert.All(texts, one => Assert.True(one is "axyz" or "bxyz" or "cxyz", one));
        File.WriteAllText(In("other.txt"), "axyz%%bxyz%%cxyz");
        Finished scored = Run("generate", "model", "--perplexity", "other.txt", "--json");
        JsonElement score = JsonDocument.Parse(scored.Output).RootElement;
        Assert.Equal(14, score.GetProperty("tokens").GetInt32());
        Assert.True(score.GetProperty("loss").GetDouble() < 0.4);
        Finished wrong = Run([.. train, "--force", "--separator", "§"]);
        Assert.Equal(1, wrong.Code);
        Assert.Contains("'§' is not in the text", Assert.Single(wrong.Errors.TrimEnd().Split('\n')),
            StringComparison.Ordinal);
    }
}
