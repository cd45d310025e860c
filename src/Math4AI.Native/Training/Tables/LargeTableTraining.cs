using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra;
using Math4AI.Training.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Tables;

/// <summary>
/// Training on a table that is larger than memory: its file is read twice in blocks, once to learn the encoding and
/// once to encode, and the rows that the network sees lie in files of their own, from where the next batch is taken
/// while a step is under way. A row's part is drawn from its number, or its group, and the seed.
/// </summary>
internal static class LargeTableTraining
{
    private const int BlockRows = 1 << 14;
    private const int MaxScoredRows = 200_000;
    private const double TestShare = 0.15;
    private const double ValidationShare = 0.15;

    public static Trained<TableModel> Run(
        string path,
        string? testPath,
        TableTrainingOptions options,
        Func<long, TrainerOptions> trainer,
        IProgress<TrainingEpoch>? progress,
        CancellationToken cancellation)
    {
        if (options.OrderBy is not null)
        {
            throw new ArgumentException("Parts that follow each other in time need a table that fits in memory.");
        }

        options = options.Resolved();
        var text = new TableOptions { Encoding = options.Encoding };
        Table first = Table.ReadBlocks(path, BlockRows, text).FirstOrDefault()
            ?? throw new ArgumentException("There are no rows to train on.");
        var look = TableLook.Of(first, options);
        IEnumerable<Table> Blocks(string file) =>
            Table.ReadBlocks(file, BlockRows, text).Select(block => look.ReadBlock(block, options.Missing));
        TableStatistics statistics = StatisticsOf(Blocks(path), testPath, options, look, cancellation);
        TableModelDescription about = statistics.Describe();
        bool areClasses = about.Task == TableTask.Classification;
        TrainerOptions settings = trainer(statistics.TrainingRows);
        TableModel model = TorchRandom.From(settings.Seed, () => new TableModel(about));
        using EncodedRows train = new(about.Encoder.Inputs, areClasses),
            validation = new(about.Encoder.Inputs, areClasses),
            test = new(about.Encoder.Inputs, areClasses);
        EncodedRows[] parts = [train, validation, test];
        long dropped = EncodeRows(Blocks(path), model, options, statistics, parts, cancellation);
        foreach (Table block in testPath is null ? [] : Blocks(testPath))
        {
            dropped += Encode(model, block, options, _ => test);
        }

        Complete(parts);
        TrainingResult training = Trainer.Fit(
            model.Network, model.Loss(), train, validation, settings, progress, cancellation);
        model = areClasses ? model.TemperedBy(Ask(model, validation)) : model;
        ScoredPart Score(EncodedRows part) =>
            Ask(model, part).Score(hasIntervals: false, cancellation) with { Rows = part.Count };
        Trained<TableModel> trained = Trained<TableModel>.Of(
            model, training, Score(train), Score(validation), Ask(model, test), about.Classes, cancellation);
        return trained with
        {
            Test = trained.Test with { Rows = test.Count },
            DroppedRows = checked((int)dropped),
            Look = look,
        };
    }

    /// <summary>Reads the file once, to learn the encoding.</summary>
    private static TableStatistics StatisticsOf(
        IEnumerable<Table> blocks, string? testPath, TableTrainingOptions options, TableLook look,
        CancellationToken cancellation)
    {
        var statistics = new TableStatistics(options, look, testPath is null ? TestShare : 0.0, ValidationShare);
        foreach (Table block in blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            statistics.Add(block);
        }

        return statistics;
    }

    /// <summary>Reads the file once more, to write each row to its part; how many rows were left out.</summary>
    private static long EncodeRows(
        IEnumerable<Table> blocks, TableModel model, TableTrainingOptions options, TableStatistics statistics,
        EncodedRows[] parts,
        CancellationToken cancellation)
    {
        long row = 0, dropped = 0;
        foreach (Table block in blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] partOf = statistics.PartsOf(block, row);
            dropped += Encode(model, block, options, i => parts[partOf[i]]);
            row += block.Rows;
        }

        return dropped;
    }

    private static void Complete(EncodedRows[] parts)
    {
        Array.ForEach(parts, part => part.Complete());
        if (parts.Any(part => part.Count == 0))
        {
            throw new ArgumentException(
                $"{parts.Sum(part => (long)part.Count)} rows are too few to train, choose and test.");
        }
    }

    /// <summary>Writes a block's rows to their parts; how many were left out, since a value is missing.</summary>
    private static int Encode(
        TableModel model, Table block, TableTrainingOptions options, Func<int, EncodedRows> partOf)
    {
        TableModelDescription about = model.About;
        string[] needed = [.. options.Missing == Missing.Drop
            ? about.Encoder.Columns.Select(column => column.Name)
            : [], about.Target];
        int[] kept = [.. Enumerable.Range(0, block.Rows).Where(i => !block.Misses(i, needed))];
        if (options.Missing == Missing.Refuse && kept.Length < block.Rows)
        {
            throw new ArgumentException(
                $"A value of column '{about.Target}' is missing; --missing drop leaves such rows out.");
        }

        Table rows = kept.Length == block.Rows ? block : block.Select(kept);
        float[] inputs = about.Encoder.Encode(rows);
        float[] targets = model.Targets(rows);
        for (int i = 0; i < kept.Length; i++)
        {
            partOf(kept[i]).Add(inputs.AsSpan(i * about.Encoder.Inputs, about.Encoder.Inputs), targets[i]);
        }

        return block.Rows - kept.Length;
    }

    /// <summary>Predictions and observations of a part, or of rows evenly taken from it.</summary>
    private static PredictedPart Ask(TableModel model, EncodedRows part)
    {
        int stride = (part.Count + MaxScoredRows - 1) / MaxScoredRows;
        long[] rows = [.. Enumerable.Range(0, (part.Count + stride - 1) / stride).Select(i => (long)i * stride)];
        var predicted = new List<double[]>(rows.Length);
        var observed = new List<double>(rows.Length);
        for (int first = 0; first < rows.Length; first += BlockRows)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor inputs, Tensor targets) = part.Take(rows.AsSpan(first, Math.Min(BlockRows, rows.Length - first)));
            predicted.AddRange(model.Predict(inputs));
            double[] values = targets.to_type(ScalarType.Float64).flatten().data<double>().ToArray();
            observed.AddRange(values);
        }

        TableModelDescription about = model.About;
        return about.Task == TableTask.Regression
            ? new PredictedPart([.. predicted], [.. observed.Select(value => about.Mean + about.Deviation * value)])
            : new PredictedPart([.. predicted], [.. observed.Select(value => (int)value)]);
    }
}
