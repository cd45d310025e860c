using System.Text;
using CsvHelper;

namespace Math4AI.Data.Tables;

/// <summary>The lines of a text as rows of cells: the one place that reads comma-separated text and its kin.</summary>
internal sealed class TextRows : IDisposable
{
    private const int MaxRowBytes = 1 << 26;
    private const int SkipBuffer = 1 << 16;

    private readonly string path;
    private readonly CsvReader reader;

    private readonly long linesBefore;

    private TextRows(string path, CsvReader reader, bool hasDecimalComma, long linesBefore) =>
        (this.path, this.reader, HasDecimalComma, this.linesBefore) = (path, reader, hasDecimalComma, linesBefore);

    /// <summary>Whether numbers have a decimal comma.</summary>
    public bool HasDecimalComma { get; }

    /// <summary>The lines before the names of the columns that begin with # and were skipped.</summary>
    public int Comments { get; private init; }

    /// <summary>The cells of the row.</summary>
    public int Count => reader.FieldCount;

    /// <summary>The row's line in the file, from 1.</summary>
    public long Line => reader.LineNumber + linesBefore;

    /// <summary>A cell, without blanks around it.</summary>
    public string this[int cell] => reader.GetString(cell);

    /// <summary>A cell, without blanks around it, in UTF-8; until the next row is read.</summary>
    public ReadOnlySpan<byte> Bytes(int cell) => reader.GetSpan(cell);

    /// <summary>Opens a file, before its first line or that of the part that is wanted.</summary>
    /// <param name="path">The file; it may be a pipe.</param>
    /// <param name="options">What the user specified.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TextRows Open(string path, TableOptions options)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite,
            bufferSize: options.SkippedLines > 0 ? SkipBuffer : 0);
        Skip(file, options.SkippedLines);
        TextStream? stream = null;
        try
        {
            stream = new TextStream(TextFile.Decoded(file, options.Encoding), path);
            CommentLines comments = options.HasComments ? default : CommentLines.Before(stream.Start);
            stream.Skip(comments.Bytes);
            TextDialect dialect = TextDialect.Of(stream.Start, stream.IsWhole, options);
            long linesBefore = options.SkippedLines + comments.Lines;
            if (options.Part is { } part)
            {
                // The dialect is that of the file's beginning, in every part.
                file.Position = part.IsFirst ? 0 : part.Start;
                linesBefore = part.IsFirst ? linesBefore : part.LinesBefore;
                Skip(file, part.IsFirst ? options.SkippedLines : 0);
                stream = new TextStream(file, path, part.End - file.Position, linesBefore);
                stream.Skip(part.IsFirst ? Math.Min(comments.Bytes, stream.Start.Length) : 0);
            }

            stream.JoinsBlanks = dialect.Separator == ' ';
            return new TextRows(
                path, CsvReader.Create(stream, dialect.ReaderOptions(MaxRowBytes)), dialect.HasDecimalComma,
                linesBefore)
            {
                Comments = comments.Lines,
            };
        }
        catch
        {
            stream?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Passes over lines.</summary>
    private static void Skip(FileStream file, int lines)
    {
        for (int value = 0; lines > 0 && value >= 0;)
        {
            value = file.ReadByte();
            lines -= value == '\n' ? 1 : 0;
        }
    }

    /// <summary>Goes to the next row; false after the last.</summary>
    /// <exception cref="InvalidDataException">It is longer than any row of a table.</exception>
    public bool Read()
    {
        try
        {
            return reader.Read();
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path}, line {Line}: the text is not in the encoding that was named.", e);
        }
        catch (CsvFormatException e)
        {
            throw new InvalidDataException($"{path}, line {e.LineNumber}: a row is longer than {MaxRowBytes >> 20} "
                + "MiB; is a quote not closed?", e);
        }
    }

    /// <summary>
    /// Reads the first row, which has the names of the columns. A name that spans lines becomes one line.
    /// </summary>
    /// <exception cref="InvalidDataException">There is none, or two columns have one name.</exception>
    public string[] ReadNames()
    {
        if (!Read())
        {
            throw new InvalidDataException($"{path} is empty; a first line with the names of the columns is needed.");
        }

        string[] names = [.. Cells().Select(name => name.ReplaceLineEndings(" "))];
        ColumnNames.RequireDistinct(path, names);
        return names;
    }

    /// <summary>The cells of the first row of a file, and its line.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static (string[] Cells, long Line) FirstOf(string path, TableOptions options)
    {
        using TextRows whole = Open(path, options with { Part = null });
        return whole.Read()
            ? (whole.Cells(), whole.Line)
            : throw new InvalidDataException($"{path} is empty; lines of numbers are needed.");
    }

    /// <summary>All cells of the row.</summary>
    public string[] Cells() => [.. Enumerable.Range(0, Count).Select(reader.GetString)];

    /// <summary>Throws if the row does not have one cell for each name.</summary>
    /// <exception cref="InvalidDataException">The message names the line.</exception>
    public void RequireCount(int count)
    {
        if (Count != count)
        {
            string hint = Count == count + 1 && Bytes(count).IsEmpty
                ? "the line ends with a separator that the names lack."
                : Count > count ? "a value with a separator in it stands in quotes."
                : Cells().Any(cell => cell.Contains('\n', StringComparison.Ordinal)) ? "is a quote not closed?"
                : "an empty value needs its separator too.";
            throw new InvalidDataException(
                $"{path}, line {Line}: {Count} value{(Count == 1 ? string.Empty : "s")}, and {count} "
                + $"column{(count == 1 ? " has a name" : "s have names")}; {hint}");
        }
    }

    public void Dispose() => reader.Dispose();
}
