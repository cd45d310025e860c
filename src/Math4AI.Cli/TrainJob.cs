using System.Globalization;
using System.Text.Json;
using Math4AI.Data;
using Math4AI.Learning;
using Math4AI.Reporting;
using Spectre.Console;
using Table = Math4AI.Data.Table;

namespace Math4AI.Cli;

/// <summary>What <c>math4ai train</c> prints and writes.</summary>
internal sealed record TrainSummary(
    string Task,
    string Target,
    IReadOnlyList<string> Classes,
    int Inputs,
    int Parameters,
    int Steps,
    int Epochs,
    int BestEpoch,
    double Seconds,
    int DroppedRows,
    IReadOnlyDictionary<string, double> Train,
    IReadOnlyDictionary<string, double> Validation,
    IReadOnlyDictionary<string, double> Test,
    IReadOnlyDictionary<string, Interval> TestIntervals,
    int[][] Confusion);

/// <summary><c>math4ai train</c>: read, train, test, write.</summary>
internal sealed record TrainJob(
    TableTrainingOptions Options, string Data, string? Test, string Output, bool Json, bool NoReport, bool Force)
{
    public int Run(CancellationToken cancellation)
    {
        RequireFree();
        if (!Compute.HasTensors)
        {
            throw new PlatformNotSupportedException("Training needs torch, which does not load here; 'math4ai doctor' says why.");
        }

        using var files = new FileTransaction(Force);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        Table table = Table.Read(Data);
        TableTraining training = TableTraining.Run(
            table, Test is null ? null : Table.Read(Test), Options, new Report(progress, Options.Trainer.Epochs), cancellation);
        TrainSummary summary = Summarise(training);
        string json = JsonSerializer.Serialize(summary, CliJson.Default.TrainSummary);
        progress.Show("write");
        training.Model.Save(Output, files);
        File.WriteAllText(files.Add(Path.Combine(Output, "result.json")), json + "\n");
        if (!NoReport)
        {
            string command = string.Join(' ', ["math4ai", .. Environment.GetCommandLineArgs().Skip(1)]);
            string report = new TrainingReport { Training = training, Command = command }.ToHtml();
            File.WriteAllText(files.Add(Path.Combine(Output, "report.html")), report);
        }

        cancellation.ThrowIfCancellationRequested();
        files.Commit();
        progress.Clear();
        if (Json)
        {
            Console.Out.WriteLine(json);
        }
        else
        {
            Print(summary);
        }

        return 0;
    }

    private static TrainSummary Summarise(TableTraining training) =>
        new(
            training.Model.About.Task == TableTask.Classification ? "classification" : "regression",
            training.Model.About.Target,
            training.Model.About.Classes,
            training.Model.About.Encoder.Inputs,
            training.Training.Parameters,
            training.Training.Steps,
            training.Training.History.Count,
            training.Training.BestEpoch,
            training.Training.Seconds,
            training.Dropped,
            training.Train.Scores,
            training.Validation.Scores,
            training.Test.Scores,
            training.Test.Intervals,
            training.Confusion);

    private void RequireFree()
    {
        if (File.Exists(Output))
        {
            throw new IOException($"{Output} is a file; name a folder with -o.");
        }

        string[] names = [.. TableModel.Files(Output), Path.Combine(Output, "result.json"), Path.Combine(Output, "report.html")];
        if (!Force && names.FirstOrDefault(Path.Exists) is { } taken)
        {
            throw new IOException($"{taken} exists already; use --force to replace it, or -o for another folder.");
        }
    }

    private void Print(TrainSummary summary)
    {
        static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
        var table = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (string title in new[] { string.Empty, "training", "validation", "test", "95 % from", "to" })
        {
            table.AddColumn(new TableColumn(title).NoWrap());
        }

        foreach ((string name, double value) in summary.Test)
        {
            Interval interval = summary.TestIntervals[name];
            table.AddRow(
                name, Text(summary.Train[name]), Text(summary.Validation[name]), Text(value), Text(interval.Lower), Text(interval.Upper));
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(
            $"{summary.Task} of '{summary.Target}': {summary.Parameters} parameters, {summary.Steps} steps in "
            + $"{summary.Seconds.ToString("0.00", CultureInfo.InvariantCulture)} s, best epoch {summary.BestEpoch} of {summary.Epochs}.");
        if (summary.DroppedRows > 0)
        {
            Console.Out.WriteLine($"{summary.DroppedRows} rows were left out, since a value is missing.");
        }

        Console.Out.WriteLine($"Written to {Output}; predict with: math4ai predict {Output} rows.csv");
    }

    private sealed class Report(ProgressLine line, int epochs) : IProgress<TrainingEpoch>
    {
        void IProgress<TrainingEpoch>.Report(TrainingEpoch value) => line.Show(string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {value.Epoch} of {epochs}, loss {value.TrainLoss:0.0000}, validation {value.ValidationLoss:0.0000}"));
    }
}
