using CsvHelper;

namespace Math4AI.Data.Tables;

/// <summary>Comma-separated text as every reader here takes it.</summary>
internal static class CsvFile
{
    /// <summary>Opens a file, at its first line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hasComments">Whether lines that begin with # are passed over.</param>
    public static CsvReader Open(string path, bool hasComments) => CsvReader.FromFile(path, new CsvReaderOptions
    {
        HasHeader = false,
        TrimWhitespace = true,
        CommentPrefix = hasComments ? '#' : null,
        SkipEmptyLines = true,
        TrackLineNumbers = true,
    });

    /// <summary>Reads the first line, which has the names of the columns.</summary>
    /// <exception cref="InvalidDataException">There is no line, or two columns have one name.</exception>
    public static string[] ReadNames(CsvReader reader, string path)
    {
        if (!reader.Read())
        {
            throw new InvalidDataException($"{path} is empty; a first line with the names of the columns is needed.");
        }

        string[] names = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
        return names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new InvalidDataException($"{path} has two columns called '{twice.Key}'.")
            : names;
    }

    /// <summary>Throws where a line has another number of values than there are names.</summary>
    /// <exception cref="InvalidDataException">The message names the line.</exception>
    public static void RequireLength(CsvReader reader, string path, int length)
    {
        if (reader.FieldCount != length)
        {
            throw new InvalidDataException(
                $"{path}, line {reader.LineNumber}: {reader.FieldCount} values, and {length} columns have names.");
        }
    }
}
