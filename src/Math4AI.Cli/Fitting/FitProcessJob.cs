using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Reporting;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Cli.Fitting;

/// <summary><c>math4ai fit</c> with a Gaussian process in its formula: read, fit, write.</summary>
internal sealed record FitProcessJob(
    string Data, string Formula, Dictionary<string, double>? Start, MeasurementErrors Errors, NumberTableOptions Table,
    string? Where, int Seed, string Output)
{
    public bool Force { get; init; }

    public bool Json { get; init; }

    public bool AllowUnconverged { get; init; }

    public bool NoReport { get; init; }

    public int Run(CancellationToken cancellation)
    {
        string resultFile = Path.Combine(Output, "result.json"), fittedFile = Path.Combine(Output, "fitted.csv");
        string reportFile = Path.Combine(Output, "report.html");
        using var files = new FileTransaction(Force);
        OutputFiles.Claim(files, Output);
        OutputFiles.RequireFree(Force, "-o", [resultFile, fittedFile, reportFile, .. FormulaProcessFit.Files(Output)]);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        FormulaProcess problem = Read();
        progress.Show("fit");
        FormulaProcessFit fit = problem.Fit(cancellation);
        fit.Save(Output, files);
        Matrix<double> inputs = problem.Law.Inputs!;
        Vector<double> observed = problem.Law.Targets!.Values;
        GaussianProcessPrediction predicted = fit.Predict(inputs);
        GaussianProcessPrediction? others = fit.Exact?.LeaveOneOut();
        FitProcessSummary summary = FitProcessSummary.Of(fit, problem, predicted, others, observed);
        string json = CliJson.Text(summary);
        File.WriteAllText(files.Add(resultFile), json + "\n");
        File.WriteAllLines(files.Add(fittedFile), Rows(fit.InputNames, inputs, observed, predicted));
        if (NoReport)
        {
            files.Remove(reportFile);
        }
        else
        {
            progress.Show("report");
            ProcessView view = ProcessView.Of(fit, inputs, observed, others, observed, Seed);
            var report = new ProcessReport { Fit = fit, View = view, Command = CommandLine.Text };
            File.WriteAllText(files.Add(reportFile), report.ToHtml());
        }

        files.Commit();
        progress.Clear();
        return Print(fit, summary, json);
    }

    private int Print(FormulaProcessFit fit, FitProcessSummary summary, string json)
    {
        string page = NoReport ? string.Empty : "; open report.html there";
        Console.Out.WriteLine(Json ? json : $"{summary.Text()}\nWritten to {Output}{page}.");
        if (fit.Note is { } note)
        {
            Console.Error.WriteLine($"math4ai: {note}");
        }

        if (fit.Warning is not { } warning)
        {
            return 0;
        }

        Console.Error.WriteLine(fit.IsConverged || AllowUnconverged
            ? warning
            : "The fit did not converge: give a --start for each parameter of the law, or bring the columns to a usual "
                + "size; with --allow-unconverged the exit code is 0 all the same.");
        return AllowUnconverged ? 0 : 1;
    }

    private FormulaProcess Read()
    {
        try
        {
            return FormulaProcess.Read(Data, Formula, Errors, Table, Where) with { Start = Start, Seed = Seed };
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static IEnumerable<string> Rows(
        IReadOnlyList<string> names, Matrix<double> inputs, Vector<double> observed,
        GaussianProcessPrediction predicted) =>
    [
        string.Join(",", [.. names, "observed", "mean", "functionDeviation", "deviation"]),
        .. Enumerable.Range(0, observed.Count).Select(row => string.Join(",", inputs.Row(row).Concat(
            [observed[row], predicted.Mean[row], predicted.FunctionDeviation[row], predicted.Deviation[row]])
            .Select(value => value.ToString("R", CultureInfo.InvariantCulture)))),
    ];
}
