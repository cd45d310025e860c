using System.Diagnostics;
using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Data.Models;
using Math4AI.Features;
using Math4AI.Processes;
using Math4AI.Training.Files;
using Math4AI.Training.Images;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// A learner's classifier of images by features of them, x = features(image): what
/// <c>math4ai train photos/ --features color,hog --model svm</c> makes.
/// </summary>
public sealed class LearnedImages : IImagePredictor
{
    internal const string Kind = "learned-images";

    private const string Calibrated = "calibrated";
    private const string CalibrationScores = "calibration";
    private const double UsualLevel = 0.9;

    private readonly FittedFeatures<ImageSet> features;

    private LearnedImages(
        LearnedImagesDescription about, FittedFeatures<ImageSet> features, IRowPredictor model,
        SettingSearch? search) =>
        (About, this.features, Model, Search) = (about, features, model, search);

    /// <summary>Gets the description of the model.</summary>
    public LearnedImagesDescription About { get; }

    /// <summary>Gets the learner's model, on the features.</summary>
    public IRowPredictor Model { get; }

    /// <summary>
    /// Gets how settings were chosen; null where nothing was, and for a model that was read from a folder.
    /// </summary>
    public SettingSearch? Search { get; }

    /// <summary>
    /// Gets the number of images, which a model has not seen, behind the sets; 0 where the model gives none, or by
    /// itself.
    /// </summary>
    public int CalibrationCount => Scored?.Scores.Count ?? 0;

    /// <summary>A model of fewer images, and how badly each of others fits it, 1 − p of its class.</summary>
    private (LearnedImages Model, CrossScores Scores)? Scored { get; init; }

    /// <summary>Gets the names of the features.</summary>
    public IReadOnlyList<string> FeatureNames => features.Names([]);

    /// <summary>
    /// Trains on images; a tenth of each class is for validation, and where no test part is given, 15 % are the test.
    /// Once the validation part has been scored, it is learned from too. Sets of classes come from its scores
    /// (conformal prediction), so that they hold the truth with the chance that is asked for, or from a model that
    /// tells how sure it is.
    /// </summary>
    /// <param name="images">Images with their classes.</param>
    /// <param name="test">The test part, of the same size and classes; null to take it from the images.</param>
    /// <param name="learner">The learner.</param>
    /// <param name="features">The features of an image.</param>
    /// <param name="target">The name of what is predicted.</param>
    /// <param name="progress">Told what share of the search is done.</param>
    /// <param name="intervals">Where sets of classes come from.</param>
    /// <param name="processes">
    /// The processes that share the comparisons, each with the same images; null for this one alone. Several are
    /// stopped together from outside, and heed no cancellation.
    /// </param>
    /// <param name="cancellation">Stops between fits.</param>
    /// <exception cref="ArgumentException">
    /// There are too few images or classes, the images have no such features, or the learner does not tell how sure it
    /// is.
    /// </exception>
    public static Trained<LearnedImages> Train(
        ImageSet images,
        ImageSet? test,
        Learner learner,
        FeatureMap<ImageSet> features,
        string target = "class",
        IProgress<LearnerProgress>? progress = null,
        IntervalSource intervals = IntervalSource.Conformal,
        ProcessGroup? processes = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(features);
        LearnedTableTraining.RequireSureness(learner, intervals);
        processes ??= ProcessGroup.Single;
        cancellation = processes.Count > 1 ? CancellationToken.None : cancellation;
        ImageTraining.Check(images, test);
        long start = Stopwatch.GetTimestamp();
        int[][] parts = ImageTraining.Split(images, learner.Seed, test is null);
        ImageSet validation = images.Select(parts[1]);
        (LearnedImages first, Learner chosen) = Learn(
            images.Select(parts[0]), samples => learner.Choose(samples, progress, cancellation));
        cancellation = learner.KeepsBest ? CancellationToken.None : cancellation;
        ScoredPart validated = first.Ask(validation).Score(hasIntervals: false, cancellation);
        ImageSet both = images.Select([.. parts[0].Concat(parts[1]).Order()]);
        (LearnedImages model, _) = Learn(both, _ => new LearnerChoice(chosen, first.Search));
        model = intervals == IntervalSource.Conformal ? model.ScoredBy(first, validation) : model;
        ImageSet tested = test ?? images.Select(parts[2]);
        return Trained<LearnedImages>.Of(
            model,
            new TrainingResult([], 0, 0, 0, Stopwatch.GetElapsedTime(start).TotalSeconds),
            model.Ask(both).Score(hasIntervals: false, cancellation),
            validated,
            model.Ask(tested),
            images.Classes,
            cancellation) with
        {
            Coverage = model.Coverage(tested, UsualLevel),
            DataWarnings =
            [
                .. new[]
                {
                    SetWarnings.Of([], images.Classes.Count, model.Scored?.Scores, UsualLevel),
                }.OfType<string>(),
            ],
        };

        (LearnedImages Model, Learner Chosen) Learn(ImageSet part, Func<LearnerSamples, LearnerChoice> choose)
        {
            FittedFeatures<ImageSet> fitted = features.Fit(part);
            LearnerSamples samples =
                LearnerSamples.Of(fitted.Apply(part), part.Labels, images.Classes.Count).SharedBy(processes);
            LearnedTableTraining.RequireClasses(samples, images.Classes, learner.MinClassSamples);
            LearnerChoice choice = choose(samples);
            var shape = new ImageShape(images.Channels, images.Height, images.Width, images.Classes, images.Largest);
            var about = new LearnedImagesDescription(
                shape, target, choice.Learner.ToString(), learner.Seed, features.Formula)
            {
                SetsByModel = intervals == IntervalSource.Model,
            };
            IRowPredictor fit =
                choice.Learner.Fit(samples, learner.KeepsBest ? CancellationToken.None : cancellation);
            return (new LearnedImages(about, fitted, fit, choice.Search), choice.Learner);
        }
    }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static LearnedImages Load(string folder)
    {
        LearnedImagesDescription about =
            ModelFolder.ReadDescription(folder, Kind, ModelJson.Default.LearnedImagesDescription, about =>
            about is { Target: not null, Learner: not null, Features: not null, Texts: not null }
            && about.Shape is { Channels: 1 or 3, Height: > 0, Width: > 0, Largest: > 0.0, Classes.Count: >= 2 }
            && about.Shape.Classes.All(name => name is not null));
        return new LearnedImages(
            about,
            FeatureFiles.Restore(folder, ImageFeatures.Names, about.Features, about.Texts)!,
            SavedFeatures.ReadModel(folder),
            null)
        {
            Scored = ReadScored(folder, about),
        };
    }

    private static (LearnedImages Model, CrossScores Scores)? ReadScored(
        string folder, LearnedImagesDescription about)
    {
        ModelArrays arrays = ModelArrays.Read(folder);
        if (!arrays.Has(CalibrationScores))
        {
            return null;
        }

        double[] scores = arrays.Vector(CalibrationScores);
        LearnedImages model = Load(Path.Combine(folder, Calibrated));
        return model.About.Shape.Classes.SequenceEqual(about.Shape.Classes)
            ? (model, new CrossScores(scores, new int[scores.Length]))
            : throw new InvalidDataException($"{folder} is damaged: the model of its sets has other classes.");
    }

    /// <summary>Writes the model to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    /// <exception cref="NotSupportedException">
    /// The learner's kernel is a function that no formula describes.
    /// </exception>
    public void Save(string folder, FileTransaction files)
    {
        ModelArrays arrays = FeatureFiles.Arrays(features.State);
        string calibrated = Path.Combine(folder, Calibrated);
        if (Scored is { } scored)
        {
            arrays.Add(CalibrationScores, scored.Scores.Scores);
            scored.Model.Save(calibrated, files);
        }
        else if (Directory.Exists(calibrated))
        {
            // What an earlier model left would not be of this one.
            foreach (string file in SavedFeatures.Files(calibrated))
            {
                files.Remove(file);
            }
        }

        ModelFolder.Write(
            folder,
            files,
            Kind,
            About with { Texts = features.State.Texts },
            ModelJson.Default.LearnedImagesDescription,
            arrays.All);
        SavedFeatures.WriteModel(folder, files, Model);
    }

    /// <summary>Computes the features of images, images × features, as the learner sees them.</summary>
    /// <param name="images">Images of the model's size.</param>
    /// <exception cref="ArgumentException">They are of another size.</exception>
    public Matrix<double> FeaturesOf(ImageSet images) => features.Apply(images);

    /// <summary>Returns the probabilities of the classes, images × classes.</summary>
    /// <param name="images">Images of the model's size.</param>
    /// <exception cref="ArgumentException">They are of another size.</exception>
    public Matrix<double> Predict(ImageSet images) =>
        SavedFeatures.Padded(Model.PredictRows(FeaturesOf(images)), About.Shape.Classes.Count).Values;

    /// <summary>
    /// Returns sets of classes that hold the truth with a chance, the answer always among them; empty where the model
    /// gives none.
    /// </summary>
    /// <param name="images">Images of the model's size.</param>
    /// <param name="level">The chance, between 0 and 1.</param>
    /// <exception cref="ArgumentException">They are of another size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public IReadOnlyList<IReadOnlyList<int>> Sets(ImageSet images, double level = UsualLevel) =>
        SetsOf(images, Predict(images).ToRowArrays(), level);

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => PredictFile(path, UsualLevel);

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path, double level) => PredictImages(path, level, skipsBad: false);

    /// <inheritdoc/>
    public FilePredictions PredictImages(string path, double? level, bool skipsBad)
    {
        ImageSet images = ImageSet.ReadLike(path, About.Shape, About.Target, skipsBad);
        double[][] values = Predict(images).ToRowArrays();
        return SetWarnings.AddTo(
            new FilePredictions(About.Target, About.Shape.Classes, values, images.Names)
            {
                Sets = SetsOf(images, values, level ?? UsualLevel),
                Warnings = [.. images.Warnings.Select(text => new PredictionWarning(text))],
            },
            Scored?.Scores, level ?? UsualLevel);
    }

    /// <summary>Returns what is predicted, and by what.</summary>
    public override string ToString() => $"{About.Target}: {Model}";

    private IReadOnlyList<IReadOnlyList<int>> SetsOf(ImageSet images, double[][] values, double level)
    {
        int[] answers = Scoring.Scores.Likeliest(values);
        if (About.SetsByModel)
        {
            return [.. values.Select((row, i) => Scoring.Scores.MostProbable(row, answers[i], level))];
        }

        if (Scored is not { } scored)
        {
            return [];
        }

        Matrix<double> found = scored.Model.Predict(images);
        return
        [
            .. answers.Select((answer, i) => (IReadOnlyList<int>)
                [.. Enumerable.Range(0, found.ColumnCount).Where(of => of == answer
                    || scored.Scores.Holds([1.0 - found[i, of]], level))]),
        ];
    }

    /// <summary>The share of images whose set holds the truth; null where the model gives none.</summary>
    private double? Coverage(ImageSet images, double level) => Sets(images, level) is { Count: > 0 } sets
        ? sets.Zip(images.Labels, (set, of) => set.Contains(of) ? 1.0 : 0.0).Average()
        : null;

    /// <summary>The same model with the sets of another one, by images that this has not seen.</summary>
    private LearnedImages ScoredBy(LearnedImages first, ImageSet unseen)
    {
        Matrix<double> found = first.Predict(unseen);
        return new LearnedImages(About, features, Model, Search)
        {
            Scored = (first, new CrossScores(
                [.. unseen.Labels.Select((of, i) => 1.0 - found[i, of])], new int[unseen.Labels.Length])),
        };
    }

    private PredictedPart Ask(ImageSet images) => new(Predict(images).ToRowArrays(), images.Labels);
}

/// <summary>The description of a learner's classifier of images.</summary>
/// <param name="Shape">The images and the classes.</param>
/// <param name="Target">What the classes are of.</param>
/// <param name="Learner">The learner and its settings, in words.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Features">The formula of the features.</param>
public sealed record LearnedImagesDescription(
    ImageShape Shape, string Target, string Learner, int Seed, string Features)
{
    /// <summary>Gets whether sets of classes come from what the learner's model itself says.</summary>
    public bool SetsByModel { get; init; }

    /// <summary>Gets the texts that the features have learned.</summary>
    public IReadOnlyDictionary<string, string[]> Texts { get; init; } = new Dictionary<string, string[]>();
}
