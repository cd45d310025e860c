using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra;
using Math4AI.Training.Explanations;
using Math4AI.Training.Scoring;
using MathNet.Numerics.LinearAlgebra;
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
        var look = TableLook.Of(first, options, isWhole: false);
        IEnumerable<Table> Blocks(string file) =>
            Table.ReadBlocks(file, BlockRows, text).Select(block => look.ReadBlock(block, options.Missing));
        TableStatistics statistics = StatisticsOf(Blocks(path), testPath, options, look, cancellation);
        TableModelDescription about = statistics.Describe();
        bool areClasses = about.Task == TableTask.Classification;
        TrainerOptions settings = trainer(statistics.TrainingRows);
        TableModel model = TorchRandom.From(settings.Seed, () => new TableModel(about));
        EncodedRows[] parts =
            [.. Enumerable.Range(0, 4).Select(_ => new EncodedRows(about.Encoder.Inputs, areClasses))];
        try
        {
            long dropped = EncodeRows(Blocks(path), model, options, statistics, parts, cancellation);
            foreach (Table block in testPath is null ? [] : Blocks(testPath))
            {
                dropped += Encode(model, block, options, _ => parts[2]);
            }

            Complete(parts);
            return Run(model, parts, options, settings, progress, cancellation) with
            {
                DroppedRows = checked((int)dropped),
                Look = look,
            };
        }
        finally
        {
            Array.ForEach(parts, part => part.Dispose());
        }
    }

    /// <summary>Trains on rows for training, validation, the test, and for intervals and sets alone.</summary>
    private static Trained<TableModel> Run(
        TableModel model, EncodedRows[] parts, TableTrainingOptions options, TrainerOptions settings,
        IProgress<TrainingEpoch>? progress, CancellationToken cancellation)
    {
        (EncodedRows train, EncodedRows validation, EncodedRows test, EncodedRows kept) =
            (parts[0], parts[1], parts[2], parts[3]);
        TrainingResult training = Trainer.Fit(
            model.Network, model.Loss(), train, validation, settings, progress, cancellation);
        PredictedPart chosenBy = Ask(model, validation);
        model = chosenBy.HasClasses ? model.TemperedBy(chosenBy) : model;
        bool isCalibrated = NetworkCalibration.Wants(options, settings) && kept.Count > 0;
        EncodedRows[] validating = kept.Count > 0 ? [validation, kept] : [validation];
        var validated = PredictedPart.Joined(Array.ConvertAll(validating, part => Ask(model, part)));
        TableModel last = (isCalibrated ? model.CalibratedBy(Calibration.Of(model, Ask(model, kept))) : model)
            .ExplainedBy(InputsOf(train, SavedBackground.Places(train.Count)));
        PredictedPart tested = Ask(model, test);
        Trained<TableModel> trained = Trained<TableModel>.Of(
            last, training, Score(Ask(model, train), train.Count), Score(validated, validation.Count + kept.Count),
            tested, model.About.Classes, cancellation);
        return trained with
        {
            Test = trained.Test with { Rows = test.Count },
            Coverage = isCalibrated ? last.CoverageOf(tested, TableTraining.CoverageLevel) : null,
            DataWarnings = !isCalibrated && options.Intervals == IntervalSource.Conformal
                ? [NetworkCalibration.WhyNone]
                : [],
        };

        ScoredPart Score(PredictedPart part, int rows) =>
            part.Score(hasIntervals: false, cancellation) with { Rows = rows };
    }

    private static Matrix<double> InputsOf(EncodedRows part, int[] places)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor inputs, _) = part.Take(Array.ConvertAll(places, place => (long)place));
        float[] values = inputs.data<float>().ToArray();
        int width = values.Length / places.Length;
        return Matrix<double>.Build.Dense(places.Length, width, (i, j) => values[i * width + j]);
    }

    /// <summary>Reads the file once, to learn the encoding.</summary>
    private static TableStatistics StatisticsOf(
        IEnumerable<Table> blocks, string? testPath, TableTrainingOptions options, TableLook look,
        CancellationToken cancellation)
    {
        bool isCalibrated = options.Intervals == IntervalSource.Conformal;
        var statistics = new TableStatistics(
            options, look, testPath is null ? TestShare : 0.0,
            isCalibrated ? 0.5 * ValidationShare : ValidationShare, isCalibrated ? 0.5 * ValidationShare : 0.0);
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
        if (parts[..3].Any(part => part.Count == 0))
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
