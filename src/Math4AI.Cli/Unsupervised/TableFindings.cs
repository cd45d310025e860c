using System.CommandLine;
using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Processes;
using Math4AI.Unsupervised;

namespace Math4AI.Cli.Unsupervised;

/// <summary>
/// What the verbs that look at a table without a target share: its options, and a run that leaves a whole folder or
/// none.
/// </summary>
internal static class TableFindings
{
    public static readonly Argument<string> Data = new("DATA")
    {
        Description = "A table: CSV, or another format with columns; or a folder of images, or an IDX file.",
    };

    public static readonly Option<string?> Texts = CommonOptions.Named<string?>(
        "--texts", "COLUMN", "Look at the texts of this column instead of numbers: at their words, by tf-idf.");

    public static readonly Option<string?> Features = CommonOptions.Named<string?>(
        "--features", "FORMULA",
        "The features of images or texts. Default: 'grey then pca:20', and 'words then tfidf then pca:20'.");

    public static readonly Option<string?> Compare = CommonOptions.Named<string?>(
        "--compare", "COLUMN",
        "A column of known groups to compare the clusters with. It is not used to find them.");

    public static readonly Option<string[]?> Ignore = CommonOptions.Columns(
        "--ignore", "Columns to leave out of clusters, directions and outliers.");

    public static readonly Option<string> Missing = new("--missing")
    {
        Description = "What to do with rows that miss a value: refuse or drop.",
        HelpName = "WAY",
        DefaultValueFactory = _ => "refuse",
    };

    /// <summary>Gets the columns that serve no search: those ignored, and the one compared with.</summary>
    public static IReadOnlyList<string> Ignored(ParseResult words) =>
        words.GetValue(Compare) is { } compared
            ? [.. words.GetValue(Ignore) ?? [], compared]
            : words.GetValue(Ignore) ?? [];

    /// <summary>Returns whether rows that miss a value are left out.</summary>
    /// <exception cref="UsageException">The option says neither.</exception>
    public static bool DropsMissing(ParseResult words) => words.GetValue(Missing)! switch
    {
        "drop" => true,
        "refuse" => false,
        var way => throw new UsageException($"'{way}' is no way with missing values: use refuse or drop."),
    };

    /// <summary>Prints which columns and how many rows were not used.</summary>
    public static void PrintLeftOut(IReadOnlyList<LeftOutColumn> columns, int rows)
    {
        if (columns.Count > 0)
        {
            IEnumerable<string> texts = columns.Select(column => $"{column.Name} ({column.Reason})");
            Console.Out.WriteLine($"Columns left out: {string.Join(", ", texts)}.");
        }

        if (rows > 0)
        {
            Console.Out.WriteLine($"Rows left out for missing values: {rows}.");
        }
    }

    /// <summary>
    /// Reads the table, finds what the verb looks for, and writes the summary, the report and other files.
    /// </summary>
    /// <param name="words">The command line.</param>
    /// <param name="output">The folder of the results.</param>
    /// <param name="others">The files that <paramref name="find"/> adds to the folder.</param>
    /// <param name="find">
    /// From the rows, the files to be written and the line of progress: the summary and the page.
    /// </param>
    /// <param name="print">Prints the summary; true where there is a report.</param>
    /// <param name="imageFeatures">The features of images where none are asked for; null for components.</param>
    public static int Run<TSummary>(
        ParseResult words,
        string output,
        string[] others,
        Func<DataRows, FileTransaction, ProgressLine, (TSummary Summary, Func<string> Page)> find,
        Action<TSummary, bool> print,
        string? imageFeatures = null)
    {
        bool force = words.GetValue(CommonOptions.Force), hasReport = !words.GetValue(CommonOptions.NoReport);
        if (!ProcessGroup.Current.IsFirst)
        {
            return TakePart(words, find, imageFeatures);
        }

        string[] names = [.. others, "result.json", "report.html"];
        OutputFiles.RequireFree(force, "-o", names.Select(name => Path.Combine(output, name)));
        using var files = new FileTransaction(force);
        OutputFiles.Claim(files, output);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        DataRows data = Read(words, imageFeatures);
        progress.Show(words.CommandResult.Command.Name);
        (TSummary summary, Func<string> page) = find(data, files, progress);
        progress.Show("write");
        string json = CliJson.Text(summary);
        OutputFiles.Write(files, output, json, hasReport ? page : null);
        files.Commit();
        progress.Clear();
        foreach (string warning in data.Warnings)
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        if (words.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(json);
        }
        else
        {
            print(summary, hasReport);
        }

        return 0;
    }

    /// <summary>The part of another process than the first, which writes what all of them find.</summary>
    private static int TakePart<TFound>(
        ParseResult words, Func<DataRows, FileTransaction, ProgressLine, TFound> find, string? imageFeatures)
    {
        using var nothing = new FileTransaction();
        using var hidden = ProgressLine.Start();
        _ = find(Read(words, imageFeatures), nothing, hidden);
        return 0;
    }

    /// <summary>Reads the rows, which are the same in all processes.</summary>
    private static DataRows Read(ParseResult words, string? imageFeatures)
    {
        string path = SharedRun.FileOf(words.GetValue(Data)!, hasNames: true);
        ProcessGroup.Current.RequireSameFile(path);
        try
        {
            string? features = words.GetValue(Features) ?? (ImageSet.HasImages(path) ? imageFeatures : null);
            return ProcessGroup.Current.Agree(() => DataRows.Read(path, words.GetValue(Texts), features));
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
