using System.CommandLine;
using Math4AI.Processes;
using Math4AI.Reporting;
using Math4AI.Unsupervised;

namespace Math4AI.Cli.Unsupervised;

/// <summary><c>math4ai explore</c>: the page that is opened first with a new table.</summary>
internal static class ExploreCommand
{
    private static readonly Option<string?> OutputOption =
        CommonOptions.Output("The folder for the report and the figures.", byDefault: "overview");

    private static readonly Option<string?> ColorOption = CommonOptions.Named<string?>(
        "--color", "COLUMN",
        "A column that colors the points of a map of the rows. It is not used to find groups. Default: that of "
        + "--compare.");

    public static Command Create()
    {
        var command = new Command(
            "explore",
            "Look at a new table, at images or at texts: its columns, their correlations, in how many directions the "
            + "rows vary, the groups they form and what distinguishes them, rows unlike all others, and repeated rows. "
            + "Writes one page. Rows with missing values are used only for the statistics of the columns.\n\n"
            + "Examples:\n"
            + "  math4ai explore penguins.csv --color species\n"
            + "  math4ai explore penguins.csv --compare species --color island\n"
            + "  math4ai explore photos/ --compare class\n"
            + "  math4ai explore reviews.csv --texts review")
        {
            TableFindings.Data, ColorOption, TableFindings.Compare, TableFindings.Ignore, TableFindings.Texts,
            TableFindings.Features, OutputOption, CommonOptions.Seed,
            CommonOptions.Json, CommonOptions.Force, CommonOptions.NoReport,
        };
        command.SetAction((words, cancellation) => Task.Run(() => Run(words, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult words, CancellationToken cancellation)
    {
        string output = words.GetValue(OutputOption)!;
        string? compared = words.GetValue(TableFindings.Compare), color = words.GetValue(ColorOption);
        return TableFindings.Run<ExploreSummary>(
            words,
            output,
            [],
            (data, _, _) =>
            {
                TableOverview overview = new TableExploration
                {
                    Ignore = color is null ? TableFindings.Ignored(words) : [.. TableFindings.Ignored(words), color],
                    Seed = words.GetValue(CommonOptions.Seed),
                    Processes = ProcessGroup.Current,
                }.Fit(data, cancellation);
                var report = new ExploreReport
                {
                    Title = $"What is in {Path.GetFileName(words.GetValue(TableFindings.Data))}?",
                    Command = CommandLine.Text,
                    Overview = overview,
                    Table = data.Table,
                    Shown = data.Shown,
                    Labels = compared,
                    Color = color,
                };
                return (ExploreSummary.Of(data.Table, overview, compared), report.ToHtml);
            },
            (summary, hasReport) => summary.Print(output, hasReport));
    }
}
