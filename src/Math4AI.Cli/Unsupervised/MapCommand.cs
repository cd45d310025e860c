using System.CommandLine;
using System.Globalization;
using System.Text;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Maps;

namespace Math4AI.Cli.Unsupervised;

/// <summary><c>math4ai map</c>: draws the rows of a table in the plane, neighbors beside one another.</summary>
internal static class MapCommand
{
    private static readonly Option<string?> ColorOption = CommonOptions.Named<string?>(
        "--color", "COLUMN", "A column that colors the points. It is not used to place them.");

    private static readonly Option<string> MethodOption = new("--method")
    {
        Description = "t-sne, or umap, which keeps more of the large structure and suits many rows.",
        HelpName = "METHOD",
        DefaultValueFactory = _ => "t-sne",
    };

    private static readonly Option<double[]?> PerplexityOption = CommonOptions.Reals(
        "--perplexity",
        "How many neighbors each row attends to by t-SNE; of several, such as 30,500, the larger ones keep larger "
        + "structure. Default: 30, or a third of the rows where they are few.");

    private static readonly Option<int?> NeighborsOption = new("--neighbors")
    {
        Description = "How many neighbors each row attends to by UMAP, itself counted. Default: 15.",
        HelpName = "N",
    };

    private static readonly Option<string?> OutputOption =
        CommonOptions.Output("The folder for the points and the report.", byDefault: "map");

    public static Command Create()
    {
        var command = new Command(
            "map",
            "Draw the rows of a table, images or texts as points in the plane so that rows with like values lie beside "
            + "one another (t-SNE or UMAP). Columns of numbers are brought to one scale; texts, constants and row "
            + "numbers are left out. How far the map can be trusted is printed; 'math4ai predict' places new rows.\n\n"
            + "Examples:\n"
            + "  math4ai map penguins.csv --color species --missing drop\n"
            + "  math4ai map letter.csv --color lettr --method umap\n"
            + "  math4ai map photos/ --color class")
        {
            TableFindings.Data, ColorOption, MethodOption, PerplexityOption, NeighborsOption, TableFindings.Ignore,
            TableFindings.Missing, TableFindings.Texts, TableFindings.Features, OutputOption, CommonOptions.Seed,
            CommonOptions.Json, CommonOptions.Force,
            CommonOptions.NoReport,
        };
        command.SetAction((words, cancellation) =>
        {
            TableMapping method = Read(words);
            return Task.Run(() => Run(words, method, cancellation), cancellation);
        });
        return command;
    }

    private static TableMapping Read(ParseResult words)
    {
        double[] perplexities = words.GetValue(PerplexityOption) ?? [];
        int? neighbors = words.GetValue(NeighborsOption);
        MapMethod method = MethodOf(words.GetValue(MethodOption)!);
        if (!perplexities.All(value => value > 1.0 && double.IsFinite(value)))
        {
            throw new UsageException("--perplexity takes numbers above 1.");
        }

        if (neighbors < 2)
        {
            throw new UsageException("--neighbors takes a whole number from 2 on.");
        }

        if (method == MapMethod.Umap ? perplexities.Length > 0 : neighbors is not null)
        {
            throw new UsageException("--perplexity belongs to --method t-sne, and --neighbors to --method umap.");
        }

        IEnumerable<string> color = words.GetValue(ColorOption) is { } column ? [column] : [];
        return new TableMapping
        {
            Method = method,
            Perplexities = perplexities,
            Neighbors = neighbors ?? new TableMapping().Neighbors,
            Ignore = [.. words.GetValue(TableFindings.Ignore) ?? [], .. color],
            DropMissing = TableFindings.DropsMissing(words),
            Seed = words.GetValue(CommonOptions.Seed),
        };
    }

    private static MapMethod MethodOf(string name) => name switch
    {
        "t-sne" => MapMethod.Tsne,
        "umap" => MapMethod.Umap,
        _ => throw new UsageException($"'{name}' is no method of maps: use t-sne or umap."),
    };

    private static int Run(ParseResult words, TableMapping method, CancellationToken cancellation)
    {
        string output = words.GetValue(OutputOption)!;
        string? color = words.GetValue(ColorOption);
        return TableFindings.Run<MapSummary>(
            words,
            output,
            ["model.json", "model.safetensors", "map.csv"],
            (data, files, _) =>
            {
                MappedTable result = method.Fit(data, cancellation);
                result.Model.Save(output, files);
                File.WriteAllText(files.Add(Path.Combine(output, "map.csv")), MapSummary.Points(data.Table, result));
                var report = new MapReport
                {
                    Title = $"Map of {Path.GetFileName(words.GetValue(TableFindings.Data))}",
                    Command = CommandLine.Text,
                    Result = result,
                    Table = data.Table,
                    Shown = data.Shown,
                    Labels = color,
                };
                return (MapSummary.Of(data.Table, result, color), report.ToHtml);
            },
            (summary, hasReport) => summary.Print(output, hasReport));
    }
}

/// <summary>What <c>math4ai map --json</c> prints.</summary>
internal sealed record MapSummary(
    int Rows, int RowsLeftOut, IReadOnlyList<string> Columns, IReadOnlyList<LeftOutColumn> LeftOut, double? Divergence,
    double? CrossEntropy, MapQuality Quality, string? Color, double? NeighborHits)
{
    public static MapSummary Of(Table table, MappedTable result, string? color) => new(
        result.Rows.Count, table.Rows - result.Rows.Count, result.Columns, result.LeftOut,
        (result.Map as TsneFit)?.Divergence, (result.Map as UmapFit)?.CrossEntropy,
        result.Quality, color, color is null ? null : Hits(table, color, result));

    /// <summary>The point of each row that was used, with its number in the file.</summary>
    public static string Points(Table table, MappedTable result)
    {
        var text = new StringBuilder("row,x,y\n");
        for (int i = 0; i < result.Rows.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{table.NumberOf(result.Rows[i])},{result.Map.Positions[i, 0]:R},{result.Map.Positions[i, 1]:R}\n");
        }

        return text.ToString();
    }

    public void Print(string output, bool hasReport)
    {
        string cost = CrossEntropy is { } entropy
            ? string.Create(CultureInfo.InvariantCulture, $"; fuzzy cross entropy {entropy:0.00} for each row")
            : string.Empty;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Rows} rows and {Columns.Count} {(Columns.Count == 1 ? "column" : "columns")} on a map: "
            + $"trustworthiness {Quality.Trustworthiness:0.000}, "
            + $"{100.0 * Quality.Kept:0} % of the {Quality.Neighbors} nearest rows are nearest on it{cost}."));
        if (NeighborHits is { } hits)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"The nearest point has the same {Color} in {100.0 * hits:0.0} % of the rows."));
        }

        TableFindings.PrintLeftOut(LeftOut, RowsLeftOut);
        Console.Out.WriteLine($"Written to {output}{(hasReport ? "; open report.html there" : string.Empty)}.");
    }

    /// <summary>How far neighbors on the map agree in a column; null where it holds many numbers.</summary>
    private static double? Hits(Table table, string color, MappedTable result)
    {
        IReadOnlyList<string?> texts = table.Texts(color);
        return RowGroups.Of(table, color, result.Rows).AreRanges
            ? null
            : MapQuality.NeighborHits(result.Map.Positions, [.. result.Rows.Select(row => texts[row])]);
    }
}
