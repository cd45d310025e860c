using Math4AI.Data;
using Math4AI.Fitting;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Fitting.Uncertainty;
using Math4AI.Probability.Sampling;
using Math4AI.Processes;
using Math4AI.Reporting;

namespace Math4AI.Cli.Fitting;

/// <summary><c>math4ai fit</c>: read, fit, write.</summary>
internal static class FitJob
{
    public static int Run(FitCommandOptions options, CancellationToken cancellation)
    {
        if (!ProcessGroup.Current.IsFirst)
        {
            TakePart(options, cancellation);
            return 0;
        }

        RequireRanking(options);
        return RunFirst(options, cancellation);
    }

    private static int RunFirst(FitCommandOptions options, CancellationToken cancellation)
    {
        _ = Task.Run(FitSummary.Prepare, CancellationToken.None);
        using var files = new FileTransaction(options.Force);
        (string resultFile, string reportFile) = Claim(files, options);
        using var progress = ProgressLine.Start();
        Found found = Find(options, progress, cancellation);
        (options, FitResult result, FitSummary summary) = (found.Options, found.Result, found.Summary);
        FitPosterior? posterior = null;
        PosteriorComparison? ranking;
        try
        {
            posterior = Posterior(options, result, found.Earlier, progress, cancellation);
            ranking = Ranking(options, posterior, found.Comparison, cancellation);
        }
        catch (OperationCanceledException stopped) when (FitStop.Drawn(posterior, stopped) is { } drawn)
        {
            return FitStop.Keep(files, options, drawn, found.Earlier?.Count ?? 0, progress);
        }

        posterior?.Draws.Save(files.Add(FitOutput.Draws(options)));
        LaplacePosterior? laplace = Laplace(options, result, cancellation);
        IReadOnlyList<string> notes = FitOutput.Write(files, options, result, posterior);
        summary = WithPosterior(summary, options, notes, posterior, ranking, laplace, cancellation);
        string json = CliJson.Text(summary);
        Write(files, resultFile, json + "\n");
        files.Remove(reportFile);
        files.Commit();
        if (!options.NoReport)
        {
            // The result stands before the page is drawn, which may take long or be stopped.
            progress.Show("report");
            FitReport report = Report(options, result, found.Bootstrap, found.Comparison);
            WritePage(
                options, reportFile, report with { Posterior = posterior, Ranking = ranking, Laplace = laplace },
                cancellation);
        }

        progress.Clear();
        return End(options, result, summary, json);
    }

    private static LaplacePosterior? Laplace(
        FitCommandOptions options, FitResult result, CancellationToken cancellation) =>
        options.Posterior is { IsLaplace: true } asked
            ? FitPosterior.Laplace(result, asked.Priors, seed: options.Seed, cancellation: cancellation)
            : null;

    /// <summary>Takes the folder, and returns the files of the result and of the page, which must be free.</summary>
    private static (string Result, string Report) Claim(FileTransaction files, FitCommandOptions options)
    {
        OutputFiles.Claim(files, options.Output);
        string result = Path.Combine(options.Output, "result.json");
        string report = Path.Combine(options.Output, "report.html");
        OutputFiles.RequireFree(options.Force, "-o", [result, report, .. FitOutput.Files(options)]);
        return (result, report);
    }

    /// <summary>What is found before any posterior: the fit and what is told of it.</summary>
    private sealed record Found(
        FitCommandOptions Options, FitResult Result, Bootstrap? Bootstrap, IReadOnlyList<RankedModel> Comparison,
        FitSummary Summary, PosteriorDraws? Earlier);

    private static Found Find(FitCommandOptions options, ProgressLine progress, CancellationToken cancellation)
    {
        progress.Show("read");
        FitProblem problem = ReadShared(options);
        FitProblem? nested = options.FollowUp.Nested is { } formula ? Nested(options, formula) : null;
        PosteriorDraws? earlier = options.Posterior?.Earlier();
        progress.Show("fit");
        FitResult result = Fit(options, problem, cancellation);
        options = options with { Posterior = options.Posterior?.Of(result) };
        progress.Show("uncertainty");
        (Bootstrap? bootstrap, IReadOnlyList<RankedModel> comparison) = Beside(options, result, cancellation);
        FitFollowUpSummary after = FitFollowUpSummary.Of(result, options, nested, cancellation);
        FitSummary summary = Summary(options, result, bootstrap, comparison, after);
        summary = summary with { Notes = [.. NotesOnProcesses(options, problem), .. summary.Notes] };
        return new Found(options, result, bootstrap, comparison, summary, earlier);
    }

    private static string? WhyNotRanked(FitCommandOptions options) =>
        ModelComparison.WhyNotComparable(options.Compare.Prepend(options.Distance));

    /// <summary>Refuses a ranking by posteriors that would have no meaning, before any of them is sampled.</summary>
    private static void RequireRanking(FitCommandOptions options)
    {
        if (options.Posterior is { IsLaplace: false } && WhyNotRanked(options) is { } why)
        {
            throw new UsageException(
                $"--compare with --posterior: {why} Leave out --posterior to rank them by cross-validated errors, or "
                + "compare distances of one kind.");
        }
    }

    private static FitSummary WithPosterior(
        FitSummary summary, FitCommandOptions options, IReadOnlyList<string> notes, FitPosterior? posterior,
        PosteriorComparison? ranking, LaplacePosterior? laplace, CancellationToken cancellation) => summary with
        {
            Notes = [.. summary.Notes, .. notes, .. new[] { options.Posterior?.Note }.OfType<string>()],
            Posterior = posterior is null
                ? null
                : FitPosteriorSummary.Of(posterior, options.Level, options.FollowUp.Derive, cancellation),
            Ranking = ranking is null ? null : FitPosteriorRanking.Of(ranking),
            Laplace = laplace is null ? null : FitLaplaceSummary.Of(laplace, options.Level),
        };

    private static void WritePage(
        FitCommandOptions options, string path, FitReport report, CancellationToken cancellation)
    {
        using var page = new FileTransaction(options.Force);
        Write(page, path, report.ToHtml(cancellation));
        cancellation.ThrowIfCancellationRequested();
        page.Commit();
    }

    /// <summary>Reads the problem that all processes fit together.</summary>
    private static FitProblem ReadShared(FitCommandOptions options)
    {
        ProcessGroup processes = ProcessGroup.Current;
        processes.RequireSameFile(options.Data);
        FitCommandOptions shared = options with
        {
            Table = options.Table with { Table = options.Table.Table with { Processes = processes } },
        };
        return processes.Agree(() => Read(shared, options.Formula)) with { Processes = processes };
    }

    /// <summary>The part of another process than the first: what all of them do together.</summary>
    private static void TakePart(FitCommandOptions options, CancellationToken cancellation)
    {
        FitResult result = Fit(options, ReadShared(options), cancellation);
        _ = Beside(options, result, cancellation);
        if (options.Posterior?.Of(result) is { IsLaplace: false, Resumed: null } asked)
        {
            _ = FitPosterior.Sample(result, asked.Priors, Sampler(asked), progress: null, cancellation);
        }
    }

    /// <summary>Resamples and comparisons, which processes share.</summary>
    private static (Bootstrap? Bootstrap, IReadOnlyList<RankedModel> Comparison) Beside(
        FitCommandOptions options, FitResult result, CancellationToken cancellation)
    {
        Bootstrap? bootstrap = options.Bootstrap is { } replicates
            ? result.Bootstrap(replicates, options.Seed, ProcessGroup.Current, cancellation)
            : null;
        return (bootstrap, options.Compare.Count == 0
            ? []
            : ModelComparison.RankDistances(
                result, options.Compare, options.Start, seed: options.Seed, processes: ProcessGroup.Current,
                cancellation: cancellation));
    }

    private static NutsSampler Sampler(FitPosteriorChoice asked) =>
        asked.Sampler with { Processes = ProcessGroup.Current };

    /// <summary>Says what several processes had to share.</summary>
    private static string[] NotesOnProcesses(FitCommandOptions options, FitProblem problem)
    {
        int count = problem.Processes.Count;
        bool sharesWhole = options.Start is null || options.Bootstrap is not null || options.Compare.Count > 0
            || options.Posterior is not null;
        return count == 1 || problem.SharesSamples ? []
            : sharesWhole
            ? [$"{count} processes shared starts, resamples, folds and chains; each went over all samples."]
            : [$"{count} processes did the same: the samples are too few to share, and one start is one job."];
    }

    /// <summary>Samples the posterior; null where none is asked for.</summary>
    private static FitPosterior? Posterior(
        FitCommandOptions options, FitResult result, PosteriorDraws? earlier, ProgressLine progress,
        CancellationToken cancellation)
    {
        if (options.Posterior is not { IsLaplace: false } asked)
        {
            return null;
        }

        var line = new ChainsLine(progress);
        return earlier is null
            ? FitPosterior.Sample(result, asked.Priors, Sampler(asked), line, cancellation)
            : FitPosterior.Resume(result, earlier, asked.Sampler.Draws, asked.Priors, line, cancellation);
    }

    private static PosteriorComparison? Ranking(
        FitCommandOptions options, FitPosterior? posterior, IReadOnlyList<RankedModel> comparison,
        CancellationToken cancellation) => posterior is null || comparison.Count == 0
        ? null
        : PosteriorComparison.Sample(
            posterior, comparison, options.Posterior!.Priors, options.Posterior.Sampler, cancellation);

    private static FitResult Fit(FitCommandOptions options, FitProblem problem, CancellationToken cancellation)
    {
        if (options.Ode is not null && options.Start is null)
        {
            throw new UsageException(
                "--ode needs --start with a value for each parameter that is not fixed: "
                + $"{string.Join(", ", problem.Model.ParameterNames)}.");
        }

        problem = options.Posterior?.ForStart(problem) ?? problem;
        FitResult result = options.Start is null
            ? problem.Fit(cancellation: cancellation)
            : problem.Fit(options.Start, cancellation);
        if (result.Minimum.Termination != Optimization.Termination.BadStart)
        {
            return result;
        }

        string? where =
            problem.Inputs is { } inputs ? problem.Model.ExplainNonFinite(inputs, result.Parameters) : null;
        throw new ArgumentException(
            $"{where ?? "The model is not finite at the start."} Give another --start, or none.");
    }

    private static FitSummary Summary(
        FitCommandOptions options,
        FitResult result,
        Bootstrap? bootstrap,
        IReadOnlyList<RankedModel> comparison,
        FitFollowUpSummary after)
    {
        FitSummary summary = FitSummary.Of(result, bootstrap, options.Level);
        return summary with
        {
            Comparison = FitSummary.Rows(comparison),
            Notes =
            [
                .. NotesOn(options, result.Problem.Model), .. summary.Notes,
                .. WhyNotRanked(options) is { } why
                    ? [$"{why} AIC and BIC of the comparison are left out."]
                    : Array.Empty<string>(),
            ],
            Derived = after.Derived,
            ProfileLimits = after.ProfileLimits,
            Nested = after.Nested,
        };
    }

    /// <summary>Prints the result and gives the exit code.</summary>
    private static int End(FitCommandOptions options, FitResult result, FitSummary summary, string json)
    {
        if (options.Json)
        {
            Console.Out.WriteLine(json);
        }
        else
        {
            summary.Print(options, result);
        }

        if (summary.Posterior is { ChainsAgree: false })
        {
            Console.Error.WriteLine("The chains of the posterior do not agree: its draws are not to be used.");
            return 1;
        }

        if (summary.Laplace is { IsTrusted: false })
        {
            Console.Error.WriteLine("Laplace's approximation of the posterior is not to be used: leave out 'laplace'.");
            return 1;
        }

        // Where a prior decides what the data do not, the fit alone does not converge.
        if (result.IsConverged || options.AllowUnconverged || options.Posterior is not null)
        {
            return 0;
        }

        Console.Error.WriteLine("The fit did not converge; with --allow-unconverged the exit code is 0 all the same.");
        return 1;
    }

    private static string[] NotesOn(FitCommandOptions options, Model model) =>
        options.Ode is { } ode
            ? [$"Parameters: {string.Join(", ", model.ParameterNames)}; initial values hold at {ode.Options.Time} = "
                + $"{ode.Options.StartTime ?? 0:G6}."]
            : NotesOn(options.Formula, model.InputNames);

    /// <summary>Explains the names if one that could be meant as a parameter is a constant.</summary>
    public static string[] NotesOn(Formula formula, IReadOnlyList<string> inputs) =>
        formula.ConstantsBeside(inputs).Count == 0 ? [] : [$"Names in the formula: {formula.DescribeNames(inputs)}."];

    /// <summary>A problem over the data with what the options say of it.</summary>
    public static FitProblem With(FitCommandOptions options, FitProblem problem) => problem with
    {
        Distance = options.Distance,
        Bounds = options.Bounds,
        Fixed = options.Fixed,
        Linear = options.Linear,
        Minimizer = options.Minimizer,
        Options = new Optimization.MinimizerOptions { KeepPath = true },
    };

    /// <summary>The problem of another model; settings of parameters that it does not have are left out.</summary>
    private static FitProblem Nested(FitCommandOptions options, Formula formula)
    {
        FitProblem problem = Read(options with { Fixed = [], Bounds = [], Linear = [] }, formula);
        IReadOnlyList<string> names = problem.Model.ParameterNames;
        return problem with
        {
            Fixed = options.Fixed.Where(pair => names.Contains(pair.Key)).ToDictionary(),
            Bounds = options.Bounds.Where(pair => names.Contains(pair.Key)).ToDictionary(),
        };
    }

    private static FitProblem Read(FitCommandOptions options, Formula formula) => With(
        options,
        options.Ode is { } ode
            ? FitProblem.ReadOde(
                options.Data, ode.Equations, formula, ode.Options, options.Errors, options.Table, options.Where)
            : FitProblem.Read(options.Data, formula, options.Errors, options.Table, options.Where));

    /// <summary>The page of a fit.</summary>
    public static FitReport Report(
        FitCommandOptions options, FitResult result, Bootstrap? bootstrap, IReadOnlyList<RankedModel> comparison) =>
        new()
        {
            Comparison = comparison,
            Result = result,
            Bootstrap = bootstrap,
            Model = options.Formula.Text,
            Response = options.Formula.Text.Split('~')[0].Trim(),
            Command = CommandLine.Text,
            Level = options.Level,
            XScale = options.Axes.X,
            YScale = options.Axes.Y,
            PriorNote = options.Posterior?.Note,
        };

    private static void Write(FileTransaction files, string path, string text) =>
        File.WriteAllText(files.Add(path), text);
}
