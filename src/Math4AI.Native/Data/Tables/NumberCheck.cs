namespace Math4AI.Data.Tables;

/// <summary>
/// Finds a column that would be numeric except for a few odd cells, such as a ? for a missing value, and would silently
/// be treated as text. Many distinct odd cells, or few distinct numbers, are taken for codes instead. The column may
/// come in blocks.
/// </summary>
/// <param name="name">The column.</param>
internal sealed class NumberCheck(string name)
{
    private const double NumberShare = 0.9;
    private const int MaxOdd = 3;
    private const int MaxCodes = 10;

    private readonly HashSet<string> odd = [];
    private readonly HashSet<double> different = [];
    private long known;
    private long numbers;
    private (string Text, long Row) first;

    /// <summary>Counts the cells of a block.</summary>
    public void Add(Table block)
    {
        if (block.TextsOrNull(name) is not { } texts)
        {
            return;
        }

        for (int row = 0; row < texts.Count; row++)
        {
            if (texts[row] is not { } text)
            {
                continue;
            }

            known++;
            if (block.Format.Number(text) is { } number)
            {
                numbers++;
                if (different.Count <= MaxCodes)
                {
                    different.Add(number);
                }
            }
            else if (odd.Count <= MaxOdd)
            {
                first = odd.Count == 0 ? (text, block.NumberOf(row)) : first;
                odd.Add(text);
            }
        }
    }

    /// <summary>Throws if it is such a column.</summary>
    /// <exception cref="ArgumentException">The message names the first odd cell.</exception>
    public void Require()
    {
        if (odd.Count is > 0 and <= MaxOdd && numbers >= NumberShare * known && different.Count > MaxCodes)
        {
            throw new ArgumentException(
                $"Column '{name}', row {first.Row}: {CellFormat.Quote(first.Text)} is not a number, and {numbers} of "
                + $"{known} values are: write NA where a value is "
                + "missing, or leave the column out.");
        }
    }
}
