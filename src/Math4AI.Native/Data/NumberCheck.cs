using Math4AI.Data.Tables;

namespace Math4AI.Data;

/// <summary>
/// Whether a column of text is one of numbers but for a few odd cells, such as a ? for a missing value, which would make a text of it without
/// a word. Many different odd cells are codes, and so are few different numbers. The column may come in blocks.
/// </summary>
/// <param name="name">The column.</param>
internal sealed class NumberCheck(string name)
{
    private const double MostlyNumbers = 0.9;
    private const int MostOdd = 3;
    private const int MostCodes = 10;

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
            if (Table.Number(text) is { } number)
            {
                numbers++;
                if (different.Count <= MostCodes)
                {
                    different.Add(number);
                }
            }
            else if (odd.Count <= MostOdd)
            {
                first = odd.Count == 0 ? (text, block.NumberOf(row)) : first;
                odd.Add(text);
            }
        }
    }

    /// <summary>Throws where it is such a column.</summary>
    /// <exception cref="ArgumentException">The message names the first odd cell.</exception>
    public void Require()
    {
        if (odd.Count is > 0 and <= MostOdd && numbers >= MostlyNumbers * known && different.Count > MostCodes)
        {
            throw new ArgumentException(
                $"Column '{name}', row {first.Row}: '{first.Text}' is not a number, and {numbers} of {known} values are: write NA where a value is "
                + "missing, or leave the column out.");
        }
    }
}
