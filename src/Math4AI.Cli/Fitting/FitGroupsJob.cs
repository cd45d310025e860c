using Math4AI.Data;
using Math4AI.Fitting;
using Spectre.Console;

namespace Math4AI.Cli.Fitting;

/// <summary><c>math4ai fit --by</c>: read, fit every group or all at once, write.</summary>
internal static class FitGroupsJob
{
    public static int Run(FitCommandOptions options, CancellationToken cancellation)
    {
        if (options.Pool.Count > 0)
        {
            return FitHierarchyJob.Run(options, cancellation);
        }

        Check(options);
        using var files = new FileTransaction(options.Force);
        OutputFiles.Claim(files, options.Output);
        string resultFile = Path.Combine(options.Output, "result.json");
        string reportFile = Path.Combine(options.Output, "report.html");
        bool hasReport = options.Shared.Count > 0 && !options.NoReport;
        OutputFiles.RequireFree(options.Force, "-o", [resultFile, reportFile, .. FitOutput.GroupFiles(options)]);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        GroupedProblem problem = GroupedProblem.Read(
            options.Data, options.Formula, options.By!, options.Errors, options.Table, options.Where);
        progress.Show("fit");
        GroupedFit fit = (problem with { Problem = FitJob.With(options, problem.Problem), Shared = options.Shared })
            .Fit(options.Start, cancellation);
        IReadOnlyList<string> notes = FitOutput.Write(files, options, fit);
        FitGroupsSummary summary = FitGroupsSummary.Of(fit, options, notes, cancellation);
        File.WriteAllText(files.Add(resultFile), CliJson.Text(summary) + "\n");
        files.Remove(reportFile);
        files.Commit();
        if (hasReport)
        {
            progress.Show("report");
            using var page = new FileTransaction(options.Force);
            File.WriteAllText(page.Add(reportFile), FitJob.Report(options, fit.Joint!, null, []).ToHtml(cancellation));
            page.Commit();
        }

        progress.Clear();
        return Print(options, problem, fit, summary, hasReport);
    }

    private static void Check(FitCommandOptions options)
    {
        if (options.Bootstrap is not null || options.Compare.Count > 0)
        {
            throw new UsageException("--bootstrap and --compare do not go with --by: choose one group with --where.");
        }

        bool followsUp = options.FollowUp is not { Profile: false, Nested: null };
        if (options.Ode is not null || followsUp || options.Errors.InputSigma.Count > 0
            || options.Posterior is not null)
        {
            throw new UsageException(
                "--ode, --sigma-x, --profile, --nested and --posterior do not go with --by, unless --pool names "
                + "parameters with a common prior: choose one group with --where.");
        }
    }

    /// <summary>Prints the result and returns the exit code.</summary>
    private static int Print(
        FitCommandOptions options, GroupedProblem problem, GroupedFit fit, FitGroupsSummary summary, bool hasReport)
    {
        if (options.Json)
        {
            Console.Out.WriteLine(CliJson.Text(summary));
        }
        else
        {
            summary.Print(fit, problem.Problem.Model.ParameterNames, options);
            Console.Out.WriteLine(
                $"Written to {options.Output}{(hasReport ? "; open report.html there" : string.Empty)}.");
        }

        if (fit.IsConverged || options.AllowUnconverged)
        {
            return 0;
        }

        Console.Error.WriteLine("Not every fit converged; with --allow-unconverged the exit code is 0 all the same.");
        return 1;
    }
}

/// <summary>The content of <c>result.json</c> of groups: the fit of each alone, or the one of all at once.</summary>
internal sealed record FitGroupsSummary(
    IReadOnlyDictionary<string, FitSummary>? Groups, FitSummary? Joint, IReadOnlyList<string> Notes)
{
    private const int MinTableWidth = 110;

    public static FitGroupsSummary Of(
        GroupedFit fit, FitCommandOptions options, IReadOnlyList<string> notes, CancellationToken cancellation)
    {
        Dictionary<string, FitDerived>? Derived(string group, string? title) =>
            options.FollowUp.Derive is { } definitions && fit.IsConverged
                ? FitFollowUpSummary.Of(fit.Derive(group, definitions), false, options.Level, cancellation, title)
                : null;

        return fit.Joint is { } joint
            ? new FitGroupsSummary(
                null,
                FitSummary.Of(joint, null, options.Level) with
                {
                    Derived = options.FollowUp.Derive is null || !fit.IsConverged
                        ? null
                        : fit.Groups.SelectMany(group => Derived(group, group)!).ToDictionary(),
                },
                notes)
            : new FitGroupsSummary(
                fit.Groups.ToDictionary(
                    group => group,
                    group => FitSummary.Of(fit[group], null, options.Level) with { Derived = Derived(group, null) }),
                null,
                notes);
    }

    /// <summary>Prints a table with a row for each group, and the notes.</summary>
    public void Print(GroupedFit fit, IReadOnlyList<string> parameters, FitCommandOptions options)
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, MinTableWidth);
        AnsiConsole.Write(GroupTable(fit, parameters, options));
        Console.Out.WriteLine(Joint is null
            ? "Each group is fitted alone."
            : $"All groups are fitted at once, with {string.Join(", ", options.Shared)} in common: "
                + $"{(Joint.Converged ? "converged" : "NOT converged")}, {FitSummary.Count(Joint.Samples, "sample")}, "
                + $"{options.Distance.Name}.");
        IEnumerable<string> notes =
            Joint?.Notes ?? Groups!.SelectMany(pair => pair.Value.Notes.Select(note => $"{pair.Key}: {note}"));
        foreach (string note in notes.Concat(Notes).Distinct())
        {
            Console.Out.WriteLine(note);
        }

        new FitFollowUpSummary(
            Joint?.Derived ?? Groups?.SelectMany(
                pair => (pair.Value.Derived ?? new Dictionary<string, FitDerived>()).Select(
                    derived => KeyValuePair.Create($"{derived.Key}[{pair.Key}]", derived.Value))).ToDictionary(),
            null, null).Print();
    }

    private Table GroupTable(GroupedFit fit, IReadOnlyList<string> parameters, FitCommandOptions options)
    {
        var table = new Table().Border(TableBorder.Simple);
        string[] titles = [options.By!, .. parameters, .. Joint is null ? ["samples", "R²", ""]
            : Array.Empty<string>()];
        foreach (string title in titles)
        {
            table.AddColumn(new TableColumn(Markup.Escape(title)).RightAligned().NoWrap());
        }

        foreach (string group in fit.Groups)
        {
            string[] values = [.. parameters.Select(name => Text(fit[group, name]))];
            string[] quality = Groups is null
                ? []
                : [
                    $"{Groups[group].Samples}",
                    Groups[group].RSquared?.ToString("G6",
                        System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty,
                    Groups[group].Converged ? string.Empty : "NOT converged",
                ];
            table.AddRow([.. values.Prepend(group).Concat(quality).Select(Markup.Escape)]);
        }

        return table;
    }

    private static string Text(FittedParameter parameter)
    {
        string text = parameter.ToString();
        return text[(text.IndexOf(" = ", StringComparison.Ordinal) + " = ".Length)..];
    }
}
