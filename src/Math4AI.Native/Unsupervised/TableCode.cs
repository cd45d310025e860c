using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Codes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Gives the rows of tables, images or texts short codes, and says how badly each is reconstructed.
/// </summary>
public sealed class TableCode : IFilePredictor
{
    internal const string Kind = "table-code";

    private const string Inner = "code";

    internal TableCode(StandardColumns standard, AutoencoderFit code) => (Standard, Code) = (standard, code);

    /// <summary>Gets the columns, and how they come on one scale.</summary>
    public StandardColumns Standard { get; }

    /// <summary>Gets the networks to the code of the standardized columns, and back.</summary>
    public AutoencoderFit Code { get; }

    /// <summary>Reads a code from a folder.</summary>
    /// <param name="folder">The folder that it was saved in.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static TableCode Load(string folder)
    {
        SavedTableCode about = ModelFolder.ReadDescription(
            folder, Kind, TableCodeJson.Default.SavedTableCode,
            about => about is { Columns.Length: > 0, Encoding: null or { IsSound: true } });
        var standard = StandardColumns.Of(folder, about.Columns, about.Encoding, ModelArrays.Read(folder));
        return ModelFolder.Open(Path.Combine(folder, Inner)) is AutoencoderFit code
            && code.Channels == about.Columns.Length
            ? new TableCode(standard, code)
            : throw new InvalidDataException($"{folder} is damaged: columns and code do not belong together.");
    }

    /// <summary>Gets the paths of the files in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. ModelFolder.Files(folder), .. ModelFolder.Files(Path.Combine(folder, Inner))];

    /// <summary>Returns the code of each row of a table, rows × k.</summary>
    /// <param name="table">A table with the columns; others are ignored.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing, or a value is missing or no number; the message says where.
    /// </exception>
    public Matrix<double> Encode(Table table) => Code.Encode(Standard.Of(table));

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => Code.Predict(Standard.Read(path));

    /// <summary>Writes the code to a folder together with other files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">What is written with it, whole or not at all.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        Standard.AddTo(arrays);
        ModelFolder.Write(
            folder, files, Kind, new SavedTableCode([.. Standard.Names]) { Encoding = Standard.Encoding?.About },
            TableCodeJson.Default.SavedTableCode, arrays.All);
        Code.Save(Path.Combine(folder, Inner), files);
    }

    /// <summary>Returns the code and the columns.</summary>
    public override string ToString() => $"{Code}, of {ColumnNames.List(Standard.Names)}";
}

/// <summary>What the description of such a code says.</summary>
internal sealed record SavedTableCode(string[] Columns)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SavedEncoding? Encoding { get; init; }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedTableCode))]
internal sealed partial class TableCodeJson : JsonSerializerContext;
