using Math4AI.Data.Tables;
using Math4AI.Training.Learners;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Tables;

/// <summary>
/// The rows behind the intervals and sets of a network: they choose no weights, no number of steps and no temperature.
/// Below 500 rows five more networks learn from four fifths each (CV+). Otherwise half of the validation part is kept
/// for them where the other half chooses; where nothing is chosen, the whole part serves, before it is learned from.
/// </summary>
internal static class NetworkCalibration
{
    /// <summary>
    /// What to know of a network that has none, because several processes share its training or rows are too few.
    /// </summary>
    public const string WhyNone = "There are too few rows for intervals or sets of classes, or several processes share "
        + "the training: the network predicts without them.";

    /// <summary>The parts, with rows for intervals and sets alone where the validation part chooses.</summary>
    public static PreparedTable Divide(PreparedTable all, TableTrainingOptions options)
    {
        TrainerOptions trainer = options.TrainerFor(all);
        if (!Wants(options, trainer) || !Chooses(all.Task, trainer) || all.CanCross(options, 1))
        {
            return all;
        }

        // Those that are latest in time, as what is predicted will be.
        int[] kept = TableParts.Some(all.Rows, all.Validation, options, all.Validation.Length / 2);
        return kept.Length == 0 || kept.Length == all.Validation.Length
            ? all
            : all with { Validation = [.. all.Validation.Except(kept)], Calibration = kept };
    }

    /// <summary>Whether intervals and sets are asked for, and can be had.</summary>
    public static bool Wants(TableTrainingOptions options, TrainerOptions trainer) =>
        options.Intervals == IntervalSource.Conformal && trainer.Processes.Count == 1;

    /// <summary>Whether the validation part chooses anything of the network.</summary>
    public static bool Chooses(TableTask task, TrainerOptions trainer) =>
        task == TableTask.Classification || trainer.RestoreBest || trainer.Callbacks.Count > 0
        || !Schedule.Named.Any(pair => pair.Key != "plateau" && pair.Value == trainer.Schedule);

    /// <summary>The network with its intervals and sets; as it is where there are no rows for them.</summary>
    /// <param name="model">The network.</param>
    /// <param name="first">One that has learned from the training part alone.</param>
    /// <param name="all">The rows and their parts.</param>
    /// <param name="options">The settings.</param>
    /// <param name="learn">Makes a network by the training and the validation part that it is given.</param>
    public static TableModel Calibrate(
        TableModel model, TableModel first, PreparedTable all, TableTrainingOptions options,
        Func<PreparedTable, TableModel> learn)
    {
        TrainerOptions trainer = options.TrainerFor(all);
        if (!Wants(options, trainer))
        {
            return model;
        }

        if (all.CanCross(options, 1))
        {
            try
            {
                return model.CalibratedBy(Calibration.Of(Cross(all, options, learn)));
            }
            catch (ArgumentException)
            {
                // Four fifths of very few rows may have one value of the target alone.
                return model;
            }
        }

        int[] unseen = all.Calibration.Length > 0 ? all.Calibration
            : Chooses(all.Task, trainer) ? []
            : all.Validation;
        return unseen.Length == 0
            ? model
            : model.CalibratedBy(Calibration.Of([(first, all.Rows.Select(unseen))]));
    }

    private static (IScoredModel Model, Table Unseen)[] Cross(
        PreparedTable all, TableTrainingOptions options, Func<PreparedTable, TableModel> learn)
    {
        int[] both = all.Learned;
        Table rows = all.Rows.Select(both);
        Matrix<double> none = Matrix<double>.Build.Dense(rows.Rows, 1);
        LearnerSamples samples = all.Task == TableTask.Classification
            ? LearnerSamples.Of(none, TableTraining.Observed(options.Target, all.Classes, rows), all.Classes.Length)
            : LearnerSamples.Of(none, Vector<double>.Build.Dense(rows.Numbers(options.Target)));
        var folds = new Folds(
            samples.InGroups(TableParts.GroupsOf(rows, options)), options.Seed, PreparedTable.CrossParts);
        return TrainingsAtOnce.Run<(IScoredModel, Table)>(folds.Count, part =>
        {
            var held = folds.Rows(part).Select(row => both[row]).ToHashSet();
            int[] seen = [.. both.Where(row => !held.Contains(row))];
            int[][] parts = TableParts.Split(all.Rows.Select(seen), options, all.Task, hasTest: false);

            // Of very few rows none are left to choose by: the training's own then stop it.
            int[] choosing = parts[1].Length > 0 ? parts[1] : parts[0];
            TableModel model = learn(all with
            {
                Train = Chooses(all.Task, options.TrainerFor(all))
                    ? Array.ConvertAll(parts[0], row => seen[row])
                    : seen,
                Validation = Array.ConvertAll(choosing, row => seen[row]),
                Calibration = [],
            });
            return (model, all.Rows.Select([.. held.Order()]));
        });
    }
}
