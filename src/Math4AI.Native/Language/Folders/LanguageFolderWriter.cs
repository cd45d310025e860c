using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Data.Models;
using Math4AI.Language.Generation;
using Math4AI.Language.Texts;

namespace Math4AI.Language.Folders;

/// <summary>Writes the folders that <see cref="LanguageFolder"/> reads.</summary>
internal static class LanguageFolderWriter
{
    private const string Config = "config.json";
    private const string Whole = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const string Tokens = "tokenizer.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>What other programs expect to find in the files.</summary>
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    /// <summary>Writes a model.</summary>
    public static void Write(
        string folder, FileTransaction files, DecoderWeights weights, Tokenizer? tokenizer,
        LanguageSaveOptions options)
    {
        bool isLlama = IsLlama(weights);
        SavedArray[][] pieces = Pieces(isLlama ? LlamaLayout.Arrays(weights) : Gpt2Layout.Arrays(weights), options);
        string[] names = [.. pieces.Select((_, i) => pieces.Length == 1 ? Whole : string.Create(
            CultureInfo.InvariantCulture, $"model-{i + 1:00000}-of-{pieces.Length:00000}.safetensors"))];
        RemoveOthers(folder, files);
        JsonObject config = isLlama ? LlamaLayout.Config(weights) : Gpt2Layout.Config(weights);
        config["bos_token_id"] = weights.Start is { } start ? start : null;
        config["eos_token_id"] = weights.Ends.Count switch
        {
            0 => null,
            1 => weights.Ends[0],
            _ => new JsonArray([.. weights.Ends.Select(end => (JsonNode)end)]),
        };
        config["torch_dtype"] = options.Type.ToString().ToLowerInvariant();
        Write(Config, config.ToJsonString(Indented) + "\n");
        for (int i = 0; i < pieces.Length; i++)
        {
            Safetensors.Write(
                files.Add(Path.Combine(folder, names[i])),
                pieces[i].Select(array => (array.Name, array.Raw(options.Type))), Metadata);
        }

        if (pieces.Length > 1)
        {
            Write(Index, IndexOf(pieces, names, options).ToJsonString(Indented) + "\n");
        }

        tokenizer?.Save(files.Add(Path.Combine(folder, Tokens)));

        void Write(string name, string text) => File.WriteAllText(files.Add(Path.Combine(folder, name)), text);
    }

    /// <summary>Returns whether the layout is Llama's rather than GPT-2's.</summary>
    /// <exception cref="InvalidOperationException">It is neither.</exception>
    private static bool IsLlama(DecoderWeights weights)
    {
        if (weights.Neighbors > 0)
        {
            throw new InvalidOperationException(
                "The layouts are those of GPT-2 and Llama, which have no neighbors: train with --style llama or gpt2.");
        }

        bool isLlama = weights.Places is null, isGated = weights.Activation == DecoderActivation.GatedSilu;
        bool hasShared = weights.KeyHeads != weights.Heads;
        bool hasBias = weights.Layers.Any(layer => layer.Up.Bias is not null);
        return isLlama == weights.IsRootNorm && isLlama == isGated && !(isLlama ? hasBias : hasShared) ? isLlama
            : throw new InvalidOperationException(
                "The layouts are those of GPT-2 and Llama; a mixture of their styles has none: train with one of "
                + "them.");
    }

    /// <summary>Divides arrays among files in their order; an array that is larger has a file of its own.</summary>
    private static SavedArray[][] Pieces(IEnumerable<SavedArray> arrays, LanguageSaveOptions options)
    {
        var pieces = new List<List<SavedArray>> { new() };
        long size = 0;
        foreach (SavedArray array in arrays)
        {
            long bytes = array.Raw(options.Type).ByteCount;
            if (pieces[^1].Count > 0 && size + bytes > options.MaxFileBytes)
            {
                pieces.Add([]);
                size = 0;
            }

            pieces[^1].Add(array);
            size += bytes;
        }

        return [.. pieces.Select(piece => piece.ToArray())];
    }

    private static JsonObject IndexOf(SavedArray[][] pieces, string[] names, LanguageSaveOptions options)
    {
        var map = new JsonObject();
        foreach ((int i, SavedArray[] piece) in pieces.Index())
        {
            foreach (SavedArray array in piece)
            {
                map[array.Name] = names[i];
            }
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["total_size"] = pieces.SelectMany(piece => piece).Sum(array => array.Raw(options.Type).ByteCount),
            },
            ["weight_map"] = map,
        };
    }

    /// <summary>Clears away the model that is replaced; one that may not be is refused.</summary>
    private static void RemoveOthers(string folder, FileTransaction files)
    {
        string[] old =
        [
            .. ModelFolder.Files(folder),
            .. ((string[])[Config, Index, Tokens, "vocab.json", "merges.txt"])
                .Select(name => Path.Combine(folder, name)),
            .. Directory.Exists(folder) ? Directory.GetFiles(folder, "model-*-of-*.safetensors") : [],
        ];
        files.RequireFree(old);
        Array.ForEach(old, files.Remove);
    }
}
