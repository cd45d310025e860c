using System.CommandLine;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;

namespace Math4AI.Cli.Fitting;

/// <summary>
/// The options of <c>math4ai fit</c> that say which rows are fitted, in which groups, and through which link.
/// </summary>
internal sealed class FitDataOptions
{
    private readonly Option<string?> where = CommonOptions.Named<string?>(
        "--where", "CONDITION", "Fit only the rows that meet a condition, such as \"x > 0 && run == 3\".");

    private readonly Option<int> skip = CommonOptions.Named<int>(
        "--skip", "N", "The number of lines before the names of the columns that are skipped.");

    private readonly Option<string?> by = CommonOptions.Named<string?>(
        "--by", "COLUMN", "Fit each group of rows alone: those that have the same cell in this column.");

    private readonly Option<string?> shared = CommonOptions.List(
        "--shared", "NAME,…",
        "Parameters that all groups of --by have in common; all groups are then fitted at once.");

    private readonly Option<string?> pool = CommonOptions.List(
        "--pool", "NAME,…",
        "With --posterior: parameters of the groups of --by that have a common normal prior, whose mean and deviation, "
            + "NAME.mean and NAME.sd, are sampled with them.");

    private readonly Option<string?> link = CommonOptions.Named<string?>(
        "--link", "NAME",
        $"The link between the model and the expected value, with --distance poisson or logistic: "
            + $"{string.Join(", ", Link.All.Keys)}. Default: log for counts, logit for classes.");

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [where, skip, by, shared, pool, link];

    /// <summary>The condition on rows; null for all of them.</summary>
    public string? Where(ParseResult parsed) => parsed.GetValue(where);

    /// <summary>The column of the groups; null if there are none.</summary>
    public string? By(ParseResult parsed) => parsed.GetValue(by);

    /// <summary>The parameters that groups have in common.</summary>
    public string[] Shared(ParseResult parsed)
    {
        string[] names = FitOptionReader.Names(parsed.GetValue(shared));
        return names.Length == 0 || By(parsed) is not null
            ? names
            : throw new UsageException("--shared needs --by COLUMN, which tells the groups.");
    }

    /// <summary>The parameters of groups with a common normal prior.</summary>
    public string[] Pool(ParseResult parsed)
    {
        string[] names = FitOptionReader.Names(parsed.GetValue(pool));
        return names.Length == 0 || By(parsed) is not null
            ? names
            : throw new UsageException("--pool needs --by COLUMN, which tells the groups.");
    }

    /// <summary>How the table is read, with the lines that are skipped.</summary>
    public NumberTableOptions Table(ParseResult parsed, NumberTableOptions options) =>
        parsed.GetValue(skip) is >= 0 and int lines
        ? options with { Table = options.Table with { SkippedLines = lines } }
        : throw new UsageException("--skip takes a number of lines, 0 or more.");

    /// <summary>The distance with its link.</summary>
    public Distance Distance(ParseResult parsed, Distance distance)
    {
        if (parsed.GetValue(link) is not { } name)
        {
            return distance;
        }

        try
        {
            return distance.WithLink(Link.Parse(name));
        }
        catch (Exception e) when (e is FormatException or NotSupportedException)
        {
            throw new UsageException(e.Message);
        }
    }
}
