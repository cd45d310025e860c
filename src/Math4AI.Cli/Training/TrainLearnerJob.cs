using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Data.Tables;
using Math4AI.Features;
using Math4AI.Reporting;
using Math4AI.Training;
using Math4AI.Training.Images;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Cli.Training;

/// <summary><c>math4ai train --model svm</c> and its kin: learners beside the networks.</summary>
internal sealed class TrainLearnerJob(TrainCommandOptions given, ProgressLine line, CancellationToken cancellation)
    : IProgress<double>
{
    void IProgress<double>.Report(double value) => line.Show($"choose settings: {value:0 %}");

    public (TrainSummary Summary, TrainingReport Report) OfTable(
        FileTransaction files, Table table, Table? test, TableTrainingOptions options)
    {
        FeatureMap<Matrix<double>>? features = given.Features is { } formula ? FeatureMap.Names.Parse(formula) : null;
        if (features is not null && options.Standardize)
        {
            features = features.Then(FeatureMap.Standardize());
        }

        Trained<LearnedTable> training =
            LearnedTable.Train(table, test, options, given.Learner(), features, this, cancellation);
        training.Model.Save(given.Output, files);
        LearnedTable model = training.Model;
        bool areClasses = model.About.Task == TableTask.Classification;
        string task = areClasses ? "classification" : "regression";
        Table shown = test ?? table;
        Matrix<double>? inputs = areClasses ? Complete(model, shown) : null;
        return (
            TrainJob.Summarize(task, options.Target, training) with
            {
                Learner = model.About.Learner,
                Features = model.About.Features,
                FeatureCount = model.FeatureNames.Count,
                Warnings = [.. training.Warnings, .. new[] { model.Model.Warning }.OfType<string>()],
                Search = model.Search,
                Comparison = model.Comparison,
            },
            TrainingReport.Of(training, options.Target, task, CommandLine.Text) with
            {
                Comparison = model.Comparison,
                Learner = model.About.Learner,
                FeatureNames = model.FeatureNames,
                Search = model.Search,
                Plane = DecisionPlane.Of(model, shown),
                Spaces = inputs is null
                    ? null
                    : TwoSpaces.Of(model.Model, inputs, model.FeatureNames, model.Observed(shown)),
            });
    }

    public (TrainSummary Summary, TrainingReport Report) OfImages(
        FileTransaction files, ImageSet images, ImageSet? test, string target)
    {
        FeatureMap<ImageSet> features = ImageFeatures.Names.Parse(given.Features ?? "color, hog");
        features = given.Standardize ? features.Balanced() : features;
        Learner learner = given.Learner();
        Trained<LearnedImages> training =
            LearnedImages.Train(images, test, learner, features, target, this, cancellation);
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
            TrainingReport.Of(training, target, "classification of images", CommandLine.Text) with
            {
                Learner = model.About.Learner,
                FeatureNames = model.FeatureNames,
                FeatureProfiles = TwoSpaces.MeansOf(inputs, shown.Labels, training.Classes.Count),
                Images = shown,
                Search = model.Search,
                Spaces = TwoSpaces.Of(model.Model, inputs, model.FeatureNames, shown.Labels),
            });
    }

    /// <summary>Returns the features of rows without missing values; null if some have.</summary>
    private static Matrix<double>? Complete(LearnedTable model, Table rows)
    {
        string[] needed = [.. model.About.Encoder.Columns.Select(column => column.Name), model.About.Target];
        return Enumerable.Range(0, rows.Rows).Any(row => rows.Misses(row, needed)) ? null : model.FeaturesOf(rows);
    }
}
