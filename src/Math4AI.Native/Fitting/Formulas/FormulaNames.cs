using Math4AI.Data.Tables;

namespace Math4AI.Fitting.Formulas;

/// <summary>Checks the names of a formula against those of a table's columns.</summary>
internal static class FormulaNames
{
    // Shorter names, such as t and T, are told apart on purpose.
    private const int MinLength = 3;

    /// <summary>Throws if a parameter is, but for a slip, the name of a column that the formula does not use.</summary>
    /// <exception cref="ArgumentException">The message asks whether the column is meant.</exception>
    public static void Check(Formula formula, IReadOnlyList<string> columns)
    {
        IReadOnlyList<string> used = formula.ColumnsAmong([.. columns]);
        bool hasInput = formula.InputsAmong([.. columns]).Count > 0;
        foreach (string name in formula.ParametersBeside([.. columns]))
        {
            string? meant = columns.Except(used).FirstOrDefault(
                column => name.Length >= MinLength ? IsSlip(name, column)
                    : !hasInput && string.Equals(name, column, StringComparison.OrdinalIgnoreCase));
            if (meant is not null)
            {
                throw new ArgumentException(
                    $"'{name}' in the formula is no column: did you mean '{meant}'? If it is a parameter, give it a "
                    + "name that is less like that of the column.");
            }
        }
    }

    /// <summary>The columns of a condition.</summary>
    /// <exception cref="ArgumentException">A name is no column.</exception>
    public static IReadOnlyList<string> ColumnsOf(Formula condition, IReadOnlyList<string> columns)
    {
        if (condition.Responses.Count > 0 || condition.Outputs.Count != 1)
        {
            throw new ArgumentException($"'{condition.Text}' is no condition on a row, such as x > 0 && run == 3.");
        }

        return condition.ParametersBeside([.. columns]) is [var unknown, ..]
            ? throw new ArgumentException(
                $"There is no column '{unknown}', which the condition '{condition.Text}' names; the columns are "
                + $"{ColumnNames.List(columns)}.")
            : condition.ColumnsAmong([.. columns]);
    }

    /// <summary>
    /// Whether two names differ by case alone, by one letter, or by two neighbors that changed places; digits tell
    /// names apart.
    /// </summary>
    private static bool IsSlip(string name, string column)
    {
        string a = name.ToUpperInvariant(), b = column.ToUpperInvariant();
        if (a == b)
        {
            return true;
        }

        int start = 0, end = 0, shorter = Math.Min(a.Length, b.Length);
        while (start < shorter && a[start] == b[start])
        {
            start++;
        }

        while (end < shorter - start && a[a.Length - 1 - end] == b[b.Length - 1 - end])
        {
            end++;
        }

        string left = a[start..(a.Length - end)], right = b[start..(b.Length - end)];
        return !(left + right).Any(char.IsDigit)
            && ((left.Length <= 1 && right.Length <= 1)
                || (left.Length == 2 && right.Length == 2 && left[0] == right[1] && left[1] == right[0]));
    }
}
