using System.CommandLine;
using Math4AI.Cli.Training;
using Math4AI.Probability.Information;
using Math4AI.Processes;
using Math4AI.Reporting;

namespace Math4AI.Cli.Unsupervised;

/// <summary><c>math4ai information</c>: what the columns of a table say about each other.</summary>
internal static class InformationCommand
{
    private static readonly Option<string?> GivenOption = CommonOptions.Named<string?>(
        "--given", "COLUMN",
        "A column that is held: what remains between each pair where it is known, the conditional mutual information.");

    private static readonly Option<string[]?> IgnoreOption =
        CommonOptions.Columns("--ignore", "Columns to leave out.");

    private static readonly Option<int?> PermutationsOption = CommonOptions.Named<int?>(
        "--permutations", "N",
        "The most permutations of a test of independence. Default: 20 for each pair, from 199 to 999.");

    private static readonly Option<string?> OutputOption =
        CommonOptions.Output("The folder for the report and the figures.", byDefault: "information");

    public static Command Create()
    {
        var command = new Command(
            "information",
            "Find which columns of a table depend on each other, in whatever form: the mutual information of each "
            + "pair, with a test of independence that is corrected for the number of pairs. Writes one page.\n\n"
            + "Examples:\n"
            + "  math4ai information penguins.csv\n"
            + "  math4ai information penguins.csv --given species -o within-species")
        {
            TableFindings.Data, GivenOption, IgnoreOption, TableCommandOptions.ColumnsOption, PermutationsOption,
            OutputOption,
            CommonOptions.Seed, CommonOptions.Json, CommonOptions.Force, CommonOptions.NoReport,
        };
        command.SetAction((words, cancellation) =>
        {
            TableInformation method = Read(words);
            return Task.Run(() => Run(words, method, cancellation), cancellation);
        });
        return command;
    }

    private static TableInformation Read(ParseResult words)
    {
        if (words.GetValue(PermutationsOption) < 1)
        {
            throw new UsageException("--permutations takes a whole number from 1 on.");
        }

        return new TableInformation
        {
            Given = words.GetValue(GivenOption),
            Ignore = words.GetValue(IgnoreOption) ?? [],
            Forms = TableCommandOptions.ReadColumns(words),
            Permutations = words.GetValue(PermutationsOption),
            Seed = words.GetValue(CommonOptions.Seed),
            Processes = ProcessGroup.Current,
        };
    }

    private static int Run(ParseResult words, TableInformation method, CancellationToken cancellation)
    {
        string output = words.GetValue(OutputOption)!;
        return TableFindings.Run<InformationSummary>(
            words,
            output,
            [],
            (data, _, progress) =>
            {
                InformationTable found = method.Of(data.Table, new Shown(progress), cancellation);
                var report = new InformationReport
                {
                    Title = $"What do the columns of {Path.GetFileName(words.GetValue(TableFindings.Data))} say about "
                        + "each other?",
                    Command = CommandLine.Text,
                    Found = found,
                    Table = data.Table,
                };
                return (InformationSummary.Of(data.Table, found), report.ToHtml);
            },
            (summary, hasReport) => summary.Print(output, hasReport));
    }

    private sealed class Shown(ProgressLine line) : IProgress<double>
    {
        public void Report(double value) => line.Show(FormattableString.Invariant($"compare {100.0 * value:0} %"));
    }
}
