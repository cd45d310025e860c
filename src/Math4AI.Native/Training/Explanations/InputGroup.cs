using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Training.Explanations;

/// <summary>The encoded inputs of one column of a table.</summary>
internal sealed record InputGroup(EncodedColumn Column, int First)
{
    public int Count => Column.Inputs;

    /// <summary>The groups of all columns that are inputs.</summary>
    public static InputGroup[] Of(TableEncoder encoder)
    {
        var groups = new List<InputGroup>();
        int first = 0;
        foreach (EncodedColumn column in encoder.Columns.Where(column => column.Inputs > 0))
        {
            groups.Add(new InputGroup(column, first));
            first += column.Inputs;
        }

        return [.. groups];
    }

    /// <summary>The columns of the inputs of an encoder, for learners that can use them as they were.</summary>
    /// <returns>The columns; none where every input is a number of its own.</returns>
    public static InputColumn[] ColumnsOf(TableEncoder encoder)
    {
        InputColumn[] columns =
        [
            .. Of(encoder).SelectMany(group => group.Column.AreTexts
                ? Enumerable.Range(group.First, group.Count).Select(input => new InputColumn(input, 1, false, false))
                : [new InputColumn(
                    group.First, group.Count, !group.Column.AreNumbers,
                    group.Column is { AreNumbers: true, HasMissing: true })]),
        ];
        return Array.Exists(columns, column => column.AreCategories || column.HasMissing) ? columns : [];
    }

    /// <summary>Copies the group from one row to another.</summary>
    public void Copy(ReadOnlySpan<double> source, Span<double> target) =>
        source.Slice(First, Count).CopyTo(target[First..]);
}
