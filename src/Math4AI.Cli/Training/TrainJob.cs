using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Data.Tables;
using Math4AI.Language;
using Math4AI.Processes;
using Math4AI.Reporting;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Images;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using Spectre.Console;
using Table = Math4AI.Data.Tables.Table;

namespace Math4AI.Cli.Training;

/// <summary><c>math4ai train</c>: read, train, test, write.</summary>
internal sealed class TrainJob(TrainCommandOptions given)
{
    private readonly ProcessGroup processes = ProcessGroup.Current;

    private string CheckpointPath => Path.Combine(given.Output, TrainCommandOptions.CheckpointName);

    public int Run(CancellationToken cancellation)
    {
        if (given.Look)
        {
            return Look();
        }

        Require();
        using var files = new FileTransaction(given.Force);
        if (processes.IsFirst)
        {
            OutputFiles.Claim(files, given.Output);
        }

        using var progress = ProgressLine.Start();
        progress.Show("read");
        (TrainSummary Summary, TrainingReport Report)? found;
        try
        {
            found = given.Text is not null ? OfText(files, progress, cancellation)
                : IsImages(given.Data!) ? OfImages(files, progress, cancellation)
                : OfTable(files, progress, cancellation);
        }
        catch (OperationCanceledException) when (File.Exists(CheckpointPath))
        {
            progress.Clear();
            SharedRun.Errors.WriteLine($"math4ai: Stopped; go on with: math4ai train --resume {given.Output}");
            return Program.Failed;
        }

        if (processes.IsFirst && found is { } result)
        {
            progress.Show("write");
            TrainSummary summary = result.Summary with { Words = given.Words };
            Write(files, summary, result.Report);
            progress.Clear();
            Print(summary);
        }

        return 0;
    }

    private int Look()
    {
        TableTrainingOptions options = given.ForTable(RequireTarget());
        Table? test = given.Test is null ? null : ReadTable(given.Test);
        return ColumnSummary.Print(TableLook.OfParts(ReadTable(given.Data!), test, options), given.Json);
    }

    /// <summary>Refuses what cannot end well, before any work.</summary>
    private void Require()
    {
        RequireFree();
        RequireTensors();
        foreach (string path in new[] { given.Data, given.Test, given.Text }.OfType<string>())
        {
            processes.RequireSameFile(path);
        }
    }

    private void RequireTensors()
    {
        if ((!given.IsLearner || given.Learner() is NetworkLearner) && !NetworkLearner.IsAvailable)
        {
            throw new PlatformNotSupportedException(
                "Training a network needs torch, which does not load here; 'math4ai doctor' says why.");
        }
    }

    /// <summary>Adds a model to the files; of several processes, the first writes.</summary>
    private void Save(Action<string, FileTransaction> save, FileTransaction files)
    {
        if (processes.IsFirst)
        {
            save(given.Output, files);
        }
    }

    private void Write(FileTransaction files, TrainSummary summary, TrainingReport report)
    {
        OutputFiles.Write(files, given.Output, CliJson.Text(summary), given.NoReport ? null : report.ToHtml);
        files.Remove(CheckpointPath);
        files.Remove(CheckpointPath + TableTraining.SecondPass);
        files.Commit();
    }

    private void Print(TrainSummary summary)
    {
        foreach (string warning in summary.Warnings)
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        if (given.Replayed?.Note is { } note)
        {
            Console.Error.WriteLine($"math4ai: {note}");
        }

        if (given.Json)
        {
            Console.Out.WriteLine(CliJson.Text(summary));
        }
        else
        {
            summary.Print(given);
        }
    }

    private Table ReadTable(string path) => Table.Read(path, new TableOptions { Encoding = given.Encoding });

    private string RequireTarget() =>
        given.Target ?? throw new UsageException("A table needs --target COLUMN: what to predict.");

    private bool IsImages(string path) => given.IsConvNet || TrainChoiceOptions.IsOfImages(path);

    private (TrainSummary Summary, TrainingReport Report)? OfTable(
        FileTransaction files, ProgressLine progress, CancellationToken cancellation)
    {
        string target = RequireTarget();
        if (given.IsLearner)
        {
            return new TrainLearnerJob(given, progress, cancellation).OfTable(
                files, ReadTable(given.Data!), given.Test is null ? null : ReadTable(given.Test),
                given.ForTable(target));
        }

        if (given.Blocks || TrainChoiceOptions.IsLarge(given.Data!))
        {
            return OfLargeTable(files, progress, target, cancellation);
        }

        Table table = ReadTable(given.Data!);
        Table? test = given.Test is null ? null : ReadTable(given.Test);
        TableTask task = TableLook.Of(table, given.ForTable(target)).Task;
        TrainerOptions trainer = given.Trainer(TableTraining.Defaults(task, table.Rows));
        TableTrainingOptions options = given.ForTable(target) with { Task = task, Trainer = trainer };
        Trained<TableModel> training =
            TableModel.Train(table, test, options, Progress(progress, trainer), cancellation);
        Save(training.Model.Save, files);
        TableTrainingOptions next = options with { Trainer = trainer with { Seed = trainer.Seed + 1 } };
        Dictionary<string, SeedSpread>? seeds = Spread(training.Test, () =>
            TableTraining.SeedScores(table, test, next, given.Seeds - 1, cancellation));
        TrainSummary summary = SummaryOf(target, training) with { Seeds = seeds };
        TrainingReport report = ReportOf(target, training) with
        {
            Plane = DecisionPlane.Of(training.Model, test ?? table),
        };
        (summary, report) = new TrainPictures(given).OfColumns(summary, report, training);
        return new TrainPictures(given).WithCurves(summary, report, table, test, options, cancellation);
    }

    /// <summary>Trains on a table that is read in blocks.</summary>
    private (TrainSummary Summary, TrainingReport Report) OfLargeTable(
        FileTransaction files, ProgressLine progress, string target, CancellationToken cancellation)
    {
        if (given.LearningCurve || given.ValidationCurve is not null || given.Seeds > 1)
        {
            throw new UsageException("Curves and seeds are for tables that are not read in blocks.");
        }

        TableTrainingOptions options = given.ForTable(target);
        var report = new LateProgress();
        Trained<TableModel> training = TableModel.TrainInBlocks(
            given.Data!,
            given.Test,
            options,
            rows =>
            {
                TrainerOptions trainer = given.Trainer(TableTraining.DefaultsInBlocks(rows));
                report.To = Progress(progress, trainer);
                return trainer;
            },
            report,
            cancellation);
        Save(training.Model.Save, files);
        return (SummaryOf(target, training), ReportOf(target, training));
    }

    private static string TaskOf(Trained<TableModel> training) =>
        training.Model.About.Task == TableTask.Classification ? "classification" : "regression";

    private static TrainSummary SummaryOf(string target, Trained<TableModel> training) =>
        Summarize(TaskOf(training), target, training) with
        {
            ClassWeights = Named(training.Classes, training.Model.About.ClassWeights),
            Temperature = training.Model.About.Temperature,
        };

    /// <summary>The weights of classes by their names.</summary>
    internal static Dictionary<string, double>? Named(IReadOnlyList<string> classes, IReadOnlyList<double>? weights) =>
        weights is null ? null : classes.Zip(weights).ToDictionary(pair => pair.First, pair => pair.Second);

    private static TrainingReport ReportOf(string target, Trained<TableModel> training) =>
        TrainingReport.Of(training, target, TaskOf(training), CommandLine.Text);

    private (TrainSummary Summary, TrainingReport Report)? OfImages(
        FileTransaction files, ProgressLine progress, CancellationToken cancellation)
    {
        (ImageSet images, ImageSet? test) = ReadImages();
        TrainerOptions trainer = given.Trainer(ImageTrainingOptions.TrainerFor(images.Count));
        ImageTrainingOptions options = given.ForImages(trainer);
        if (given.IsLearner)
        {
            return new TrainLearnerJob(given, progress, cancellation).OfImages(files, images, test, options.Target);
        }

        Trained<ImageModel> training =
            ImageModel.Train(images, test, options, Progress(progress, trainer), cancellation);
        Save(training.Model.Save, files);
        return (
            Summarize("classification", options.Target, training) with
            {
                Seeds = Spread(training.Test, () => Enumerable.Range(1, given.Seeds - 1).Select(i => ImageModel.Train(
                    images, test, options with
                    {
                        Trainer = trainer with { Seed = trainer.Seed + i, Checkpoint = null },
                    }, null, cancellation).Test)),
            },
            LooksOf(
                TrainingReport.Of(training, NameOf(given.Data!), "classification of images", CommandLine.Text) with
                {
                    Images = test ?? images.Select(ImageModel.TestPart(images, trainer.Seed)),
                },
                training.Model.Predict, cancellation));
    }

    /// <summary>The name of a file or folder, the title of its page.</summary>
    internal static string NameOf(string path) => Path.GetFileName(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private TrainingReport LooksOf(
        TrainingReport report, Func<ImageSet, double[][]> predict, CancellationToken cancellation) =>
        given.NoReport ? report : ImageLooks.AddTo(report, predict, cancellation);

    private (ImageSet Images, ImageSet? Test) ReadImages()
    {
        if (Directory.Exists(given.Data) || ImageSet.IsIdx(given.Data!))
        {
            (ImageSet read, ImageSet? test) = ImageSet.ReadParts(given.Data!, given.SkipsBadImages);
            foreach (string warning in read.Warnings.Concat(test?.Warnings ?? []))
            {
                Console.Error.WriteLine($"math4ai: Warning: {warning}");
            }

            return (read, given.Test is null
                ? test
                : ImageSet.Read(given.Test, new ImageShape(read.Channels, read.Height, read.Width, read.Classes, 1.0)));
        }

        string target = RequireTarget();
        Table table = ReadTable(given.Data!);

        // Throws where there is no such column: its pixels would be counted first.
        _ = table.Texts(target);
        ImageSet images = ImageSet.FromTable(table, target);
        return (images, given.Test is null ? null : ImageSet.FromTable(
            ReadTable(given.Test), target,
            new ImageShape(1, images.Height, images.Width, images.Classes, images.Largest)));
    }

    private (TrainSummary Summary, TrainingReport Report) OfText(
        FileTransaction files, ProgressLine progress, CancellationToken cancellation)
    {
        string text = TextFile.Read(given.Text!, given.Encoding);
        TextTrainingOptions options = given.ForText();
        IProgress<TrainingEpoch> told = Progress(progress, options.Trainer);
        if (given.From is { } other && LanguageModel.IsIn(other))
        {
            Trained<LanguageModel> tuned = LanguageModel.Load(other).Train(text, options, told, cancellation);
            Save((folder, all) => tuned.Model.Save(folder, all), files);
            return Described(tuned, "token", () => tuned.Model.Generate("\n"));
        }

        TextModel? from = given.From is null ? null : TextModel.Load(given.From);
        Trained<TextModel> training =
            TextModel.Train(text, options with { From = from }, told, cancellation);
        Save(training.Model.Save, files);
        string unit = training.Model.About.Symbols.Length > 0 ? "character" : "byte pair";
        return Described(training, unit, () => training.Model.Generate("\n"));
    }

    private (TrainSummary Summary, TrainingReport Report) Described<TModel>(
        Trained<TModel> training, string unit, Func<IEnumerable<string>> sample) => (
        Summarize("text", "next " + unit, training),
        TrainingReport.Of(training, Path.GetFileName(given.Text!), $"text, {unit} by {unit}", CommandLine.Text) with
        {
            Sample = string.Concat(sample()),
        });

    internal static TrainSummary Summarize<TModel>(string task, string target, Trained<TModel> trained) => new(
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
        trained.Test.Intervals.Where(pair => double.IsFinite(pair.Value.Lower) && double.IsFinite(pair.Value.Upper))
            .ToDictionary(),
        trained.Confusion,
        [])
    {
        Warnings = trained.Warnings,
        Coverage = trained.Coverage,
        ClassScores = trained.ClassScores,
        TestDistributions = trained.TestDistributions,
        Columns = trained.Look is { } look ? ColumnSummary.Of(look) : null,
    };

    /// <summary>
    /// Leaves out the scores that a part does not determine, such as the area under the curve of one class: JSON has no
    /// NaN.
    /// </summary>
    internal static Dictionary<string, double> Known(IReadOnlyDictionary<string, double> scores) =>
        scores.Where(pair => double.IsFinite(pair.Value)).ToDictionary();

    /// <summary>Returns the mean and deviation of the test scores over all seeds; null for one seed.</summary>
    private Dictionary<string, SeedSpread>? Spread(ScoredPart first, Func<IEnumerable<ScoredPart>> others) =>
        given.Seeds == 1
        ? null
        : ScoredPart.Spread([first, .. others()]).Where(pair => double.IsFinite(pair.Value.Mean))
            .ToDictionary(pair => pair.Key, pair => new SeedSpread(pair.Value.Mean, pair.Value.Deviation));

    private IProgress<TrainingEpoch> Progress(ProgressLine line, TrainerOptions trainer)
    {
        var report = new EpochProgress(line, trainer);
        return given.TensorBoard is { } folder && processes.IsFirst ? new TensorBoardLog(folder, report) : report;
    }

    private void RequireFree()
    {
        if (!processes.IsFirst)
        {
            return;
        }

        if (!given.Force && File.Exists(CheckpointPath))
        {
            throw new IOException($"A training was stopped in {given.Output}: go on with --resume {given.Output}, or "
                + "begin anew with --force.");
        }

        string[] names = [.. LearnedTable.Files(given.Output), Path.Combine(given.Output, "result.json"),
            Path.Combine(given.Output, "report.html")];
        OutputFiles.RequireFree(given.Force, "-o", names);
    }
}
