using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Language;
using Math4AI.Language.Texts;
using Math4AI.Reporting;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Images;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using Spectre.Console;
using Table = Math4AI.Data.Tables.Table;

namespace Math4AI.Cli;

/// <summary><c>math4ai train</c>: read, train, test, write.</summary>
internal sealed class TrainJob(TrainWords words)
{
    private const long LargeFile = 1L << 28;

    private string CheckpointPath => Path.Combine(words.Output, TrainWords.CheckpointName);

    public int Run(CancellationToken cancellation)
    {
        RequireFree();
        if (!Compute.HasTensors)
        {
            throw new PlatformNotSupportedException("Training needs torch, which does not load here; 'math4ai doctor' says why.");
        }

        using var files = new FileTransaction(words.Force);
        using var progress = ProgressLine.Start();
        progress.Show("read");
        (TrainSummary summary, TrainingReport report) result;
        try
        {
            result = words.Text is not null ? OfText(files, progress, cancellation)
                : IsImages(words.Data!) ? OfImages(files, progress, cancellation)
                : OfTable(files, progress, cancellation);
        }
        catch (OperationCanceledException) when (File.Exists(CheckpointPath))
        {
            progress.Clear();
            Console.Error.WriteLine($"math4ai: Stopped; go on with: math4ai train --resume {words.Output}");
            return Program.Failed;
        }

        string json = CliJson.Text(result.summary);
        progress.Show("write");
        File.WriteAllText(files.Add(Path.Combine(words.Output, "result.json")), json + "\n");
        if (!words.NoReport)
        {
            File.WriteAllText(files.Add(Path.Combine(words.Output, "report.html")), result.report.ToHtml());
        }

        files.Remove(CheckpointPath);
        files.Remove(CheckpointPath + TableTraining.SecondPass);
        files.Commit();
        progress.Clear();
        if (words.Json)
        {
            Console.Out.WriteLine(json);
        }
        else
        {
            result.summary.Print(words);
        }

        return 0;
    }

    private bool IsImages(string path) => words.Model == "convnet" || Directory.Exists(path) || ImageSet.IsIdx(path);

    private (TrainSummary Summary, TrainingReport Report) OfTable(FileTransaction files, ProgressLine progress, CancellationToken cancellation)
    {
        if (words.Target is not { } target)
        {
            throw new UsageException("A table needs --target COLUMN: what to predict.");
        }

        if (words.Blocks || new FileInfo(words.Data!) is { Exists: true, Length: > LargeFile })
        {
            return OfLargeTable(files, progress, target, cancellation);
        }

        Table table = Table.Read(words.Data!);
        Table? test = words.Test is null ? null : Table.Read(words.Test);
        var defaults = new TableTrainingOptions { Target = target };
        TableTask task = TrainWords.Tasks[words.Task]
            ?? (table.Names.Contains(target) ? TableTraining.TaskOf(table, target) : TableTask.Classification);
        TrainerOptions trainer = words.Trainer(TableTraining.Defaults(task, table.Rows));
        TableTrainingOptions options = defaults with
        {
            Ignore = words.Ignore,
            GroupBy = words.Group,
            OrderBy = words.Time,
            Hidden = words.Hidden.Length > 0 ? words.Hidden : words.Model == "linear" ? [] : defaults.Hidden,
            Orders = words.OrdersByName(),
            Missing = TrainWords.MissingWays[words.Missing],
            Task = task,
            Trainer = trainer,
        };
        Trained<TableModel> training = TableModel.Train(table, test, options, Progress(progress, trainer), cancellation);
        training.Model.Save(words.Output, files);
        LearningPoint[] curve = words.LearningCurve
            ? [.. TableTraining.LearningCurve(table, test, options with { Trainer = trainer with { Checkpoint = null } }, cancellation)
                .Select(part => new LearningPoint(part.Rows, Known(part.Test.Scores)))]
            : [];
        TableTrainingOptions Alone(TrainWords changed) => options with
        {
            Hidden = changed.Hidden.Length > 0 ? changed.Hidden : options.Hidden,
            Trainer = changed.Trainer(TableTraining.Defaults(task, table.Rows)) with { Checkpoint = null },
        };
        (string Setting, double[] Values)? wanted = words.CurveValues();
        Trained<TableModel>[] settings = wanted is { } over
            ? [.. TableTraining.ValidationCurve(table, test, [.. over.Values.Select(value => Alone(words.With(over.Setting, value)))], cancellation)]
            : [];
        Dictionary<string, SeedSpread>? seeds = Spread(training.Test, () => TableTraining.Seeds(
            table, test, options with { Trainer = trainer with { Seed = trainer.Seed + 1 } }, words.Seeds - 1, cancellation).Select(run => run.Test));
        return (
            SummaryOf(target, training) with
            {
                LearningCurve = curve,
                Setting = wanted?.Setting,
                ValidationCurve = wanted is null ? null
                    : [.. settings.Zip(wanted.Value.Values, (run, value) => new SettingPoint(
                        value, Known(run.Train.Scores), Known(run.Validation.Scores), Known(run.Test.Scores)))],
                Seeds = seeds,
            },
            ReportOf(target, training) with
            {
                LearningCurve = [.. curve.Select(point => ((double)point.Samples, point.Test))],
                Setting = wanted?.Setting,
                ValidationCurve = wanted is null ? [] : [.. settings.Zip(wanted.Value.Values, (run, value) => (value, run.Validation.Scores))],
                Plane = DecisionPlane.Of(training.Model, test ?? table),
            });
    }

    /// <summary>A table that is read in blocks.</summary>
    private (TrainSummary Summary, TrainingReport Report) OfLargeTable(
        FileTransaction files, ProgressLine progress, string target, CancellationToken cancellation)
    {
        if (words.LearningCurve || words.ValidationCurve is not null || words.Seeds > 1)
        {
            throw new UsageException("Curves and seeds are for tables that are not read in blocks.");
        }

        var options = new TableTrainingOptions
        {
            Target = target,
            Ignore = words.Ignore,
            GroupBy = words.Group,
            OrderBy = words.Time,
            Orders = words.OrdersByName(),
            Missing = TrainWords.MissingWays[words.Missing],
            Task = TrainWords.Tasks[words.Task],
            Trainer = new TrainerOptions { Seed = words.Seed },
        };
        options = options with { Hidden = words.Hidden.Length > 0 ? words.Hidden : words.Model == "linear" ? [] : options.Hidden };
        var report = new LateReport();
        Trained<TableModel> training = TableModel.TrainInBlocks(
            words.Data!,
            words.Test,
            options,
            rows =>
            {
                TrainerOptions trainer = words.Trainer(TableTraining.DefaultsInBlocks(rows));
                report.To = Progress(progress, trainer);
                return trainer;
            },
            report,
            cancellation);
        training.Model.Save(words.Output, files);
        return (SummaryOf(target, training), ReportOf(target, training));
    }

    private static string TaskOf(Trained<TableModel> training) =>
        training.Model.About.Task == TableTask.Classification ? "classification" : "regression";

    private static TrainSummary SummaryOf(string target, Trained<TableModel> training) => Summarise(TaskOf(training), target, training);

    private static TrainingReport ReportOf(string target, Trained<TableModel> training) =>
        TrainingReport.Of(training, target, TaskOf(training), CommandLine.Text);

    private (TrainSummary Summary, TrainingReport Report) OfImages(FileTransaction files, ProgressLine progress, CancellationToken cancellation)
    {
        (ImageSet images, ImageSet? test) = ReadImages();
        var defaults = new ImageTrainingOptions { Target = words.Target ?? "class" };
        TrainerOptions trainer = words.Trainer(defaults.Trainer);
        Trained<ImageModel> training = ImageModel.Train(
            images, test, defaults with { Trainer = trainer }, Progress(progress, trainer), cancellation);
        training.Model.Save(words.Output, files);
        return (
            Summarise("classification", defaults.Target, training) with
            {
                Seeds = Spread(training.Test, () => Enumerable.Range(1, words.Seeds - 1).Select(i => ImageModel.Train(
                    images, test, defaults with { Trainer = trainer with { Seed = trainer.Seed + i, Checkpoint = null } }, null, cancellation).Test)),
            },
            TrainingReport.Of(training, defaults.Target, "classification of images", CommandLine.Text) with
            {
                Images = test ?? images.Select(ImageModel.TestPart(images, trainer.Seed)),
            });
    }

    private (ImageSet Images, ImageSet? Test) ReadImages()
    {
        if (Directory.Exists(words.Data) || ImageSet.IsIdx(words.Data!))
        {
            ImageSet read = ImageSet.Read(words.Data!);
            return (read, words.Test is null ? null : ImageSet.Read(words.Test, new ImageShape(read.Channels, read.Height, read.Width, read.Classes, 1.0)));
        }

        if (words.Target is not { } target)
        {
            throw new UsageException("A table needs --target COLUMN: what to predict.");
        }

        Table table = Table.Read(words.Data!);
        if (!table.Names.Contains(target))
        {
            throw new ArgumentException($"There is no column '{target}'; there are: {string.Join(", ", table.Names)}.");
        }

        ImageSet images = ImageSet.FromTable(table, target);
        return (images, words.Test is null ? null : ImageSet.FromTable(
            Table.Read(words.Test), target, new ImageShape(1, images.Height, images.Width, images.Classes, images.Largest)));
    }

    private (TrainSummary Summary, TrainingReport Report) OfText(FileTransaction files, ProgressLine progress, CancellationToken cancellation)
    {
        string text = File.ReadAllText(words.Text!);
        var defaults = new TextTrainingOptions();
        TrainerOptions trainer = words.Trainer(defaults.Trainer);
        TextUnit unit = TrainWords.Units[words.Unit];
        Trained<TextModel> training = TextModel.Train(
            text, defaults with { Trainer = trainer, Unit = unit }, Progress(progress, trainer), cancellation);
        training.Model.Save(words.Output, files);
        return (
            Summarise("text", unit == TextUnit.Character ? "next character" : "next byte pair", training),
            TrainingReport.Of(training, Path.GetFileName(words.Text!), $"text, {words.Unit} by {words.Unit}", CommandLine.Text) with
            {
                Sample = string.Concat(training.Model.Generate("\n", 500)),
            });
    }

    private static TrainSummary Summarise<TModel>(string task, string target, Trained<TModel> trained) => new(
        task,
        target,
        trained.Classes,
        trained.Training.Parameters,
        trained.Training.Steps,
        trained.Training.History.Count,
        trained.Training.BestEpoch,
        trained.Training.Seconds,
        trained.DroppedRows,
        Known(trained.Train.Scores),
        Known(trained.Validation.Scores),
        Known(trained.Test.Scores),
        trained.Test.Intervals.Where(pair => double.IsFinite(pair.Value.Lower) && double.IsFinite(pair.Value.Upper)).ToDictionary(),
        trained.Confusion,
        []);

    /// <summary>Without those that a part does not determine, as the area under the curve of one class: JSON knows no such number.</summary>
    private static Dictionary<string, double> Known(IReadOnlyDictionary<string, double> scores) =>
        scores.Where(pair => double.IsFinite(pair.Value)).ToDictionary();

    /// <summary>The test scores of the first seed and of those after it; null for one seed.</summary>
    private Dictionary<string, SeedSpread>? Spread(ScoredPart first, Func<IEnumerable<ScoredPart>> others) => words.Seeds == 1
        ? null
        : ScoredPart.Spread([first, .. others()]).Where(pair => double.IsFinite(pair.Value.Mean)).ToDictionary(pair => pair.Key, pair => new SeedSpread(pair.Value.Mean, pair.Value.Deviation));

    private IProgress<TrainingEpoch> Progress(ProgressLine line, TrainerOptions trainer)
    {
        var report = new Report(line, trainer);
        return words.TensorBoard is { } folder ? new TensorBoardLog(folder, report) : report;
    }

    private void RequireFree()
    {
        OutputFiles.RequireFolder(words.Output);
        if (!words.Force && File.Exists(CheckpointPath))
        {
            throw new IOException($"A training was stopped in {words.Output}: go on with --resume {words.Output}, or begin anew with --force.");
        }

        string[] names = [.. ModelFolder.Files(words.Output), Path.Combine(words.Output, "result.json"), Path.Combine(words.Output, "report.html")];
        OutputFiles.RequireFree(words.Force, "-o", names);
    }

    /// <summary>Tells another that is made when the number of rows is known.</summary>
    private sealed class LateReport : IProgress<TrainingEpoch>
    {
        public IProgress<TrainingEpoch>? To { get; set; }

        void IProgress<TrainingEpoch>.Report(TrainingEpoch value) => To?.Report(value);
    }

    private sealed class Report(ProgressLine line, TrainerOptions options) : IProgress<TrainingEpoch>
    {
        private readonly long start = System.Diagnostics.Stopwatch.GetTimestamp();

        void IProgress<TrainingEpoch>.Report(TrainingEpoch value)
        {
            int all = options.Steps is { } steps ? (int)Math.Ceiling((double)steps / (options.EvaluateEvery ?? steps)) : options.Epochs;
            double left = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds / value.Epoch * (all - value.Epoch);
            line.Show(string.Create(
                CultureInfo.InvariantCulture,
                $"{value.Epoch} of {all}, loss {value.TrainLoss:0.0000}, validation {value.ValidationLoss:0.0000}, at most {Math.Max(0.0, left):0} s left"));
        }
    }
}
