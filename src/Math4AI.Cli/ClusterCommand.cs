using System.CommandLine;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Unsupervised;

namespace Math4AI.Cli;

/// <summary><c>math4ai cluster</c>: finds the clusters of the rows of a table.</summary>
internal static class ClusterCommand
{
    private static readonly Argument<string> DataArgument = new("DATA")
    {
        Description = "A table: CSV, or another format with columns.",
    };

    private static readonly Option<int?> ClustersOption = new("--clusters", "-k")
    {
        Description = "The number of clusters. Default: chosen by the Bayesian information criterion.",
        HelpName = "N",
    };

    private static readonly Option<int> MaxOption = new("--max-clusters")
    {
        Description = "The largest number of clusters to choose from.",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
    };

    private static readonly Option<string?> CompareOption = new("--compare")
    {
        Description = "A column of known groups to compare the clusters with. It is not used to find them.",
        HelpName = "COLUMN",
    };

    private static readonly Option<string[]?> IgnoreOption = new("--ignore")
    {
        Description = "Columns to ignore.",
        HelpName = "COLUMN",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> MissingOption = new("--missing")
    {
        Description = "What to do with rows that miss a value: refuse or drop.",
        HelpName = "WAY",
        DefaultValueFactory = _ => "refuse",
    };

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
            DataArgument, ClustersOption, MaxOption, CompareOption, IgnoreOption, MissingOption, OutputOption,
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

        string missing = words.GetValue(MissingOption)!;
        if (missing is not ("refuse" or "drop"))
        {
            throw new UsageException($"'{missing}' is no way with missing values: use refuse or drop.");
        }

        string? compared = words.GetValue(CompareOption);
        return new TableClustering
        {
            Clusters = words.GetValue(ClustersOption),
            MaxClusters = words.GetValue(MaxOption),
            Ignore = [.. words.GetValue(IgnoreOption) ?? [], .. compared is null ? Array.Empty<string>() : [compared]],
            DropMissing = missing == "drop",
            Seed = words.GetValue(CommonOptions.Seed),
        };
    }

    private static int Run(ParseResult words, TableClustering method, CancellationToken cancellation)
    {
        string output = words.GetValue(OutputOption)!, data = words.GetValue(DataArgument)!;
        bool force = words.GetValue(CommonOptions.Force), hasReport = !words.GetValue(CommonOptions.NoReport);
        string[] names = ["model.json", "model.safetensors", "clusters.csv", "result.json", "report.html"];
        OutputFiles.RequireFree(force, "-o", names.Select(name => Path.Combine(output, name)));
        using var files = new FileTransaction(force);
        OutputFiles.Claim(files, output);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        Table table = Table.Read(data);
        progress.Show("find clusters");
        TableClusters clusters = method.Fit(table, cancellation);
        var summary = ClusterSummary.Of(table, clusters, words.GetValue(CompareOption));
        progress.Show("write");
        clusters.Model.Save(output, files);
        File.WriteAllText(files.Add(Path.Combine(output, "clusters.csv")), ClusterSummary.Assignments(table, clusters));
        var report = new ClusterReport
        {
            Title = $"Clusters of {Path.GetFileName(data)}",
            Command = CommandLine.Text,
            Result = clusters,
            Table = table,
            Labels = words.GetValue(CompareOption),
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
