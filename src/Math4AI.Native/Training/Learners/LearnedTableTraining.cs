using System.Diagnostics;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>The training of a learner on a table.</summary>
internal sealed class LearnedTableTraining(
    PreparedTable all, TableTrainingOptions options, Learner learner, FeatureMap<Matrix<double>>? map)
{
    private const double CoverageLevel = 0.9;

    public Trained<LearnedTable> Run(IProgress<double>? progress, CancellationToken cancellation)
    {
        RequireTask();
        long start = Stopwatch.GetTimestamp();
        Table train = all.Rows.Select(all.Train), validation = all.Rows.Select(all.Validation);
        (LearnedTable first, Learner chosen) =
            Learn(train, samples => learner.Choose(samples, progress, cancellation), cancellation);
        ScoredPart validated = Ask(first, validation).Score(hasIntervals: false, cancellation);

        // The validation part has chosen nothing: now that it has been a test, it is learned from too.
        Table both = all.Rows.Select([.. all.Train.Concat(all.Validation).Order()]);
        (LearnedTable last, _) = Learn(both, _ => new LearnerChoice(chosen, first.Search)
        {
            Comparison = first.Comparison,
        }, cancellation);
        LearnedTable model = last.CalibratedBy(first, validation);
        return Trained<LearnedTable>.Of(
            model,
            new TrainingResult([], 0, 0, 0, Stopwatch.GetElapsedTime(start).TotalSeconds),
            Ask(model, both).Score(hasIntervals: false, cancellation),
            validated,
            Ask(model, all.Test),
            all.Classes,
            cancellation) with
        {
            DroppedRows = all.Dropped,
            Look = all.Look,
            DataWarnings = TableWarnings.Of(all),
            Coverage = model.Calibration!.Coverage(all.Test, CoverageLevel)
        };
    }

    private void RequireTask()
    {
        if (all.Task == TableTask.Classification ? !learner.TakesClasses : !learner.TakesNumbers)
        {
            throw new ArgumentException(all.Task == TableTask.Classification
                ? $"'{options.Target}' are classes, and the learner ({learner}) predicts numbers: use svm, or --task "
                    + "regression where they are numbers."
                : $"'{options.Target}' are numbers, and the learner ({learner}) predicts classes.");
        }
    }

    private (LearnedTable Model, Learner Chosen) Learn(
        Table part, Func<LearnerSamples, LearnerChoice> choose, CancellationToken cancellation)
    {
        TableEncoder encoder = TableEncoder.Learn(
            part, all.Inputs, options.Missing, options.Resolved().Orders, options.Standardize, all.Look.Forms)
            .WithTarget(options.Target, all.Look);
        Matrix<double> inputs = LearnedTable.Encode(encoder, part);
        FittedFeatures<Matrix<double>>? fitted = map?.Fit(inputs);
        Matrix<double> features = fitted?.Apply(inputs) ?? inputs;
        LearnerSamples samples = all.Task == TableTask.Classification
            ? LearnerSamples.Of(features, TableTraining.Observed(options.Target, all.Classes, part), all.Classes.Length)
            : LearnerSamples.Of(features, Vector<double>.Build.Dense(part.Numbers(options.Target)));
        RequireClasses(samples, all.Classes, learner.MinClassSamples);
        LearnerChoice choice = choose(samples);
        var about = new LearnedTableDescription(
            all.Task, options.Target, all.Classes, encoder, choice.Learner.ToString(), options.Seed, map?.Formula);
        return (new LearnedTable(about, fitted, choice.Learner.Fit(samples, cancellation), choice.Search)
        {
            Comparison = choice.Comparison,
        }, choice.Learner);
    }

    /// <summary>Throws where a class has fewer training samples than the learner takes, by its name.</summary>
    internal static void RequireClasses(LearnerSamples samples, IReadOnlyList<string> names, int least)
    {
        int few = samples.Classes is { } classes
            ? Enumerable.Range(0, names.Count).FirstOrDefault(
                of => classes.Count(found => found == of) is > 0 and var count && count < least, -1)
            : -1;
        if (few >= 0)
        {
            throw new ArgumentException(
                $"The class '{names[few]}' has fewer than {least} training samples, which its probability needs: add "
                + "some, or leave the class out.");
        }
    }

    private static PredictedPart Ask(LearnedTable model, Table table)
    {
        double[][] predicted = model.Predict(table).Values.ToRowArrays();
        return model.About.Task == TableTask.Regression
            ? new PredictedPart(predicted, table.Numbers(model.About.Target))
            : new PredictedPart(predicted, TableTraining.Observed(model.About.Target, model.About.Classes, table));
    }
}
