using System.Text.Json;
using System.Text.Json.Nodes;
using Math4AI.Data.Arrays;
using Math4AI.Language.Generation;

namespace Math4AI.Language.Folders;

/// <summary>
/// A transformer's folder as GPT-2 and Llama have it: config.json with the shape, and model.safetensors, or its pieces
/// that model.safetensors.index.json names. Weights of float32, float16 and bfloat16 are read. Nothing in it can run.
/// </summary>
internal sealed class LanguageFolder
{
    private const string Config = "config.json";
    private const string Whole = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const string Pickles = "pytorch_model*.bin";
    private const int MaxPositions = 1 << 22;
    private const int MaxConfigBytes = 1 << 20;
    private const int MaxIndexBytes = 64 << 20;

    private readonly string folder;
    private readonly JsonObject config;
    private readonly Dictionary<string, NamedArray> arrays = new(StringComparer.Ordinal);

    private LanguageFolder(string folder)
    {
        this.folder = folder;
        config = Json(Config, MaxConfigBytes);
    }

    private string ConfigPath => Path.Combine(folder, Config);

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, or the network is of another kind; the message says where.
    /// </exception>
    public static DecoderWeights Read(string folder) => new LanguageFolder(folder).Read();

    /// <summary>Returns a whole number of the description between 1 and 2³¹ − 1.</summary>
    public int Count(string name, int? byDefault = null)
    {
        JsonNode? node = config[name];
        return node is null && byDefault is { } value ? value
            : node is JsonValue number && number.TryGetValue(out int found) && found > 0 ? found
            : throw new InvalidDataException($"{ConfigPath} has no '{name}' that is a whole number above 0.");
    }

    /// <summary>Returns the most positions.</summary>
    public int Positions(string name) => Count(name) is var count && count <= MaxPositions ? count
        : throw new InvalidDataException(
            $"{ConfigPath} has {count} for '{name}'; {MaxPositions} positions can be remembered.");

    /// <summary>Returns a number of the description above 0.</summary>
    public double Number(string name, double byDefault) => config[name] is not { } node ? byDefault
        : node is JsonValue number && number.TryGetValue(out double found) && found is > 0.0 and < 1e12 ? found
        : throw new InvalidDataException($"{ConfigPath} has a '{name}' that is no number above 0.");

    /// <summary>Returns whether something of the description is true.</summary>
    public bool Is(string name, bool byDefault) => config[name] is not { } node ? byDefault
        : node is JsonValue flag && flag.TryGetValue(out bool found) ? found
        : throw new InvalidDataException($"{ConfigPath} has a '{name}' that is neither true nor false.");

    /// <summary>Refuses a description in which something is other than what can be calculated.</summary>
    public void Require(string name, params string?[] possible)
    {
        string? found = config[name]?.ToJsonString().Trim('"');
        if (!possible.Contains(found, StringComparer.Ordinal))
        {
            throw new InvalidDataException(
                $"{ConfigPath} has the {name} '{found}', which is not known; there are: "
                + $"{string.Join(", ", possible.Where(one => one is not null))}.");
        }
    }

    /// <summary>Returns a text of the description, or null.</summary>
    public string? Text(string name) =>
        config[name] is JsonValue value && value.TryGetValue(out string? found) ? found : null;

    /// <summary>Returns a part of the description, or null.</summary>
    public JsonObject? Part(string name) => config[name] switch
    {
        null => null,
        JsonObject part => part,
        _ => throw new InvalidDataException($"{ConfigPath} has a '{name}' that is no object."),
    };

    /// <summary>Returns an error about the description.</summary>
    public InvalidDataException Wrong(string what) => new($"{ConfigPath} {what}");

    /// <summary>Returns symbols of the description: one number, several, or none.</summary>
    public int[] Symbols(string name, int count)
    {
        JsonNode?[] nodes = config[name] is JsonArray some ? [.. some] : [config[name]];
        return
        [
            .. nodes.Where(node => node is not null).Select(
                node => node is JsonValue value && value.TryGetValue(out int found) && found >= 0 && found < count
                    ? found
                    : throw Wrong($"has a '{name}' that is no number of a token.")),
        ];
    }

    /// <summary>Returns whether the description has something.</summary>
    public bool Has(string name) => config[name] is not null;

    /// <summary>Returns whether there is an array.</summary>
    public bool HasArray(string name) => arrays.ContainsKey(name);

    /// <summary>Refuses a number that another is no multiple of.</summary>
    public void RequireDivides(int divisor, int number)
    {
        if (number % divisor != 0)
        {
            throw new InvalidDataException(
                $"{ConfigPath} has {number} numbers or heads, which {divisor} does not divide.");
        }
    }

    /// <summary>Returns products of the same input as one.</summary>
    public static DecoderWeights.Matrix Below(params DecoderWeights.Matrix[] parts) => new(
        Below([.. parts.Select(part => part.Weight)]),
        parts[0].Bias is null ? null : Below([.. parts.Select(part => part.Bias!)]));

    /// <summary>Returns a matrix of inputs × outputs as outputs × inputs.</summary>
    public static float[] Transposed(float[] matrix, int inputs, int outputs)
    {
        float[] result = DecoderWeights.Room(matrix.Length);
        for (int i = 0; i < inputs; i++)
        {
            for (int j = 0; j < outputs; j++)
            {
                result[j * inputs + i] = matrix[i * outputs + j];
            }
        }

        return result;
    }

    private static float[] Below(float[][] parts)
    {
        float[] result = DecoderWeights.Room(parts.Sum(part => (long)part.Length));
        int at = 0;
        foreach (float[] part in parts)
        {
            part.CopyTo(result, at);
            at += part.Length;
        }

        return result;
    }

    /// <summary>Returns an array of a shape, at a place where it stays.</summary>
    public float[] Take(string name, params int[] shape)
    {
        if (!arrays.TryGetValue(name, out NamedArray? array))
        {
            throw new InvalidDataException($"{folder} has no array '{name}', which its {Config} asks for.");
        }

        if (!array.Shape.SequenceEqual(shape.Select(size => (long)size)))
        {
            throw new InvalidDataException(
                $"{folder} has '{name}' with the shape ({string.Join(", ", array.Shape)}); its {Config} asks for "
                + $"({string.Join(", ", shape)}).");
        }

        int odd = Array.FindIndex(array.Values, value => !float.IsFinite(value));
        if (odd >= 0)
        {
            throw new InvalidDataException($"{folder} has a number in '{name}' that is not finite: number {odd + 1}.");
        }

        float[] room = DecoderWeights.Room(array.Values.Length);
        array.Values.CopyTo(room, 0);
        return room;
    }

    private DecoderWeights Read()
    {
        Require("model_type", "gpt2", "llama");
        bool isLlama = (string?)config["model_type"] == "llama";
        string[] files = Files();
        foreach (string file in files)
        {
            foreach ((string name, NamedArray array) in Safetensors.Read(file))
            {
                // Folders of the body alone name its parts without this.
                string plain = isLlama || !name.StartsWith("transformer.", StringComparison.Ordinal)
                    ? name : name["transformer.".Length..];
                if (!arrays.TryAdd(plain, array))
                {
                    throw new InvalidDataException($"{folder} has the array '{name}' twice.");
                }
            }
        }

        try
        {
            return isLlama ? LlamaLayout.Read(this) : Gpt2Layout.Read(this);
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException($"{ConfigPath} describes arrays larger than can be held.", e);
        }
    }

    private string[] Files()
    {
        if (!File.Exists(Path.Combine(folder, Index)))
        {
            string whole = Path.Combine(folder, Whole);
            return File.Exists(whole) ? [whole] : throw new FileNotFoundException(
                $"{folder} has no {Whole}" + (Directory.EnumerateFiles(folder, Pickles).Any()
                    ? $": its {Pickles} can run anything when it is read, and is not; save the weights as safetensors."
                    : " and no index of its pieces."));
        }

        string[] names = Json(Index, MaxIndexBytes)["weight_map"] is JsonObject map
            && map.All(entry => entry.Value is JsonValue value && value.TryGetValue(out string? _))
            ? [.. map.Select(entry => (string)entry.Value!).Distinct().Order(StringComparer.Ordinal)]
            : throw new InvalidDataException($"{Path.Combine(folder, Index)} has no map of weights to files.");
        string? outside = names.FirstOrDefault(name => name.Length == 0 || name is "." or ".."
            || name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0);
        return outside is null
            ? [.. names.Select(name => Path.Combine(folder, name))]
            : throw new InvalidDataException(
                $"{Path.Combine(folder, Index)} names the file '{outside}', which is not in the folder.");
    }

    private JsonObject Json(string name, int mostBytes)
    {
        string path = Path.Combine(folder, name);
        if (new FileInfo(path).Length > mostBytes)
        {
            throw new InvalidDataException($"{path} is longer than {mostBytes} bytes: it is no description.");
        }

        try
        {
            return JsonNode.Parse(
                File.ReadAllBytes(path), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })
                as JsonObject ?? throw new InvalidDataException($"{path} is no JSON object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no JSON: {e.Message}", e);
        }
    }
}
