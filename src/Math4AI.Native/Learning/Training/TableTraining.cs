using System.Globalization;
using Math4AI.Data;
using MathNet.Numerics.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>A trained model of a table.</summary>
public sealed record TableTraining
{
    private const double TestShare = 0.15;
    private const double ValidationShare = 0.15;
    private const int MostClassNumbers = 10;

    /// <summary>What the checkpoint of the second pass has at the end of its name.</summary>
    public const string SecondPass = ".2";

    /// <summary>The model, with its best weights.</summary>
    public required TableModel Model { get; init; }

    /// <summary>What the trainer did.</summary>
    public required TrainingResult Training { get; init; }

    /// <summary>The training part.</summary>
    public required ScoredPart Train { get; init; }

    /// <summary>The part that chose the best weights.</summary>
    public required ScoredPart Validation { get; init; }

    /// <summary>The part that nothing was chosen by.</summary>
    public required ScoredPart Test { get; init; }

    /// <summary>Rows of the observed class, columns of the predicted one, of the test part; empty for numbers.</summary>
    public required int[][] Confusion { get; init; }

    /// <summary>What the model says of the test part: numbers, or probabilities of the classes.</summary>
    public required double[][] TestPredictions { get; init; }

    /// <summary>The observed classes of the test part; empty for numbers.</summary>
    public required int[] TestClasses { get; init; }

    /// <summary>Rows that were left out because a value is missing.</summary>
    public required int Dropped { get; init; }

    /// <summary>
    /// How the test scores grow with the rows that are trained on: a sixteenth, an eighth, a quarter, a half, all. The test part is the
    /// same each time.
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
        const int LeastRows = 20;
        int[] order = [.. Enumerable.Range(0, table.Rows)];
        new MersenneTwister(options.Seed, threadSafe: false).Shuffle(order);
        int held = test is null ? (int)Math.Round(TestShare * order.Length) : 0;
        Table tested = test ?? table.Select(order[..held]);
        var curve = new List<(int, ScoredPart)>();
        foreach (int divisor in new[] { 16, 8, 4, 2, 1 })
        {
            int rows = (order.Length - held) / divisor;
            if (rows >= LeastRows)
            {
                curve.Add((rows, Run(table.Select(order[held..(held + rows)]), tested, options, null, cancellation).Test));
            }
        }

        return curve;
    }

    /// <summary>How the scores move with one setting: a training for each of several settings, on the same parts.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part; null to take 15 % of the rows.</param>
    /// <param name="settings">The settings, with one seed.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    public static IReadOnlyList<TableTraining> ValidationCurve(
        Table table, Table? test, IReadOnlyList<TableTrainingOptions> settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return [.. settings.Select(options => Run(table, test, options, null, cancellation))];
    }

    /// <summary>The same training from several seeds, of the parts, of the weights' start and of the order: how much is chance.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part; null to take 15 % of the rows.</param>
    /// <param name="options">The settings; their seed is the first.</param>
    /// <param name="seeds">How many seeds, one after the other.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    public static IReadOnlyList<TableTraining> Seeds(
        Table table, Table? test, TableTrainingOptions options, int seeds, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        TableTask task = options.Task ?? (table.Names.Contains(options.Target) ? TaskOf(table, options.Target) : TableTask.Classification);
        TrainerOptions trainer = options.Trainer ?? Defaults(task, table.Rows);
        return
        [
            .. Enumerable.Range(0, seeds).Select(i => Run(
                table, test, options with { Trainer = trainer with { Seed = trainer.Seed + i } }, null, cancellation)),
        ];
    }

    /// <summary>Trains on 70 % of the rows, 15 % for validation and 15 % for the test; classes are shared evenly.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part, where it is given: then 85 % are for training.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every epoch.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    public static TableTraining Run(
        Table table,
        Table? test,
        TableTrainingOptions options,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        string[] inputs = Inputs(table, options);
        RequireKeys(table, options);
        (Table rows, int dropped) = Complete(table, options, inputs);
        Table? testRows = test is null ? null : Complete(test, options, inputs).Rows;
        TableTask task = options.Task ?? TaskOf(rows, options.Target);
        string[] classes = task == TableTask.Classification
            ? [.. rows.Texts(options.Target).Select(text => text!).Distinct().Order(StringComparer.Ordinal)]
            : [];
        if (task == TableTask.Classification && classes.Length < 2)
        {
            throw new ArgumentException($"All rows have the same '{options.Target}': there is nothing to tell apart.");
        }

        int[][] parts = Split(rows, options, task, testRows is null);
        if (parts.Take(2).Any(part => part.Length == 0) || (testRows is null && parts[2].Length == 0))
        {
            throw new ArgumentException(options.GroupBy is { } column
                ? $"The groups of '{column}' are too few, or too large, to train, choose and test: each part needs one of its own."
                : $"{rows.Rows} rows are too few to train, choose and test; 20 and more are needed.");
        }

        Table train = rows.Select(parts[0]), validation = rows.Select(parts[1]);
        Table tested = testRows ?? rows.Select(parts[2]);
        TrainerOptions trainer = options.Trainer ?? Defaults(task, rows.Rows);
        (TableModel Model, TrainingResult Training) Learn(Table part, TrainerOptions settings)
        {
            TableEncoder encoder = TableEncoder.Learn(part, inputs, options.Missing, options.Orders);
            (double mean, double deviation) = task == TableTask.Regression ? Moments(part.Numbers(options.Target)) : (0.0, 1.0);
            random.manual_seed(settings.Seed);
            var model = new TableModel(new TableModelDescription(task, options.Target, classes, mean, deviation, options.Hidden, encoder));
            return (model, Fit(model, part, validation, settings, progress, cancellation));
        }

        (TableModel model, TrainingResult training) = Learn(train, trainer);
        ScoredPart validated = Score(model, validation, hasIntervals: false);
        if (!trainer.RestoreBest)
        {
            // The validation part has chosen nothing: now that it has been a test, it is learnt from too.
            train = rows.Select([.. parts[0].Concat(parts[1]).Order()]);
            TrainerOptions again = trainer.Checkpoint is { } checkpoint
                ? trainer with { Checkpoint = checkpoint with { Path = checkpoint.Path + SecondPass } }
                : trainer;
            (model, TrainingResult second) = Learn(train, again);
            training = training with { Steps = training.Steps + second.Steps, Seconds = training.Seconds + second.Seconds };
        }

        double[][] predictions = model.Predict(tested);
        int[] observed = task == TableTask.Classification ? Observed(model, tested) : [];
        return new TableTraining
        {
            Model = model,
            Training = training,
            Train = Score(model, train, hasIntervals: false),
            Validation = validated,
            Test = Score(model, tested, hasIntervals: true),
            Confusion = task == TableTask.Classification ? Scores.Confusion(predictions, observed) : [],
            TestPredictions = predictions,
            TestClasses = observed,
            Dropped = dropped,
        };
    }

    /// <summary>
    /// The settings that suit a task. Classes: up to 200 passes, the best weights by the validation part. Numbers: 20,000 steps, or 50
    /// passes where that is more, with ten times the weight decay, and the weights of the end; once to test them on the validation part,
    /// and once more with it, since rows are worth more there than a choice.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="rows">The rows that are trained on.</param>
    public static TrainerOptions Defaults(TableTask task, int rows)
    {
        if (task == TableTask.Classification)
        {
            return new TrainerOptions();
        }

        const int LeastSteps = 20_000, LeastPasses = 50, Evaluations = 50;
        var options = new TrainerOptions { WeightDecay = 0.1, RestoreBest = false };
        int steps = Math.Max(LeastSteps, LeastPasses * ((rows + options.BatchSize - 1) / options.BatchSize));
        return options with { Steps = steps, EvaluateEvery = steps / Evaluations };
    }

    /// <summary>What a table's column is taken for, where nothing else is said: texts, and up to ten different whole numbers, are classes.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="target">The column.</param>
    public static TableTask TaskOf(Table table, string target)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!table.IsNumeric(target))
        {
            return TableTask.Classification;
        }

        double[] values = [.. table.Numbers(target).Where(value => !double.IsNaN(value)).Distinct()];
        return values.Length <= MostClassNumbers && values.All(value => value == Math.Floor(value))
            ? TableTask.Classification
            : TableTask.Regression;
    }

    /// <summary>How well a model predicts rows whose target is known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="table">The rows.</param>
    /// <param name="hasIntervals">Whether intervals are wanted.</param>
    public static ScoredPart Score(TableModel model, Table table, bool hasIntervals)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(table);
        double[][] predicted = model.Predict(table);
        return model.About.Task == TableTask.Regression
            ? ScoredPart.OfNumbers(predicted, table.Numbers(model.About.Target), hasIntervals)
            : ScoredPart.OfClasses(predicted, Observed(model, table), hasIntervals);
    }

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
            model.About.Task == TableTask.Classification
                ? (outputs, targets) => nn.functional.cross_entropy(outputs, targets)
                : (outputs, targets) => nn.functional.mse_loss(outputs, targets),
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
        Tensor targets = about.Task == TableTask.Classification
            ? tensor(Observed(model, table).Select(place => (long)place).ToArray())
            : tensor(table.Numbers(about.Target).Select(y => (float)((y - about.Mean) / about.Deviation)).ToArray()).reshape(table.Rows, 1);
        return (inputs, targets);
    }

    internal static int[] Observed(TableModel model, Table table)
    {
        List<string> classes = [.. model.About.Classes];
        return
        [
            .. table.Texts(model.About.Target).Select((text, row) => classes.IndexOf(text ?? string.Empty) is var place and >= 0
                ? place
                : throw new ArgumentException(
                    $"Column '{model.About.Target}', row {row + 1}: '{text}' is none of the classes {string.Join(", ", classes)}.")),
        ];
    }

    private static string[] Inputs(Table table, TableTrainingOptions options)
    {
        if (options.GroupBy is not null && options.OrderBy is not null)
        {
            throw new ArgumentException("The parts are made by groups or by time, not by both.");
        }

        string[] aside = [.. new[] { options.Target, options.GroupBy, options.OrderBy }.OfType<string>(), .. options.Ignore];
        string? unknown = aside.FirstOrDefault(name => !table.Names.Contains(name));
        if (unknown is not null)
        {
            throw new ArgumentException($"There is no column '{unknown}'; the columns are {string.Join(", ", table.Names)}.");
        }

        string[] inputs = [.. table.Names.Where(name => !aside.Contains(name))];
        if (options.Orders.Keys.FirstOrDefault(name => !inputs.Contains(name)) is { } noInput)
        {
            throw new ArgumentException($"'{noInput}' is no input, and cannot have an order; the inputs are {string.Join(", ", inputs)}.");
        }

        return inputs.Length > 0 ? inputs : throw new ArgumentException("There is no column left to predict from.");
    }

    /// <summary>Every row has the value by which the parts are made.</summary>
    private static void RequireKeys(Table table, TableTrainingOptions options)
    {
        foreach (string key in new[] { options.GroupBy, options.OrderBy }.OfType<string>())
        {
            int missing = table.Texts(key).ToList().FindIndex(text => text is null);
            if (missing >= 0)
            {
                throw new ArgumentException($"Column '{key}', row {missing + 1}: the value is missing, and the parts are made by it.");
            }
        }
    }

    /// <summary>The rows whose target is known and, where asked for, that miss nothing.</summary>
    private static (Table Rows, int Dropped) Complete(Table table, TableTrainingOptions options, string[] inputs)
    {
        string[] needed = [.. options.Missing == Missing.Drop ? inputs : [], options.Target];
        if (options.Missing == Missing.Refuse && table.Texts(options.Target).ToList().FindIndex(text => text is null) is var row and >= 0)
        {
            throw new ArgumentException(
                $"Column '{options.Target}', row {row + 1}: the value is missing; --missing drop leaves such rows out.");
        }

        int[] kept = [.. Enumerable.Range(0, table.Rows).Where(i => !table.Misses(i, needed))];
        return (kept.Length == table.Rows ? table : table.Select(kept), table.Rows - kept.Length);
    }

    /// <summary>Rows for training, validation and test, as the options say.</summary>
    private static int[][] Split(Table table, TableTrainingOptions options, TableTask task, bool hasTest) =>
        options.OrderBy is { } time ? InOrder(table, time, hasTest)
        : options.GroupBy is { } group ? ByGroups(table, group, options.Seed, hasTest)
        : AtRandom(table, options, task, hasTest);

    /// <summary>The last rows are the test part, those before them the validation part.</summary>
    private static int[][] InOrder(Table table, string column, bool hasTest)
    {
        double[] times = table.Numbers(column);
        int[] order = [.. Enumerable.Range(0, table.Rows).OrderBy(row => times[row])];
        int test = hasTest ? (int)Math.Round(TestShare * order.Length) : 0, validation = (int)Math.Round(ValidationShare * order.Length);
        int train = order.Length - validation - test;
        return [[.. order[..train].Order()], [.. order[train..(train + validation)].Order()], [.. order[(train + validation)..].Order()]];
    }

    /// <summary>Whole groups in random order, into the test part until it has its share, then into the validation part.</summary>
    private static int[][] ByGroups(Table table, string column, int seed, bool hasTest)
    {
        int[][] groups =
        [
            .. table.Texts(column).Select((text, row) => (text, row)).GroupBy(pair => pair.text, pair => pair.row)
                .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.ToArray()),
        ];
        new MersenneTwister(seed, threadSafe: false).Shuffle(groups);
        List<int>[] parts = [[], [], []];
        foreach (int[] group in groups)
        {
            int part = hasTest && parts[2].Count < TestShare * table.Rows ? 2 : parts[1].Count < ValidationShare * table.Rows ? 1 : 0;
            parts[part].AddRange(group);
        }

        return [.. parts.Select(part => part.Order().ToArray())];
    }

    /// <summary>Rows at random; of every class the same share.</summary>
    private static int[][] AtRandom(Table table, TableTrainingOptions options, TableTask task, bool hasTest)
    {
        var generator = new MersenneTwister(options.Seed, threadSafe: false);
        IEnumerable<int[]> groups = task == TableTask.Classification
            ? table.Texts(options.Target).Select((text, row) => (text, row)).GroupBy(pair => pair.text, pair => pair.row)
                .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.ToArray())
            : [[.. Enumerable.Range(0, table.Rows)]];
        List<int>[] parts = [[], [], []];
        foreach (int[] group in groups)
        {
            generator.Shuffle(group);
            int validation = (int)Math.Round(ValidationShare * group.Length);
            int test = hasTest ? (int)Math.Round(TestShare * group.Length) : 0;
            parts[1].AddRange(group[..validation]);
            parts[2].AddRange(group[validation..(validation + test)]);
            parts[0].AddRange(group[(validation + test)..]);
        }

        return [.. parts.Select(part => part.Order().ToArray())];
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        return deviation > 0.0
            ? (mean, deviation)
            : throw new ArgumentException($"The target is {mean.ToString(CultureInfo.InvariantCulture)} in every row of the training part.");
    }
}
