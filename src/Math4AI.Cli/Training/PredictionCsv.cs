using System.Globalization;
using Math4AI.Data.Models;

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

    /// <summary>A row.</summary>
    public static string Line(FilePredictions found, int row, IReadOnlyList<IReadOnlyList<string?>> kept)
    {
        double[] values = found.Values[row];
        IEnumerable<string> cells = kept.Select(column => Quote(column[row] ?? string.Empty))
            .Concat(found.Names.Skip(row).Take(1).Select(Quote))
            .Concat(found.Classes.Count > 0 ? [Quote(found.Classes[Answer(found, row)])] : [])
            .Concat(values.Select(Number))
            .Concat(found.Deviations.Count > 0 ? [Number(found.Deviations[row])] : [])
            .Concat(found.Intervals.Count > 0
                ? [Number(found.Intervals[row].Lower), Number(found.Intervals[row].Upper)]
                : [])
            .Concat(found.Sets.Count > 0
                ? [Quote(string.Join('|', found.Sets[row].Select(of => found.Classes[of])))]
                : [])
            .Concat(found.Notes.Count > 0 ? [Quote(found.Notes[row])] : [])
            .Concat(found.EffectNames.Count > 0 ? found.Effects[row].Select(Number) : []);
        return string.Join(',', cells);
    }

    /// <summary>The class that is answered for a row.</summary>
    public static int Answer(FilePredictions found, int row) => found.Decided.Count > 0
        ? found.Decided[row]
        : Array.IndexOf(found.Values[row], found.Values[row].Max());

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
