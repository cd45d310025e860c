using System.Globalization;
using System.Text;
using Math4AI.Data;
using Math4AI.Data.Tables;

namespace Math4AI.Training.Tables;

/// <summary>What to know of a table and its columns before a model of them is trusted.</summary>
internal static class ColumnWarnings
{
    /// <summary>Says that comments are skipped.</summary>
    public static IEnumerable<string> OfComments(int lines) => lines == 0 ? [] :
    [
        $"The file begins with {Counted.Of(lines, "line")} of comments (#), which {(lines == 1 ? "is" : "are")} "
            + "skipped.",
    ];

    /// <summary>Warns of a row of totals.</summary>
    public static IEnumerable<string> OfTotals(Table table, IEnumerable<ColumnLook> columns)
    {
        var numbers = columns.Where(column => column is { LeftOut: null, Form.Type: ColumnType.Number })
            .ToDictionary(column => column.Name, column => column.Form);
        Table read = table.InForms(numbers);
        string[] sums = [.. numbers.Keys.Where(name => Totals.EndsInSum(read.Numbers(name)))];
        if (sums.Length > 0)
        {
            yield return $"The last row has the sum of all others in {string.Join(", ", sums.Select(CellFormat.Quote))}"
                + ": if it is a row of totals, remove it; it is taken for a row like the others now.";
        }
    }

    /// <summary>The warnings about a column, one sentence each.</summary>
    public static IEnumerable<string> Of(Table table, ColumnLook column, string target)
    {
        string name = column.Name.Length > 0 ? $"Column '{column.Name}'" : "The column without a name";
        if (column.Odd > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {column.Odd} {(column.Odd == 1 ? "cell is" : "cells are")} no "
                + $"{column.Form.Kind} and {(column.Odd == 1 ? "counts" : "count")} as "
                + $"missing{(column.Odd == 1 ? ":" : ", such as")} {string.Join(", ", column.OddCells)}.");
        }

        if (column is { Rounded: > 0, LeftOut: null })
        {
            yield return $"{name}: {column.Rounded} whole numbers have more digits than the 15 that a number keeps, so "
                + "that different ones may count as the same: if they are names, say so with "
                + $"--columns \"{column.Name}=category\", else subtract what they have in common.";
        }

        foreach ((string text, int count) in column.LeftOut is null ? column.Sentinels : [])
        {
            yield return $"{name}: {count} values are {text}, far from all others: if that stands for missing, say so "
                + $"with --missing-tokens \"{text}\"; it is taken for a number now.";
        }

        if (OfUse(column, name, target) is { } use)
        {
            yield return use;
        }

        foreach (string found in column is { LeftOut: null, Form.Type: ColumnType.Category }
            ? OfClasses(table, column, name, target)
            : [])
        {
            yield return found;
        }
    }

    /// <summary>Says how a column is used that is left out, read in a way that was guessed, or constant.</summary>
    private static string? OfUse(ColumnLook column, string name, string target)
    {
        if (column.LeftOut is not null and not "ignored" and not "makes the parts")
        {
            string mixed = column.Note == ColumnInference.AreMixed ? $"; {column.Note}" : string.Empty;
            return $"{name} {column.LeftOut} and is left out{mixed}" + (column.LeftOut == "has no value" ? "."
                : column.LeftOut == TableLook.IsInBlocks
                    ? "; --model linear, or another learner, reads the table whole."
                : $"; --columns \"{column.Name}={(column.Form.IsNumeric ? "number" : "category")}\" uses it.");
        }

        if (column.Note is { } note && !IsOfTarget(note))
        {
            return note == ColumnInference.AreMixed ? $"{name}: {note}."
                : note == ColumnInference.MayBeDates ? $"{name}: {note}; if they are dates, say so with "
                + $"--columns \"{column.Name}=date:yyyyMMdd\"."
                : note == TableLook.UsesWords ? $"{name}: {note}; --columns \"{column.Name}=ignore\" does without."
                : note == ColumnInference.MayBeGrouped ? $"{name}: {note}; if they separate thousands, say so with "
                + $"--columns \"{column.Name}=number:{(column.Form.HasDecimalComma ? "1,234.5" : "1.234,5")}\"."
                : note == ColumnInference.MayBeMinutes ? $"{name}: {note}; if they are minutes and seconds, say so "
                + $"with --columns \"{column.Name}=time:m:ss\"."
                : $"{name}: {note}; --columns \"{column.Name}={(column.Form.IsNumeric
                ? "category" : "number")}\" reads it otherwise.";
        }

        return column is not { Distinct: 1, LeftOut: null } ? null
            : column.Name == target ? $"{name} has one value alone: there is nothing to learn."
            : column is { Form.Type: ColumnType.Category, Missing: > 0 }
                ? $"{name} has one value, and is missing elsewhere: --missing impute makes a class of what is missing."
            : $"{name} never varies, and has no weight.";
    }

    /// <summary>What is said of the target in the look alone.</summary>
    private static bool IsOfTarget(string note) =>
        note.EndsWith("for numbers)", StringComparison.Ordinal)
        || note.EndsWith("for classes)", StringComparison.Ordinal)
        || note.StartsWith("its scores are in", StringComparison.Ordinal);

    /// <summary>Classes that a person would take for one, and classes so small that they may be names.</summary>
    private static IEnumerable<string> OfClasses(Table table, ColumnLook column, string name, string target)
    {
        const int MinClasses = 20;
        const double FewRows = 5.0;
        Dictionary<string, int> counts = table.Texts(column.Name).Select(column.Form.ClassOf).OfType<string>()
            .CountBy(text => text).ToDictionary();
        bool areMarked = counts.Keys.Any(text => text.Any(IsMark));
        string[][] alike = [.. counts.Keys.GroupBy(text => Plain(text, areMarked))
            .Where(group => group.Any(text => text.Any(IsMark))
                ? group.Count() > 1
                : group.DistinctBy(text => Plain(text, areMarked: false)).Count() < group.Count())
            .Select(group => group.OrderByDescending(text => counts[text]).ThenBy(text => text, StringComparer.Ordinal)
                .ToArray())];
        if (alike.Length > 0)
        {
            yield return $"{name}: {string.Join(" and ", alike[0].Take(3).Select(CellFormat.Quote))}"
                + $"{(alike.Length > 1 ? $", and {alike.Length - 1} more such, " : " ")}differ in case, blanks or the "
                + "coding of accents alone, and are taken for different classes: write them alike if they are one.";
        }

        double rows = counts.Values.Sum() / (double)Math.Max(1, counts.Count);
        if (column.Name != target && counts.Count > MinClasses && rows < FewRows
            && counts.Keys.All(text => text.Any(char.IsAsciiDigit)))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{name} has {counts.Count} classes of {rows:0.#} rows on average: if it names what rows belong to, ")
                + "such as a customer, parts that share one make the scores too good: keep its rows together, "
                + $"--group \"{column.Name}\".";
        }
    }

    /// <summary>
    /// A text as one compares it by eye: in any case, with any blanks, and with accents that are letters of their own
    /// or marks behind one. (The command runs without the tables of cultures that a normalization needs.)
    /// </summary>
    private static string Plain(string text, bool areMarked)
    {
        string upper = string.Join(
            ' ', text.ToUpperInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (!areMarked)
        {
            return upper;
        }

        var plain = new StringBuilder();
        foreach (char letter in upper)
        {
            bool isMark = IsMark(letter);
            plain.Length -= isMark && plain.Length > 0 ? 1 : 0;
            plain.Append(isMark || (!char.IsAscii(letter) && char.IsLetter(letter)) ? '\u0300' : letter);
        }

        return plain.ToString();
    }

    private static bool IsMark(char letter) => letter is >= '\u0300' and <= '\u036F';
}
