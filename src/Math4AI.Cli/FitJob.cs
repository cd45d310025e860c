using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Uncertainty;
using Math4AI.Reporting;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Cli;

/// <summary><c>math4ai fit</c>: read, fit, write.</summary>
internal static class FitJob
{
    private const int MostFolds = 10;

    public static int Run(FitJobOptions options, CancellationToken cancellation)
    {
        OutputFiles.RequireFolder(options.Output);
        using var files = new FileTransaction(options.Force);
        string resultFile = Path.Combine(options.Output, "result.json");
        string reportFile = Path.Combine(options.Output, "report.html");
        OutputFiles.RequireFree(options.Force, "-o", options.NoReport ? [resultFile] : [resultFile, reportFile]);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        FitProblem problem = Read(options);

        progress.Show("fit");
        FitResult result = options.Start is null
            ? problem.Fit(cancellation: cancellation)
            : problem.Fit(options.Start, cancellation);
        if (result.Minimum.Termination == Optimization.Termination.BadStart)
        {
            throw new ArgumentException("The model is not finite at the start: give another --start, or none.");
        }

        progress.Show("uncertainty");
        Bootstrap? bootstrap = options.Bootstrap is { } replicates
            ? result.Bootstrap(replicates, options.Seed, cancellation)
            : null;
        IReadOnlyList<RankedModel> comparison = Compare(options, problem, result, cancellation);
        FitSummary summary = FitSummary.Of(result, bootstrap, options.Level) with { Comparison = FitSummary.Rows(comparison) };
        string json = CliJson.Text(summary);
        Write(files, resultFile, json + "\n");
        if (!options.NoReport)
        {
            progress.Show("report");
            Write(files, reportFile, Report(options, result, bootstrap, comparison).ToHtml(cancellation));
        }

        cancellation.ThrowIfCancellationRequested();
        files.Commit();
        progress.Clear();
        if (options.Json)
        {
            Console.Out.WriteLine(json);
        }
        else
        {
            summary.Print(options, result);
        }

        return 0;
    }

    private static FitProblem Read(FitJobOptions options)
    {
        Formula formula = options.Formula;
        IReadOnlyList<string> used = [];
        NumberTable table = NumberTable.Read(options.Data, names =>
        {
            used = formula.ColumnsAmong([.. names]);
            return options.Weights is null ? used : [.. used, options.Weights];
        });
        var columns = used.ToDictionary(name => name, table.Column);
        FitTargets targets = formula.Respond(table.Names, columns);
        string[] inputs = [.. formula.InputsAmong([.. table.Names])];
        Matrix<double> x = inputs.Length > 0
            ? Matrix<double>.Build.DenseOfColumns(inputs.Select(name => columns[name]))
            : Matrix<double>.Build.Dense(targets.Samples, 0);
        return new FitProblem
        {
            Model = Model.FromFormula(formula, inputs),
            Inputs = x,
            Targets = targets,
            Distance = options.Distance,
            Weights = options.Weights is null ? null : table.Column(options.Weights),
            Bounds = options.Bounds,
            Fixed = options.Fixed,
            Linear = options.Linear,
            Minimizer = options.Minimizer,
            Options = new Optimization.MinimizerOptions { KeepPath = true },
        };
    }

    /// <summary>The same model by all the distances that were named.</summary>
    private static IReadOnlyList<RankedModel> Compare(
        FitJobOptions options, FitProblem problem, FitResult result, CancellationToken cancellation)
    {
        if (options.Compare.Count == 0)
        {
            return [];
        }

        // Other distances know no linear parameters: those begin where they were found.
        IReadOnlyDictionary<string, double> start = result.Names.Select((name, i) => (name, found: result.Parameters[i]))
            .ToDictionary(pair => pair.name, pair => options.Start?.TryGetValue(pair.name, out double given) == true ? given : pair.found);
        Distance[] distances = [.. options.Compare.Prepend(options.Distance).DistinctBy(distance => distance.Name)];
        return ModelComparison.Rank(
            [.. distances.Select(distance => (distance.Name, problem with { Distance = distance, Linear = [] }, start))],
            Math.Min(MostFolds, problem.Targets.Samples),
            options.Seed,
            cancellation);
    }

    private static FitReport Report(
        FitJobOptions options, FitResult result, Bootstrap? bootstrap, IReadOnlyList<RankedModel> comparison) =>
        new()
        {
            Comparison = comparison,
            Result = result,
            Bootstrap = bootstrap,
            Model = options.Formula.Text,
            Response = options.Formula.Text.Split('~')[0].Trim(),
            Command = CommandLine.Text,
            Level = options.Level,
        };

    private static void Write(FileTransaction files, string path, string text) => File.WriteAllText(files.Add(path), text);
}
