using System.Text.Json;
using System.Text.Json.Nodes;

namespace Math4AI.Language.Texts;

/// <summary>
/// Reads and writes tokenizers of byte pairs: tokenizer.json (huggingface/tokenizers, its format of files), and
/// vocab.json with merges.txt as GPT-2 was published. What would change tokens and is not known here is refused.
/// </summary>
internal static class TokenizerFile
{
    private const string Name = "tokenizer.json";
    private const string Vocabulary = "vocab.json";
    private const string Rules = "merges.txt";
    private const int MaxBytes = 128 << 20;
    private const int MaxTokens = 1 << 22;

    private static readonly JsonSerializerOptions Plain =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns whether a folder has a tokenizer of one of the two forms.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, Name)) || File.Exists(Path.Combine(folder, Vocabulary));

    /// <summary>Reads a tokenizer from a folder or a file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of another kind.</exception>
    public static Tokenizer Read(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, Name) : path;
        if (!File.Exists(file) && Directory.Exists(path) && File.Exists(Path.Combine(path, Vocabulary)))
        {
            return ReadPair(Path.Combine(path, Vocabulary), Path.Combine(path, Rules));
        }

        byte[] content = Content(file);
        return Guarded(
            file, () => new Tokenizer(new TokenizerJson(Parse(content)).Read() with { Source = content }));
    }

    /// <summary>Writes a trained tokenizer.</summary>
    public static byte[] Write(TokenizerDescription about)
    {
        var vocabulary = new JsonObject();
        foreach ((int number, string? token) in about.Tokens.Index().Where(pair => pair.Item is not null))
        {
            vocabulary[token!] = number;
        }

        static JsonObject Bytes() => new()
        {
            ["type"] = "ByteLevel",
            ["add_prefix_space"] = false,
            ["trim_offsets"] = true,
            ["use_regex"] = true,
        };
        var json = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. about.Added.Select(Added)]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = Bytes(),
            ["post_processor"] = null,
            ["decoder"] = Bytes(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray(
                    [.. about.Merges.Select(merge => (JsonNode)$"{merge.Left} {merge.Right}")]),
            },
        };
        return System.Text.Encoding.UTF8.GetBytes(json.ToJsonString(Plain));
    }

    private static JsonNode Added(KeyValuePair<string, int> token) => new JsonObject
    {
        ["id"] = token.Value,
        ["content"] = token.Key,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    /// <summary>Reads a rule, such as 't h'.</summary>
    public static (string Left, string Right) Merge(string text) => text.Split(' ') is [var left, var right]
        ? (left, right)
        : throw new InvalidDataException($"The tokenizer has the merge '{text}', which is not two tokens.");

    /// <summary>Reads the tokens of a vocabulary by number.</summary>
    public static string?[] Tokens(JsonObject vocabulary, IReadOnlyDictionary<string, int> added)
    {
        var all = new Dictionary<int, string>();
        foreach ((string token, JsonNode? node) in vocabulary)
        {
            int number = node is JsonValue value && value.TryGetValue(out int found) && found is >= 0 and < MaxTokens
                ? found
                : throw new InvalidDataException(
                    $"The tokenizer's token '{token}' has no number between 0 and {MaxTokens - 1}.");
            if (!all.TryAdd(number, token))
            {
                throw new InvalidDataException($"The tokenizer has two tokens with the number {number}.");
            }
        }

        foreach ((string token, int number) in added)
        {
            _ = number is < 0 or >= MaxTokens || (all.TryGetValue(number, out string? other) && other != token)
                ? throw new InvalidDataException($"The tokenizer's token '{token}' cannot have the number {number}.")
                : all[number] = token;
        }

        string?[] result = new string?[all.Keys.DefaultIfEmpty(-1).Max() + 1];
        foreach ((int number, string token) in all)
        {
            result[number] = token;
        }

        return result;
    }

    private static Tokenizer ReadPair(string vocabulary, string rules)
    {
        const string End = "<|endoftext|>";
        JsonObject tokens = Guarded(vocabulary, () => Parse(Content(vocabulary)));
        string[] lines = System.Text.Encoding.UTF8.GetString(Content(rules)).Split('\n');
        return Guarded(rules, () =>
        {
            // GPT-2's own token for the end of a text is written nowhere but among the others.
            Dictionary<string, int> added = tokens[End] is JsonValue value && value.TryGetValue(out int number)
                ? new() { [End] = number } : [];
            return new Tokenizer(new TokenizerDescription
            {
                Tokens = Tokens(tokens, added),
                Merges =
                [
                    .. lines.Select(line => line.TrimEnd('\r'))
                        .Where((line, i) => line.Length > 0
                            && !(i == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
                        .Select(Merge),
                ],
                Added = added,
            });
        });
    }

    private static byte[] Content(string path)
    {
        var file = new FileInfo(path);
        return !file.Exists ? throw new FileNotFoundException($"There is no {path}.")
            : file.Length <= MaxBytes ? File.ReadAllBytes(path)
            : throw new InvalidDataException($"{path} has {file.Length} bytes: a tokenizer has {MaxBytes} at most.");
    }

    private static JsonObject Parse(byte[] content) =>
        JsonNode.Parse(content, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })
            as JsonObject ?? throw new InvalidDataException("It is no JSON object.");

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException
            or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no tokenizer that can be used: {e.Message}", e);
        }
    }
}
