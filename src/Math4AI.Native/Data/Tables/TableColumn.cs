using System.Globalization;
using Math4AI.Data.Tables.Cells;

namespace Math4AI.Data.Tables;

/// <summary>A column of a table: numbers, of which NaN is missing, or texts, of which null is.</summary>
internal sealed class TableColumn
{
    private readonly bool areClasses;
    private Reading? last;

    private TableColumn(double[]? numbers, IReadOnlyList<string?>? texts, bool areClasses = false) =>
        (Numbers, Texts, this.areClasses) = (numbers, texts, areClasses);

    /// <summary>The numbers of an array; null for texts.</summary>
    public double[]? Numbers { get; }

    /// <summary>The texts as they stand in the file; null for an array of numbers.</summary>
    public IReadOnlyList<string?>? Texts { get; }

    /// <summary>The texts with the numbers or dates that all of them are; null where they are something else.</summary>
    public ParsedCells? Parsed => Texts as ParsedCells;

    public int Count => Numbers?.Length ?? Texts!.Count;

    public static TableColumn Of(double[] numbers) => new(numbers, null);

    public static TableColumn Of(string?[] texts) => new(null, texts);

    public static TableColumn Of(ParsedCells cells) => new(null, cells);

    /// <summary>Texts that are classes, even where all of them are numbers.</summary>
    public static TableColumn OfClasses(string?[] texts) => new(null, texts, areClasses: true);

    public bool IsMissing(int row) =>
        Numbers is { } numbers ? double.IsNaN(numbers[row]) : Parsed?.IsMissing(row) ?? Texts![row] is null;

    /// <summary>Whether all texts are numbers or dates, missing ones aside.</summary>
    public bool IsNumeric(CellFormat format) => Texts is not { } texts
        || (Parsed is { } parsed ? !parsed.HasTokens
            : !areClasses && texts.All(cell => cell is null || format.Number(cell) is not null));

    /// <summary>The texts; of numbers, the shortest that are read as the same number.</summary>
    public IReadOnlyList<string?> AllTexts() => Texts ??
    [
        .. Numbers!.Select(value => double.IsNaN(value) ? null : value.ToString("R", CultureInfo.InvariantCulture)),
    ];

    public TableColumn Select(IReadOnlyList<int> rows) => Parsed is { } parsed ? Of(parsed.Select(rows)) : new(
        Numbers is { } numbers ? [.. rows.Select(row => numbers[row])] : null,
        Texts is { } texts ? [.. rows.Select(row => texts[row])] : null,
        areClasses);

    /// <summary>The numbers that the texts are in a form; those that are none are NaN, and listed.</summary>
    public Reading Read(ColumnForm form, CellFormat format)
    {
        if (Texts is not { } texts)
        {
            return new Reading(form, Numbers!, []);
        }

        if (Parsed is { } parsed && form.MissingTokens is null
            && (parsed.AreDates ? form is { Type: ColumnType.Date, DateFormat: null }
                : form.Type == ColumnType.Number && form.HasDecimalComma == format.HasDecimalComma))
        {
            return new Reading(form, parsed.Values, []);
        }

        if (last is { } before && before.Form == form)
        {
            return before;
        }

        double[] values = new double[texts.Count];
        List<int> odd = [];
        for (int row = 0; row < values.Length; row++)
        {
            values[row] = form.NumberOf(texts[row], format, out bool isOdd);
            if (isOdd)
            {
                odd.Add(row);
            }
        }

        return last = new Reading(form, values, odd);
    }

    /// <summary>The numbers of a column in a form.</summary>
    /// <param name="Form">The form.</param>
    /// <param name="Values">The numbers; NaN where a cell is missing or odd.</param>
    /// <param name="Odd">The rows whose cells are neither missing nor in the form.</param>
    internal sealed record Reading(ColumnForm Form, double[] Values, IReadOnlyList<int> Odd);
}
