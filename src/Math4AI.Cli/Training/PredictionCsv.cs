using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;

namespace Math4AI.Cli.Training;

/// <summary>Predictions as comma-separated text.</summary>
internal static class PredictionCsv
{
    /// <summary>The names of the columns.</summary>
    public static string Header(FilePredictions found, IReadOnlyList<string> kept)
    {
        string[] first = [.. kept, .. found.Names.Count > 0 ? ["image"] : Array.Empty<string>()];
        string[] last =
        [
            .. found.Deviations.Count > 0 ? [$"deviation({found.Target})"] : Array.Empty<string>(),
            .. found.Intervals.Count > 0 ? [$"lower({found.Target})", $"upper({found.Target})"] : Array.Empty<string>(),
            .. found.Sets.Count > 0 ? [$"set({found.Target})"] : Array.Empty<string>(),
            .. found.Notes.Count > 0 ? ["note"] : Array.Empty<string>(),
            .. found.EffectNames.Select(name => $"effect({name})"),
        ];
        return string.Join(',', first.Concat(found.Columns.Count > 0 ? found.Columns : [found.Target])
            .Concat(found.Classes.Select(name => $"p({name})")).Concat(last).Select(Quote));
    }

    /// <summary>Writes a row.</summary>
    public static void Write(
        TextWriter output, FilePredictions found, int row, IReadOnlyList<IReadOnlyList<string?>> kept)
    {
        var cells = new Cells(output);
        foreach (IReadOnlyList<string?> column in kept)
        {
            cells.Add(column[row] ?? string.Empty);
        }

        if (found.Names.Count > 0)
        {
            cells.Add(found.Names[row]);
        }

        if (found.Classes.Count > 0)
        {
            cells.Add(found.Classes[Answer(found, row)]);
        }

        AddNumbers(ref cells, found, found.Values[row]);
        AddCertainty(ref cells, found, row);
        if (found.Notes.Count > 0)
        {
            cells.Add(found.Notes[row]);
        }

        cells.Add(found.EffectNames.Count > 0 ? found.Effects[row] : []);
        output.Write('\n');
    }

    private static void AddCertainty(ref Cells cells, FilePredictions found, int row)
    {
        if (found.Deviations.Count > 0)
        {
            cells.Add([found.Deviations[row]]);
        }

        if (found.Intervals.Count > 0)
        {
            AddNumbers(ref cells, found, [found.Intervals[row].Lower, found.Intervals[row].Upper]);
        }

        if (found.Sets.Count > 0)
        {
            cells.Add(string.Join('|', found.Sets[row].Select(of => found.Classes[of])));
        }
    }

    /// <summary>Numbers of the target; dates and times are written as such.</summary>
    private static void AddNumbers(ref Cells cells, FilePredictions found, double[] numbers)
    {
        if (found.Classes.Count > 0 || found.TargetForm is not { Type: ColumnType.Date or ColumnType.Time } form)
        {
            cells.Add(numbers);
            return;
        }

        foreach (double number in numbers)
        {
            cells.Add(form.TextOf(number));
        }
    }

    /// <summary>The class that is answered for a row.</summary>
    public static int Answer(FilePredictions found, int row) => found.Decided.Count > 0
        ? found.Decided[row]
        : Array.IndexOf(found.Values[row], found.Values[row].Max());

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The cells of a row, written without texts on the way.</summary>
    private struct Cells(TextWriter output)
    {
        private const int MaxDigits = 32;

        private bool isBegun;

        public void Add(string text)
        {
            Separate();
            output.Write(Quote(text));
        }

        public void Add(ReadOnlySpan<double> numbers)
        {
            Span<char> digits = stackalloc char[MaxDigits];
            foreach (double number in numbers)
            {
                Separate();
                _ = number.TryFormat(digits, out int length, "R", CultureInfo.InvariantCulture);
                output.Write(digits[..length]);
            }
        }

        private void Separate()
        {
            if (isBegun)
            {
                output.Write(',');
            }

            isBegun = true;
        }
    }
}
