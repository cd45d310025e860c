using System.Text.Json;
using System.Text.Json.Nodes;

namespace Math4AI.Language.Texts;

/// <summary>Reads the parts of tokenizer.json.</summary>
/// <param name="file">The whole.</param>
internal sealed class TokenizerJson(JsonObject file)
{
    private const string Space = "\u2581";

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">A part is missing, or not known.</exception>
    public TokenizerDescription Read()
    {
        JsonObject model = file["model"] as JsonObject ?? throw new InvalidDataException("It has no 'model'.");
        RequireType(model, "model", "BPE");
        foreach (string part in (string[])["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            Require((model[part]?.ToString() ?? string.Empty).Length == 0, part);
        }

        Dictionary<string, int> added = Added();
        (bool hasSpaceFirst, bool isSpaced, bool isComposed) = Normalizer(file["normalizer"]);
        (string[] patterns, bool isOfBytes) = Splits(file["pre_tokenizer"]);
        Require(isOfBytes != isSpaced, "pre_tokenizer");
        return new TokenizerDescription
        {
            Tokens = TokenizerFile.Tokens(
                model["vocab"] as JsonObject ?? throw new InvalidDataException("It has no 'vocab'."), added),
            Merges = [.. (model["merges"] as JsonArray ?? throw new InvalidDataException("It has no 'merges'."))
                .Select(Merge)],
            Added = added,
            Patterns = patterns,
            IsOfBytes = isOfBytes,
            HasSpaceFirst = hasSpaceFirst,
            IsComposed = isComposed,
            TakesWholePieces = Is(model["ignore_merges"]),
            Beginning = Beginning(file["post_processor"], added),
        };
    }

    private static (string Left, string Right) Merge(JsonNode? node) => node switch
    {
        JsonValue value => TokenizerFile.Merge(value.GetValue<string>()),
        JsonArray { Count: 2 } pair => (pair[0]!.GetValue<string>(), pair[1]!.GetValue<string>()),
        _ => throw new InvalidDataException("It has a merge that is not two tokens."),
    };

    private Dictionary<string, int> Added()
    {
        var added = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonNode? node in file["added_tokens"] as JsonArray ?? [])
        {
            string text = Text(node?["content"]);
            Require(text.Length > 0 && added.TryAdd(text, node!["id"]!.GetValue<int>()), "added_tokens");
            foreach (string taken in (string[])["lstrip", "rstrip", "single_word"])
            {
                Require(!Is(node![taken]), $"added_tokens ('{text}' has '{taken}')");
            }
        }

        return added;
    }

    /// <summary>What is done to a text first: nothing, form C, or a space in front and U+2581 for spaces.</summary>
    private static (bool HasSpaceFirst, bool IsSpaced, bool IsComposed) Normalizer(JsonNode? node)
    {
        (bool hasSpaceFirst, bool isSpaced, bool isComposed) = (false, false, false);
        foreach (JsonNode one in Parts(node, "normalizers"))
        {
            switch (Type(one))
            {
                case "NFC":
                    isComposed = true;
                    break;
                case "Prepend" when Text(one["prepend"]) == Space:
                    hasSpaceFirst = true;
                    break;
                case "Replace" when Text(one["pattern"]?["String"]) == " " && Text(one["content"]) == Space:
                    isSpaced = true;
                    break;
                default:
                    Require(false, $"normalizer of the type '{Type(one)}'");
                    break;
            }
        }

        Require(!hasSpaceFirst || isSpaced, "normalizer");
        return (hasSpaceFirst, isSpaced, isComposed);
    }

    private static (string[] Patterns, bool IsOfBytes) Splits(JsonNode? node)
    {
        var patterns = new List<string>();
        bool isOfBytes = false;
        foreach (JsonNode one in Parts(node, "pretokenizers"))
        {
            Require(!isOfBytes, "pre_tokenizer");
            switch (Type(one))
            {
                case "ByteLevel" when !Is(one["add_prefix_space"]):
                    isOfBytes = true;
                    if (one["use_regex"] is null || Is(one["use_regex"]))
                    {
                        patterns.Add(PieceSplitter.Gpt2);
                    }

                    break;
                case "Split" when Text(one["behavior"]) == "Isolated" && !Is(one["invert"]):
                    patterns.Add(Text(one["pattern"]?["Regex"]));
                    Require(patterns[^1].Length > 0, "pre_tokenizer's pattern");
                    break;
                default:
                    Require(false, $"pre_tokenizer of the type '{Type(one)}' with its settings");
                    break;
            }
        }

        return ([.. patterns], isOfBytes);
    }

    /// <summary>The tokens that the template of one text has before it.</summary>
    private static int[] Beginning(JsonNode? node, Dictionary<string, int> added)
    {
        foreach (JsonNode one in Parts(node, "processors").Where(one => Type(one) == "TemplateProcessing"))
        {
            return
            [
                .. (one["single"] as JsonArray ?? []).TakeWhile(part => part?["SpecialToken"] is not null)
                    .Select(part => Text(part!["SpecialToken"]!["id"]))
                    .Select(token => added.TryGetValue(token, out int number) ? number
                        : throw new InvalidDataException($"It begins texts with '{token}', which is no token of it.")),
            ];
        }

        return [];
    }

    private static IEnumerable<JsonNode> Parts(JsonNode? node, string name) => node is null ? []
        : Type(node) == "Sequence" ? (node[name] as JsonArray ?? []).SelectMany(one => Parts(one, name))
        : [node];

    private static string Type(JsonNode node) => Text(node["type"]);

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) ? text : string.Empty;

    private static bool Is(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    private static void RequireType(JsonNode node, string name, string type) =>
        Require(Type(node) == type, $"{name} of the type '{Type(node)}' ({type} is known)");

    private static void Require(bool isKnown, string what)
    {
        if (!isKnown)
        {
            throw new InvalidDataException($"Its {what} is not known.");
        }
    }
}
