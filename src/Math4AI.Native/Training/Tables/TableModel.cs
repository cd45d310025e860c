using System.Diagnostics.CodeAnalysis;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Forecasts;
using Math4AI.Training.Explanations;
using Math4AI.Training.Files;
using Math4AI.Training.Learners;
using Math4AI.Training.Networks;
using Math4AI.Training.Scoring;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Tables;

/// <summary>The task of a model of a table.</summary>
public enum TableTask
{
    /// <summary>A class.</summary>
    Classification,

    /// <summary>A number.</summary>
    Regression,
}

/// <summary>The description of a model of a table: everything but its weights.</summary>
/// <param name="Task">What it predicts.</param>
/// <param name="Target">The column that it predicts.</param>
/// <param name="Classes">The classes, in the order of the outputs; empty for numbers.</param>
/// <param name="Mean">The mean of the target, which is standardised inside.</param>
/// <param name="Deviation">Its standard deviation.</param>
/// <param name="Hidden">The widths of the hidden layers.</param>
/// <param name="Encoder">How rows become inputs.</param>
public sealed record TableModelDescription(
    TableTask Task,
    string Target,
    IReadOnlyList<string> Classes,
    double Mean,
    double Deviation,
    IReadOnlyList<int> Hidden,
    TableEncoder Encoder)
{
    /// <summary>
    /// Gets the temperature of the probabilities, which the validation part chose; null where they are as the network
    /// gives them.
    /// </summary>
    public double? Temperature { get; init; }

    /// <summary>Gets how much an error of each class weighed in learning; null where all weighed the same.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>Gets whether intervals or sets belong to the network.</summary>
    public bool IsCalibrated { get; init; }

    /// <summary>Gets whether training rows that explanations compare with belong to the network.</summary>
    public bool HasBackground { get; init; }
}

/// <summary>A trained network together with the encoding of its tables.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody disposes a tensor of ours: the finalizers of torch's "
    + "handles free them.")]
public sealed class TableModel : IScoredModel
{
    internal const string Kind = "table";

    private const int MaxWidth = 1 << 16;
    private const double MaxWeights = 1 << 28;
    private const int ExplanationSeed = 1;

    private readonly Mlp network;

    internal TableModel(TableModelDescription about)
    {
        int[] widths = Widths(about);
        if (about.Hidden.Any(width => width is < 1 or > MaxWidth))
        {
            throw new ArgumentException($"A hidden layer has 1 to {MaxWidth} outputs.");
        }

        if (about.Encoder.Inputs is < 1 or > MaxWidth)
        {
            throw new ArgumentException(
                $"The columns make {about.Encoder.Inputs} inputs, one for each class of a text; 1 to {MaxWidth} can be "
                + "had: leave columns out.");
        }

        if (Weights(widths) is var weights and > MaxWeights)
        {
            throw new ArgumentException($"A network of the widths {string.Join(", ", widths)} has {weights:0} weights, "
                + "too many: leave columns out, or hidden layers.");
        }

        About = about;
        network = new Mlp(about.Encoder.Inputs, about.Hidden, Math.Max(1, about.Classes.Count));
    }

    private TableModel(TableModelDescription about, Mlp network) => (About, this.network) = (about, network);

    /// <summary>Gets the description of the model.</summary>
    public TableModelDescription About { get; }

    /// <summary>
    /// Gets the number of rows that intervals and sets rest on, which the networks behind these have not seen; 0 where
    /// there are none.
    /// </summary>
    public int CalibrationCount => Calibration?.Scores.Count ?? 0;

    /// <summary>
    /// Gets the number of networks behind intervals and sets: one that has not seen a part of the rows, or, of few
    /// rows, one for each part of a cross-validation.
    /// </summary>
    public int CalibrationModels => Calibration?.Models.Count ?? 0;

    TableTask IScoredModel.Task => About.Task;

    IReadOnlyList<string> IScoredModel.Classes => About.Classes;

    TableEncoder IScoredModel.Encoder => About.Encoder;

    internal nn.Module<Tensor, Tensor> Network => network;

    private Calibration? Calibration { get; init; }

    /// <summary>Encoded training rows that explanations compare with; null where the model was made without.</summary>
    internal Matrix<double>? Background { get; private init; }

    /// <summary>
    /// Trains on 70 % of the rows, 15 % for validation and 15 % for the test; classes are shared evenly. Intervals and
    /// sets rest on half of the validation part where the other half chooses, on all of it where nothing is chosen, and
    /// below 500 rows on five more networks, each of four fifths of the rows (CV+).
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part, where it is given: then 85 % of the rows are for training.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every epoch.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    public static Trained<TableModel> Train(
        Table table,
        Table? test,
        TableTrainingOptions options,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        return TableTraining.Run(table, test, options, progress, isCalibrated: true, cancellation);
    }

    /// <summary>
    /// Trains on a table that is larger than memory, in blocks of rows. The encoded rows lie in temporary files. The
    /// scores are of at most 200,000 rows of each part, evenly taken.
    /// </summary>
    /// <param name="path">Comma-separated text, or a <c>.npy</c> array.</param>
    /// <param name="testPath">The test part; null to take 15 % of the rows.</param>
    /// <param name="options">The settings; parts by time are not made here.</param>
    /// <param name="trainer">
    /// The trainer's settings, given the number of rows; null for <see cref="TableTraining.DefaultsInBlocks"/>.
    /// </param>
    /// <param name="progress">Told of every evaluation.</param>
    /// <param name="cancellation">Stops between blocks and steps.</param>
    /// <exception cref="ArgumentException">Columns or values are missing, or there are too few rows.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message says where.</exception>
    /// <exception cref="IOException">A file cannot be read, or there is no room for the encoded rows.</exception>
    public static Trained<TableModel> TrainInBlocks(
        string path,
        string? testPath,
        TableTrainingOptions options,
        Func<long, TrainerOptions>? trainer = null,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return LargeTableTraining.Run(
            path, testPath, options, trainer ?? TableTraining.DefaultsInBlocks, progress, cancellation);
    }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TableModel Load(string folder)
    {
        TableModelDescription about =
            ModelFolder.ReadDescription(folder, Kind, ModelJson.Default.TableModelDescription, about =>
            about is { Target: not null, Classes: not null, Hidden: not null, Encoder.Columns: not null }
            && about.Encoder.Columns.All(column => column is { Name: not null, Classes: not null })
            && about.Hidden.All(width => width is > 0 and <= MaxWidth)
            && about.Temperature is null or (> 0.0 and < double.PositiveInfinity)
            && about.Encoder.Inputs is > 0 and <= MaxWidth);
        ModelFolder.RequireWeights(folder, Weights(Widths(about)));
        TableModel model = TorchRandom.Unset(() => new TableModel(about));
        NetworkFolder.ReadWeights(folder, model.network);
        return new TableModel(about, model.network)
        {
            Calibration = about.IsCalibrated
                ? Calibration.Read(folder, SavedScores.Read(folder), about.Classes, Load)
                : null,
            Background = about.HasBackground ? SavedBackground.Read(folder, about.Encoder.Inputs) : null,
        };
    }

    /// <summary>Returns what is predicted.</summary>
    public override string ToString() => $"{Target} by a network";

    private static int[] Widths(TableModelDescription about) =>
        [about.Encoder.Inputs, .. about.Hidden, Math.Max(1, about.Classes.Count)];

    private static double Weights(int[] widths) =>
        Enumerable.Range(1, widths.Length - 1).Sum(i => (widths[i - 1] + 1.0) * widths[i]);

    /// <summary>Writes the model to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    public void Save(string folder, FileTransaction files)
    {
        NetworkFolder.Write(folder, files, Kind, About, ModelJson.Default.TableModelDescription, network);
        Calibration.WriteModels(folder, files, Calibration);
        if (Calibration is not null)
        {
            SavedScores.Write(folder, files, Calibration.Scores);
        }

        if (Background is not null)
        {
            SavedBackground.Write(folder, files, Background);
        }
    }

    /// <summary>Returns the predictions: a number for each row, or the probabilities of its classes.</summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <returns>rows × 1, or rows × classes.</returns>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    public double[][] Predict(Table table)
    {
        using DisposeScope scope = NewDisposeScope();
        return Predict(tensor(About.Encoder.Encode(table)).reshape(table.Rows, About.Encoder.Inputs));
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => PredictTable(Table.Read(path));

    /// <inheritdoc/>
    public string Target => About.Target;

    /// <inheritdoc/>
    public FilePredictions PredictTable(Table rows, double level = 0.9)
    {
        double[][] values = Predict(rows);
        bool areClasses = About.Task == TableTask.Classification;
        FilePredictions noted = RowNotes.AddTo(
            new FilePredictions(About.Target, About.Classes, values, [])
            {
                Intervals = areClasses || Calibration is null ? [] : Calibration.Intervals(rows, values, level),
                Sets = areClasses && Calibration is not null
                    ? Calibration.Sets(rows, Scores.Likeliest(values), level)
                    : [],
            },
            About.Encoder, rows);
        return SetWarnings.AddTo(noted, Calibration?.Scores, level);
    }

    /// <summary>
    /// Explains predictions: for each row the effect of each column, in the order of <see cref="ExplainedColumns"/>.
    /// </summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    /// <exception cref="InvalidOperationException">The model is of a version that kept no training rows.</exception>
    public IReadOnlyList<RowExplanation> Explain(Table table)
    {
        double[][] background = SavedBackground.Require(Background);
        InputGroup[] groups = InputGroup.Of(About.Encoder);
        return [.. LearnedTable.Encode(About.Encoder, table).ToRowArrays().Select(
            row => RowExplanation.Sampled(this, row, background, groups, ExplanationSeed))];
    }

    /// <inheritdoc/>
    public FilePredictions Explain(FilePredictions found, Table rows)
    {
        ArgumentNullException.ThrowIfNull(found);
        return RowExplanation.AddTo(found, ExplainedColumns, Explain(rows));
    }

    /// <summary>Gets the columns that explanations are of: those that varied in training.</summary>
    public IReadOnlyList<string> ExplainedColumns =>
        [.. InputGroup.Of(About.Encoder).Select(group => group.Column.Name)];

    /// <inheritdoc/>
    public Table ReadTarget(Table rows) => About.Encoder.ReadTarget(rows, About.Target);

    /// <summary>
    /// The loss that the network is trained with: cross-entropy of classes with their weights, mean squares of numbers.
    /// </summary>
    internal Func<Tensor, Tensor, Tensor> Loss() => About.Task == TableTask.Classification
        ? WeightedLoss.Of(About.ClassWeights)
        : (outputs, targets) => nn.functional.mse_loss(outputs, targets);

    /// <summary>
    /// The model with its probabilities at the temperature of those for samples that its weights have not learned from,
    /// where that lowers their loss by more than its standard error; weights of classes ask for other probabilities.
    /// </summary>
    internal TableModel TemperedBy(PredictedPart unseen) =>
        unseen.HasClasses && About.ClassWeights is null
        && TemperatureScaling.Gaining(unseen.Predictions, unseen.Classes) is { } scaling
            ? At(scaling.Temperature)
            : this;

    /// <summary>
    /// The model with its probabilities at a temperature, null for those that the network gives; sets of classes belong
    /// to others, and are left out.
    /// </summary>
    internal TableModel At(double? temperature) => new(
        About with { Temperature = temperature, IsCalibrated = false, HasBackground = false }, network);

    /// <summary>The model with intervals and sets by networks, each by rows that it has not seen.</summary>
    internal TableModel CalibratedBy(Calibration calibration) =>
        new(About with { IsCalibrated = true }, network) { Calibration = calibration, Background = Background };

    /// <summary>The model with encoded training rows, some of which its explanations compare with.</summary>
    internal TableModel ExplainedBy(Matrix<double> inputs) =>
        new(About with { HasBackground = true }, network)
        {
            Calibration = Calibration,
            Background = SavedBackground.Of(inputs),
        };

    /// <summary>
    /// The share of predictions by this model whose interval or set holds the truth; intervals by itself alone.
    /// </summary>
    internal double CoverageOf(PredictedPart part, double level)
    {
        CrossScores scores = Calibration!.Scores;
        double[] found = Calibration.ScoresOf(part);
        return found.Select((score, i) => scores.Holds([score], level)
            || (part.HasClasses && part.Decided[i] == part.Classes[i]) ? 1.0 : 0.0).Average();
    }

    Matrix<double> IScoredModel.PredictEncoded(Matrix<double> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] values = Array.ConvertAll(inputs.ToRowMajorArray(), value => (float)value);
        return Matrix<double>.Build.DenseOfRowArrays(
            Predict(tensor(values).reshape(inputs.RowCount, inputs.ColumnCount)));
    }

    RowPredictions IScoredModel.PredictAll(Table rows) => new(Matrix<double>.Build.DenseOfRowArrays(Predict(rows)));

    /// <summary>The observed classes, as places in the description's list.</summary>
    internal int[] Observed(Table table) => TableTraining.Observed(About.Target, About.Classes, table);

    /// <summary>What the network learns to give: the places of the classes, or standardised numbers.</summary>
    internal float[] Targets(Table table) => About.Task == TableTask.Classification
        ? Array.ConvertAll(Observed(table), place => (float)place)
        : Array.ConvertAll(table.Numbers(About.Target), y => (float)((y - About.Mean) / About.Deviation));

    /// <summary>The same of rows that are encoded.</summary>
    internal double[][] Predict(Tensor inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        network.eval();
        Tensor outputs = network.forward(inputs);
        int rows = (int)inputs.shape[0];
        if (About.Task == TableTask.Classification)
        {
            outputs = nn.functional.softmax(outputs / (About.Temperature ?? 1.0), 1);
        }

        float[] values = outputs.contiguous().data<float>().ToArray();
        int width = values.Length / rows;
        return
        [
            .. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, width).Select(i =>
                About.Task == TableTask.Classification
                    ? values[row * width + i]
                    : About.Mean + About.Deviation * values[row * width + i]).ToArray()),
        ];
    }
}
