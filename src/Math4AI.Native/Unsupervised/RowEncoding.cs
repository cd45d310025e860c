using System.Globalization;
using System.Text.Json.Serialization;
using Math4AI.Data.Images;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Unsupervised.Codes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// Turns images, or the texts of a column, into columns of numbers, by features that were learned from some of them.
/// </summary>
public sealed class RowEncoding
{
    private readonly FittedFeatures<ImageSet>? images;
    private readonly FittedFeatures<IReadOnlyList<string>>? texts;
    private readonly SavedEncoding about;

    internal RowEncoding(FittedFeatures<ImageSet> images, string formula, ImageShape shape) =>
        (this.images, about) = (images, new SavedEncoding(formula, shape, null));

    internal RowEncoding(FittedFeatures<IReadOnlyList<string>> texts, string formula, string column) =>
        (this.texts, about) = (texts, new SavedEncoding(formula, null, column));

    private RowEncoding(
        SavedEncoding about, FittedFeatures<ImageSet>? images, FittedFeatures<IReadOnlyList<string>>? texts) =>
        (this.about, this.images, this.texts) = (about, images, texts);

    /// <summary>Gets the formula of the features, such as <c>words then tfidf then pca:20</c>.</summary>
    public string Formula => about.Formula;

    /// <summary>Gets the column of the texts; null for images.</summary>
    public string? TextColumn => about.TextColumn;

    internal SavedEncoding About => about with { Texts = State.Texts };

    /// <summary>Gets the pixels of the grey levels that the features are; null where they are others.</summary>
    internal PixelGrid? Grid => about switch
    {
        { Shape: { } shape, Formula: "grey" } => new PixelGrid(shape.Height, shape.Width),
        { Shape: not null, Formula: ['g', 'r', 'e', 'y', ':', .. var side] }
            when int.TryParse(side, CultureInfo.InvariantCulture, out int cells) => new PixelGrid(cells, cells),
        _ => null,
    };

    private FeatureState State => images?.State ?? texts!.State;

    /// <summary>Reads what a model's folder keeps.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal static RowEncoding Of(string folder, SavedEncoding about) =>
        about.Shape is null
            ? new RowEncoding(
                about, null, FeatureFiles.Restore(folder, TextFeatures.Names, about.Formula, about.Texts))
            : new RowEncoding(
                about, FeatureFiles.Restore(folder, ImageFeatures.Names, about.Formula, about.Texts), null);

    internal void AddTo(ModelArrays arrays)
    {
        foreach ((string name, double[] values) in State.Numbers)
        {
            arrays.Add(FeatureFiles.Prefix + name, values);
        }
    }

    /// <summary>Reads a file of the same kind of rows.</summary>
    /// <param name="path">A folder of images or an IDX file; or a table with the column of texts.</param>
    /// <returns>Rows × features.</returns>
    /// <exception cref="ArgumentException">
    /// Images have another size, there is no such column, or a text is missing.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Matrix<double> Read(string path) => images is not null
        ? images.Apply(ImageSet.Read(path, about.Shape))
        : texts!.Apply(TextsOf(Table.Read(path), about.TextColumn!));

    /// <summary>The texts of a column, all of which must be there.</summary>
    /// <exception cref="ArgumentException">One is missing, or the column is.</exception>
    internal static string[] TextsOf(Table table, string column)
    {
        IReadOnlyList<string?> cells = table.Texts(column);
        return
        [
            .. cells.Select((cell, row) => cell ?? throw new ArgumentException(
                $"Row {table.NumberOf(row)} has no text in column '{column}': leave such rows out of the file.")),
        ];
    }
}

/// <summary>What a description says of the features: of images, which have a shape, or of a column of texts.</summary>
internal sealed record SavedEncoding(string Formula, ImageShape? Shape, string? TextColumn)
{
    public IReadOnlyDictionary<string, string[]> Texts { get; init; } = new Dictionary<string, string[]>();

    [JsonIgnore]
    public bool IsSound => Formula is not null && Texts is not null && (Shape is null) != (TextColumn is null)
        && (Shape is null or { Channels: 1 or 3, Height: > 0, Width: > 0, Largest: > 0.0, Classes: not null });
}
