using System.Text;
using System.Text.Json;

namespace Math4AI.Tests.Cli;

public sealed class LanguageCommandTests : TemporaryFolder
{
    private Finished Run(params string[] words) =>
        Repository.Ask(words, Folder, Repository.OneThread);

    [Fact]
    public void Texts_have_topics_and_neighbors_with_the_numbers_of_their_lines_or_rows()
    {
        string[] subjects = ["ship sea sail wind", "bread oven flour dough"];
        string[] lines =
            [.. Enumerable.Range(0, 20).Select(i => $"{subjects[i % 2]} {subjects[i % 2].Split(' ')[i % 4]}")];
        File.WriteAllText(In("texts.txt"), string.Join('\n', lines.SelectMany(line => new[] { line, string.Empty })));
        File.WriteAllText(In("texts.csv"), "id,text\n" + string.Concat(lines.Select((line, i) => $"{i},{line}\n")));
        Finished found = Run("texts", "texts.txt", "--topics", "2", "--near", "Wind!", "--count", "4", "--json");
        Assert.True(found.Code == 0, found.Errors);
        JsonElement json = JsonDocument.Parse(found.Output).RootElement;
        Assert.Equal(20, json.GetProperty("texts").GetInt32());
        Assert.Equal(4, json.GetProperty("topics")[0].GetProperty("words").GetArrayLength());
        Assert.All(json.GetProperty("near")[0].GetProperty("nearest").EnumerateArray(), near =>
            Assert.Equal(1, near.GetProperty("row").GetInt32() % 4));
        found = Run("texts", "texts.csv", "--column", "text", "--near", "oven", "--count", "1");
        Assert.True(found.Code == 0, found.Errors);
        Assert.Contains("bread oven", found.Output, StringComparison.Ordinal);
        Assert.Equal(2, Run("texts", "texts.txt").Code);
        Assert.Equal(2, Run("texts", "texts.txt", "--topics", "0").Code);
        Assert.Equal(1, Run("texts", "texts.txt", "--near", "unheard").Code);
        Assert.Contains("id, text", Run("texts", "texts.csv", "--column", "x", "--topics", "2").Errors,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Words_lie_along_an_axis_and_on_a_map()
    {
        File.WriteAllText(In("v.txt"), "5 3\nhe 1 0 0\nshe 0 1 0\nnurse 0.1 1 0\nwelder 1 0.1 0\ncat 0 0 1\n");
        Finished found = Run(
            "words", "v.txt", "--axis", "he:she:nurse,welder,cat", "--axis", "he:she", "--count", "1", "--map",
            "m.html", "--json");
        Assert.True(found.Code == 0, found.Errors);
        JsonElement axes = JsonDocument.Parse(found.Output).RootElement.GetProperty("axes");
        Assert.Equal(["welder", "cat", "nurse"], Named(axes[0]));
        Assert.Equal(["welder", "nurse"], Named(axes[1]));
        Assert.Contains("from he to she", File.ReadAllText(In("m.html")), StringComparison.Ordinal);
        Assert.Equal(1, Run("words", "v.txt", "--axis", "he:she", "--map", "m.html").Code);
        Assert.Equal(2, Run("words", "v.txt", "--axis", "he").Code);
        Assert.Equal(2, Run("words", "v.txt", "--map", "n.html", "--evaluate", "v.txt").Code);

        static IEnumerable<string?> Named(JsonElement axis) =>
            axis.GetProperty("words").EnumerateArray().Select(word => word.GetProperty("word").GetString());
    }

    [Fact]
    public void Words_of_a_printed_text_are_told_and_taken_plain()
    {
        string[] lines = [.. Enumerable.Range(0, 30).Select(i => $"The cat sees the {(i % 2 == 0 ? "dog" : "bird")}.")];
        File.WriteAllLines(In("printed.txt"), lines);
        string[] words = ["words", "printed.txt", "--dimensions", "2", "--min-count", "1", "--near", "dog", "--force"];
        Finished written = Run([.. words, "-o", "v.txt"]);
        Assert.Contains("--plain takes both away", written.Errors, StringComparison.Ordinal);
        Assert.Contains("of the word 'dog'; there is one of 'dog.'", written.Errors, StringComparison.Ordinal);
        Finished plain = Run([.. words, "-o", "v.txt", "--plain"]);
        Assert.Equal((0, string.Empty), (plain.Code, plain.Errors));
        Assert.Contains("Wrote 5 vectors", plain.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--epochs belongs to", "c.txt", "-o", "v.txt", "--epochs", "7")]
    [InlineData("--power belongs to", "c.txt", "-o", "v.txt", "--method", "cbow", "--power", "0.5")]
    [InlineData("--method is for finding", "c.txt", "--near", "a", "--method", "cbow")]
    [InlineData("--count belongs to", "c.txt", "--odd", "a,b,c", "--count", "7")]
    [InlineData("--epochs must be 1", "c.txt", "-o", "v.txt", "--method", "cbow", "--epochs", "0")]
    [InlineData("--rate must be", "c.txt", "-o", "v.txt", "--method", "cbow", "--rate", "-1")]
    public void Options_of_words_that_nothing_obeys_and_impossible_ones_are_named(string part, params string[] words)
    {
        Finished refused = Run(["words", .. words]);
        Assert.Equal(2, refused.Code);
        Assert.Contains(part, refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--prompt is for", "generate", "m", "--perplexity", "t.txt", "--prompt", "a")]
    [InlineData("--save-type belongs", "generate", "m", "--save-type", "float16")]
    [InlineData("--perplexity measures", "generate", "m", "--save", "f", "--perplexity", "t.txt")]
    [InlineData("--top-p must be", "generate", "m", "--top-p", "2")]
    [InlineData("--top-k says", "generate", "m", "--top-k", "5", "--temperature", "0")]
    [InlineData("--int8 is for", "generate", "m", "--save", "f", "--int8")]
    [InlineData("--force belongs", "generate", "m", "--force")]
    [InlineData("--seed is for", "generate", "m", "--perplexity", "t.txt", "--seed", "3")]
    [InlineData("--encoding is for", "generate", "m", "--encoding", "latin1")]
    [InlineData("--stop has an empty", "generate", "m", "--stop", "")]
    [InlineData("--look is not for a text", "train", "--text", "t.txt", "--look")]
    [InlineData("--seeds is not for a text", "train", "--text", "t.txt", "--seeds", "3")]
    [InlineData("--columns is not for a text", "train", "--text", "t.txt", "--columns", "a=text")]
    [InlineData("--model is not for a text", "train", "--text", "t.txt", "--model", "svm")]
    [InlineData("--context must be", "train", "--text", "t.txt", "--context", "100000")]
    [InlineData("--vocabulary must be", "train", "--text", "t.txt", "--unit", "trained", "--vocabulary", "9")]
    [InlineData("--words belongs", "texts", "t.txt", "--topics", "2", "--words", "v.txt")]
    [InlineData("--dimensions belongs", "texts", "t.txt", "--near", "a", "--words", "v.txt", "--dimensions", "3")]
    [InlineData("--terms belongs", "texts", "t.txt", "--near", "a", "--words", "v.txt", "--terms", "9")]
    [InlineData("--sigma-is belongs", "fit", "t.csv", "--model", "y ~ a*x", "--sigma-is", "relative")]
    [InlineData("--date-origin belongs", "fit", "t.csv", "--model", "y ~ a*x", "--date-origin", "2001-01-01")]
    [InlineData("--start-time belongs", "fit", "t.csv", "--model", "y ~ a*x", "--start-time", "3")]
    [InlineData("--max-clusters belongs", "cluster", "t.csv", "--clusters", "2", "--max-clusters", "5")]
    [InlineData("--max-clusters belongs", "cluster", "t.csv", "--method", "hdbscan", "--max-clusters", "5")]
    [InlineData("--spacing is", "mix", "a.wav", "--microphones", "1", "--spacing", "0.1")]
    [InlineData("--gaps belongs", "stream", "a.wav", "--gaps", "close")]
    [InlineData("--mixing solves", "separate", "a.wav", "--mixing", "A.csv", "--window", "1024")]
    [InlineData("--window is for", "separate", "a.wav", "--method", "fastica", "--window", "1024")]
    [InlineData("--linear is for", "separate", "a.wav", "--stability", "2", "--linear")]
    [InlineData("--bad-images is for", "train", "t.csv", "--target", "y", "--model", "ridge", "--bad-images", "skip")]
    public void Options_of_another_method_or_mode_are_refused_before_a_file_is_read(
        string part, params string[] words)
    {
        Finished refused = Run(words);
        Assert.Equal(2, refused.Code);
        Assert.Contains(part, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_text_no_table_and_no_model_is_refused()
    {
        string text = string.Concat(Enumerable.Range(0, 400).Select(i => $"a{i % 7} b{i % 5} c{i % 11}\n"));
        File.WriteAllText(In("utf16.txt"), text, Encoding.Unicode);
        File.WriteAllText(In("latin1.txt"), "é" + text, Encoding.Latin1);
        File.WriteAllText(In("marked.txt"), text, new UTF8Encoding(true));
        File.WriteAllText(In("texts.csv"), "id,text\n1,a b\n2,b c\n");
        File.WriteAllText(In("empty.txt"), string.Empty);
        File.WriteAllText(In("heading.txt"), ": family\n");
        string[] few = ["--dimensions", "2", "--min-count", "1", "--force", "-o", "v.txt"];
        foreach (string file in new[] { "utf16.txt", "latin1.txt" })
        {
            Finished refused = Run(["words", file, .. few]);
            Assert.True(refused.Code == 1 && refused.Errors.Contains("UTF-8", StringComparison.Ordinal), file);
            Assert.False(File.Exists(In("v.txt")));
        }

        Assert.Equal(0, Run(["words", "marked.txt", .. few]).Code);
        Assert.Equal(7 + 5 + 11, File.ReadLines(In("v.txt")).Count() - 1);
        Assert.Equal(2, Run("words", "v.txt", "--near", "a1", "--count", "0").Code);
        Assert.Contains("no rated pair", Run("words", "v.txt", "--evaluate", "empty.txt").Errors,
            StringComparison.Ordinal);
        Assert.Contains("no analogy", Run("words", "v.txt", "--evaluate", "heading.txt").Errors,
            StringComparison.Ordinal);
        Assert.Contains("--column", Run("texts", "texts.csv", "--topics", "2").Errors, StringComparison.Ordinal);
        Assert.Contains("no language model", Run("generate", "none").Errors, StringComparison.Ordinal);
        Finished named = Run("texts", "latin1.txt", "--near", "éa0 b0 c0", "--encoding", "latin1", "--count", "1");
        Assert.Contains("1: éa0 b0 c0", named.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_model_of_trained_byte_pairs_goes_on_with_a_further_text()
    {
        string text = string.Concat(Enumerable.Range(0, 600).Select(i => $"{i % 9} + 1 = {i % 9 + 1}\n"));
        File.WriteAllText(In("a.txt"), text);
        File.WriteAllText(In("b.txt"), text.Replace('+', '–'));
        string[] few = ["--steps", "3", "--batch", "4", "--no-report"];
        Finished train = Run(
        [
            "train", "--text", "a.txt", "--unit", "trained", "--vocabulary", "260", "--layers", "2", "--width", "64",
            "-o", "a", .. few,
        ]);
        Assert.True(train.Code == 0, train.Errors);
        train = Run(["train", "--text", "b.txt", "--from", "a", "-o", "b", .. few]);
        Assert.True(train.Code == 0, train.Errors);
        Finished score = Run("generate", "b", "--perplexity", "b.txt", "--int8", "--json");
        Assert.True(score.Code == 0, score.Errors);
        Assert.True(JsonDocument.Parse(score.Output).RootElement.GetProperty("loss").GetDouble() > 0.0);
        Finished saved = Run("generate", "b", "--save", "folder", "--save-type", "bfloat16");
        Assert.True(saved.Code == 0, saved.Errors);
        Assert.Contains("\"llama\"", File.ReadAllText(In("folder/config.json")), StringComparison.Ordinal);
        Assert.Equal(0, Run("generate", "folder", "--perplexity", "b.txt").Code);
        File.WriteAllBytes(In("bytes.dat"), [0x61, 0xC3, 0x62, 0xFF]);
        Assert.Contains("UTF-8", Run("generate", "b", "--perplexity", "bytes.dat").Errors, StringComparison.Ordinal);
        Assert.Contains("--force", Run("generate", "b", "--save", "folder").Errors, StringComparison.Ordinal);
        Assert.Equal(0, Run("generate", "b", "--save", "folder", "--force").Code);
        Assert.Equal(2, Run("generate", "b", "--save", "other", "--save-type", "int4").Code);
        Assert.Equal(2, Run("train", "--text", "b.txt", "--from", "a", "--unit", "trained", "-o", "c").Code);
        Assert.Equal(2, Run("train", "--text", "b.txt", "--vocabulary", "300", "-o", "c").Code);
        string folder = Path.Combine(
            Repository.Root, "tests", "Math4AI.Native.Tests", "Language", "Folders", "gpt2");
        Assert.Contains("tokenizer.json", Run("generate", folder).Errors, StringComparison.Ordinal);
    }
}
