using System.Text.Json;
using System.Text.Json.Nodes;
using Math4AI.Data.Arrays;
using Math4AI.Language;

namespace Math4AI.Tests.Language.Folders;

/// <summary>
/// Against logits by torch from the published equations: TransformerFolders.py, beside this file, makes the folders.
/// </summary>
public sealed class LanguageModelTests : TemporaryFolder
{
    public static TheoryData<string> Folders => ["gpt2", "llama-grouped", "llama-tied", "llama-scaled"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Logits_are_those_of_an_independent_calculation(string name)
    {
        string folder = Made(name);
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        int[] tokens = [.. expected.RootElement.GetProperty("tokens").EnumerateArray().Select(one => one.GetInt32())];
        double[] logits =
            [.. expected.RootElement.GetProperty("logits").EnumerateArray().Select(one => one.GetDouble())];
        var model = LanguageModel.Load(folder);
        float[] found = model.Logits(tokens);
        Assert.Equal((16, 11, logits.Length), (model.Context, model.TokenCount, found.Length));
        Assert.All(logits.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void What_is_generated_is_the_likeliest_by_the_logits_of_the_whole_text(string name)
    {
        var model = LanguageModel.Load(Made(name));
        int[] text = [3, 1, 4, 1];
        int[] found = [.. model.Generate(text, new GenerationOptions { Length = 100, Temperature = 0.0 })];
        Assert.Equal(model.Context + 1, text.Length + found.Length);
        foreach (int next in found)
        {
            float[] last = model.Logits(text)[^model.TokenCount..];
            Assert.Equal(last.Index().MaxBy(one => one.Item).Index, next);
            text = [.. text, next];
        }

        Assert.Throws<ArgumentException>(() => model.Logits([]));
        Assert.Throws<ArgumentException>(() => model.Logits([11]));
        Assert.Throws<ArgumentException>(() => model.Logits([-1]));
        Assert.Throws<ArgumentException>(() => model.Logits(new int[17]));
        Assert.Throws<ArgumentException>(() => model.Generate([11]));
    }

    [Theory]
    [InlineData("gpt2", "model_type", "\"bert\"")]
    [InlineData("gpt2", "n_embd", "0")]
    [InlineData("gpt2", "n_embd", "2147483647")]
    [InlineData("gpt2", "n_embd", "1e99")]
    [InlineData("gpt2", "n_embd", "[20]")]
    [InlineData("gpt2", "n_head", "3")]
    [InlineData("gpt2", "n_layer", "3")]
    [InlineData("gpt2", "n_layer", "2147483647")]
    [InlineData("gpt2", "n_positions", "2147483647")]
    [InlineData("gpt2", "vocab_size", "12")]
    [InlineData("gpt2", "activation_function", "\"relu\"")]
    [InlineData("gpt2", "layer_norm_epsilon", "-1")]
    [InlineData("llama-tied", "num_attention_heads", "2147483647")]
    [InlineData("llama-tied", "num_key_value_heads", "3")]
    [InlineData("llama-tied", "head_dim", "5")]
    [InlineData("llama-tied", "hidden_act", "\"gelu\"")]
    [InlineData("llama-tied", "rope_scaling", "{\"type\":\"linear\"}")]
    [InlineData("llama-tied", "rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":2}")]
    [InlineData("llama-tied", "rope_scaling", "2")]
    [InlineData("llama-scaled", "rope_parameters", "{\"rope_type\":\"default\"}")]
    [InlineData("gpt2", "scale_attn_by_inverse_layer_idx", "true")]
    [InlineData("gpt2", "eos_token_id", "11")]
    [InlineData("gpt2", "bos_token_id", "[\"x\"]")]
    [InlineData("llama-tied", "max_position_embeddings", "2147483647")]
    [InlineData("llama-tied", "tie_word_embeddings", "0")]
    [InlineData("llama-tied", "tie_word_embeddings", "false")]
    [InlineData("llama-tied", "attention_bias", "true")]
    public void A_description_that_does_not_fit_ends_in_a_sentence(string name, string setting, string value)
    {
        string folder = Copied(name), path = Path.Combine(folder, "config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        config[setting] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
        Refused(folder);
    }

    [Fact]
    public void Damaged_folders_end_in_a_sentence()
    {
        string folder = Copied("llama-grouped"), config = Path.Combine(folder, "config.json");
        string index = Path.Combine(folder, "model.safetensors.index.json"), whole = File.ReadAllText(index);
        foreach (string damaged in new[]
        {
            "{}", "[]", "{", "{\"weight_map\":{\"a\":1}}", "{\"weight_map\":{\"a\":\"../model.safetensors\"}}",
            "{\"weight_map\":{\"a\":\"/etc/passwd\"}}", "{\"weight_map\":{\"a\":\"\"}}",
            "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\"}}", new string('[', 100_000),
            "{\"weight_map\":{},\"weight_map\":{}}", "{\"weight_map\":{\"a\":\"b\",\"a\":\"c\"}}",
        })
        {
            File.WriteAllText(index, damaged);
            Refused(folder);
        }

        File.WriteAllText(index, whole);
        Assert.NotNull(LanguageModel.Load(folder));
        string piece = Path.Combine(folder, "model-00002-of-00002.safetensors");
        byte[] bytes = File.ReadAllBytes(piece);
        File.WriteAllBytes(piece, bytes[..^2]);
        Refused(folder);
        bytes[^1] = bytes[^2] = 0xFF;
        File.WriteAllBytes(piece, bytes);
        Refused(folder);
        File.Delete(piece);
        Assert.Throws<FileNotFoundException>(() => LanguageModel.Load(folder));
        File.WriteAllText(config, new string(' ', 2 << 20) + "{}");
        Refused(folder);
        File.Delete(config);
        Assert.Throws<FileNotFoundException>(() => LanguageModel.Load(folder));
    }

    [Fact]
    public void A_folder_whose_weights_are_a_pickle_is_told_so()
    {
        string folder = Copied("gpt2");
        File.Move(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "pytorch_model.bin"));
        Assert.Contains("can run anything", Assert.Throws<FileNotFoundException>(
            () => LanguageModel.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_twice_in_the_pieces_is_refused()
    {
        string folder = Copied("llama-grouped");
        string first = Path.Combine(folder, "model-00001-of-00002.safetensors");
        var arrays = Safetensors.Read(first).ToDictionary();
        string other = Safetensors.Read(Path.Combine(folder, "model-00002-of-00002.safetensors")).Keys.First();
        arrays[other] = new NamedArray([1], [1.0f]);
        Safetensors.Write(first, arrays);
        Refused(folder);
    }

    private static void Refused(string folder)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => LanguageModel.Load(folder));
        Assert.Contains(folder, e.Message, StringComparison.Ordinal);
    }

    private static string Made(string name) =>
        Path.Combine(Repository.Root, "tests", "Math4AI.Native.Tests", "Language", "Folders", name);

    private string Copied(string name)
    {
        string folder = In(name);
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Made(name)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }
}
