using Math4AI.Data.Tables;
using Math4AI.Reporting;
using Math4AI.Training;
using Math4AI.Training.Explanations;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;

namespace Math4AI.Cli.Training;

/// <summary>What the training of a network on a table shows beside its scores.</summary>
internal sealed class TrainPictures(TrainCommandOptions given)
{
    private const int MaxDependences = 4;

    /// <summary>Adds which columns matter, and how the prediction depends on those that matter most.</summary>
    public (TrainSummary Summary, TrainingReport Report) OfColumns(
        TrainSummary summary, TrainingReport report, Trained<TableModel> training)
    {
        if (given.NoReport)
        {
            return (summary, report);
        }

        (TableModel model, Table held) = (training.Model, training.TestRows!);
        IReadOnlyList<ColumnImportance> importance = ColumnImportance.Of(model, held);
        return (
            summary with { Importance = importance },
            report with
            {
                Importance = importance,
                Dependence = [.. importance.Where(each => model.About.Encoder.Columns.Any(
                    column => column.Name == each.Name && column.Learned is null)).Take(MaxDependences).Select(
                    each => PartialDependence.Of(model, held, each.Name))],
            });
    }

    /// <summary>Adds the learning curve and the validation curve that the options ask for.</summary>
    public (TrainSummary Summary, TrainingReport Report) WithCurves(
        TrainSummary summary, TrainingReport report, Table table, Table? test, TableTrainingOptions options,
        CancellationToken cancellation)
    {
        if (given.LearningCurve)
        {
            LearningPoint[] curve = [.. TableTraining.LearningCurve(table, test, options, cancellation)
                .Select(part => new LearningPoint(part.Rows, TrainJob.Known(part.Test.Scores)))];
            summary = summary with { LearningCurve = curve };
            report = report with { LearningCurve = [.. curve.Select(point => ((double)point.Samples, point.Test))] };
        }

        if (given.ValidationCurve is { } wanted)
        {
            IReadOnlyList<(ScoredPart Train, ScoredPart Validation, ScoredPart Test)> runs =
                TableTraining.ValidationCurve(
                    table, test, wanted.OptionsFrom(options, options.Trainer!), cancellation);
            summary = summary with
            {
                Setting = wanted.Setting,
                ValidationCurve = [.. runs.Zip(wanted.Values, (run, value) => new SettingPoint(
                    value, TrainJob.Known(run.Train.Scores), TrainJob.Known(run.Validation.Scores),
                    TrainJob.Known(run.Test.Scores)))],
            };
            report = report with
            {
                Setting = wanted.Setting,
                ValidationCurve = [.. runs.Zip(wanted.Values, (run, value) => (value, run.Validation.Scores))],
            };
        }

        return (summary, report);
    }
}
