using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Math4AI.Data.Images;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>
/// The rows of a file as methods without a teacher take them: those of a table; images, one a row, as the leading
/// principal components of their grey levels; or the texts of a column, as those of their words, weighted by tf–idf.
/// Such components stand in the table after its own columns, and alone are used.
/// </summary>
public sealed class DataRows
{
    private const int Components = 20;
    private const int MinComponents = 2;

    // Groups of few rows show in few directions; in many, every row is alone.
    private const int RowsPerComponent = 10;
    private const int MaxSide = 32;

    private DataRows(Table table) => Table = table;

    /// <summary>Gets the table; of images, their names and classes before the components.</summary>
    public Table Table { get; }

    /// <summary>Gets what makes the components of others; null for a table of numbers.</summary>
    public RowEncoding? Encoding { get; private init; }

    /// <summary>Gets what is shown of a row in words: the columns of the table without components.</summary>
    public IReadOnlyList<string> Shown => Encoding is null
        ? Table.Names
        : [.. Table.Names.Where(name => !EncodedNames.Contains(name))];

    /// <summary>Gets what to know of the files, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Gets the columns that are used; empty for those of the table that hold numbers.</summary>
    internal IReadOnlyList<string> EncodedNames { get; private init; } = [];

    /// <summary>Gets what the components were made of, such as words; rows × features.</summary>
    internal Described? Features { get; private init; }

    /// <summary>Gets what makes two images equal; null where all cells of two rows do.</summary>
    internal IReadOnlyList<string>? Identities { get; private init; }

    /// <summary>Takes a table as it is.</summary>
    /// <param name="table">The table.</param>
    public static DataRows Of(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new DataRows(table);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">A table; or a folder of images, or an IDX file.</param>
    /// <param name="texts">The column of the texts to use instead of numbers; null for none.</param>
    /// <param name="features">
    /// The formula of the features of images or texts; null for <c>grey then pca:20</c> and
    /// <c>words then tfidf then pca:20</c>, with fewer components where the rows vary in fewer directions, or there
    /// are not ten for each.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no such column, a text is missing, or features were given for a table of numbers.
    /// </exception>
    /// <exception cref="FormatException">The formula cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DataRows Read(string path, string? texts = null, string? features = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (ImageSet.HasImages(path))
        {
            return texts is null
                ? OfImages(ImageSet.Read(path), features)
                : throw new ArgumentException($"{path} holds images, which have no column '{texts}'.");
        }

        var table = Table.Read(path);
        return texts is not null ? OfTexts(table, texts, features)
            : features is null ? Of(table)
            : throw new ArgumentException(
                "Features are those of images or texts: name the column of the texts, or leave the features out.");
    }

    private static DataRows OfImages(ImageSet images, string? formula)
    {
        int side = Math.Max(images.Height, images.Width);
        FeatureMap<ImageSet> first = ImageFeatures.Grey(
            side <= MaxSide ? null : Math.Min(MaxSide, Math.Min(images.Height, images.Width)));
        (FittedFeatures<ImageSet> fitted, string used, Described? described) =
            Learn(images, formula is null ? null : ImageFeatures.Names.Parse(formula), first);
        var columns = new List<(string, string?[])> { ("image", [.. images.Names]) };
        if (images.Classes.Count > 0)
        {
            columns.Add(("class", [.. images.Labels.Select(label => label < 0 ? null : images.Classes[label])]));
        }

        int size = images.Channels * images.Height * images.Width;
        var shape = new ImageShape(images.Channels, images.Height, images.Width, images.Classes, images.Largest);
        return With(Table.OfTexts(columns), fitted.Apply(images), described, new RowEncoding(fitted, used, shape),
            images.Warnings,
            [
                .. Enumerable.Range(0, images.Count).Select(i => Convert.ToHexString(SHA256.HashData(
                    MemoryMarshal.AsBytes(images.Pixels.AsSpan(i * size, size))))),
            ]);
    }

    private static DataRows OfTexts(Table table, string column, string? formula)
    {
        string[] texts = RowEncoding.TextsOf(table, column);
        (FittedFeatures<IReadOnlyList<string>> fitted, string used, Described? described) = Learn(
            texts, formula is null ? null : TextFeatures.Names.Parse(formula),
            TextFeatures.Words().Then(FeatureMap.InverseFrequency()));
        return With(table, fitted.Apply(texts), described, new RowEncoding(fitted, used, column), [], null);
    }

    /// <summary>The features asked for; or the leading components of others, which describe them.</summary>
    private static (FittedFeatures<TData> Fitted, string Formula, Described? Described) Learn<TData>(
        TData data, FeatureMap<TData>? asked, FeatureMap<TData> first)
    {
        if (asked is not null)
        {
            return (asked.Fit(data), asked.Formula, null);
        }

        FittedFeatures<TData> plain = first.Fit(data);
        Matrix<double> values = plain.Apply(data);
        int rank = new PrincipalComponents().Fit(values).Variances.Count;
        int most = Math.Max(MinComponents, Math.Min(Components, values.RowCount / RowsPerComponent));
        FeatureMap<TData> map = first.Then(FeatureMap.PrincipalComponents(Math.Min(most, rank)));
        return (map.Fit(data), map.Formula, new Described(plain.Names([]), values));
    }

    private static DataRows With(
        Table table, Matrix<double> values, Described? described, RowEncoding encoding,
        IReadOnlyList<string> warnings, IReadOnlyList<string>? identities)
    {
        string[] names = [.. Enumerable.Range(1, values.ColumnCount).Select(i => $"feature {i}")];
        return table.Names.Intersect(names).FirstOrDefault() is { } taken
            ? throw new ArgumentException($"The table has a column '{taken}', the name of a feature: rename it.")
            : new DataRows(table.With([.. names.Zip(values.EnumerateColumns(), (name, column) =>
                (name, column.ToArray()))]))
            {
                Encoding = encoding,
                EncodedNames = names,
                Features = described,
                Warnings = warnings,
                Identities = identities,
            };
    }

    /// <summary>Features with names.</summary>
    /// <param name="Names">Their names.</param>
    /// <param name="Values">Rows × features.</param>
    internal sealed record Described(IReadOnlyList<string> Names, Matrix<double> Values);
}
