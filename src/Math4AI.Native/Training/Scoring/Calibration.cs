using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Conformal;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Scoring;

/// <summary>
/// What a model's predictions are worth: a model of the training rows alone, and how far it is from rows that chose and
/// taught it nothing. Its intervals and sets hold the truth with the chance that is asked for.
/// </summary>
internal sealed class Calibration
{
    private readonly LearnedTable model;
    private readonly SplitConformal scores;

    public Calibration(LearnedTable model, SplitConformal scores) => (this.model, this.scores) = (model, scores);

    /// <summary>The model that the scores belong to.</summary>
    public LearnedTable Model => model;

    /// <summary>The scores.</summary>
    public SplitConformal Scores => scores;

    /// <summary>Scores a model by rows that it has not seen.</summary>
    public static Calibration Of(LearnedTable model, Table rows)
    {
        RowPredictions found = model.Predict(rows);
        return new Calibration(model, new SplitConformal(model.About.Task == TableTask.Regression
            ? rows.Numbers(model.About.Target).Select((y, i) => Math.Abs(y - found.Values[i, 0]) / Unit(found, i))
            : TableTraining.Observed(model.About.Target, model.About.Classes, rows)
                .Select((of, i) => 1.0 - found.Values[i, of])));
    }

    /// <summary>The intervals of numbers.</summary>
    public IReadOnlyList<(double Lower, double Upper)> Intervals(Table rows, double level)
    {
        RowPredictions found = model.Predict(rows);
        double quantile = scores.Quantile(level);
        return [.. Enumerable.Range(0, rows.Rows).Select(i => (
            found.Values[i, 0] - quantile * Unit(found, i), found.Values[i, 0] + quantile * Unit(found, i)))];
    }

    /// <summary>The sets of classes: those whose score is no larger than most, and always the likeliest.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Sets(Table rows, double level)
    {
        Matrix<double> found = model.Predict(rows).Values;
        double quantile = scores.Quantile(level);
        return
        [
            .. Enumerable.Range(0, rows.Rows).Select(i => (IReadOnlyList<int>)
                [.. Enumerable.Range(0, found.ColumnCount).Where(
                    of => 1.0 - found[i, of] <= quantile || of == found.Row(i).MaximumIndex())]),
        ];
    }

    /// <summary>The share of rows whose interval or set holds the truth.</summary>
    public double Coverage(Table rows, double level)
    {
        if (model.About.Task == TableTask.Regression)
        {
            double[] observed = rows.Numbers(model.About.Target);
            return Intervals(rows, level)
                .Zip(observed, (interval, y) => interval.Lower <= y && y <= interval.Upper ? 1.0 : 0.0)
                .Average();
        }

        int[] classes = TableTraining.Observed(model.About.Target, model.About.Classes, rows);
        return Sets(rows, level).Zip(classes, (set, of) => set.Contains(of) ? 1.0 : 0.0).Average();
    }

    private static double Unit(RowPredictions found, int row) =>
        found.Deviations is { } deviations && deviations[row] > 0.0 ? deviations[row] : 1.0;
}
