using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Math4AI.Data.Arrays;

namespace Math4AI.Data.Models;

/// <summary>
/// A fitted model in a folder: its numbers in <c>model.safetensors</c>, and a description in <c>model.json</c> that
/// says its kind and the version of the format. The rooms that have kinds of models register them at the start of the
/// library.
/// </summary>
public static class ModelFolder
{
    private const string Weights = "model.safetensors";
    private const string Description = "model.json";
    private const string Kind = "kind";
    private const string Version = "version";

    /// <summary>
    /// The version of the format that is written. The first version had no number in its description.
    /// </summary>
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly ConcurrentDictionary<string, Func<string, object>> Kinds = new();

    /// <summary>Gets the paths of the files of a model in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) =>
        [Path.Combine(folder, Weights), Path.Combine(folder, Description)];

    /// <summary>
    /// Returns the kind of the model in a folder, such as <c>table</c>, <c>images</c> or <c>text</c>.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">The description is damaged, or of a newer version.</exception>
    public static string KindOf(string folder)
    {
        string path = PathOf(folder);
        return About(path)[Kind] is JsonValue value && value.TryGetValue(out string? kind)
            ? kind
            : throw new InvalidDataException($"{path} is no description of a model.");
    }

    /// <summary>Reads the model in a folder, of whatever kind.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The model; one that predicts from files is an <see cref="IFilePredictor"/>.</returns>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the kind or version is not known.</exception>
    public static object Open(string folder)
    {
        string kind = KindOf(folder);
        return Kinds.TryGetValue(kind, out Func<string, object>? load)
            ? load(folder)
            : throw new InvalidDataException($"{PathOf(folder)} is of the kind '{kind}', which is not known; there "
                + $"are: {string.Join(", ", Kinds.Keys.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>Registers a kind of model.</summary>
    /// <param name="kind">Its name in descriptions.</param>
    /// <param name="load">Reads a model from its folder.</param>
    internal static void Register(string kind, Func<string, object> load) => Kinds[kind] = load;

    /// <summary>Reads the description of a model of a kind.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="kind">The kind; arrays of another one may have the same names, and mean something else.</param>
    /// <param name="type">How the description is written.</param>
    /// <param name="isSound">Whether what is written can be.</param>
    /// <exception cref="InvalidDataException">The model is of another kind, or the description is damaged.</exception>
    internal static T ReadDescription<T>(string folder, string kind, JsonTypeInfo<T> type, Predicate<T> isSound)
        where T : class
    {
        if (KindOf(folder) is var found && found != kind)
        {
            throw new InvalidDataException($"{folder} holds a model of the kind '{found}', and '{kind}' is needed: "
                + "ModelFolder.Open reads any kind.");
        }

        string path = PathOf(folder);
        try
        {
            return About(path).Deserialize(type) is { } about && isSound(about)
                ? about
                : throw new JsonException("incomplete");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"{path} is no description of a model of this kind.", e);
        }
    }

    /// <summary>
    /// Checks, before a network is created, that the file of weights is long enough for what the description requests.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="least">The fewest parameters that the network can have.</param>
    /// <exception cref="InvalidDataException">It is not.</exception>
    internal static void RequireWeights(string folder, double least)
    {
        var file = new FileInfo(Path.Combine(folder, Weights));
        if (file.Exists && file.Length < sizeof(float) * least)
        {
            throw new InvalidDataException(
                $"{file.FullName} belongs to another model: it holds fewer weights than {Description} asks for.");
        }
    }

    /// <summary>Writes a model's files whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <param name="write">Writes the model to files of the transaction that it is given.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    internal static void Save(string folder, bool replace, Action<FileTransaction> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var files = new FileTransaction(replace);
        files.RequireFree(Files(folder));
        write(files);
        files.Commit();
    }

    /// <summary>Returns the path of the file of weights.</summary>
    internal static string WeightsOf(string folder) => Path.Combine(folder, Weights);

    /// <summary>Reads the float64 arrays of a model by name.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static IReadOnlyDictionary<string, NumberArray> ReadNumbers(string folder) =>
        Safetensors.ReadNumbers(WeightsOf(folder)).ToDictionary(array => array.Name);

    /// <summary>Writes a description and float64 arrays.</summary>
    internal static void Write<T>(
        string folder, FileTransaction files, string kind, T about, JsonTypeInfo<T> type,
        IReadOnlyList<NumberArray> arrays) =>
        Write(folder, files, kind, about, type, path => Safetensors.WriteNumbers(path, arrays));

    /// <summary>
    /// Writes a description, and whatever arrays <paramref name="weights"/> writes to the path that it is given.
    /// </summary>
    internal static void Write<T>(
        string folder, FileTransaction files, string kind, T about, JsonTypeInfo<T> type, Action<string> weights)
    {
        ArgumentNullException.ThrowIfNull(files);
        var json = new JsonObject { [Kind] = kind, [Version] = CurrentVersion };
        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(about, type)!.AsObject())
        {
            json[name] = value?.DeepClone();
        }

        weights(files.Add(Path.Combine(folder, Weights)));
        File.WriteAllText(files.Add(Path.Combine(folder, Description)), json.ToJsonString(Indented) + "\n");
    }

    private static JsonObject About(string path)
    {
        try
        {
            JsonObject about =
                JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("no object");
            int version = about.TryGetPropertyValue(Version, out JsonNode? given) ? (int?)given ?? 0 : 1;
            return version is >= 1 and <= CurrentVersion
                ? about
                : throw new InvalidDataException(
                    $"{path} has version {version} of the format, and {CurrentVersion} is the newest known here: use a "
                    + "newer Math4AI.Native.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException
            or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no description of a model.", e);
        }
    }

    private static string PathOf(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        FileTransaction.Recover(folder);
        string path = Path.Combine(folder, Description);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{folder} holds no model: there is no {Description} in it.");
    }
}
