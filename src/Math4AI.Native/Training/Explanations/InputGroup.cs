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

    /// <summary>Copies the group from one row to another.</summary>
    public void Copy(ReadOnlySpan<double> source, Span<double> target) =>
        source.Slice(First, Count).CopyTo(target[First..]);
}
