using System.Diagnostics.CodeAnalysis;
using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Data.Models;
using Math4AI.LinearAlgebra;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Images;

/// <summary>The description of a model of images: everything but its weights.</summary>
/// <param name="Shape">The images and the classes.</param>
/// <param name="Target">What the classes are of.</param>
/// <param name="Filters">The number of filters of the first convolutions.</param>
/// <param name="Mean">The mean of the training part's pixels.</param>
/// <param name="Deviation">Their standard deviation.</param>
public sealed record ImageModelDescription(ImageShape Shape, string Target, int Filters, double Mean, double Deviation)
{
    /// <summary>Gets whether sets of classes belong to the network.</summary>
    public bool IsCalibrated { get; init; }
}

/// <summary>A trained classifier of images.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody disposes a tensor of ours: the finalizers of torch's "
    + "handles free them.")]
public sealed class ImageModel : IImagePredictor
{
    internal const string Kind = "images";

    private const int MaxSide = 4096;
    private const int MaxClasses = 1 << 16;
    private const int AtOnce = 256;
    private const double DefaultLevel = 0.9;

    private readonly ConvNet network;

    internal ImageModel(ImageModelDescription about)
        : this(about, new ConvNet(
            about.Shape.Channels, about.Shape.Height, about.Shape.Width, about.Shape.Classes.Count, about.Filters))
    {
    }

    private ImageModel(ImageModelDescription about, ConvNet network) => (About, this.network) = (about, network);

    /// <summary>Gets the description of the model.</summary>
    public ImageModelDescription About { get; }

    /// <summary>
    /// Gets the number of images that sets of classes rest on, of which the network has learned nothing; 0 where there
    /// are too few for sets.
    /// </summary>
    public int CalibrationCount => Calibration?.Count ?? 0;

    internal CrossScores? Calibration { get; private init; }

    internal nn.Module<Tensor, Tensor> Network => network;

    /// <summary>
    /// Trains on images; a tenth of each class chooses the weights, and where no test part is given, 15 % are the test.
    /// Of 400 images and more, half of that tenth chooses nothing, and sets of classes rest on it.
    /// </summary>
    /// <param name="images">Images with their classes.</param>
    /// <param name="test">The test part, of the same size and classes; null to take it from the images.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every epoch.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">There are too few images or classes, or some have no class.</exception>
    public static Trained<ImageModel> Train(
        ImageSet images,
        ImageSet? test = null,
        ImageTrainingOptions? options = null,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ImageTraining.Run(images, test, options ?? new ImageTrainingOptions(), progress, cancellation);
    }

    /// <summary>
    /// Gets the places of the images that <see cref="Train"/> takes for the test where it is given no test part.
    /// </summary>
    /// <param name="images">Images with their classes.</param>
    /// <param name="seed">The trainer's seed.</param>
    /// <exception cref="ArgumentException">There are too few images of a class.</exception>
    public static int[] TestPart(ImageSet images, int seed)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ImageTraining.Split(images, seed, hasTest: true)[2];
    }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageModel Load(string folder)
    {
        ImageModelDescription about =
            ModelFolder.ReadDescription(folder, Kind, ModelJson.Default.ImageModelDescription, about =>
            about is
            {
                Target: not null, Filters: > 0
                and <= 1024, Shape: { Channels: 1 or 3, Height: >= 4 and <= MaxSide, Width: >= 4 and <= MaxSide }
            }
            && about.Shape.Classes is { Count: >= 2 and <= MaxClasses }
                && about.Shape.Classes.All(name => name is not null)
            && double.IsFinite(about.Mean) && about.Deviation > 0.0 && about.Shape.Largest > 0.0);
        ImageShape shape = about.Shape;
        ModelFolder.RequireWeights(
            folder, 2.0 * about.Filters * (shape.Height / 4) * (shape.Width / 4) * shape.Classes.Count);
        ImageModel model = TorchRandom.Unset(() => new ImageModel(about));
        NetworkFolder.ReadWeights(folder, model.network);
        return about.IsCalibrated ? model.CalibratedBy(SavedScores.Read(folder)) : model;
    }

    /// <summary>Writes the model to files that a transaction moves to their places.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">The transaction.</param>
    public void Save(string folder, FileTransaction files)
    {
        NetworkFolder.Write(folder, files, Kind, About, ModelJson.Default.ImageModelDescription, network);
        if (Calibration is not null)
        {
            SavedScores.Write(folder, files, Calibration);
        }
    }

    /// <summary>Returns the probabilities of the classes, images × classes.</summary>
    /// <param name="images">Images of the model's size.</param>
    /// <exception cref="ArgumentException">They are of another size.</exception>
    public double[][] Predict(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        ImageShape shape = About.Shape;
        if (images.Channels != shape.Channels || images.Height != shape.Height || images.Width != shape.Width)
        {
            throw new ArgumentException(
                $"The images have {images.Channels} channels of {images.Height} × {images.Width} pixels; the model was "
                + $"trained on {shape.Channels} of {shape.Height} × {shape.Width}.");
        }

        using IDisposable mode = no_grad();
        network.eval();
        int size = shape.Channels * shape.Height * shape.Width;
        float[] inputs = Standardized(images);
        var probabilities = new List<double[]>();
        for (int first = 0; first < images.Count; first += AtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(AtOnce, images.Count - first);
            Tensor batch = tensor(inputs.AsSpan(first * size, count * size).ToArray(),
                [count, shape.Channels, shape.Height, shape.Width]);
            float[] values = nn.functional.softmax(network.forward(batch), 1).contiguous().data<float>().ToArray();
            probabilities.AddRange(
                values.Chunk(shape.Classes.Count).Select(row => Array.ConvertAll(row, value => (double)value)));
        }

        return [.. probabilities];
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => PredictFile(path, DefaultLevel);

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path, double level) => PredictImages(path, level, skipsBad: false);

    /// <inheritdoc/>
    public FilePredictions PredictImages(string path, double? level, bool skipsBad)
    {
        ImageSet images = ImageSet.ReadLike(path, About.Shape, About.Target, skipsBad);
        double[][] found = Predict(images);
        return SetWarnings.AddTo(
            new FilePredictions(About.Target, About.Shape.Classes, found, images.Names)
            {
                Sets = SetsOf(found, level ?? DefaultLevel),
                Warnings = [.. images.Warnings.Select(text => new PredictionWarning(text))],
            },
            Calibration, level ?? DefaultLevel);
    }

    /// <summary>Returns what is predicted.</summary>
    public override string ToString() => $"{About.Target} of images by a network";

    /// <summary>The network with sets of classes by the scores of images that it has not learned from.</summary>
    internal ImageModel CalibratedBy(CrossScores scores) =>
        new(About with { IsCalibrated = true }, network) { Calibration = scores };

    /// <summary>The sets of classes of predicted probabilities; empty where there are none.</summary>
    internal IReadOnlyList<IReadOnlyList<int>> SetsOf(double[][] found, double level) => Calibration is null
        ? []
        : [.. found.Zip(Scores.Likeliest(found), (row, decided) => Calibration.SetOf(row, decided, level))];

    /// <summary>Pixels of mean 0 and variance 1, as far as the training part's.</summary>
    internal float[] Standardized(ImageSet images) =>
        Array.ConvertAll(images.Pixels, pixel => (float)((pixel - About.Mean) / About.Deviation));
}
