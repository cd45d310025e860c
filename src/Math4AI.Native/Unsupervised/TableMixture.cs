using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>Assigns the rows of tables to clusters: a mixture over the standardized columns of a table.</summary>
public sealed class TableMixture : IFilePredictor
{
    internal const string Kind = "table-clusters";

    internal TableMixture(
        IReadOnlyList<string> columns, Vector<double> mean, Vector<double> scales, GaussianMixtureFit mixture) =>
        (Columns, Mean, Scales, Mixture) = (columns, mean, scales, mixture);

    /// <summary>Gets the columns, in the order of the mixture's channels.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Gets the mean of each column.</summary>
    public Vector<double> Mean { get; }

    /// <summary>Gets the standard deviation of each column.</summary>
    public Vector<double> Scales { get; }

    /// <summary>Gets the mixture over (value − mean) / standard deviation, its largest component first.</summary>
    public GaussianMixtureFit Mixture { get; }

    /// <summary>Reads a mixture from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save(string, bool)"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static TableMixture Load(string folder)
    {
        SavedTableMixture about = ModelFolder.ReadDescription(
            folder, TableClusterJson.Default.SavedTableMixture,
            about => about is { Report: not null, Columns.Length: > 0 } && Enum.IsDefined(about.Shape));
        ModelArrays arrays = ModelArrays.Read(folder);
        int channels = about.Columns.Length;
        var mixture = GaussianMixtureFit.Of(folder, arrays, about.Shape, about.Report);
        Vector<double> mean = Vector<double>.Build.Dense(arrays.Vector("mean", channels)),
            scales = Vector<double>.Build.Dense(arrays.Vector("scales", channels));
        return mixture.Means.ColumnCount == channels && scales.All(scale => scale > 0.0)
            ? new TableMixture(about.Columns, mean, scales, mixture)
            : throw new InvalidDataException($"{folder} is damaged: columns and mixture do not belong together.");
    }

    /// <summary>Returns the probability of each cluster for each row, rows × clusters.</summary>
    /// <param name="table">A table with the columns; others are ignored.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing, or a value is missing or no number; the message says where.
    /// </exception>
    public Matrix<double> Probabilities(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        string[] columns = [.. Columns];
        int[] rows = ClusterColumns.CompleteRows(table, columns, dropMissing: false);
        return Probabilities(ClusterColumns.Values(table, columns, rows));
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => new(
        "cluster",
        [.. Enumerable.Range(1, Mixture.Weights.Count).Select(i => $"{i}")],
        Probabilities(Table.Read(path)).ToRowArrays(),
        []);

    /// <summary>Writes the mixture to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <summary>Writes the mixture to a folder together with other files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">What is written with it, whole or not at all.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("mean", Mean);
        arrays.Add("scales", Scales);
        SavedMixture about = Mixture.AddTo(arrays);
        ModelFolder.Write(
            folder, files, Kind, new SavedTableMixture([.. Columns], about.Shape, about.Report),
            TableClusterJson.Default.SavedTableMixture, arrays.All);
    }

    internal Matrix<double> Probabilities(Matrix<double> values) =>
        Mixture.Probabilities(ClusterColumns.Standardize(values, Mean, Scales));
}

/// <summary>What the description of the clusters of a table says.</summary>
internal sealed record SavedTableMixture(string[] Columns, CovarianceShape Shape, MixtureReport Report);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(SavedTableMixture))]
internal sealed partial class TableClusterJson : JsonSerializerContext;
