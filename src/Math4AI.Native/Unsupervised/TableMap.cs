using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>Places the rows of tables on a map: one of the standardized columns of a table.</summary>
public sealed class TableMap : IFilePredictor
{
    internal const string Kind = "table-map";

    internal TableMap(StandardColumns standard, PlaneMap map) => (Standard, Map) = (standard, map);

    /// <summary>Gets the columns, and how they come on one scale.</summary>
    public StandardColumns Standard { get; }

    /// <summary>Gets the names of the columns, in the order of the map's channels.</summary>
    public IReadOnlyList<string> Columns => Standard.Names;

    /// <summary>Gets the map of the standardized columns.</summary>
    public PlaneMap Map { get; }

    /// <summary>Reads a map from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save(string, bool)"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static TableMap Load(string folder)
    {
        SavedTableMap about = ModelFolder.ReadDescription(
            folder, Kind, TableMapJson.Default.SavedTableMap,
            about => about is { Columns.Length: > 0, Map.IsSound: true, Encoding: null or { IsSound: true } });
        ModelArrays arrays = ModelArrays.Read(folder);
        PlaneMap map = PlaneMap.Of(about.Map, arrays);
        return map.Samples.ColumnCount == about.Columns.Length
            ? new TableMap(StandardColumns.Of(folder, about.Columns, about.Encoding, arrays), map)
            : throw new InvalidDataException($"{folder} is damaged: columns and map do not belong together.");
    }

    /// <summary>Places the rows of a table on the map, which stays as it is.</summary>
    /// <param name="table">A table with the columns; others are ignored.</param>
    /// <returns>Rows × 2.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing, or a value is missing or no number; the message says where.
    /// </exception>
    public Matrix<double> Transform(Table table) => Map.Transform(Standard.Of(table));

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => PlaneMap.Places(Map.Transform(Standard.Read(path)));

    /// <summary>Writes the map to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <summary>Writes the map to a folder together with other files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">What is written with it, whole or not at all.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        Standard.AddTo(arrays);
        Map.AddTo(arrays);
        ModelFolder.Write(
            folder, files, Kind,
            new SavedTableMap([.. Columns], Map.About) { Encoding = Standard.Encoding?.About },
            TableMapJson.Default.SavedTableMap, arrays.All);
    }

    /// <summary>Returns the map and the columns.</summary>
    public override string ToString() => $"{Map}, of {ColumnNames.List(Columns)}";
}

/// <summary>What the description of the map of a table says.</summary>
internal sealed record SavedTableMap(string[] Columns, SavedMap Map)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SavedEncoding? Encoding { get; init; }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedTableMap))]
internal sealed partial class TableMapJson : JsonSerializerContext;
