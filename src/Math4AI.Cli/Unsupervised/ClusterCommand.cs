using System.CommandLine;
using Math4AI.Data.Models;
using Math4AI.Processes;
using Math4AI.Reporting;
using Math4AI.Unsupervised;

namespace Math4AI.Cli.Unsupervised;

/// <summary><c>math4ai cluster</c>: finds the clusters of the rows of a table.</summary>
internal static class ClusterCommand
{
    private static readonly Option<int?> ClustersOption = new("--clusters", "-k")
    {
        Description = "The number of clusters. Default: chosen by the Bayesian information criterion, or the "
            + "silhouette for k-means and linkages; hdbscan and dbscan find it themselves.",
        HelpName = "N",
    };

    private static readonly Option<int> MaxOption = CommonOptions.Named<int>(
        "--max-clusters", "N", "The largest number of clusters to choose from.", 10);

    private static readonly Dictionary<string, ClusterMethod> Methods = new(StringComparer.Ordinal)
    {
        ["mixture"] = ClusterMethod.Mixture,
        ["k-means"] = ClusterMethod.KMeans,
        ["ward"] = ClusterMethod.Ward,
        ["single"] = ClusterMethod.Single,
        ["complete"] = ClusterMethod.Complete,
        ["average"] = ClusterMethod.Average,
        ["hdbscan"] = ClusterMethod.Hdbscan,
        ["dbscan"] = ClusterMethod.Dbscan,
    };

    private static readonly Option<string> MethodOption = CommonOptions.Named<string>(
        "--method", "METHOD",
        "mixture, for groups of any size and stretch; k-means, for round ones; ward, complete, average or single, for "
        + "a hierarchy; hdbscan or dbscan, for dense regions of any form, with rows in none.", "mixture")
        .Completed(() => Methods.Keys);

    private static readonly Option<double?> RadiusOption = CommonOptions.Named<double?>(
        "--radius", "R", "The radius of dbscan, in standard deviations of the columns; needed there.");

    private static readonly Option<int?> RowsOption = CommonOptions.Named<int?>(
        "--min-rows", "N",
        "The smallest cluster of hdbscan; for dbscan, the rows within the radius of one that make it a core. "
        + "Default: 5.");

    private static readonly Option<string?> OutputOption =
        CommonOptions.Output("The folder for the clusters, the model and the report.", byDefault: "clusters");

    public static Command Create()
    {
        var command = new Command(
            "cluster",
            "Find groups of similar rows in a table, of images or of texts: how many there are, who belongs to which, "
            + "and what distinguishes them. Columns of numbers are brought to one scale; texts, constants and row "
            + "numbers are left out. 'math4ai predict' assigns new rows.\n\nExamples:\n"
            + "  math4ai cluster iris.csv --compare species -o iris-clusters\n"
            + "  math4ai cluster customers.csv --clusters 4 --missing drop\n"
            + "  math4ai cluster stars.csv --method hdbscan --min-rows 20\n"
            + "  math4ai cluster reviews.csv --texts review\n"
            + "  math4ai predict iris-clusters flowers.csv")
        {
            TableFindings.Data, MethodOption, ClustersOption, MaxOption, RadiusOption, RowsOption,
            TableFindings.Compare, TableFindings.Ignore, TableFindings.Missing, TableFindings.Texts,
            TableFindings.Features, OutputOption,
            CommonOptions.Seed, CommonOptions.Json, CommonOptions.Force, CommonOptions.NoReport,
        };
        command.SetAction((words, cancellation) =>
        {
            TableClustering method = Read(words);
            if (method.Method is not (ClusterMethod.Mixture or ClusterMethod.KMeans))
            {
                SharedRun.RequireOne($"--method {words.GetValue(MethodOption)}");
            }

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
            Method = MethodOf(words),
            Clusters = words.GetValue(ClustersOption),
            MaxClusters = words.GetValue(MaxOption),
            Radius = words.GetValue(RadiusOption),
            MinRows = words.GetValue(RowsOption) ?? new TableClustering().MinRows,
            Ignore = TableFindings.Ignored(words),
            DropMissing = TableFindings.DropsMissing(words),
            Seed = words.GetValue(CommonOptions.Seed),
            Processes = ProcessGroup.Current,
        };
    }

    private static ClusterMethod MethodOf(ParseResult words)
    {
        string name = words.GetValue(MethodOption)!;
        if (!Methods.TryGetValue(name, out ClusterMethod method))
        {
            throw new UsageException(
                $"'{name}' is no method of clusters: use one of {string.Join(", ", Methods.Keys)}.");
        }

        bool isDensity = method is ClusterMethod.Hdbscan or ClusterMethod.Dbscan;
        if (method == ClusterMethod.Dbscan ? !(words.GetValue(RadiusOption) > 0.0)
            : words.GetValue(RadiusOption) is not null)
        {
            throw new UsageException(method == ClusterMethod.Dbscan
                ? "--method dbscan needs --radius, a positive number of standard deviations; hdbscan needs none."
                : "--radius belongs to --method dbscan.");
        }

        if (isDensity ? words.GetValue(RowsOption) < (method == ClusterMethod.Hdbscan ? 2 : 1)
            : words.GetValue(RowsOption) is not null)
        {
            throw new UsageException(isDensity
                ? $"--min-rows takes a whole number from {(method == ClusterMethod.Hdbscan ? 2 : 1)} on."
                : "--min-rows belongs to --method hdbscan and dbscan.");
        }

        if (isDensity || words.GetValue(ClustersOption) is not null)
        {
            words.RefuseIdle(
                "belongs to a search for the number of clusters, which is "
                + $"{(isDensity ? $"found by --method {name} itself" : "given by --clusters")}: leave it out.",
                MaxOption);
        }

        return isDensity && words.GetValue(ClustersOption) is not null
            ? throw new UsageException($"--method {name} finds the number of clusters itself: leave --clusters out.")
            : method;
    }

    private static int Run(ParseResult words, TableClustering method, CancellationToken cancellation)
    {
        string output = words.GetValue(OutputOption)!;
        return TableFindings.Run<ClusterSummary>(
            words,
            output,
            [
                .. (method.Method == ClusterMethod.Mixture ? ModelFolder.Files(output) : TableGroups.Files(output))
                    .Select(path => Path.GetRelativePath(output, path)),
                "clusters.csv",
            ],
            (data, files, _) =>
            {
                TableClusters clusters = method.Fit(data, cancellation);
                if (ProcessGroup.Current.IsFirst)
                {
                    clusters.Model.Save(output, files);
                    File.WriteAllText(
                        files.Add(Path.Combine(output, "clusters.csv")),
                        ClusterSummary.Assignments(data.Table, clusters));
                }

                var report = new ClusterReport
                {
                    Title = $"Clusters of {Path.GetFileName(words.GetValue(TableFindings.Data))}",
                    Command = CommandLine.Text,
                    Result = clusters,
                    Table = data.Table,
                    Shown = data.Shown,
                    Labels = words.GetValue(TableFindings.Compare),
                };
                return (ClusterSummary.Of(data.Table, clusters, words.GetValue(TableFindings.Compare)), report.ToHtml);
            },
            (summary, hasReport) => summary.Print(output, hasReport));
    }
}
