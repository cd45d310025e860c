using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Language;
using Math4AI.Training.Images;
using Math4AI.Training.Tables;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>What a trained model is of.</summary>
public enum ModelKind
{
    /// <summary>Tables: <see cref="TableModel"/>.</summary>
    Table,

    /// <summary>Images: <see cref="ImageModel"/>.</summary>
    Images,

    /// <summary>Texts: <see cref="TextModel"/>.</summary>
    Text,
}

/// <summary>A trained model in a folder: its weights, and a description in JSON that says its kind.</summary>
public static class ModelFolder
{
    private const string Weights = "model.safetensors";
    private const string Description = "model.json";
    private const string Kind = "kind";

    /// <summary>The files of a model in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) => [Path.Combine(folder, Weights), Path.Combine(folder, Description)];

    /// <summary>What the model in a folder is of.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">The description is damaged.</exception>
    public static ModelKind KindOf(string folder)
    {
        string path = PathOf(folder);
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) is JsonObject about
                && Enum.TryParse((string?)about[Kind], ignoreCase: true, out ModelKind kind)
                    ? kind
                    : throw new JsonException("no kind");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path} is no description of a model.", e);
        }
    }

    internal static T ReadDescription<T>(string folder, JsonTypeInfo<T> type, Predicate<T> isSound)
        where T : class
    {
        string path = PathOf(folder);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), type) is { } about && isSound(about)
                ? about
                : throw new JsonException("incomplete");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"{path} is no description of a model of this kind.", e);
        }
    }

    /// <summary>Before a network is made: the weights' file is long enough to be of it, whatever the description asks for.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="least">The fewest parameters that the network can have.</param>
    /// <exception cref="InvalidDataException">It is not.</exception>
    internal static void RequireWeights(string folder, double least)
    {
        var file = new FileInfo(Path.Combine(folder, Weights));
        if (file.Exists && file.Length < sizeof(float) * least)
        {
            throw new InvalidDataException($"{file.FullName} belongs to another model: it holds fewer weights than {Description} asks for.");
        }
    }

    internal static void ReadWeights(string folder, nn.Module network)
    {
        string path = Path.Combine(folder, Weights);
        ModuleWeights.Write(network, Safetensors.Read(path), string.Empty, path);
    }

    internal static void Write<T>(string folder, FileTransaction files, T about, JsonTypeInfo<T> type, nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(files);
        ModelKind kind = typeof(T) == typeof(TextModelDescription) ? ModelKind.Text
            : typeof(T) == typeof(ImageModelDescription) ? ModelKind.Images
            : ModelKind.Table;
        var json = new JsonObject { [Kind] = JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()) };
        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(about, type)!.AsObject())
        {
            json[name] = value?.DeepClone();
        }

        Safetensors.Write(files.Add(Path.Combine(folder, Weights)), ModuleWeights.Read(network));
        File.WriteAllText(files.Add(Path.Combine(folder, Description)), json.ToJsonString(ModelJson.Default.Options) + "\n");
    }

    private static string PathOf(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, Description);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{folder} holds no model: there is no {Description} in it.");
    }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true, MaxDepth = 16)]
[JsonSerializable(typeof(TableModelDescription))]
[JsonSerializable(typeof(ImageModelDescription))]
[JsonSerializable(typeof(TextModelDescription))]
internal sealed partial class ModelJson : JsonSerializerContext;
