using System.CommandLine;
using Math4AI.Reporting;
using Math4AI.Unsupervised;

namespace Math4AI.Cli.Unsupervised;

/// <summary><c>math4ai cluster</c>: finds the clusters of the rows of a table.</summary>
internal static class ClusterCommand
{
    private static readonly Option<int?> ClustersOption = new("--clusters", "-k")
    {
        Description = "The number of clusters. Default: chosen by the Bayesian information criterion.",
        HelpName = "N",
    };

    private static readonly Option<int> MaxOption = CommonOptions.Named<int>(
        "--max-clusters", "N", "The largest number of clusters to choose from.", 10);

    private static readonly Option<string?> OutputOption =
        CommonOptions.Output("The folder for the clusters, the model and the report.", byDefault: "clusters");

    public static Command Create()
    {
        var command = new Command(
            "cluster",
            "Find groups of similar rows in a table: how many there are, who belongs to which, and what distinguishes "
            + "them. Columns of numbers are brought to one scale; texts, constants and row numbers are left out. "
            + "'math4ai predict' assigns new rows.\n\nExamples:\n"
            + "  math4ai cluster iris.csv --compare species -o iris-clusters\n"
            + "  math4ai cluster customers.csv --clusters 4 --missing drop\n"
            + "  math4ai predict iris-clusters flowers.csv")
        {
            TableFindings.Data, ClustersOption, MaxOption, TableFindings.Compare, TableFindings.Ignore,
            TableFindings.Missing,
            OutputOption,
            CommonOptions.Seed, CommonOptions.Json, CommonOptions.Force, CommonOptions.NoReport,
        };
        command.SetAction((words, cancellation) =>
        {
            TableClustering method = Read(words);
            return Task.Run(() => Run(words, method, cancellation), cancellation);
        });
        return command;
    }

    private static TableClustering Read(ParseResult words)
    {
        if (words.GetValue(ClustersOption) < 1 || words.GetValue(MaxOption) < 1)
        {
            throw new UsageException("--clusters and --max-clusters take a whole number from 1 on.");
        }

        return new TableClustering
        {
            Clusters = words.GetValue(ClustersOption),
            MaxClusters = words.GetValue(MaxOption),
            Ignore = TableFindings.Ignored(words),
            DropMissing = TableFindings.DropsMissing(words),
            Seed = words.GetValue(CommonOptions.Seed),
        };
    }

    private static int Run(ParseResult words, TableClustering method, CancellationToken cancellation)
    {
        string output = words.GetValue(OutputOption)!;
        return TableFindings.Run<ClusterSummary>(
            words,
            output,
            ["model.json", "model.safetensors", "clusters.csv"],
            (table, files, _) =>
            {
                TableClusters clusters = method.Fit(table, cancellation);
                clusters.Model.Save(output, files);
                File.WriteAllText(
                    files.Add(Path.Combine(output, "clusters.csv")), ClusterSummary.Assignments(table, clusters));
                var report = new ClusterReport
                {
                    Title = $"Clusters of {Path.GetFileName(words.GetValue(TableFindings.Data))}",
                    Command = CommandLine.Text,
                    Result = clusters,
                    Table = table,
                    Labels = words.GetValue(TableFindings.Compare),
                };
                return (ClusterSummary.Of(table, clusters, words.GetValue(TableFindings.Compare)), report.ToHtml);
            },
            (summary, hasReport) => summary.Print(output, hasReport));
    }
}
