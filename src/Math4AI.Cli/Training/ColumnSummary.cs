using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Training.Tables;
using Spectre.Console;

namespace Math4AI.Cli.Training;

/// <summary>What a column of a table is, as <c>math4ai train</c> prints and writes it.</summary>
internal sealed record ColumnSummary(
    string Name, string Type, int Missing, int Distinct, double? Minimum, double? Maximum, int Odd, string? LeftOut,
    string? Note)
{
    public static IReadOnlyList<ColumnSummary> Of(TableLook look) =>
        [.. look.Columns.Select(column => new ColumnSummary(
            column.Name, column.Form.ToString(), column.Missing, column.Distinct, column.Minimum, column.Maximum,
            column.Odd, column.LeftOut, column.Note))];

    /// <summary>Prints the columns; returns the exit code.</summary>
    public static int Print(TableLook look, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(CliJson.Text(new
            {
                look.Target,
                Task = look.Task.ToString().ToLowerInvariant(),
                look.Rows,
                Columns = Of(look),
                look.Warnings,
            }));
            return 0;
        }

        AnsiConsole.Write(Drawn(look));
        Console.Out.WriteLine($"{look.Rows} rows, {look.Task.ToString().ToLowerInvariant()} of '{look.Target}'.");
        foreach (string warning in look.Warnings)
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        return 0;
    }

    private static Spectre.Console.Table Drawn(TableLook look)
    {
        var table = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (string title in (string[])["column", "type", "missing", "distinct", "from", "to", ""])
        {
            table.AddColumn(new TableColumn(title));
        }

        foreach ((ColumnSummary column, ColumnLook found) in Of(look).Zip(look.Columns))
        {
            string remark = column.Name == look.Target ? "target" : column.LeftOut ?? string.Empty;
            string[] rest =
            [
                .. found.OddCells.Count > 0 ? [$"odd: {string.Join(", ", found.OddCells)}"] : Array.Empty<string>(),
                .. new[] { column.Note }.OfType<string>(),
            ];
            table.AddRow([.. new[]
            {
                column.Name, column.Type, Text(column.Missing + column.Odd), Text(column.Distinct),
                found.Earliest ?? Text(column.Minimum), found.Latest ?? Text(column.Maximum),
                string.Join("; ", rest.Prepend(remark).Where(text => text.Length > 0)),
            }.Select(Markup.Escape)]);
        }

        return table;
    }

    private static string Text(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? string.Empty;
}
