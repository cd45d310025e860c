using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Probability.Forecasts;
using Math4AI.Training.Explanations;
using Math4AI.Training.Files;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// A learner's model together with the encoding of its tables and its features: what <c>math4ai train --model svm</c>
/// makes of a table.
/// </summary>
public sealed class LearnedTable : IScoredModel
{
    internal const string Kind = "learned-table";


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
    /// Gets the number of rows that intervals and sets rest on, which the models behind these have not seen; 0 where
    /// there are none.
    /// </summary>
    public int CalibrationCount => Calibration?.Scores.Count ?? 0;

    /// <summary>
    /// Gets the number of models behind intervals and sets: one that has not seen a part of the rows, or, of few rows,
    /// one for each part of a cross-validation.
    /// </summary>
    public int CalibrationModels => Calibration?.Models.Count ?? 0;

    /// <inheritdoc/>
    public string Target => About.Target;

    internal Calibration? Calibration { get; init; }

    /// <summary>The learner with the settings that were chosen; null for a model that was read from a folder.</summary>
    internal Learner? Chosen { get; init; }

    TableTask IScoredModel.Task => About.Task;

    IReadOnlyList<string> IScoredModel.Classes => About.Classes;

    TableEncoder IScoredModel.Encoder => About.Encoder;

    RowPredictions IScoredModel.PredictAll(Table rows) => Predict(rows);

    /// <summary>Encoded training rows that explanations compare with; null where the model was made without.</summary>
    internal Matrix<double>? Background { get; init; }

    internal bool HasFeatures => features is not null;

    /// <summary>Gets the names of the features that the learner sees.</summary>
    public IReadOnlyList<string> FeatureNames =>
        features is null ? About.Encoder.InputNames : features.Names(About.Encoder.InputNames);

    /// <summary>
    /// Trains on 70 % of the rows, and on the validation part too once that has been scored; 15 % are the test.
    /// Everything that is learned, encoding, features and settings, is learned from training rows alone. Intervals and
    /// sets rest on the validation part; below 500 rows on cross-validation (CV+): five more models learn and choose
    /// from four fifths each, the validation scores are theirs, and no row is kept from the model.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="test">The test part, where it is given.</param>
    /// <param name="options">
    /// The settings of the table; of those of the trainer, the seed and the processes that share the work are used:
    /// comparisons and the models of a cross-validation go to these as whole jobs, and all get the same model. Several
    /// processes are stopped together from outside, and heed no cancellation.
    /// </param>
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
        IProgress<LearnerProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(learner);
        PreparedTable all = PreparedTable.Of(table, test, options);
        return new LearnedTableTraining(all, options, learner, features).Run(progress, cancellation);
    }

    /// <summary>
    /// Returns the learning curve of a training: the scores of its test part over the number of rows that its learner,
    /// with the settings that were chosen, learns from: an eighth, a quarter, a half and all of them. A cancellation
    /// ends it with the points that there are.
    /// </summary>
    /// <param name="trained">The training.</param>
    /// <param name="table">Its rows.</param>
    /// <param name="test">Its test part, where one was given.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="features">Its features.</param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="InvalidOperationException">The model was read from a folder.</exception>
    public static IReadOnlyList<(int Rows, ScoredPart Test)> LearningCurve(
        Trained<LearnedTable> trained,
        Table table,
        Table? test,
        TableTrainingOptions options,
        FeatureMap<Matrix<double>>? features = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        Learner learner = trained.Model.Chosen ?? throw new InvalidOperationException(
            "A model that was read from a folder does not know its learner: train it again for its learning curve.");
        return
        [
            .. new LearnedTableTraining(PreparedTable.Of(table, test, options), options, learner, features)
                .Curve(cancellation),
            (trained.Train.Rows, trained.Test),
        ];
    }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static LearnedTable Load(string folder)
    {
        LearnedTableDescription about =
            ModelFolder.ReadDescription(folder, Kind, ModelJson.Default.LearnedTableDescription, about =>
            about is
            {
                Target: not null, Classes: not null, Learner: not null, Encoder.Columns.Count: > 0,
                Texts: not null
            }
            && about.Encoder.Columns.All(column => column is { Name: not null, Classes: not null })
                && about.Classes.All(name => name is not null)
            && about.Decision is null or { Aim: not null, Threshold: >= 0.0, Class: >= 0 }
            && (about.Decision?.Class ?? -1) < about.Classes.Count);
        var arrays = ModelArrays.Read(folder);
        return new LearnedTable(
            about, FeatureFiles.Restore(folder, FeatureMap.Names, about.Features, about.Texts),
            SavedFeatures.ReadModel(folder), null)
        {
            Calibration = SavedScores.Of(arrays, folder) is { } scores
                ? Calibration.Read(folder, scores, about.Classes, Load)
                : null,
            Background = arrays.Has(SavedBackground.Name)
                ? arrays.Matrix(SavedBackground.Name, columns: about.Encoder.Inputs)
                : null,
        };
    }

    /// <summary>Returns what is predicted, and by what.</summary>
    public override string ToString() => $"{Target}: {Model}";

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
        if (Background is not null)
        {
            arrays.Add(SavedBackground.Name, Background);
        }

        if (Calibration is not null)
        {
            SavedScores.AddTo(arrays, Calibration.Scores);
        }

        Calibration.WriteModels(folder, files, Calibration);
        ModelFolder.Write(
            folder, files, Kind, About with { Texts = state.Texts }, ModelJson.Default.LearnedTableDescription,
            arrays.All);
        SavedFeatures.WriteModel(folder, files, Model);
    }

    /// <summary>Gets the paths of the files of a model in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. SavedFeatures.Files(folder), .. SavedFeatures.Files(Calibration.PartOf(folder, 0))];

    /// <summary>Computes the features of rows, rows × features, as the learner sees them.</summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    public Matrix<double> FeaturesOf(Table table)
    {
        Matrix<double> inputs = Encode(table);
        return features?.Apply(inputs) ?? inputs;
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
        return [.. Encode(table).ToRowArrays().Select(
            row => RowExplanation.Of(this, row, background, groups, About.Seed))];
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

    /// <summary>Predicts rows: a number for each, or the probabilities of its classes.</summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    public RowPredictions Predict(Table table) =>
        SavedFeatures.Padded(Model.PredictRows(FeaturesOf(table)), About.Classes.Count);

    /// <summary>Predicts the distribution of each row's number.</summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model predicts classes, or numbers without a distribution.
    /// </exception>
    public IReadOnlyList<PredictiveDistribution> Distributions(Table table) =>
        About.Task == TableTask.Classification
            ? throw new InvalidOperationException("The model predicts classes, whose distribution is their "
                + "probabilities: use Predict.")
            : DistributionsOf(table, Model is IUncertainPredictor ? null : Predict(table));

    private IReadOnlyList<PredictiveDistribution> DistributionsOf(Table table, RowPredictions? found) =>
        Model is IUncertainPredictor uncertain ? uncertain.Distributions(FeaturesOf(table))
        : found?.Deviations is { } deviations
            ? [.. deviations.Select((sigma, i) => PredictiveDistribution.OfNormal(found.Values[i, 0], sigma))]
        : throw new InvalidOperationException($"The model ({About.Learner}) predicts numbers without a distribution: "
            + "train a Gaussian process, or networks that tell how sure they are.");

    /// <summary>
    /// Measures what the model does not know of each row: see <see cref="IUncertainPredictor.Disagreement"/>.
    /// </summary>
    /// <param name="table">Rows with all columns of the inputs.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    /// <exception cref="InvalidOperationException">The model does not tell.</exception>
    public double[] Disagreement(Table table) => Model is IUncertainPredictor uncertain
        ? uncertain.Disagreement(FeaturesOf(table))
        : throw new InvalidOperationException($"The model ({About.Learner}) does not tell what it does not know: train "
            + "networks that tell how sure they are.");

    /// <summary>The scores of the distributions of rows' numbers; null where the model predicts none.</summary>
    internal DistributionScores? ScoresOf(Table rows)
    {
        RowPredictions? found = Model is IUncertainPredictor ? null : Predict(rows);
        return About.Task == TableTask.Regression && (found is null || found.Deviations is not null)
            ? DistributionScores.Of(DistributionsOf(rows, found), rows.Numbers(Target))
            : null;
    }

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
        double[][] values = found.Values.ToRowArrays();
        int[] decided = !areClasses ? []
            : About.Decision is { } rule ? Array.ConvertAll(values, rule.Of) : Scores.Likeliest(values);
        FilePredictions noted = RowNotes.AddTo(
            new FilePredictions(About.Target, About.Classes, values, [])
            {
                Decided = decided,
                Deviations = [.. found.Deviations ?? Enumerable.Empty<double>()],
                Intervals = areClasses ? []
                    : Calibration is not null ? Calibration.Intervals(rows, values, level)
                    : About.IntervalsByModel ? [.. DistributionsOf(rows, found).Select(each => each.Interval(level))]
                    : [],
                Sets = !areClasses ? []
                    : Calibration is not null ? Calibration.Sets(rows, decided, level)
                    : About.IntervalsByModel
                        ? [.. values.Select((row, i) => Scores.MostProbable(row, decided[i], level))]
                    : [],
            },
            About.Encoder, rows);
        return SetWarnings.AddTo(noted, Calibration?.Scores, level);
    }

    /// <summary>The share of rows whose interval or set holds the truth; null where the model gives none.</summary>
    internal double? Coverage(Table rows, double level) =>
        Calibration is null && !About.IntervalsByModel ? null : Calibration.Coverage(this, rows, level);

    /// <summary>The model with the intervals and sets of others, each by rows that it has not seen.</summary>
    internal LearnedTable CalibratedBy(Calibration calibration) => new(About, features, Model, Search)
    {
        Comparison = Comparison,
        Background = Background,
        Chosen = Chosen,
        Calibration = calibration,
    };

    /// <summary>The model with a rule for its answers; null for the likeliest class.</summary>
    internal LearnedTable DecidingBy(DecisionRule? rule) => rule is null ? this :
        new LearnedTable(About with { Decision = rule }, features, Model, Search)
        {
            Comparison = Comparison,
            Background = Background,
            Chosen = Chosen,
            Calibration = Calibration,
        };

    /// <summary>The encoded inputs of rows, before features.</summary>
    internal Matrix<double> Encode(Table table) => Encode(About.Encoder, table);

    Matrix<double> IScoredModel.PredictEncoded(Matrix<double> inputs) => PredictEncoded(inputs);

    /// <summary>Predictions of encoded inputs.</summary>
    internal Matrix<double> PredictEncoded(Matrix<double> inputs) =>
        SavedFeatures.Padded(Model.PredictRows(features?.Apply(inputs) ?? inputs), About.Classes.Count).Values;

    internal static Matrix<double> Encode(TableEncoder encoder, Table table)
    {
        float[] encoded = encoder.Encode(table);
        return Matrix<double>.Build.Dense(table.Rows, encoder.Inputs, (i, j) => encoded[i * encoder.Inputs + j]);
    }
}
