using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Math4AI.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>What a model of a table predicts.</summary>
public enum TableTask
{
    /// <summary>A class.</summary>
    Classification,

    /// <summary>A number.</summary>
    Regression,
}

/// <summary>All that a model of a table is, beside its weights.</summary>
/// <param name="Task">What it predicts.</param>
/// <param name="Target">The column that it predicts.</param>
/// <param name="Classes">The classes, in the order of the outputs; empty for numbers.</param>
/// <param name="Mean">The mean of the target, which is standardised inside.</param>
/// <param name="Deviation">Its standard deviation.</param>
/// <param name="Hidden">The widths of the hidden layers.</param>
/// <param name="Encoder">How rows become inputs.</param>
public sealed record TableModelDescription(
    TableTask Task,
    string Target,
    IReadOnlyList<string> Classes,
    double Mean,
    double Deviation,
    IReadOnlyList<int> Hidden,
    TableEncoder Encoder);

/// <summary>A trained network together with the encoding of its tables.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody disposes a tensor of ours: the finalizers of torch's handles free them.")]
public sealed class TableModel
{
    private const string Weights = "model.safetensors";
    private const string Description = "model.json";
    private const int MostWidth = 1 << 16;

    private readonly Mlp network;

    internal TableModel(TableModelDescription about)
    {
        About = about;
        network = new Mlp(about.Encoder.Inputs, about.Hidden, Math.Max(1, about.Classes.Count));
    }

    /// <summary>All but the weights.</summary>
    public TableModelDescription About { get; }

    internal nn.Module<Tensor, Tensor> Network => network;

    /// <summary>The files of a model in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) => [Path.Combine(folder, Weights), Path.Combine(folder, Description)];

    /// <summary>Reads a model.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TableModel Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, Description);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{folder} holds no model: there is no {Description} in it.");
        }

        TableModelDescription about;
        try
        {
            about = JsonSerializer.Deserialize(File.ReadAllText(path), TableModelJson.Default.TableModelDescription)
                ?? throw new JsonException("null");
            bool isSound = about is { Target: not null, Classes: not null, Hidden: not null, Encoder.Columns: not null }
                && about.Encoder.Columns.All(column => column is { Name: not null, Classes: not null })
                && about.Hidden.All(width => width is > 0 and <= MostWidth) && about.Encoder.Inputs is > 0 and <= MostWidth;
            if (!isSound)
            {
                throw new JsonException("incomplete");
            }
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"{path} is no description of a model.", e);
        }

        var model = new TableModel(about);
        model.SetWeights(Path.Combine(folder, Weights));
        return model;
    }

    /// <summary>Writes the model to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    public void Save(string folder, FileTransaction files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var arrays = new SortedDictionary<string, NamedArray>(StringComparer.Ordinal);
        using (DisposeScope scope = NewDisposeScope())
        {
            foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            {
                arrays[name] = new NamedArray(parameter.shape, parameter.detach().contiguous().data<float>().ToArray());
            }
        }

        Safetensors.Write(files.Add(Path.Combine(folder, Weights)), arrays);
        File.WriteAllText(
            files.Add(Path.Combine(folder, Description)),
            JsonSerializer.Serialize(About, TableModelJson.Default.TableModelDescription) + "\n");
    }

    /// <summary>Predictions: a number a row; or the probabilities of the classes.</summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <returns>rows × 1, or rows × classes.</returns>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    public double[][] Predict(Table table)
    {
        float[] inputs = About.Encoder.Encode(table);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        network.eval();
        Tensor outputs = network.forward(tensor(inputs).reshape(table.Rows, About.Encoder.Inputs));
        if (About.Task == TableTask.Classification)
        {
            outputs = nn.functional.softmax(outputs, 1);
        }

        float[] values = outputs.contiguous().data<float>().ToArray();
        int width = values.Length / table.Rows;
        return
        [
            .. Enumerable.Range(0, table.Rows).Select(row => Enumerable.Range(0, width).Select(i =>
                About.Task == TableTask.Classification
                    ? values[row * width + i]
                    : About.Mean + About.Deviation * values[row * width + i]).ToArray()),
        ];
    }

    private void SetWeights(string path)
    {
        IReadOnlyDictionary<string, NamedArray> arrays = Safetensors.Read(path);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        var parameters = network.named_parameters().ToList();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in parameters)
        {
            if (!arrays.TryGetValue(name, out NamedArray? array) || !array.Shape.SequenceEqual(parameter.shape))
            {
                throw new InvalidDataException($"{path} belongs to another model: '{name}' is missing or has another shape.");
            }

            parameter.copy_(tensor(array.Values).reshape(parameter.shape));
        }

        if (arrays.Count != parameters.Count)
        {
            throw new InvalidDataException($"{path} belongs to another model: it has {arrays.Count} arrays, and {parameters.Count} are needed.");
        }
    }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true, MaxDepth = 16)]
[JsonSerializable(typeof(TableModelDescription))]
internal sealed partial class TableModelJson : JsonSerializerContext;
