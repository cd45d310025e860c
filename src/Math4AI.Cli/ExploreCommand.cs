using System.CommandLine;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Unsupervised;

namespace Math4AI.Cli;

/// <summary><c>math4ai explore</c>: the page that is opened first with a new table.</summary>
internal static class ExploreCommand
{
    private static readonly Argument<string> DataArgument = new("DATA")
    {
        Description = "A table: CSV, or another format with columns.",
    };

    private static readonly Option<string?> CompareOption = new("--compare")
    {
        Description = "A column of known groups to compare the clusters with. It is not used to find them.",
        HelpName = "COLUMN",
    };

    private static readonly Option<string[]?> IgnoreOption = new("--ignore")
    {
        Description = "Columns to leave out of groups, directions and outliers.",
        HelpName = "COLUMN",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> OutputOption =
        CommonOptions.Output("The folder for the report and the figures.", byDefault: "overview");

    public static Command Create()
    {
        var command = new Command(
            "explore",
            "Look at a new table: its columns, their correlations, in how many directions the rows vary, the groups "
            + "they form and what distinguishes them, rows unlike all others, and repeated rows. Writes one page. Rows "
            + "with missing values count for the columns' figures alone.\n\nExample:\n"
            + "  math4ai explore penguins.csv --compare species")
        {
            DataArgument, CompareOption, IgnoreOption, OutputOption, CommonOptions.Seed, CommonOptions.Json,
            CommonOptions.Force, CommonOptions.NoReport,
        };
        command.SetAction((words, cancellation) => Task.Run(() => Run(words, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult words, CancellationToken cancellation)
    {
        string output = words.GetValue(OutputOption)!, data = words.GetValue(DataArgument)!;
        string? compared = words.GetValue(CompareOption);
        bool force = words.GetValue(CommonOptions.Force), hasReport = !words.GetValue(CommonOptions.NoReport);
        OutputFiles.RequireFree(
            force, "-o", Path.Combine(output, "result.json"), Path.Combine(output, "report.html"));
        using var files = new FileTransaction(force);
        OutputFiles.Claim(files, output);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        Table table = Table.Read(data);
        progress.Show("explore");
        TableOverview overview = new TableExploration
        {
            Ignore = [.. words.GetValue(IgnoreOption) ?? [], .. compared is null ? Array.Empty<string>() : [compared]],
            Seed = words.GetValue(CommonOptions.Seed),
        }.Fit(table, cancellation);
        var summary = ExploreSummary.Of(table, overview, compared);
        progress.Show("write");
        var report = new ExploreReport
        {
            Title = $"What is in {Path.GetFileName(data)}?",
            Command = CommandLine.Text,
            Overview = overview,
            Table = table,
            Labels = compared,
        };
        OutputFiles.Write(files, output, CliJson.Text(summary), hasReport ? report.ToHtml : null);
        files.Commit();
        progress.Clear();
        if (words.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(CliJson.Text(summary));
        }
        else
        {
            summary.Print(output, hasReport);
        }

        return 0;
    }
}
