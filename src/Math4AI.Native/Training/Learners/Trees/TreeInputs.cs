using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners.Trees;

/// <summary>
/// What trees see of inputs: one for each column of the table, a number, NaN where it is missing, or the place of a
/// category, NaN where it is not known.
/// </summary>
internal sealed class TreeInputs(IReadOnlyList<InputColumn> columns, int inputs)
{
    /// <summary>The number of inputs before.</summary>
    public int Inputs => inputs;

    /// <summary>The number of inputs that trees see.</summary>
    public int Count => columns.Count > 0 ? columns.Count : inputs;

    /// <summary>The columns; empty where every input is a number of its own.</summary>
    public IReadOnlyList<InputColumn> Columns => columns;

    /// <summary>Whether a number may be missing.</summary>
    public bool HasMissing => columns.Any(column => column.HasMissing);

    /// <summary>The places of the categories among the inputs that trees see.</summary>
    public IEnumerable<int> Categories => Enumerable.Range(0, columns.Count).Where(i => columns[i].AreCategories);

    /// <summary>The first input that one of the trees' stands for.</summary>
    public int FirstOf(int seen) => columns.Count > 0 ? columns[seen].First : seen;

    /// <summary>One array a column.</summary>
    public double[][] Of(Matrix<double> all)
    {
        double[][] given = all.ToColumnArrays();
        if (columns.Count == 0)
        {
            return given;
        }

        double[][] seen = new double[columns.Count][];
        for (int i = 0; i < seen.Length; i++)
        {
            InputColumn column = columns[i];
            seen[i] = column is { AreCategories: false, HasMissing: false }
                ? given[column.First]
                : [.. Enumerable.Range(0, all.RowCount).Select(row => Seen(column, at => given[at][row]))];
        }

        return seen;
    }

    /// <summary>One number a column.</summary>
    public double[] Of(double[] row) =>
        columns.Count == 0 ? row : [.. columns.Select(column => Seen(column, at => row[at]))];

    private static double Seen(InputColumn column, Func<int, double> at)
    {
        if (!column.AreCategories)
        {
            return column.HasMissing && at(column.First + 1) == 1.0 ? double.NaN : at(column.First);
        }

        for (int place = 0; place < column.Count; place++)
        {
            if (at(column.First + place) == 1.0)
            {
                return place;
            }
        }

        return double.NaN;
    }
}
