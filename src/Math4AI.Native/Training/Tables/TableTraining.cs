using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Processes;
using Math4AI.Training.Files;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Tables;

/// <summary>
/// Default settings for training on a table, and learning curves, validation curves and seeds: several trainings on one
/// table.
/// </summary>
public static class TableTraining
{
    /// <summary>
    /// The suffix of the file name of the second training's checkpoint, where <see cref="TrainerOptions.RestoreBest"/>
    /// is false.
    /// </summary>
    public const string SecondPass = ".2";

    internal const double CoverageLevel = 0.9;

    /// <summary>
    /// Returns the learning curve, the test scores over the number of training rows: a sixteenth, an eighth, a quarter,
    /// a half, all of the training part, as far as that is 20 rows and more than one value of the target, and not of
    /// the validation part. Test and validation part are those of the training itself. Of several processes, each
    /// trains for some of the points.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part; null to take 15 % of the rows.</param>
    /// <param name="options">The settings.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    public static IReadOnlyList<(int Rows, ScoredPart Test)> LearningCurve(
        Table table, Table? test, TableTrainingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        const int MinRows = 20, Halvings = 4;
        PreparedTable all = NetworkCalibration.Divide(PreparedTable.Of(table, test, options), options.Resolved());
        int[][] parts =
        [
            .. Enumerable.Range(0, Halvings + 1).Reverse().Select(halving => 1 << halving)
                .Select(divisor => TableParts.Some(all.Rows, all.Train, options, all.Train.Length / divisor))
                .Where(some =>
                    some.Length >= MinRows && all.Rows.Select(some).Texts(options.Target).Distinct().Skip(1).Any()),
        ];
        ScoredPart[][] scores = SharedScores.Run(options.Processes, parts.Length, i =>
        [
            Run(all with { Train = parts[i], IsValidationKept = true }, Alone(options), null, isCalibrated: false,
                cancellation).Test,
        ]);
        return [.. parts.Zip(scores, (part, scored) => (part.Length, scored[0]))];
    }

    /// <summary>
    /// Returns the validation curve, the scores of a training for each of several settings, on the same parts. Of
    /// several processes, each trains for some of the settings.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part; null to take 15 % of the rows.</param>
    /// <param name="settings">The settings, with one seed.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    public static IReadOnlyList<(ScoredPart Train, ScoredPart Validation, ScoredPart Test)> ValidationCurve(
        Table table, Table? test, IReadOnlyList<TableTrainingOptions> settings,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(settings);
        return
        [
            .. SharedScores.Run(settings.Count == 0 ? ProcessGroup.Single : settings[0].Processes, settings.Count, i =>
            {
                Trained<TableModel> run = Run(
                    table, test, Alone(settings[i]), null, isCalibrated: false, cancellation);
                return [run.Train, run.Validation, run.Test];
            }).Select(parts => (parts[0], parts[1], parts[2])),
        ];
    }

    /// <summary>
    /// Returns trainings from several seeds, which differ in the parts, the initial weights and the order of the rows.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part; null to take 15 % of the rows.</param>
    /// <param name="options">The settings; their seed is the first.</param>
    /// <param name="seeds">How many seeds; as many at once as there are threads.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    public static IReadOnlyList<Trained<TableModel>> Seeds(
        Table table, Table? test, TableTrainingOptions options, int seeds, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        Func<int, Trained<TableModel>> train = FromSeed(table, test, options, cancellation);
        return TrainingsAtOnce.Run(seeds, train);
    }

    /// <summary>
    /// Returns the test scores of trainings from several seeds; of several processes, each trains from some of them.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part; null to take 15 % of the rows.</param>
    /// <param name="options">The settings; their seed is the first.</param>
    /// <param name="seeds">How many seeds.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    public static IReadOnlyList<ScoredPart> SeedScores(
        Table table, Table? test, TableTrainingOptions options, int seeds, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        Func<int, Trained<TableModel>> train = FromSeed(table, test, options, cancellation);
        return [.. SharedScores.Run(options.Processes, seeds, i => [train(i).Test]).Select(parts => parts[0])];
    }

    private static Func<int, Trained<TableModel>> FromSeed(
        Table table, Table? test, TableTrainingOptions options, CancellationToken cancellation)
    {
        TrainerOptions trainer = options.Trainer ?? Defaults(TableLook.Of(table, options).Task, table.Rows);
        return i => Run(
            table, test, Alone(options with { Trainer = trainer with { Seed = trainer.Seed + i } }), null,
            isCalibrated: false, cancellation);
    }

    internal static Trained<TableModel> Run(
        Table table, Table? test, TableTrainingOptions options, IProgress<TrainingEpoch>? progress,
        bool isCalibrated, CancellationToken cancellation) => Run(
            NetworkCalibration.Divide(PreparedTable.Of(table, test, options), options.Resolved()), options, progress,
            isCalibrated, cancellation);

    private static Trained<TableModel> Run(
        PreparedTable all, TableTrainingOptions options, IProgress<TrainingEpoch>? progress, bool isCalibrated,
        CancellationToken cancellation)
    {
        options = options.Resolved();
        TrainerOptions trainer = options.TrainerFor(all);
        DeleteStale(trainer.Checkpoint);
        (TableModel first, TrainingResult training) = Learn(all, options, trainer, progress, cancellation);
        ScoredPart validated = Score(
            first, all.Rows.Select([.. all.Validation.Concat(all.Calibration).Order()]), false, cancellation);
        (TableModel model, Table learned) = (first, all.Rows.Select(all.Train));
        if (!trainer.RestoreBest && !all.IsValidationKept)
        {
            (model, learned, training) = LearnAgain(all, options, trainer, first, training, cancellation);
        }

        model = model.ExplainedBy(LearnedTable.Encode(model.About.Encoder, learned));
        model = isCalibrated
            ? NetworkCalibration.Calibrate(model, first, all, options, part => Learn(
                part, options, Alone(trainer), null, cancellation).Model)
            : model;
        return Trained<TableModel>.Of(
            model, training, Score(model, learned, false, cancellation), validated,
            Ask(model, all.Test), all.Classes, cancellation) with
        {
            DroppedRows = all.Dropped,
            Look = all.Look,
            TestRows = all.Test,
            DataWarnings =
            [
                .. TableWarnings.Of(all),
                .. isCalibrated && options.Intervals == IntervalSource.Conformal && model.CalibrationCount == 0
                    ? [NetworkCalibration.WhyNone]
                    : Array.Empty<string>(),
                .. BelowZero(model, all, learned, options) is { } below ? [below] : Array.Empty<string>(),
            ],
            Coverage = model.CalibrationCount > 0 ? Calibration.Coverage(model, all.Test, CoverageLevel) : null,
        };
    }

    private static string? BelowZero(
        TableModel model, PreparedTable all, Table learned, TableTrainingOptions options) =>
        all.Task != TableTask.Regression || model.CalibrationCount == 0 ? null
            : SetWarnings.OfBelowZero(
                options.Target, () => model.PredictTable(all.Test, CoverageLevel).Intervals,
                learned.Numbers(options.Target), wasCompared: false);

    /// <summary>
    /// What the validation part had to choose has been chosen: now that it has been a test, it is learnt from too, and
    /// its loss says nothing any more.
    /// </summary>
    private static (TableModel Model, Table Learned, TrainingResult Training) LearnAgain(
        PreparedTable all, TableTrainingOptions options, TrainerOptions trainer, TableModel first,
        TrainingResult training, CancellationToken cancellation)
    {
        int[] learned = [.. all.Train.Concat(all.Validation).Order()];
        (TableModel model, TrainingResult second) = Learn(
            all with { Train = learned }, options, OfSecondPass(trainer), null, cancellation, first);
        return (model, all.Rows.Select(learned), training with
        {
            Steps = training.Steps + second.Steps,
            Seconds = training.Seconds + second.Seconds,
        });
    }

    /// <summary>
    /// A network of the training part, at the temperature of the validation part, or at that of another network.
    /// </summary>
    private static (TableModel Model, TrainingResult Training) Learn(
        PreparedTable all, TableTrainingOptions options, TrainerOptions trainer, IProgress<TrainingEpoch>? progress,
        CancellationToken cancellation, TableModel? asSureAs = null)
    {
        Table train = all.Rows.Select(all.Train), validation = all.Rows.Select(all.Validation);
        TableModelDescription about = Describe(all, options, train);
        TableModel model = TorchRandom.From(trainer.Seed, () => new TableModel(about));
        TrainingResult training = Fit(model, train, validation, trainer, progress, cancellation);
        return (
            asSureAs is not null ? model.At(asSureAs.About.Temperature) : model.TemperedBy(Ask(model, validation)),
            training);
    }

    /// <summary>What is known of a model before it is trained on a part of the rows.</summary>
    private static TableModelDescription Describe(PreparedTable all, TableTrainingOptions options, Table part)
    {
        TableEncoder encoder = TableEncoder.Learn(
            part, all.Inputs, options.Missing, options.Orders, forms: all.Look.Forms)
            .WithTarget(options.Target, all.Look);
        (double mean, double deviation) = all.Task == TableTask.Regression
            ? MomentsOf(part.Numbers(options.Target))
            : (0.0, 1.0);
        string[] classes = all.Classes;
        return new TableModelDescription(
            all.Task, options.Target, classes, mean, deviation, options.Hidden, encoder)
        {
            ClassWeights = options.WeightsOf(
                classes, classes.Length > 0 ? Observed(options.Target, classes, part) : []),
        };
    }

    /// <summary>
    /// Deletes what an earlier training left of its second pass: this one would go on from there.
    /// </summary>
    private static void DeleteStale(CheckpointOptions? checkpoint)
    {
        if (checkpoint is { Resume: false } && File.Exists(checkpoint.Path + SecondPass))
        {
            File.Delete(checkpoint.Path + SecondPass);
        }
    }

    /// <summary>Returns the settings with a checkpoint of the second pass's own.</summary>
    private static TrainerOptions OfSecondPass(TrainerOptions trainer) => trainer.Checkpoint is { } checkpoint
        ? trainer with { Checkpoint = checkpoint with { Path = checkpoint.Path + SecondPass } }
        : trainer;

    /// <summary>
    /// Returns the default settings of a task. Classes: up to 200 passes, the best weights by the validation part.
    /// Numbers: 20,000 steps, or 50 passes where that is more, with ten times the weight decay, and the weights of the
    /// end; once to test them on the validation part, and once more with it, since rows are worth more there than a
    /// choice.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="rows">The rows that are trained on.</param>
    public static TrainerOptions Defaults(TableTask task, int rows)
    {
        if (task == TableTask.Classification)
        {
            return new TrainerOptions();
        }

        const int MinSteps = 20_000, MinPasses = 50, Evaluations = 50;
        var options = new TrainerOptions { WeightDecay = 0.1, RestoreBest = false };
        int steps = Math.Max(MinSteps, MinPasses * ((rows + options.BatchSize - 1) / options.BatchSize));
        return options with { Steps = steps, EvaluateEvery = steps / Evaluations };
    }

    /// <summary>
    /// Returns the default settings of a table that is read in blocks: five passes in batches of 256, with the weights
    /// of the best of twenty evaluations.
    /// </summary>
    /// <param name="rows">The rows that are trained on.</param>
    public static TrainerOptions DefaultsInBlocks(long rows)
    {
        const int Passes = 5, Batch = 256, Evaluations = 20;
        int steps = (int)Math.Clamp(Passes * rows / Batch, 1, int.MaxValue);
        return new TrainerOptions
        {
            BatchSize = Batch,
            Steps = steps,
            EvaluateEvery = Math.Max(1, steps / Evaluations),
        };
    }

    /// <summary>Returns the scores of a model on rows whose target is known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="table">The rows.</param>
    /// <param name="hasIntervals">Whether intervals are wanted.</param>
    /// <param name="cancellation">Stops between draws.</param>
    public static ScoredPart Score(
        TableModel model, Table table, bool hasIntervals, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(table);
        return Ask(model, table).Score(hasIntervals, cancellation);
    }

    private static PredictedPart Ask(TableModel model, Table table) => model.About.Task == TableTask.Regression
        ? new PredictedPart(model.Predict(table), table.Numbers(model.About.Target))
        : new PredictedPart(model.Predict(table), model.Observed(table));

    /// <summary>
    /// Of several trainings none is saved on the way, since they would share one file, and none shares its batches with
    /// other processes, which train something else meanwhile.
    /// </summary>
    private static TableTrainingOptions Alone(TableTrainingOptions options) =>
        options with { Trainer = options.Trainer is { } trainer ? Alone(trainer) : null };

    private static TrainerOptions Alone(TrainerOptions trainer) =>
        trainer with { Checkpoint = null, Processes = ProcessGroup.Single };

    private static TrainingResult Fit(
        TableModel model,
        Table train,
        Table validation,
        TrainerOptions settings,
        IProgress<TrainingEpoch>? progress,
        CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        return Trainer.Fit(
            model.Network,
            model.Loss(),
            Tensors(model, train),
            Tensors(model, validation),
            settings,
            progress,
            cancellation);
    }

    private static (Tensor Inputs, Tensor Targets) Tensors(TableModel model, Table table)
    {
        TableModelDescription about = model.About;
        Tensor inputs = tensor(about.Encoder.Encode(table)).reshape(table.Rows, about.Encoder.Inputs);
        Tensor targets = tensor(model.Targets(table));
        targets = about.Task == TableTask.Classification
            ? targets.to_type(ScalarType.Int64)
            : targets.reshape(table.Rows, 1);
        return (inputs, targets);
    }

    internal static int[] Observed(string target, IReadOnlyList<string> classes, Table table)
    {
        var places = classes.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place);
        return
        [
            .. table.Texts(target).Select((text, row) => places.TryGetValue(text ?? string.Empty, out int place)
                ? place
                : throw new ArgumentException(
                    $"Column '{target}', row {table.NumberOf(row)}: '{text}' is none of the classes "
                    + $"{string.Join(", ", classes)}.")),
        ];
    }

    private static (double Mean, double Deviation) MomentsOf(double[] values)
    {
        (double mean, double deviation) = Moments.Of(values);
        return deviation > 0.0
            ? (mean, deviation)
            : throw new ArgumentException(
                $"The target is {mean.ToString(CultureInfo.InvariantCulture)} in every row of the training part.");
    }
}
