using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Scoring;

/// <summary>
/// What a model's predictions are worth: models that have not seen a part of the rows, and how far each is from the
/// rows of its part, which chose and taught it nothing. Intervals and sets hold the truth with the chance that is asked
/// for.
/// </summary>
internal sealed class Calibration
{
    private const string Folder = "calibrated";

    private readonly IScoredModel[] models;

    public Calibration(IReadOnlyList<IScoredModel> models, CrossScores scores) =>
        (this.models, Scores) = ([.. models], scores);

    /// <summary>The model of each part.</summary>
    public IReadOnlyList<IScoredModel> Models => models;

    /// <summary>The scores.</summary>
    public CrossScores Scores { get; }

    /// <summary>Scores models, each by rows that it has not seen.</summary>
    public static Calibration Of(IReadOnlyList<(IScoredModel Model, Table Unseen)> parts) => new(
        [.. parts.Select(part => part.Model)],
        new CrossScores(
            [.. parts.SelectMany(part => ScoresOf(part.Model, part.Unseen))],
            [.. parts.SelectMany((part, i) => Enumerable.Repeat(i, part.Unseen.Rows))]));

    /// <summary>Scores a model by its predictions for what it has not seen.</summary>
    public static Calibration Of(IScoredModel model, PredictedPart unseen) =>
        new([model], CrossScores.OfOne(ScoresOf(unseen)));

    /// <summary>Reads the models of a folder, which belong to scores.</summary>
    /// <exception cref="InvalidDataException">They do not fit the scores, or are of other classes.</exception>
    public static Calibration Read(
        string folder, CrossScores scores, IReadOnlyList<string> classes, Func<string, IScoredModel> load)
    {
        IScoredModel[] models = [.. Enumerable.Range(0, scores.Parts.DefaultIfEmpty(0).Max() + 1).Select(
            part => load(PartOf(folder, part)))];
        return models.All(model => model.Classes.SequenceEqual(classes))
            ? new Calibration(models, scores)
            : throw new InvalidDataException($"{folder} is damaged: the parts of its calibration do not fit it.");
    }

    /// <summary>Writes the models to folders within that of the model that they belong to.</summary>
    public static void WriteModels(string folder, FileTransaction files, Calibration? calibration)
    {
        for (int part = 0; part < calibration?.Models.Count; part++)
        {
            calibration.Models[part].Save(PartOf(folder, part), files);
        }

        // What an earlier model with more parts left would not be of this one.
        for (int part = calibration?.Models.Count ?? 0; Directory.Exists(PartOf(folder, part)); part++)
        {
            foreach (string file in SavedFeatures.Files(PartOf(folder, part)))
            {
                files.Remove(file);
            }
        }
    }

    /// <summary>The folder of the model of a part, from 0.</summary>
    public static string PartOf(string folder, int part) =>
        Path.Combine(folder, part == 0 ? Folder : $"{Folder}-{part + 1}");

    /// <summary>
    /// The intervals of numbers. Far outside the rows, models that learned from parts of these can be elsewhere than
    /// the one that answers: an interval is then wide enough to hold the answer, which it may be without less chance.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="answers">What the model answers for each.</param>
    /// <param name="level">The chance.</param>
    public IReadOnlyList<(double Lower, double Upper)> Intervals(
        Table rows, IReadOnlyList<double[]> answers, double level) =>
        [.. Intervals(rows, level).Zip(answers, (interval, answer) =>
            (Math.Min(interval.Lower, answer[0]), Math.Max(interval.Upper, answer[0])))];

    private IReadOnlyList<(double Lower, double Upper)> Intervals(Table rows, double level)
    {
        RowPredictions[] found = [.. models.Select(model => model.PredictAll(rows))];
        return [.. Enumerable.Range(0, rows.Rows).Select(row => Scores.Interval(
            Array.ConvertAll(found, each => each.Values[row, 0]), Array.ConvertAll(found, each => Unit(each, row)),
            level))];
    }

    /// <summary>The sets of classes: those whose score is no larger than most, and always the answer.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="decided">The class that the model answers for each.</param>
    /// <param name="level">The chance.</param>
    public IReadOnlyList<IReadOnlyList<int>> Sets(Table rows, IReadOnlyList<int> decided, double level)
    {
        Matrix<double>[] found = [.. models.Select(model => model.PredictAll(rows).Values)];
        return
        [
            .. Enumerable.Range(0, rows.Rows).Select(row => (IReadOnlyList<int>)
                [.. Enumerable.Range(0, models[0].Classes.Count).Where(of => of == decided[row]
                    || Scores.Holds(Array.ConvertAll(found, each => 1.0 - each[row, of]), level))]),
        ];
    }

    /// <summary>The share of rows whose interval or set, by a model, holds the truth.</summary>
    public static double Coverage(IScoredModel model, Table rows, double level)
    {
        FilePredictions found = model.PredictTable(rows, level);
        return model.Task == TableTask.Regression
            ? found.Intervals.Zip(rows.Numbers(model.Target), (interval, y) =>
                interval.Lower <= y && y <= interval.Upper ? 1.0 : 0.0).Average()
            : found.Sets.Zip(TableTraining.Observed(model.Target, model.Classes, rows), (set, of) =>
                set.Contains(of) ? 1.0 : 0.0).Average();
    }

    /// <summary>How badly predictions fit what was observed: |y − f(x)|, or 1 − p of the class.</summary>
    public static double[] ScoresOf(PredictedPart part) => part.HasClasses
        ? [.. part.Classes.Select((of, i) => 1.0 - part.Predictions[i][of])]
        : [.. part.Numbers.Select((y, i) => Math.Abs(y - part.Predictions[i][0]))];

    private static IEnumerable<double> ScoresOf(IScoredModel model, Table rows)
    {
        RowPredictions found = model.PredictAll(rows);
        return model.Task == TableTask.Regression
            ? rows.Numbers(model.Target).Select((y, i) => Math.Abs(y - found.Values[i, 0]) / Unit(found, i))
            : TableTraining.Observed(model.Target, model.Classes, rows).Select((of, i) => 1.0 - found.Values[i, of]);
    }

    private static double Unit(RowPredictions found, int row) =>
        found.Deviations is { } deviations && deviations[row] > 0.0 ? deviations[row] : 1.0;
}
