using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised;

/// <summary>A column that was left out of a search for clusters.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record LeftOutColumn(string Name, string Reason);

/// <summary>The columns and rows of a table that clusters are found in.</summary>
internal static class ClusterColumns
{
    /// <summary>Chooses the numeric columns that vary and do not merely count the rows.</summary>
    public static (string[] Columns, LeftOutColumn[] LeftOut) Choose(DataRows data, IReadOnlyList<string> ignored)
    {
        Table table = data.Table;
        if (ignored.FirstOrDefault(name => !table.Names.Contains(name)) is { } unknown)
        {
            throw new ArgumentException(ColumnNames.NoColumn(unknown, table.Names));
        }

        if (data.EncodedNames.Count > 0)
        {
            return ([.. data.EncodedNames], []);
        }

        RequireFinite(data, ignored);
        var columns = new List<string>();
        var leftOut = new List<LeftOutColumn>();
        foreach (string name in table.Names)
        {
            if (ignored.Contains(name))
            {
                leftOut.Add(new LeftOutColumn(name, "ignored"));
            }
            else if (ReasonAgainst(table, name) is { } reason)
            {
                leftOut.Add(new LeftOutColumn(name, reason));
            }
            else
            {
                columns.Add(name);
            }
        }

        return columns.Count > 0
            ? ([.. columns], [.. leftOut])
            : throw new ArgumentException("The table has no column of numbers that vary: "
                + $"{string.Join(", ", leftOut.Select(column => $"'{column.Name}' ({column.Reason})"))}.");
    }

    /// <summary>Columns of numbers that are not ignored have none that is infinite, or whose square is.</summary>
    /// <exception cref="ArgumentException">One has; the message names column and row.</exception>
    public static void RequireFinite(DataRows data, IReadOnlyList<string> ignored)
    {
        if (data.EncodedNames.Count == 0)
        {
            data.Table.RequireFinite(data.Table.Names.Except(ignored));
        }
    }

    /// <summary>Returns the rows that have all values.</summary>
    public static int[] CompleteRows(Table table, string[] columns, bool dropMissing)
    {
        int[] complete = [.. Enumerable.Range(0, table.Rows).Where(row => !table.Misses(row, columns))];
        if (complete.Length < table.Rows && !dropMissing)
        {
            int row = Enumerable.Range(0, table.Rows).First(row => table.Misses(row, columns));
            string column = columns.First(name => table.Misses(row, [name]));
            throw new ArgumentException($"Row {table.NumberOf(row)} has no value in column '{column}', and "
                + $"{table.Rows - complete.Length} of {table.Rows} rows miss one: leave such rows out (--missing drop, "
                + "or DropMissing), or the column (--ignore).");
        }

        return complete;
    }

    /// <summary>Returns the values of some rows, rows × columns.</summary>
    public static Matrix<double> Values(Table table, IReadOnlyList<string> columns, int[] rows)
    {
        double[][] all = [.. columns.Select(table.Numbers)];
        return Matrix<double>.Build.Dense(rows.Length, columns.Count, (i, j) => all[j][rows[i]]);
    }

    private static string? ReasonAgainst(Table table, string name)
    {
        if (!table.IsNumeric(name))
        {
            return TextReason(table, name);
        }

        double[] known = [.. table.Numbers(name).Where(value => !double.IsNaN(value))];
        return known.Length == 0 ? "no values"
            : known.Max() == known.Min() ? "constant"
            : known.Length > 2 && Identifiers.CountsRows(known) ? "numbers of the rows"
            : Identifiers.Reason(name, known);
    }

    /// <summary>Of a column that is numbers but for a few cells, says which cell is none.</summary>
    private static string TextReason(Table table, string name)
    {
        IReadOnlyList<string?> cells = table.Texts(name);
        int[] odd =
            [.. Enumerable.Range(0, cells.Count).Where(i => cells[i] is { } cell && table.Format.Number(cell) is null)];
        return odd.Length > 0 && 2 * odd.Length < cells.Count
            ? $"text: row {table.NumberOf(odd[0])} has {CellFormat.Quote(cells[odd[0]]!)}"
            : "text";
    }
}
