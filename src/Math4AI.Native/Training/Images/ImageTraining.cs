using Math4AI.Data.Images;
using Math4AI.Training.Scoring;
using MathNet.Numerics.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Images;

/// <summary>Settings of the training on images.</summary>
public sealed record ImageTrainingOptions
{
    /// <summary>What the classes are of.</summary>
    public string Target { get; init; } = "class";

    /// <summary>Of the first convolutions.</summary>
    public int Filters { get; init; } = 16;

    /// <summary>Whether images are moved by a pixel now and then.</summary>
    public bool Shift { get; init; } = true;

    /// <summary>The share of each target that is spread over all classes: the network does not grow too sure.</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>The settings of the trainer.</summary>
    public TrainerOptions Trainer { get; init; } = new() { Epochs = 20, BatchSize = 64, Rate = 1e-2, WeightDecay = 1e-2 };
}

/// <summary>A trained model of images.</summary>
/// <param name="Model">The model, with its best weights.</param>
/// <param name="Training">What the trainer did.</param>
/// <param name="Train">How well the training part is predicted.</param>
/// <param name="Validation">The part that chose the best weights.</param>
/// <param name="Test">The part that nothing was chosen by.</param>
/// <param name="Confusion">Rows of the observed class, columns of the predicted one, of the test part.</param>
/// <param name="Tested">The test part's images.</param>
/// <param name="Probabilities">The probabilities of their classes.</param>
public sealed record ImageTraining(
    ImageModel Model,
    TrainingResult Training,
    ScoredPart Train,
    ScoredPart Validation,
    ScoredPart Test,
    int[][] Confusion,
    ImageSet Tested,
    double[][] Probabilities)
{
    private const double TestShare = 0.15;
    private const double ValidationShare = 0.1;

    /// <summary>Trains on the images; a tenth chooses the weights, and where no test part is given, 15 % are the test.</summary>
    /// <param name="images">Images with their classes.</param>
    /// <param name="test">The test part, of the same size and classes; null to take one.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Told of every epoch.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">There are too few images or classes, or some have no class.</exception>
    public static ImageTraining Run(
        ImageSet images,
        ImageSet? test,
        ImageTrainingOptions? options = null,
        IProgress<TrainingEpoch>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new ImageTrainingOptions();
        Check(images, test);
        int[][] parts = Split(images, options.Trainer.Seed, test is null);
        ImageSet train = images.Select(parts[0]), validation = images.Select(parts[1]), tested = test ?? images.Select(parts[2]);
        double mean = train.Pixels.Average(pixel => (double)pixel);
        double deviation = Math.Sqrt(train.Pixels.Average(pixel => (pixel - mean) * (pixel - mean)));
        var shape = new ImageShape(images.Channels, images.Height, images.Width, images.Classes, images.Largest);
        ImageModel model = TorchRandom.From(options.Trainer.Seed, () => new ImageModel(new ImageModelDescription(
            shape, options.Target, options.Filters, mean, deviation > 0.0 ? deviation : 1.0)));
        TrainingResult training = Fit(model, train, validation, options, progress, cancellation);
        double[][] probabilities = model.Predict(tested);
        return new ImageTraining(
            model,
            training,
            ScoredPart.OfClasses(model.Predict(train), train.Labels, hasIntervals: false, cancellation),
            ScoredPart.OfClasses(model.Predict(validation), validation.Labels, hasIntervals: false, cancellation),
            ScoredPart.OfClasses(probabilities, tested.Labels, hasIntervals: true, cancellation),
            Scores.Confusion(probabilities, tested.Labels),
            tested,
            probabilities);
    }

    private static TrainingResult Fit(
        ImageModel model,
        ImageSet train,
        ImageSet validation,
        ImageTrainingOptions options,
        IProgress<TrainingEpoch>? progress,
        CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] Shape(ImageSet images) => [images.Count, images.Channels, images.Height, images.Width];
        Tensor Targets(ImageSet images) => tensor(Array.ConvertAll(images.Labels, label => (long)label));
        float[] inputs = model.Standardised(train);
        TrainingData data = options.Shift
            ? new ShiftedImages(inputs, Shape(train), Targets(train), fill: (float)(-model.About.Mean / model.About.Deviation))
            : new TensorData(tensor(inputs, Shape(train)), Targets(train));
        var chosenBy = new TensorData(tensor(model.Standardised(validation), Shape(validation)), Targets(validation));
        return Trainer.Fit(
            model.Network,
            (outputs, targets) => nn.functional.cross_entropy(outputs, targets, label_smoothing: options.LabelSmoothing),
            data,
            chosenBy,
            options.Trainer,
            progress,
            cancellation);
    }

    private static void Check(ImageSet images, ImageSet? test)
    {
        if (images.Classes.Count < 2)
        {
            throw new ArgumentException("The images are of fewer than two classes: there is nothing to tell apart.");
        }

        if (test is not null && (test.Channels != images.Channels || test.Height != images.Height || test.Width != images.Width))
        {
            throw new ArgumentException(
                $"The images of the test part have {test.Channels} channels of {test.Height} × {test.Width} pixels, "
                + $"and those for training {images.Channels} of {images.Height} × {images.Width}.");
        }

        foreach (ImageSet part in new[] { images, test }.OfType<ImageSet>())
        {
            int unknown = Array.FindIndex(part.Labels, label => label < 0 || label >= images.Classes.Count);
            if (unknown >= 0)
            {
                throw new ArgumentException($"The class of {part.Names[unknown]} is not known, or none of those for training.");
            }
        }
    }

    /// <summary>Images for training, validation and test, at random; of every class the same share.</summary>
    private static int[][] Split(ImageSet images, int seed, bool hasTest)
    {
        var generator = new MersenneTwister(seed, threadSafe: false);
        List<int>[] parts = [[], [], []];
        for (int label = 0; label < images.Classes.Count; label++)
        {
            int[] rows = [.. Enumerable.Range(0, images.Count).Where(row => images.Labels[row] == label)];
            generator.Shuffle(rows);
            int validation = (int)Math.Ceiling(ValidationShare * rows.Length);
            int test = hasTest ? (int)Math.Ceiling(TestShare * rows.Length) : 0;
            if (rows.Length <= validation + test)
            {
                throw new ArgumentException($"There are {rows.Length} images of the class '{images.Classes[label]}': too few to train and test; 4 and more are needed.");
            }

            parts[1].AddRange(rows[..validation]);
            parts[2].AddRange(rows[validation..(validation + test)]);
            parts[0].AddRange(rows[(validation + test)..]);
        }

        return [.. parts.Select(part => part.Order().ToArray())];
    }
}
