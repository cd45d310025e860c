using Math4AI.Processes;

namespace Math4AI.Data.Tables;

/// <summary>Specifies the unit of the numbers that dates become.</summary>
public enum DateUnit
{
    /// <summary>Days since <see cref="TableOptions.DateOrigin"/>.</summary>
    Days,

    /// <summary>Seconds since <see cref="TableOptions.DateOrigin"/>.</summary>
    Seconds,
}

/// <summary>Specifies how a table is read. What is not specified is found from the file.</summary>
public sealed record TableOptions
{
    /// <summary>
    /// Gets the separator of the columns of a text: ',', ';', '\t', '|', or ' ' for any run of blanks; null to find it.
    /// </summary>
    public char? Separator { get; init; }

    /// <summary>
    /// Gets whether numbers in a text have a decimal comma; null to find it, which needs another separator than the
    /// comma.
    /// </summary>
    public bool? HasDecimalComma { get; init; }

    /// <summary>Gets whether lines of a text that begin with # are skipped.</summary>
    public bool HasComments { get; init; }

    /// <summary>
    /// Gets the number of lines that are passed over at the beginning of a text, before the names of the columns.
    /// </summary>
    public int SkippedLines { get; init; }

    /// <summary>
    /// Gets the name of the encoding of a text, such as windows-1252; null for UTF-8, or what a byte order mark says.
    /// </summary>
    public string? Encoding { get; init; }

    /// <summary>Gets what dates count; days by default.</summary>
    public DateUnit DateUnit { get; init; }

    /// <summary>Gets the date that counts as 0; 1 January 2000 by default.</summary>
    public DateTime DateOrigin { get; init; } = new(2000, 1, 1);

    /// <summary>
    /// Gets a function that, given the names of all columns, returns those that are wanted; null for all. What stands
    /// in the others is not looked at.
    /// </summary>
    public Func<IReadOnlyList<string>, IReadOnlyList<string>>? Choose { get; init; }

    /// <summary>
    /// Gets the processes that share the reading of numbers from a long text: each parses lines of its own, and all get
    /// all rows. Every process reads the same file, with the same options.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>The lines of a text that are wanted; null for all.</summary>
    internal TextPart? Part { get; init; }

    /// <summary>The places of the columns that are wanted.</summary>
    /// <exception cref="ArgumentException">A column that is wanted is not there, or none is wanted.</exception>
    internal int[] Find(string path, IReadOnlyList<string> names)
    {
        if (Choose is null)
        {
            return [.. Enumerable.Range(0, names.Count)];
        }

        IReadOnlyList<string> wanted = Choose(names);
        if (wanted.Count == 0)
        {
            throw new ArgumentException(
                $"None of the columns of {path} is used; its columns are {ColumnNames.List(names)}.");
        }

        return wanted.FirstOrDefault(name => !names.Contains(name)) is { } missing
            ? throw new ArgumentException(
                $"{path} has no column '{missing}'; its columns are {ColumnNames.List(names)}.")
            : [.. wanted.Distinct().Select(name => names.ToList().IndexOf(name))];
    }
}
