using Math4AI.Data.Images;
using Math4AI.Training.Networks;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Images;

/// <summary>The training of a model of images.</summary>
internal static class ImageTraining
{
    private const double TestShare = 0.15;
    private const double ValidationShare = 0.1;

    public static Trained<ImageModel> Run(
        ImageSet images,
        ImageSet? test,
        ImageTrainingOptions options,
        IProgress<TrainingEpoch>? progress,
        CancellationToken cancellation)
    {
        Check(images, test);
        TrainerOptions trainer = options.Trainer ?? ImageTrainingOptions.TrainerFor(images.Count);
        if (Math.Min(images.Height, images.Width) < ConvNet.LeastSide)
        {
            throw new ArgumentException(
                $"The images have {images.Width} × {images.Height} pixels, and the network needs {ConvNet.LeastSide} × "
                + $"{ConvNet.LeastSide} and more: give larger ones, or learn from features (--model svm).");
        }

        int[][] parts = Split(images, trainer.Seed, test is null);
        (int[] choosing, int[] kept) = Halves(images, parts[1]);
        ImageSet train = images.Select(parts[0]), validation = images.Select(choosing),
            tested = test ?? images.Select(parts[2]);
        double mean = train.Pixels.Average(pixel => (double)pixel);
        double deviation = Math.Sqrt(train.Pixels.Average(pixel => (pixel - mean) * (pixel - mean)));
        var shape = new ImageShape(images.Channels, images.Height, images.Width, images.Classes, images.Largest);
        ImageModel model = TorchRandom.From(trainer.Seed, () => new ImageModel(new ImageModelDescription(
            shape, options.Target, options.Filters, mean, deviation > 0.0 ? deviation : 1.0)));
        TrainingResult training = Fit(model, train, validation, options, trainer, progress, cancellation);
        PredictedPart Ask(ImageSet part) => new(model.Predict(part), part.Labels);
        PredictedPart validated = Ask(validation), asked = Ask(tested);
        if (kept.Length > 0)
        {
            PredictedPart unseen = Ask(images.Select(kept));
            model = model.CalibratedBy(CrossScores.OfOne(Calibration.ScoresOf(unseen)));
            validated = PredictedPart.Joined([validated, unseen]);
        }

        return Trained<ImageModel>.Of(
            model,
            training,
            Ask(train).Score(hasIntervals: false, cancellation),
            validated.Score(hasIntervals: false, cancellation),
            asked,
            images.Classes,
            cancellation) with
        {
            Coverage = CoverageOf(model.SetsOf(asked.Predictions, TableTraining.CoverageLevel), asked.Classes),
        };
    }

    /// <summary>The share of sets that hold the truth; null without sets.</summary>
    public static double? CoverageOf(IReadOnlyList<IReadOnlyList<int>> sets, IReadOnlyList<int> observed) =>
        sets.Count == 0 ? null : sets.Zip(observed, (set, of) => set.Contains(of) ? 1.0 : 0.0).Average();

    /// <summary>
    /// The images of the validation part that choose, and those that sets of classes rest on, of every class as many;
    /// none of a part that is too small for both.
    /// </summary>
    private static (int[] Choosing, int[] Kept) Halves(ImageSet images, int[] validation)
    {
        const int Least = 40;
        if (validation.Length < Least)
        {
            return (validation, []);
        }

        int next = 0;
        ILookup<bool, int> halves = validation.OrderBy(row => images.Labels[row]).ToLookup(_ => next++ % 2 == 0);
        return ([.. halves[true].Order()], [.. halves[false].Order()]);
    }

    private static TrainingResult Fit(
        ImageModel model,
        ImageSet train,
        ImageSet validation,
        ImageTrainingOptions options,
        TrainerOptions trainer,
        IProgress<TrainingEpoch>? progress,
        CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] Shape(ImageSet images) => [images.Count, images.Channels, images.Height, images.Width];
        Tensor Targets(ImageSet images) => tensor(Array.ConvertAll(images.Labels, label => (long)label));
        float[] inputs = model.Standardized(train);
        TrainingData data = options.Shift
            ? new ShiftedImages(
                inputs, Shape(train), Targets(train), fill: (float)(-model.About.Mean / model.About.Deviation),
                options.Flip)
            : new TensorData(tensor(inputs, Shape(train)), Targets(train));
        var chosenBy = new TensorData(tensor(model.Standardized(validation), Shape(validation)), Targets(validation));
        return Trainer.Fit(
            model.Network,
            (outputs, targets) =>
                nn.functional.cross_entropy(outputs, targets, label_smoothing: options.LabelSmoothing),
            data,
            chosenBy,
            trainer,
            progress,
            cancellation);
    }

    /// <summary>Throws where there are too few classes, or the parts do not belong together.</summary>
    public static void Check(ImageSet images, ImageSet? test)
    {
        if (images.Classes.Count < 2)
        {
            throw new ArgumentException("The images are of fewer than two classes: there is nothing to tell apart.");
        }

        if (test is not null
            && (test.Channels != images.Channels || test.Height != images.Height || test.Width != images.Width))
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
                throw new ArgumentException(
                    $"The class of {part.Names[unknown]} is not known, or none of those for training.");
            }
        }
    }

    /// <summary>Images for training, validation and test, at random; of every class the same share.</summary>
    public static int[][] Split(ImageSet images, int seed, bool hasTest)
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
                throw new ArgumentException($"There are {rows.Length} images of the class '{images.Classes[label]}': "
                    + "too few to train and test; 4 and more are needed.");
            }

            parts[1].AddRange(rows[..validation]);
            parts[2].AddRange(rows[validation..(validation + test)]);
            parts[0].AddRange(rows[(validation + test)..]);
        }

        return [.. parts.Select(part => part.Order().ToArray())];
    }
}
