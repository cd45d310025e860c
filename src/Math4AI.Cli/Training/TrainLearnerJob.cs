using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Processes;
using Math4AI.Reporting;
using Math4AI.Training;
using Math4AI.Training.Explanations;
using Math4AI.Training.Images;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Cli.Training;

/// <summary><c>math4ai train --model svm</c> and its kin: learners beside the networks.</summary>
internal sealed class TrainLearnerJob(TrainCommandOptions given, ProgressLine line, CancellationToken cancellation)
    : IProgress<LearnerProgress>
{
    private const int MaxDependences = 4;

    void IProgress<LearnerProgress>.Report(LearnerProgress value) => line.Show(
        $"{(value.Trying.Length > 0 ? value.Trying : "choose settings")}: {value.Share:0 %}");

    /// <summary>Trains on a table; null in all processes but the first, which writes.</summary>
    public (TrainSummary Summary, TrainingReport Report)? OfTable(
        FileTransaction files, Table table, Table? test, TableTrainingOptions options)
    {
        FeatureMap<Matrix<double>>? features = FeaturesFor(options);
        Trained<LearnedTable> training = LearnedTable.Train(
            table, test, options, given.Learner(), features, this, cancellation);
        if (!ProcessGroup.Current.IsFirst)
        {
            return null;
        }

        training.Model.Save(given.Output, files);
        LearningPoint[] curve = CurveOf(training, table, test, options, features);
        LearnedTable model = training.Model;
        IReadOnlyList<ColumnImportance> importance =
            ColumnImportance.Of(model, training.TestRows!, model.About.Seed, CancellationToken.None);
        string task = model.About.Task == TableTask.Classification ? "classification" : "regression";
        TrainSummary summary = TrainJob.Summarize(task, options.Target, training) with
        {
            Learner = model.About.Learner,
            Features = model.About.Features,
            FeatureCount = model.FeatureNames.Count,
            Warnings = [.. training.Warnings, .. new[] { model.Model.Warning }.OfType<string>()],
            Search = model.Search,
            Comparison = model.Comparison,
            Importance = importance,
            Decision = training.Decision,
            DecisionText = training.DecisionText,
            ClassWeights = TrainJob.Named(training.Classes, model.About.ClassWeights),
            LearningCurve = curve,
            StoppedBefore = StoppedBefore(training),
        };
        return (summary, ReportOf(training, task, summary, test ?? table, isTest: test is not null));
    }

    private static TrainingReport ReportOf(
        Trained<LearnedTable> training, string task, TrainSummary summary, Table shown, bool isTest)
    {
        LearnedTable model = training.Model;
        bool areClasses = model.About.Task == TableTask.Classification;
        Matrix<double>? inputs = areClasses ? Complete(model, shown) : null;
        return TrainingReport.Of(training, model.Target, task, CommandLine.Text) with
        {
            LearningCurve = [.. summary.LearningCurve.Select(point => ((double)point.Samples, point.Test))],
            Comparison = model.Comparison,
            Importance = summary.Importance,
            Dependence = [.. summary.Importance.Where(each => !IsOfTexts(model, each.Name)).Take(MaxDependences).Select(
                each => PartialDependence.Of(model, training.TestRows!, each.Name))],
            Learner = model.About.Learner,
            FeatureNames = model.FeatureNames,
            Search = model.Search,
            Plane = DecisionPlane.Of(model, shown),
            Spaces = inputs is null
                ? null
                : TwoSpaces.Of(model.Model, inputs, model.FeatureNames, model.Observed(shown)),
            Process = areClasses ? null : ProcessOf(model, shown, isTest),
        };
    }

    /// <summary>
    /// The scores over the number of rows, where they are shown; a cancellation ends the curve alone.
    /// </summary>
    private LearningPoint[] CurveOf(
        Trained<LearnedTable> training, Table table, Table? test, TableTrainingOptions options,
        FeatureMap<Matrix<double>>? features)
    {
        if (given.NoReport && !given.LearningCurve)
        {
            return [];
        }

        line.Show("learning curve");
        return [.. LearnedTable.LearningCurve(training, table, test, options, features, cancellation)
            .Take(given.Replayed?.MaxCurvePoints ?? int.MaxValue)
            .Select(part => new LearningPoint(part.Rows, TrainJob.Known(part.Test.Scores)))];
    }

    /// <summary>The first step that a stopped training, or the replay of one, leaves out.</summary>
    private string? StoppedBefore(Trained<LearnedTable> training) =>
        given.Replayed is { } done ? done.StoppedBefore
        : !cancellation.IsCancellationRequested ? null
        : given.Intervals == IntervalSource.Conformal && training.Model.CalibrationCount == 0
            ? ReplayedTraining.Intervals
            : ReplayedTraining.LearningCurve;

    private FeatureMap<Matrix<double>>? FeaturesFor(TableTrainingOptions options)
    {
        FeatureMap<Matrix<double>>? features = given.Features is { } formula ? FeatureMap.Names.Parse(formula) : null;
        return options.Standardize ? features?.Standardized() : features;
    }

    /// <summary>
    /// A process over the range of the rows that have all values; its calibration is that of a test part which it has
    /// not seen, or of each training row from the others.
    /// </summary>
    private static ProcessView? ProcessOf(LearnedTable model, Table rows, bool isTest)
    {
        string[] needed = Needed(model);
        int[] complete = [.. Enumerable.Range(0, rows.Rows).Where(row => !rows.Misses(row, needed))];
        if (model.Model is not IProcess process || complete.Length < 2)
        {
            return null;
        }

        Table shown = rows.Select(complete);
        Matrix<double> inputs = model.FeaturesOf(shown);
        Vector<double> targets = Vector<double>.Build.Dense(shown.Numbers(model.About.Target));
        ProcessView view = isTest
            ? ProcessView.Of(process, inputs, targets, process.Predict(inputs), targets, model.About.Seed)
            : ProcessView.Of(process, inputs, targets, model.About.Seed);
        return model.About.Features is null ? view.InUnits(model.About.Encoder.UnitsOfInputs()) : view;
    }

    private static bool IsOfTexts(LearnedTable model, string name) =>
        model.About.Encoder.Columns.Any(column => column.Name == name && column.Learned is not null);

    private static string[] Needed(LearnedTable model) =>
        [.. model.About.Encoder.Columns.Select(column => column.Name), model.About.Target];

    /// <summary>Trains on images; null in all processes but the first, which writes.</summary>
    public (TrainSummary Summary, TrainingReport Report)? OfImages(
        FileTransaction files, ImageSet images, ImageSet? test, string target)
    {
        FeatureMap<ImageSet> features = given.Features is { } formula
            ? ImageFeatures.Names.Parse(formula)
            : ImageFeatures.Usual(images.Height, images.Width);
        features = given.Standardize ? features.Balanced() : features;
        Learner learner = given.Learner();
        Trained<LearnedImages> training =
            LearnedImages.Train(
                images, test, learner, features, target, this, given.Intervals, ProcessGroup.Current, cancellation);
        if (!ProcessGroup.Current.IsFirst)
        {
            return null;
        }

        training.Model.Save(given.Output, files);
        LearnedImages model = training.Model;
        ImageSet shown = test ?? images.Select(ImageModel.TestPart(images, learner.Seed));
        Matrix<double> inputs = model.FeaturesOf(shown);
        return (
            TrainJob.Summarize("classification", target, training) with
            {
                Learner = model.About.Learner,
                Features = model.About.Features,
                FeatureCount = model.FeatureNames.Count,
                Warnings = [.. training.Warnings, .. new[] { model.Model.Warning }.OfType<string>()],
                Search = model.Search,
            },
            Looking(TrainingReport.Of(
                training, TrainJob.NameOf(given.Data!), "classification of images", CommandLine.Text) with
            {
                Learner = model.About.Learner,
                FeatureNames = model.FeatureNames,
                FeatureProfiles = TwoSpaces.MeansOf(inputs, shown.Labels, training.Classes.Count),
                Images = shown,
                Search = model.Search,
                Spaces = TwoSpaces.Of(model.Model, inputs, model.FeatureNames, shown.Labels),
            }));

        TrainingReport Looking(TrainingReport report) => given.NoReport
            ? report
            : ImageLooks.AddTo(report, part => model.Predict(part).ToRowArrays(), CancellationToken.None);
    }

    /// <summary>Returns the features of rows without missing values; null if some have.</summary>
    private static Matrix<double>? Complete(LearnedTable model, Table rows)
    {
        string[] needed = Needed(model);
        return Enumerable.Range(0, rows.Rows).Any(row => rows.Misses(row, needed)) ? null : model.FeaturesOf(rows);
    }
}
