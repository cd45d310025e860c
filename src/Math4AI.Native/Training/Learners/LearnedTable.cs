using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Probability.Conformal;
using Math4AI.Training.Files;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// A learner's model together with the encoding of its tables and its features: what <c>math4ai train --model svm</c>
/// makes of a table.
/// </summary>
public sealed class LearnedTable : ITablePredictor
{
    internal const string Kind = "learned-table";

    private const string Calibrated = "calibrated";
    private const string CalibrationScores = "calibration";

    private readonly FittedFeatures<Matrix<double>>? features;

    internal LearnedTable(LearnedTableDescription about, FittedFeatures<Matrix<double>>? features, IRowPredictor model,
        SettingSearch? search) =>
        (About, this.features, Model, Search) = (about, features, model, search);

    /// <summary>Gets the description of the model.</summary>
    public LearnedTableDescription About { get; }

    /// <summary>
    /// Gets the learner's model, such as a <see cref="Kernels.Machines.SupportVectorClassifierFit"/>, on the features.
    /// </summary>
    public IRowPredictor Model { get; }

    /// <summary>
    /// Gets how settings were chosen; null where nothing was, and for a model that was read from a folder.
    /// </summary>
    public SettingSearch? Search { get; }

    /// <summary>
    /// Gets the learners that were compared; empty where the learner was named, and for a model that was read from a
    /// folder.
    /// </summary>
    public IReadOnlyList<ComparedLearner> Comparison { get; init; } = [];

    /// <summary>
    /// Gets the number of rows that intervals and sets rest on, which taught and chose nothing; 0 where there are none.
    /// </summary>
    public int CalibrationCount => Calibration?.Scores.Count ?? 0;

    /// <inheritdoc/>
    public string Target => About.Target;

    internal Calibration? Calibration { get; init; }

    /// <summary>Gets the names of the features that the learner sees.</summary>
    public IReadOnlyList<string> FeatureNames =>
        features is null ? About.Encoder.InputNames : features.Names(About.Encoder.InputNames);

    /// <summary>
    /// Trains on 70 % of the rows, and on the validation part too once that has been scored; 15 % are the test.
    /// Everything that is learned, encoding, features and settings, is learned from training rows alone.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part, where it is given.</param>
    /// <param name="options">The settings of the table; those of the networks are not used.</param>
    /// <param name="learner">The learner.</param>
    /// <param name="features">Features of the encoded inputs; null for these themselves.</param>
    /// <param name="progress">Told what share of the search is done.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">
    /// Columns or values are missing, there are too few rows, or the learner does not take such a target.
    /// </exception>
    public static Trained<LearnedTable> Train(
        Table table,
        Table? test,
        TableTrainingOptions options,
        Learner learner,
        FeatureMap<Matrix<double>>? features = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(learner);
        PreparedTable all = PreparedTable.Of(table, test, options);
        return new LearnedTableTraining(all, options, learner, features).Run(progress, cancellation);
    }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static LearnedTable Load(string folder)
    {
        LearnedTableDescription about =
            ModelFolder.ReadDescription(folder, ModelJson.Default.LearnedTableDescription, about =>
            about is
            {
                Target: not null, Classes: not null, Learner: not null, Encoder.Columns.Count: > 0,
                Texts: not null
            }
            && about.Encoder.Columns.All(column => column is { Name: not null, Classes: not null })
                && about.Classes.All(name => name is not null));
        string inner = Path.Combine(folder, Calibrated);
        return new LearnedTable(
            about, FeatureFiles.Restore(folder, FeatureMap.Names, about.Features, about.Texts),
            SavedFeatures.ReadModel(folder), null)
        {
            Calibration = ModelArrays.Read(folder) is var arrays && arrays.Has(CalibrationScores)
                ? new Calibration(Load(inner), new SplitConformal(arrays.Vector(CalibrationScores)))
                : null,
        };
    }

    /// <summary>Writes the model to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    /// <exception cref="NotSupportedException">
    /// The learner's kernel is a function that no formula describes.
    /// </exception>
    public void Save(string folder, FileTransaction files)
    {
        FeatureState state = features?.State ?? FeatureState.Empty;
        ModelArrays arrays = FeatureFiles.Arrays(state);
        if (Calibration is not null)
        {
            arrays.Add(CalibrationScores, Calibration.Scores.Scores);
            Calibration.Model.Save(Path.Combine(folder, Calibrated), files);
        }

        ModelFolder.Write(
            folder, files, Kind, About with { Texts = state.Texts }, ModelJson.Default.LearnedTableDescription,
            arrays.All);
        SavedFeatures.WriteModel(folder, files, Model);
    }

    /// <summary>Gets the paths of the files of a model in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. SavedFeatures.Files(folder), .. SavedFeatures.Files(Path.Combine(folder, Calibrated))];

    /// <summary>Computes the features of rows, rows × features, as the learner sees them.</summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    public Matrix<double> FeaturesOf(Table table)
    {
        Matrix<double> inputs = Encode(About.Encoder, table);
        return features?.Apply(inputs) ?? inputs;
    }

    /// <summary>Predicts rows: a number for each, or the probabilities of its classes.</summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    public RowPredictions Predict(Table table) =>
        SavedFeatures.Padded(Model.PredictRows(FeaturesOf(table)), About.Classes.Count);

    /// <summary>
    /// Returns the observed classes of rows, as places in the description's list; −1 where a class is not there, or not
    /// known.
    /// </summary>
    /// <param name="table">The rows.</param>
    public IReadOnlyList<int> Observed(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var places =
            About.Classes.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place);
        return [.. table.Texts(About.Target).Select(
            text => places.TryGetValue(text ?? string.Empty, out int place) ? place : -1)];
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => PredictTable(Table.Read(path));

    /// <inheritdoc/>
    public Table ReadTarget(Table rows) => About.Encoder.ReadTarget(rows, About.Target);

    /// <inheritdoc/>
    public FilePredictions PredictTable(Table rows, double level = 0.9)
    {
        RowPredictions found = Predict(rows);
        bool areClasses = About.Task == TableTask.Classification;
        return RowNotes.AddTo(
            new FilePredictions(About.Target, About.Classes, found.Values.ToRowArrays(), [])
            {
                Deviations = [.. found.Deviations ?? Enumerable.Empty<double>()],
                Intervals = areClasses || Calibration is null ? [] : Calibration.Intervals(rows, level),
                Sets = areClasses && Calibration is not null ? Calibration.Sets(rows, level) : [],
            },
            About.Encoder, rows);
    }

    /// <summary>
    /// The model with the intervals of another one, which learned from other rows, by rows that it has not seen.
    /// </summary>
    internal LearnedTable CalibratedBy(LearnedTable other, Table unseen) => new(About, features, Model, Search)
    {
        Comparison = Comparison,
        Calibration = Calibration.Of(other, unseen),
    };

    internal static Matrix<double> Encode(TableEncoder encoder, Table table)
    {
        float[] encoded = encoder.Encode(table);
        return Matrix<double>.Build.Dense(table.Rows, encoder.Inputs, (i, j) => encoded[i * encoder.Inputs + j]);
    }
}

/// <summary>The description of a learner's model of a table.</summary>
/// <param name="Task">What it predicts.</param>
/// <param name="Target">The column that it predicts.</param>
/// <param name="Classes">The classes, in the order of the probabilities; empty for numbers.</param>
/// <param name="Encoder">How rows become inputs.</param>
/// <param name="Learner">The learner and its settings, in words.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Features">The formula of the features; null for the inputs themselves.</param>
public sealed record LearnedTableDescription(
    TableTask Task, string Target, IReadOnlyList<string> Classes, TableEncoder Encoder, string Learner, int Seed,
    string? Features)
{
    /// <summary>Gets the texts that the features have learned.</summary>
    public IReadOnlyDictionary<string, string[]> Texts { get; init; } = new Dictionary<string, string[]>();
}
