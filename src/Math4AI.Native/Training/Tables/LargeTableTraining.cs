using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra;
using Math4AI.Training.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Tables;

/// <summary>
/// <see cref="TableTraining"/> on a file that is larger than memory: it is read twice in blocks, once to learn the encoding and once to
/// encode, and the rows that the network sees lie in files of their own, from where the next batch is taken while a step is under way. A
/// row's part is drawn from its number, or its group, and the seed.
/// </summary>
public static class LargeTableTraining
{
    private const int BlockRows = 1 << 14;
    private const int MostScoredRows = 200_000;
    private const double TestShare = 0.15;
    private const double ValidationShare = 0.15;

    /// <summary>The settings that suit many rows: some passes, in larger batches, with the weights of the best of twenty evaluations.</summary>
    /// <param name="rows">The rows that are trained on.</param>
    public static TrainerOptions Defaults(long rows)
    {
        const int Passes = 5, Batch = 256, Evaluations = 20;
        int steps = (int)Math.Clamp(Passes * rows / Batch, 1, int.MaxValue);
        return new TrainerOptions { BatchSize = Batch, Steps = steps, EvaluateEvery = Math.Max(1, steps / Evaluations) };
    }

    /// <summary>Trains; the scores are of 200,000 rows of each part at most, evenly taken.</summary>
    /// <param name="path">Comma-separated text, or a <c>.npy</c> array.</param>
    /// <param name="testPath">The test part; null to take 15 % of the rows.</param>
    /// <param name="options">The settings; parts by time are not made here.</param>
    /// <param name="trainer">The trainer's settings, given the number of rows; null for <see cref="Defaults"/>.</param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between blocks and steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message says where.</exception>
    /// <exception cref="IOException">A file cannot be read, or there is no room for the encoded rows.</exception>
    public static TableTraining Run(
        string path,
        string? testPath,
        TableTrainingOptions options,
        Func<long, TrainerOptions>? trainer = null,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.OrderBy is not null)
        {
            throw new ArgumentException("Parts that follow each other in time need a table that fits in memory.");
        }

        var statistics = new TableStatistics(options, testPath is null ? TestShare : 0.0, ValidationShare);
        foreach (Table block in Table.ReadBlocks(path, BlockRows))
        {
            cancellation.ThrowIfCancellationRequested();
            statistics.Add(block);
        }

        TableModelDescription about = statistics.Describe();
        bool areClasses = about.Task == TableTask.Classification;
        TrainerOptions settings = (trainer ?? Defaults)(statistics.TrainingRows);
        TableModel model = TorchRandom.From(settings.Seed, () => new TableModel(about));
        using EncodedRows train = new(about.Encoder.Inputs, areClasses), validation = new(about.Encoder.Inputs, areClasses),
            test = new(about.Encoder.Inputs, areClasses);
        EncodedRows[] parts = [train, validation, test];
        long row = 0, dropped = 0;
        foreach (Table block in Table.ReadBlocks(path, BlockRows))
        {
            cancellation.ThrowIfCancellationRequested();
            int[] partOf = statistics.PartsOf(block, row);
            dropped += Encode(model, block, options, i => parts[partOf[i]]);
            row += block.Rows;
        }

        foreach (Table block in testPath is null ? [] : Table.ReadBlocks(testPath, BlockRows))
        {
            dropped += Encode(model, block, options, _ => test);
        }

        Array.ForEach(parts, part => part.Complete());
        if (parts.Any(part => part.Count == 0))
        {
            throw new ArgumentException($"{row} rows are too few to train, choose and test.");
        }

        TrainingResult training = Trainer.Fit(
            model.Network,
            areClasses
                ? (outputs, targets) => nn.functional.cross_entropy(outputs, targets)
                : (outputs, targets) => nn.functional.mse_loss(outputs, targets),
            train,
            validation,
            settings,
            progress,
            cancellation);
        (double[][] predictions, double[] observed) = Ask(model, test);
        int[] classes = areClasses ? Array.ConvertAll(observed, value => (int)value) : [];
        return new TableTraining
        {
            Model = model,
            Training = training,
            Train = Score(model, train, hasIntervals: false, cancellation),
            Validation = Score(model, validation, hasIntervals: false, cancellation),
            Test = Score(model, test, hasIntervals: true, cancellation),
            Confusion = areClasses ? Scores.Confusion(predictions, classes) : [],
            TestPredictions = predictions,
            TestClasses = classes,
            Dropped = checked((int)dropped),
        };
    }

    /// <summary>Writes a block's rows to their parts; how many were left out, since a value is missing.</summary>
    private static int Encode(TableModel model, Table block, TableTrainingOptions options, Func<int, EncodedRows> partOf)
    {
        TableModelDescription about = model.About;
        string[] needed = [.. options.Missing == Missing.Drop ? about.Encoder.Columns.Select(column => column.Name) : [], about.Target];
        int[] kept = [.. Enumerable.Range(0, block.Rows).Where(i => !block.Misses(i, needed))];
        if (options.Missing == Missing.Refuse && kept.Length < block.Rows)
        {
            throw new ArgumentException($"A value of column '{about.Target}' is missing; --missing drop leaves such rows out.");
        }

        Table rows = kept.Length == block.Rows ? block : block.Select(kept);
        float[] inputs = about.Encoder.Encode(rows);
        float[] targets = about.Task == TableTask.Classification
            ? Array.ConvertAll(TableTraining.Observed(model, rows), place => (float)place)
            : Array.ConvertAll(rows.Numbers(about.Target), y => (float)((y - about.Mean) / about.Deviation));
        for (int i = 0; i < kept.Length; i++)
        {
            partOf(kept[i]).Add(inputs.AsSpan(i * about.Encoder.Inputs, about.Encoder.Inputs), targets[i]);
        }

        return block.Rows - kept.Length;
    }

    private static ScoredPart Score(TableModel model, EncodedRows part, bool hasIntervals, CancellationToken cancellation)
    {
        (double[][] predicted, double[] observed) = Ask(model, part);
        ScoredPart scored = model.About.Task == TableTask.Regression
            ? ScoredPart.OfNumbers(predicted, observed, hasIntervals, cancellation)
            : ScoredPart.OfClasses(predicted, Array.ConvertAll(observed, value => (int)value), hasIntervals, cancellation);
        return scored with { Rows = part.Count };
    }

    /// <summary>Predictions and observations of a part, or of rows evenly taken from it.</summary>
    private static (double[][] Predicted, double[] Observed) Ask(TableModel model, EncodedRows part)
    {
        int stride = (part.Count + MostScoredRows - 1) / MostScoredRows;
        long[] rows = [.. Enumerable.Range(0, (part.Count + stride - 1) / stride).Select(i => (long)i * stride)];
        var predicted = new List<double[]>(rows.Length);
        var observed = new List<double>(rows.Length);
        for (int first = 0; first < rows.Length; first += BlockRows)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor inputs, Tensor targets) = part.Take(rows.AsSpan(first, Math.Min(BlockRows, rows.Length - first)));
            predicted.AddRange(model.Predict(inputs));
            double[] values = targets.to_type(ScalarType.Float64).flatten().data<double>().ToArray();
            observed.AddRange(model.About.Task == TableTask.Regression
                ? values.Select(value => model.About.Mean + model.About.Deviation * value)
                : values);
        }

        return ([.. predicted], [.. observed]);
    }
}
