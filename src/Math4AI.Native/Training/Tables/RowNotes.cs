using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;

namespace Math4AI.Training.Tables;

/// <summary>
/// Marks rows unlike those that a model was trained on: a number outside the range of the training part, a class that
/// it did not have, a cell that does not fit its column.
/// </summary>
internal static class RowNotes
{
    /// <summary>
    /// The predictions of a table with a note for each row that has one, and a warning for each column.
    /// </summary>
    public static FilePredictions AddTo(FilePredictions predictions, TableEncoder encoder, Table table)
    {
        var notes = new string[table.Rows];
        Array.Fill(notes, string.Empty);
        var warnings = new List<PredictionWarning>();
        foreach (EncodedColumn column in encoder.Columns.Where(column => table.Names.Contains(column.Name)))
        {
            warnings.AddRange(OfOdd(table, column, notes));
            int count = column.AreTexts ? OfTexts(table, column, notes)
                : column.AreNumbers ? OfNumbers(encoder, table, column, notes)
                : OfClasses(table, column, notes);
            if (count > 0)
            {
                warnings.Add(WarningOf(column, count));
            }
        }

        return predictions with { Notes = notes, Warnings = warnings, TargetForm = encoder.TargetForm };
    }

    private static PredictionWarning WarningOf(EncodedColumn column, int count)
    {
        string name = $"'{column.Name}'";
        string least = Text(column, column.Minimum), most = Text(column, column.Maximum);
        (string Single, string Of, string All) told = column.AreTexts
            ? ($"{name} has no term that training saw, and says nothing.", name,
                "have no term that training saw, and say nothing")
            : !column.AreNumbers
                ? ($"{name} is none of the {column.Classes.Count} classes that training saw, and counts as their mean.",
                    name, "have classes that training did not see, which count as their mean")
            : column.IsConstant
                ? ($"{name} was {least} in training and is not here; it has no weight.",
                    $"{name} ({least})", "never varied in training and do here; they have no weight")
            : ($"{name} lies outside {least} to {most}, which training saw, so that the prediction is extrapolated.",
                $"{name} ({least} to {most})",
                "lie outside what training saw, so that predictions are extrapolated");
        return new PredictionWarning(told.Single, count) { Column = told.Of, Finding = told.All };
    }

    /// <summary>Cells that are no numbers, where training had these; a median stands for them.</summary>
    private static IEnumerable<PredictionWarning> OfOdd(Table table, EncodedColumn column, string[] notes)
    {
        if (!column.AreNumbers || column.IsConstant || TableEncoder.OddRows(table, column) is not { Count: > 0 } rows)
        {
            yield break;
        }

        string kind = column.Form!.Kind;
        IReadOnlyList<string?> texts = table.Texts(column.Name);
        foreach (int row in rows)
        {
            Add(notes, row, $"{column.Name} = {CellFormat.Quote(texts[row]!)} is no {kind}");
        }

        yield return new PredictionWarning(
            $"'{column.Name}' is no {kind}, as {CellFormat.Quote(texts[rows[0]]!)}, and counts as missing.",
            rows.Count)
        {
            Column = $"'{column.Name}' ({CellFormat.Quote(texts[rows[0]]!)})",
            Finding = $"have cells that are no {kind}, which count as missing",
        };
    }

    private static int OfNumbers(TableEncoder encoder, Table table, EncodedColumn column, string[] notes)
    {
        double[] values = column.IsOrdinal || column.Minimum is null ? [] : NumbersOf(encoder, table, column);
        int count = 0;
        for (int row = 0; row < values.Length; row++)
        {
            if (values[row] < column.Minimum || values[row] > column.Maximum)
            {
                count++;
                Add(notes, row, $"{column.Name} = {Text(column, values[row])} is outside "
                    + $"{Text(column, column.Minimum)} to {Text(column, column.Maximum)}");
            }
        }

        return count;
    }

    /// <summary>The numbers of a column; those of one without weight are looked at and never refused.</summary>
    private static double[] NumbersOf(TableEncoder encoder, Table table, EncodedColumn column) =>
        (column.IsConstant ? encoder with { Missing = Missing.Impute } : encoder).NumbersOf(table, column);

    private static int OfTexts(Table table, EncodedColumn column, string[] notes)
    {
        IReadOnlyList<int> rows = TextColumn.Strange(table, column);
        foreach (int row in rows)
        {
            Add(notes, row, $"{column.Name} has no known term");
        }

        return rows.Count;
    }

    private static int OfClasses(Table table, EncodedColumn column, string[] notes)
    {
        int count = 0;
        int[] places = TableEncoder.PlacesOf(table, column);
        for (int row = 0; row < places.Length; row++)
        {
            if (places[row] == -1)
            {
                count++;
                Add(notes, row, $"{column.Name} = {CellFormat.Quote(table.Texts(column.Name)[row]!)} is new");
            }
        }

        return count;
    }

    private static void Add(string[] notes, int row, string note) =>
        notes[row] = notes[row].Length == 0 ? note : $"{notes[row]}; {note}";

    /// <summary>A number of a column for a reader: a date as a date, which needs no time at midnight.</summary>
    private static string Text(EncodedColumn column, double? value) => value is not { } number ? string.Empty
        : column.Form is { Type: ColumnType.Date or ColumnType.Time } form
            ? form.TextOf(number).Replace(" 00:00:00", string.Empty, StringComparison.Ordinal)
        : number.ToString("G6", CultureInfo.InvariantCulture);
}
