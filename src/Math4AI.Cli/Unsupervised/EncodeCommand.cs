using System.CommandLine;
using System.Globalization;
using System.Text;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Training;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Codes;

namespace Math4AI.Cli.Unsupervised;

/// <summary><c>math4ai encode</c>: learns a short code of rows, and which of them it tells badly.</summary>
internal static class EncodeCommand
{
    private static readonly Option<int> SizeOption = CommonOptions.Named<int>(
        "--size", "K", "The numbers of the code.", 2);

    private static readonly Option<int[]?> HiddenOption = CommonOptions.Integers(
        "--hidden", "The widths of the hidden layers to the code; the way back has them in reverse. Default: 64.");

    private static readonly Option<int[]?> ConvolutionsOption = CommonOptions.Integers(
        "--convolutions",
        "For images, in place of --hidden: the filters of convolutions to the code, each of which halves height and "
        + "width, such as 16,32.");

    private static readonly Option<bool> VariationalOption = new("--variational")
    {
        Description = "Codes are distributions that fill the space evenly, so that drawn codes give new rows.",
    };

    private static readonly Option<int?> EpochsOption =
        CommonOptions.Named<int?>("--epochs", "N", "The most passes over the rows.");

    private static readonly Option<string?> ColorOption = CommonOptions.Named<string?>(
        "--color", "COLUMN", "A column that colors the points of the page. It is not part of the code.");

    private static readonly Option<string?> OutputOption =
        CommonOptions.Output("The folder for the codes, the model and the report.", byDefault: "code");

    public static Command Create()
    {
        var command = new Command(
            "encode",
            "Learn a short code from which the rows of a table, images or texts can be reconstructed (an autoencoder), "
            + "and find the rows that it reconstructs badly: they are unlike the others. 'math4ai predict' encodes "
            + "new rows and says how unlike they are.\n\nExamples:\n"
            + "  math4ai encode satellite.csv --size 3\n"
            + "  math4ai encode photos/ --size 16 --convolutions 16,32 --color class")
        {
            TableFindings.Data, SizeOption, HiddenOption, ConvolutionsOption, VariationalOption, EpochsOption,
            ColorOption, TableFindings.Ignore, TableFindings.Missing, TableFindings.Texts, TableFindings.Features,
            OutputOption, CommonOptions.Seed, CommonOptions.Json, CommonOptions.Force, CommonOptions.NoReport,
        };
        command.SetAction((words, cancellation) =>
        {
            TableCoding method = Read(words);
            return Task.Run(() => Run(words, method, cancellation), cancellation);
        });
        return command;
    }

    private static TableCoding Read(ParseResult words)
    {
        // A list that is left out is empty.
        int[] asked = words.GetValue(HiddenOption) ?? [];
        int[] hidden = asked.Length > 0 ? asked : [.. new Autoencoder(1).Hidden];
        int[] convolutions = words.GetValue(ConvolutionsOption) ?? [];
        if (words.GetValue(SizeOption) < 1 || words.GetValue(EpochsOption) < 1
            || hidden.Concat(convolutions).Any(width => width < 1))
        {
            throw new UsageException("--size, --hidden, --convolutions and --epochs take whole numbers from 1 on.");
        }

        if (convolutions.Length > 0 && asked.Length > 0)
        {
            throw new UsageException("--hidden and --convolutions say the same thing in two ways: give one of them.");
        }

        var training = new TrainerOptions { Seed = words.GetValue(CommonOptions.Seed) };
        IEnumerable<string> color = words.GetValue(ColorOption) is { } column ? [column] : [];
        return new TableCoding
        {
            Method = new Autoencoder(words.GetValue(SizeOption))
            {
                Hidden = hidden,
                Convolutions = convolutions,
                IsVariational = words.GetValue(VariationalOption),
                Training = words.GetValue(EpochsOption) is { } epochs ? training with { Epochs = epochs } : training,
            },
            Ignore = [.. words.GetValue(TableFindings.Ignore) ?? [], .. color],
            DropMissing = TableFindings.DropsMissing(words),
        };
    }

    private static int Run(ParseResult words, TableCoding method, CancellationToken cancellation)
    {
        string output = words.GetValue(OutputOption)!;
        return TableFindings.Run<EncodeSummary>(
            words,
            output,
            [.. TableCode.Files(output).Select(path => Path.GetRelativePath(output, path)), "codes.csv"],
            (data, files, _) =>
            {
                CodedTable found = method.Fit(data, null, cancellation);
                found.Model.Save(output, files);
                File.WriteAllText(
                    files.Add(Path.Combine(output, "codes.csv")), EncodeSummary.Codes(data.Table, found));
                string title = $"Codes of {Path.GetFileName(words.GetValue(TableFindings.Data))}";
                return (
                    EncodeSummary.Of(data.Table, found),
                    () => EncodeSummary.Page(title, data.Table, found, words.GetValue(ColorOption)).ToHtml());
            },
            (summary, hasReport) => summary.Print(output, hasReport),
            imageFeatures: "grey");
    }
}

/// <summary>A row that is reconstructed badly.</summary>
internal sealed record BadlyReconstructedRow(long Row, double Anomaly, string Column);

/// <summary>What <c>math4ai encode --json</c> prints.</summary>
internal sealed record EncodeSummary(
    int Rows, int RowsLeftOut, int Size, int Columns, IReadOnlyList<LeftOutColumn> LeftOut, double Left,
    IReadOnlyList<BadlyReconstructedRow> Worst)
{
    private const int MaxRows = 10;

    public static EncodeSummary Of(Table table, CodedTable found) => new(
        found.Rows.Count, table.Rows - found.Rows.Count, found.Codes.ColumnCount, found.Model.Standard.Names.Count,
        found.LeftOut, found.Anomalies.Average(),
        [
            .. Enumerable.Range(0, found.Rows.Count).OrderByDescending(i => found.Anomalies[i]).Take(MaxRows)
                .Select(i => new BadlyReconstructedRow(
                    table.NumberOf(found.Rows[i]), found.Anomalies[i], found.Worst[i])),
        ]);

    /// <summary>The code of each row that was used, with its number in the file.</summary>
    public static string Codes(Table table, CodedTable found)
    {
        IEnumerable<string> names = Enumerable.Range(1, found.Codes.ColumnCount).Select(i => $"code {i}");
        var text = new StringBuilder($"row,{string.Join(',', names)},anomaly\n");
        for (int i = 0; i < found.Rows.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{table.NumberOf(found.Rows[i])}");
            foreach (double value in found.Codes.Row(i).Append(found.Anomalies[i]))
            {
                text.Append(CultureInfo.InvariantCulture, $",{value:R}");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The first two numbers of each code; of a code of one, the anomaly beside it.</summary>
    public static ScatterMap Page(string title, Table table, CodedTable found, string? color)
    {
        bool isLine = found.Codes.ColumnCount == 1;
        RowGroups groups = color is null ? new RowGroups([], [], false) : RowGroups.Of(table, color, found.Rows);
        return new ScatterMap
        {
            Title = title,
            X = [.. found.Codes.Column(0)],
            Y = [.. isLine ? found.Anomalies : found.Codes.Column(1)],
            Across = "code 1",
            Up = isLine ? "anomaly" : "code 2",
            GroupNames = groups.Names,
            Groups = groups.Groups,
            Texts =
            [
                .. found.Rows.Select((row, i) => string.Create(CultureInfo.InvariantCulture,
                    $"row {table.NumberOf(row)}, anomaly {found.Anomalies[i]:0.000}, most in {found.Worst[i]}")),
            ],
        };
    }

    public void Print(string output, bool hasReport)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Rows} rows of {Columns} columns in codes of {Size}: {100.0 * Left:0.0} % of the variance is lost."));
        foreach (BadlyReconstructedRow row in Worst)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  row {row.Row}: {row.Anomaly / Left:0.0} times the mean error, most of it in {row.Column}"));
        }

        TableFindings.PrintLeftOut(LeftOut, RowsLeftOut);
        Console.Out.WriteLine($"Written to {output}{(hasReport ? "; open report.html there" : string.Empty)}.");
    }
}
