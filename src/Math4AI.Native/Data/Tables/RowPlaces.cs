namespace Math4AI.Data.Tables;

/// <summary>The lines of the rows of a table, or of a block of one, in its file.</summary>
/// <param name="First">The rows before the first one.</param>
/// <param name="Lines">The line of each row in a text; null for what has no lines.</param>
internal sealed record RowPlaces(long First, IReadOnlyList<long>? Lines)
{
    /// <summary>The lines of comments before the names of the columns, which were skipped.</summary>
    public int Comments { get; init; }

    private IReadOnlyList<int>? Rows { get; init; }

    /// <summary>The number of a row, from 1.</summary>
    public long NumberOf(int row) => First + Source(row) + 1;

    /// <summary>"line 7" or "row 6".</summary>
    public string NameOf(int row) => Lines is null ? $"row {NumberOf(row)}" : $"line {Lines[Source(row)]}";

    /// <summary>The places of some of the rows.</summary>
    public RowPlaces Select(IReadOnlyList<int> rows) =>
        this with { Rows = Rows is null ? rows : [.. rows.Select(Source)] };

    private int Source(int row) => Rows is null ? row : Rows[row];
}
