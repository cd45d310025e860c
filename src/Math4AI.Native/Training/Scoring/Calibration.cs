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
    private readonly LearnedTable[] models;

    public Calibration(IReadOnlyList<LearnedTable> models, CrossScores scores) =>
        (this.models, Scores) = ([.. models], scores);

    /// <summary>The model of each part.</summary>
    public IReadOnlyList<LearnedTable> Models => models;

    /// <summary>The scores.</summary>
    public CrossScores Scores { get; }

    private LearnedTableDescription About => models[0].About;

    /// <summary>Scores models, each by rows that it has not seen.</summary>
    public static Calibration Of(IReadOnlyList<(LearnedTable Model, Table Unseen)> parts) => new(
        [.. parts.Select(part => part.Model)],
        new CrossScores(
            [.. parts.SelectMany(part => ScoresOf(part.Model, part.Unseen))],
            [.. parts.SelectMany((part, i) => Enumerable.Repeat(i, part.Unseen.Rows))]));

    /// <summary>The intervals of numbers.</summary>
    public IReadOnlyList<(double Lower, double Upper)> Intervals(Table rows, double level)
    {
        RowPredictions[] found = [.. models.Select(model => model.Predict(rows))];
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
        Matrix<double>[] found = [.. models.Select(model => model.Predict(rows).Values)];
        return
        [
            .. Enumerable.Range(0, rows.Rows).Select(row => (IReadOnlyList<int>)
                [.. Enumerable.Range(0, About.Classes.Count).Where(of => of == decided[row]
                    || Scores.Holds(Array.ConvertAll(found, each => 1.0 - each[row, of]), level))]),
        ];
    }

    private static IEnumerable<double> ScoresOf(LearnedTable model, Table rows)
    {
        RowPredictions found = model.Predict(rows);
        return model.About.Task == TableTask.Regression
            ? rows.Numbers(model.About.Target).Select((y, i) => Math.Abs(y - found.Values[i, 0]) / Unit(found, i))
            : TableTraining.Observed(model.About.Target, model.About.Classes, rows)
                .Select((of, i) => 1.0 - found.Values[i, of]);
    }

    private static double Unit(RowPredictions found, int row) =>
        found.Deviations is { } deviations && deviations[row] > 0.0 ? deviations[row] : 1.0;
}
