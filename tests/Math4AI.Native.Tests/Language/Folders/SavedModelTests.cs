using System.Globalization;
using System.Text.Json.Nodes;
using Math4AI.Data.Arrays;
using Math4AI.Language;
using Math4AI.Language.Generation;
using Math4AI.Language.Texts;
using Math4AI.Runtime;
using Math4AI.Tests.Training;
using Math4AI.Training;
using Math4AI.Training.Networks;

namespace Math4AI.Tests.Language.Folders;

[Collection(TorchGenerator.Name)]
public sealed class SavedModelTests : TemporaryFolder
{
    private const string Python = "/usr/bin/python3";

    private static readonly int[] Tokens = [3, 1, 4, 1, 5, 9, 2, 6];

    public SavedModelTests() => Assert.True(Compute.HasTensors);

    [Theory]
    [InlineData("gpt2", WeightType.Float32)]
    [InlineData("llama-grouped", WeightType.Float32)]
    [InlineData("llama-grouped", WeightType.BFloat16)]
    [InlineData("llama-tied", WeightType.Float16)]
    [InlineData("llama-scaled", WeightType.Float32)]
    public void A_saved_folder_has_the_same_arrays_and_logits_in_one_file_or_several(string name, WeightType type)
    {
        string made = Made(name);
        var model = LanguageModel.Load(made);
        float[] logits = model.Logits(Tokens);
        var original = Directory.GetFiles(made, "*.safetensors").SelectMany(file => Safetensors.Read(file))
            .ToDictionary();
        foreach (long most in new[] { long.MaxValue, 2000 })
        {
            string folder = In($"saved-{most}");
            model.Save(folder, new LanguageSaveOptions { Type = type, MaxFileBytes = most });
            Assert.Equal(logits, LanguageModel.Load(folder).Logits(Tokens));
            string[] files = Directory.GetFiles(folder, "*.safetensors");
            Assert.Equal(most == long.MaxValue, files.Length == 1);
            var arrays = files.SelectMany(file => Safetensors.Read(file)).ToDictionary();
            Assert.Equal(original.Keys.Order(), arrays.Keys.Order());
            Assert.All(arrays, pair =>
            {
                Assert.Equal(original[pair.Key].Shape, pair.Value.Shape);
                Assert.Equal(original[pair.Key].Values, pair.Value.Values);
            });
        }

        JsonNode index = JsonNode.Parse(File.ReadAllText(In("saved-2000/model.safetensors.index.json")))!;
        Assert.Equal(original.Count, index["weight_map"]!.AsObject().Count);
        Assert.Equal(
            (type == WeightType.Float32 ? 4 : 2) * original.Values.Sum(array => array.Values.Length),
            (int)index["metadata"]!["total_size"]!);
    }

    [Fact]
    public void Numbers_of_two_bytes_are_rounded_to_the_nearest_and_even_ones()
    {
        var model = LanguageModel.Load(Made("gpt2"));
        float[] weights = model.Weights.Symbols.Weight;
        (weights[0], weights[1], weights[2], weights[3]) = (
            1.00390625f, 1.01171875f, MathF.BitIncrement(1.00390625f), MathF.BitIncrement(-1.00390625f));
        model.Save(In("b"), new LanguageSaveOptions { Type = WeightType.BFloat16 });
        Assert.Equal([1.0f, 1.015625f, 1.0078125f, -1.0f], First(In("b")));
        (weights[0], weights[1], weights[2], weights[3]) = (2049.0f, 2051.0f, 6e-8f, 65519.0f);
        model.Save(In("h"), new LanguageSaveOptions { Type = WeightType.Float16 });
        Assert.Equal([2048.0f, 2052.0f, MathF.ScaleB(1.0f, -24), 65504.0f], First(In("h")));
        weights[0] = 65520.0f;
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(
            () => model.Save(In("x"), new LanguageSaveOptions { Type = WeightType.Float16 }));
        Assert.Contains("65520", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("x")));

        static float[] First(string folder) =>
            Safetensors.Read(Path.Combine(folder, "model.safetensors"))["transformer.wte.weight"].Values[..4];
    }

    [Fact]
    public void What_is_there_stays_unless_it_may_be_replaced()
    {
        var model = LanguageModel.Load(Made("llama-tied"));
        model.Save(In("m"), new LanguageSaveOptions { MaxFileBytes = 2000 });
        Assert.Throws<IOException>(() => model.Save(In("m")));
        model.Save(In("m"), replace: true);
        Assert.Equal(
            ["config.json", "model.safetensors"],
            Directory.GetFiles(In("m")).Select(file => Path.GetFileName(file)).Order());
        Assert.Equal(model.Logits(Tokens), LanguageModel.Load(In("m")).Logits(Tokens));
        Assert.Throws<InvalidOperationException>(() => model.WithInt8Weights().Save(In("n")));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => model.Save(In("n"), new LanguageSaveOptions { MaxFileBytes = 0 }));
        FileNotFoundException e = Assert.Throws<FileNotFoundException>(() => model.Generate("a").First());
        Assert.Contains("tokenizer.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_a_text_becomes_a_folder_with_its_tokenizer()
    {
        string text = string.Concat(Enumerable.Range(0, 400).Select(i => $"{i % 9} and 1 are {i % 9 + 1}\n"));
        IReadOnlyList<string> merges = Tokenizer.Train(text, 280).Merges;
        TextModel model = Made(new TextModelDescription(string.Empty, 32, 2, 2, 16)
        {
            Merges = merges,
            Style = TransformerStyle.Llama with { HasOwnHead = true },
        });
        model.Language.Save(In("m"));
        var folder = LanguageModel.Load(In("m"));
        var options = new GenerationOptions { Length = 30, Temperature = 1.0 };
        Assert.Equal(model.Generate(["8 and"], options)[0], folder.Generate(["8 and"], options)[0]);
        Assert.Equal(model.Score(text), folder.Score(text));
        int[] tokens = folder.Encode("1 and 1 are 😀");
        Assert.Equal(model.Language.Logits(tokens), folder.Logits(tokens));
        Assert.Throws<InvalidOperationException>(
            () => Made(new TextModelDescription("ab", 8, 1, 1, 4)).Language.Save(In("n")));
    }

    [Theory]
    [InlineData("llama", WeightType.Float32, long.MaxValue)]
    [InlineData("llama", WeightType.BFloat16, 3000)]
    [InlineData("gpt2", WeightType.Float16, long.MaxValue)]
    public void A_text_model_that_is_saved_as_a_folder_has_the_same_logits_in_Python(
        string style, WeightType type, long most)
    {
        Assert.SkipUnless(
            File.Exists(Python) && Repository.Run(Python, ["-c", "import numpy"]).Code == 0, "NumPy is not installed.");
        var about = new TextModelDescription(string.Empty, 32, 2, 2, 16)
        {
            Merges = Tokenizer.Train("one and one are two\n", 260).Merges,
            Style = style == "llama" ? TransformerStyle.Llama with { KeyHeads = 1, HasOwnHead = true }
                : TransformerStyle.Gpt2 with { HasBias = true },
        };
        TextModel model = Made(about);
        using (TorchSharp.torch.no_grad())
        {
            foreach (TorchSharp.Modules.Parameter parameter in model.Network.parameters())
            {
                // Attention and the activation are far from linear here.
                parameter.mul_(parameter.Dimensions > 1 ? 12.0 : 1.5);
                if (parameter.Dimensions == 1)
                {
                    parameter.add_(0.3 * TorchSharp.torch.randn_like(parameter));
                }
            }
        }

        model.Language.Save(In("m"), new LanguageSaveOptions { Type = type, MaxFileBytes = most });
        int[] tokens = [3, 1, 4, 1, 5, 9, 2, 6, 250, 258];
        float[] ours = LanguageModel.Load(In("m")).Logits(tokens);
        Finished python = Repository.Run(Python, [
            Path.Combine(Repository.Root, "tests", "Math4AI.Native.Tests", "Language", "Folders", "LogitsByHand.py"),
            In("m"), .. tokens.Select(token => $"{token}")]);
        Assert.Equal((0, string.Empty), (python.Code, python.Errors));
        double[] theirs = [.. python.Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        Assert.Equal(theirs.Length, ours.Length);
        Assert.True(theirs.Max(Math.Abs) > 1.0);
        Assert.True(ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max() < 1e-4);
    }

    [Fact]
    public void Styles_that_no_layout_has_are_refused()
    {
        var about = new TextModelDescription(string.Empty, 32, 1, 2, 16)
        {
            Merges = [],
            Style = TransformerStyle.Llama with { IsGated = false },
        };
        foreach (TransformerStyle style in new[]
        {
            about.Style, TransformerStyle.Near, TransformerStyle.Llama with { HasBias = true },
            TransformerStyle.Gpt2 with { KeyHeads = 1 },
        })
        {
            Assert.Contains("layouts", Assert.Throws<InvalidOperationException>(
                () => Made(about with { Style = style }).Language.Save(In("m"))).Message, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(In("m")));
    }

    [Fact]
    public void Text_is_read_and_written_with_the_tokenizer_of_the_folder_up_to_the_end_token()
    {
        string folder = In("m");
        LanguageModel.Load(Made("gpt2")).Save(folder);
        var vocabulary = new JsonObject();
        foreach (int i in Enumerable.Range(0, 10))
        {
            vocabulary[((char)('a' + i)).ToString()] = i;
        }

        vocabulary["ab"] = 10;
        File.WriteAllText(Path.Combine(folder, "vocab.json"), vocabulary.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\na b\n");
        var model = LanguageModel.Load(folder);
        Assert.Equal([3, 10, 4], model.Encode("dabe"));
        Assert.Equal(["<0x7A>"], model.UnknownIn("zz"));
        var options = new GenerationOptions { Length = 6, Temperature = 0.0 };
        int[] next = [.. model.Generate([3, 10, 4], options)];
        string written = string.Concat(model.Generate("dabe", options));
        Assert.Equal(
            string.Concat(next.Select(token => token == 10 ? "ab" : ((char)('a' + token)).ToString())), written);
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!;
        config["eos_token_id"] = new JsonArray(next[0], 7);
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        model = LanguageModel.Load(folder);
        Assert.Equal([next[0], 7], model.EndTokens);
        Assert.Empty(string.Concat(model.Generate("dabe", options)));
        Assert.Equal(["", ""], model.Generate(["dabe", "dabe"], options));
        vocabulary["c a"] = 11;
        File.WriteAllText(Path.Combine(folder, "vocab.json"), vocabulary.ToJsonString());
        Assert.Throws<InvalidDataException>(() => LanguageModel.Load(folder).Encode("a"));
    }

    [Fact]
    public void A_linear_scaling_halves_positions()
    {
        double[] plain = RotaryTable.Speeds(8, 10_000.0, null), half =
            RotaryTable.Speeds(8, 10_000.0, new RotaryScaling(2.0));
        Assert.Equal(plain.Select(speed => speed / 2.0), half);
    }

    private static TextModel Made(TextModelDescription about) =>
        TorchRandom.From(5, () => new TextModel(about));

    private static string Made(string name) =>
        Path.Combine(Repository.Root, "tests", "Math4AI.Native.Tests", "Language", "Folders", name);
}
