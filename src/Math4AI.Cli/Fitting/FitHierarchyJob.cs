using Math4AI.Data;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;
using Math4AI.Reporting;

namespace Math4AI.Cli.Fitting;

/// <summary><c>math4ai fit --by --pool --posterior</c>: read, sample a hierarchy, write.</summary>
internal static class FitHierarchyJob
{
    public static int Run(FitCommandOptions options, CancellationToken cancellation)
    {
        FitPosteriorChoice asked = Check(options);
        using var files = new FileTransaction(options.Force);
        OutputFiles.Claim(files, options.Output);
        string resultFile = Path.Combine(options.Output, "result.json");
        string reportFile = Path.Combine(options.Output, "report.html");
        OutputFiles.RequireFree(options.Force, "-o", [resultFile, reportFile, .. FitOutput.HierarchyFiles(options)]);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        GroupedProblem problem = GroupedProblem.Read(
            options.Data, options.Formula, options.By!, options.Errors, options.Table, options.Where);
        problem = problem with { Problem = FitJob.With(options, problem.Problem), Shared = options.Shared };
        if (options.FollowUp.Predict is { } rows)
        {
            HierarchicalPosterior.RequirePredictable(problem, options.Pool, rows, options.Table);
        }

        PosteriorDraws? earlier = asked.Earlier();
        progress.Show("posterior");
        HierarchicalPosterior found;
        try
        {
            found = Sample(options, asked, problem, earlier, progress, cancellation);
        }
        catch (SamplingStoppedException stopped)
        {
            return FitStop.Keep(files, options, stopped.Draws, earlier?.Count ?? 0, progress);
        }

        IReadOnlyList<string> notes = FitOutput.Write(files, options, found);
        FitPosteriorSummary of = FitPosteriorSummary.Of(found, options.Level, cancellation);
        FitHierarchySummary summary = new(
            options.By!, options.Pool, problem.Labels.Distinct().Count(), found.Centered,
            of with { Notes = [.. of.Notes, .. notes] });
        string json = CliJson.Text(summary);
        File.WriteAllText(files.Add(resultFile), json + "\n");
        files.Remove(reportFile);
        files.Commit();
        if (!options.NoReport)
        {
            progress.Show("report");
            WritePage(options, reportFile, found);
        }

        progress.Clear();
        return End(options, summary, json);
    }

    private static void WritePage(FitCommandOptions options, string path, HierarchicalPosterior found)
    {
        using var page = new FileTransaction(options.Force);
        File.WriteAllText(page.Add(path), new HierarchyReport
        {
            Posterior = found,
            Model = options.Formula.Text,
            Command = CommandLine.Text,
            Level = options.Level,
        }.ToHtml());
        page.Commit();
    }

    /// <summary>Prints the result; returns the exit code.</summary>
    private static int End(FitCommandOptions options, FitHierarchySummary summary, string json)
    {
        if (options.Json)
        {
            Console.Out.WriteLine(json);
        }
        else
        {
            Console.Out.WriteLine(
                $"{summary.Groups} groups of {summary.Column}, with a common normal prior of "
                + $"{string.Join(", ", summary.Pooled)}.");
            summary.Posterior.Print();
            Console.Out.WriteLine(
                $"Written to {options.Output}{(options.NoReport ? string.Empty : "; open report.html there")}.");
        }

        if (summary.Posterior.ChainsAgree)
        {
            return 0;
        }

        Console.Error.WriteLine("The chains of the posterior do not agree: its draws are not to be used.");
        return 1;
    }

    private static HierarchicalPosterior Sample(
        FitCommandOptions options, FitPosteriorChoice asked, GroupedProblem problem, PosteriorDraws? earlier,
        ProgressLine progress, CancellationToken cancellation)
    {
        var line = new ChainsLine(progress);
        return earlier is null
            ? HierarchicalPosterior.Sample(
                problem, options.Pool, asked.Priors, asked.Sampler, start: options.Start, progress: line,
                cancellation: cancellation)
            : HierarchicalPosterior.Resume(
                problem, options.Pool, earlier, asked.Sampler.Draws, asked.Priors, start: options.Start, progress: line,
                cancellation: cancellation);
    }

    private static FitPosteriorChoice Check(FitCommandOptions options)
    {
        if (options.Posterior is not { IsLaplace: false } asked)
        {
            throw new UsageException(options.Posterior is null
                ? "--pool needs --posterior: what is pooled is sampled."
                : "--pool does not go with --posterior laplace: what is pooled is sampled, with --posterior alone.");
        }

        if (asked.TakesWeakPriors)
        {
            throw new UsageException("--prior default is of fits without --pool: name the priors, such as "
                + "\"theta.sd ~ half_normal(5)\".");
        }

        bool followsUp = options.FollowUp is not { Derive: null, Profile: false, Nested: null };
        return options.Bootstrap is null && options.Compare.Count == 0 && options.Ode is null && !followsUp
            && options.Errors.InputSigma.Count == 0
            ? asked
            : throw new UsageException(
                "--bootstrap, --compare, --ode, --sigma-x, --derive, --profile and --nested do not go with --pool.");
    }
}

/// <summary>The content of <c>result.json</c> of a hierarchy.</summary>
internal sealed record FitHierarchySummary(
    string Column, IReadOnlyList<string> Pooled, int Groups, IReadOnlyList<string> Centered,
    FitPosteriorSummary Posterior);
