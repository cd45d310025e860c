using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>Assigns the rows of tables to clusters: a mixture over the standardized columns of a table.</summary>
public sealed class TableMixture : TableClusterModel
{
    internal const string Kind = "table-clusters";

    internal TableMixture(StandardColumns standard, GaussianMixtureFit mixture)
        : base(standard) =>
        Mixture = mixture;

    /// <summary>Gets the mixture over the standardized columns, its largest component first.</summary>
    public GaussianMixtureFit Mixture { get; }

    /// <summary>Reads a mixture from a folder.</summary>
    /// <param name="folder">The folder that it was saved in.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static TableMixture Load(string folder)
    {
        SavedTableMixture about = ModelFolder.ReadDescription(
            folder, Kind, TableClusterJson.Default.SavedTableMixture,
            about => about is { Report: not null, Columns.Length: > 0, Encoding: null or { IsSound: true } }
                && Enum.IsDefined(about.Shape));
        ModelArrays arrays = ModelArrays.Read(folder);
        var mixture = GaussianMixtureFit.Of(folder, arrays, about.Shape, about.Report);
        return mixture.Means.ColumnCount == about.Columns.Length
            ? new TableMixture(StandardColumns.Of(folder, about.Columns, about.Encoding, arrays), mixture)
            : throw new InvalidDataException($"{folder} is damaged: columns and mixture do not belong together.");
    }

    /// <summary>Returns the probability of each cluster for each row, rows × clusters.</summary>
    /// <param name="table">A table with the columns; others are ignored.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing, or a value is missing or no number; the message says where.
    /// </exception>
    public Matrix<double> Probabilities(Table table) => Mixture.Probabilities(Standard.Of(table));

    /// <inheritdoc/>
    public override FilePredictions PredictFile(string path) => new(
        "cluster",
        [.. Enumerable.Range(1, Mixture.Weights.Count).Select(i => $"{i}")],
        Mixture.Probabilities(Standard.Read(path)).ToRowArrays(),
        []);

    /// <inheritdoc/>
    public override void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        Standard.AddTo(arrays);
        SavedMixture about = Mixture.AddTo(arrays);
        ModelFolder.Write(
            folder, files, Kind,
            new SavedTableMixture([.. Columns], about.Shape, about.Report) { Encoding = Standard.Encoding?.About },
            TableClusterJson.Default.SavedTableMixture, arrays.All);
    }

    /// <summary>Returns the mixture and the columns.</summary>
    public override string ToString() => $"{Mixture}, of {ColumnNames.List(Columns)}";
}

/// <summary>What the description of the clusters of a table says.</summary>
internal sealed record SavedTableMixture(string[] Columns, CovarianceShape Shape, MixtureReport Report)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SavedEncoding? Encoding { get; init; }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(SavedTableMixture))]
internal sealed partial class TableClusterJson : JsonSerializerContext;
