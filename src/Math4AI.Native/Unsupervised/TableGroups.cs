using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Clusters;

namespace Math4AI.Unsupervised;

/// <summary>
/// Assigns the rows of tables to clusters that another method than a mixture found among their standardized columns.
/// </summary>
public sealed class TableGroups : TableClusterModel
{
    internal const string Kind = "table-groups";

    private const string Inner = "groups";

    private readonly IGroups groups;

    internal TableGroups(StandardColumns standard, ClusterMethod method, IGroups groups)
        : base(standard) =>
        (Method, this.groups) = (method, groups);

    /// <summary>Gets the method that found the clusters.</summary>
    public ClusterMethod Method { get; }

    /// <summary>Gets the number of clusters.</summary>
    public int Count => groups.Count;

    /// <summary>Reads clusters from a folder.</summary>
    /// <param name="folder">The folder that they were saved in.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static TableGroups Load(string folder)
    {
        SavedTableGroups about = ModelFolder.ReadDescription(
            folder, Kind, TableGroupsJson.Default.SavedTableGroups,
            about => about is { Columns.Length: > 0, Encoding: null or { IsSound: true } }
                && Enum.IsDefined(about.Method));
        var standard = StandardColumns.Of(folder, about.Columns, about.Encoding, ModelArrays.Read(folder));
        return ModelFolder.Open(Path.Combine(folder, Inner)) is IGroups groups
            ? new TableGroups(standard, about.Method, groups)
            : throw new InvalidDataException($"{Path.Combine(folder, Inner)} holds no clusters.");
    }

    /// <summary>Gets the paths of the files in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. ModelFolder.Files(folder), .. ModelFolder.Files(Path.Combine(folder, Inner))];

    /// <summary>Returns the cluster of each row of a table, from 0; <see cref="DbscanFit.Noise"/> for none.</summary>
    /// <param name="table">A table with the columns; others are ignored.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing, or a value is missing or no number; the message says where.
    /// </exception>
    public int[] Assign(Table table) => groups.Place(Standard.Of(table)).Labels;

    /// <summary>
    /// Gives the number of the cluster of each row, from 1, or 0 for none, and how firmly it belongs there where the
    /// method says so.
    /// </summary>
    /// <inheritdoc/>
    public override FilePredictions PredictFile(string path)
    {
        (int[] labels, double[] strengths) = groups.Place(Standard.Read(path));
        return strengths.Length == 0
            ? new FilePredictions("cluster", [], [.. labels.Select(label => new[] { label + 1.0 })], [])
            : new FilePredictions(
                "cluster", [], [.. labels.Select((label, i) => new[] { label + 1.0, strengths[i] })], [])
            {
                Columns = ["cluster", "strength"],
            };
    }

    /// <inheritdoc/>
    public override void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        Standard.AddTo(arrays);
        ModelFolder.Write(
            folder, files, Kind, new SavedTableGroups([.. Columns], Method) { Encoding = Standard.Encoding?.About },
            TableGroupsJson.Default.SavedTableGroups, arrays.All);
        groups.Save(Path.Combine(folder, Inner), files);
    }

    /// <summary>Returns the number of clusters and the columns.</summary>
    public override string ToString() =>
        $"{Counted.Of(Count, "cluster")} by {Method}, of {ColumnNames.List(Columns)}";
}

/// <summary>What the description of such clusters says.</summary>
internal sealed record SavedTableGroups(string[] Columns, ClusterMethod Method)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SavedEncoding? Encoding { get; init; }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, MaxDepth = 16)]
[JsonSerializable(typeof(SavedTableGroups))]
internal sealed partial class TableGroupsJson : JsonSerializerContext;
