using Math4AI.Data.Images;
using Math4AI.Training;
using Math4AI.Training.Images;
using Math4AI.Training.Scoring;

namespace Math4AI.Tests.Training;

[Collection(TorchGenerator.Name)]
public class ImageTrainingTests
{
    private const int Side = 12;

    [Theory]
    [InlineData(60, 16, 800)]
    [InlineData(639, 16, 800)]
    [InlineData(640, 32, 800)]
    [InlineData(1280, 64, 800)]
    [InlineData(2560, 64, null)]
    [InlineData(60_000, 64, null)]
    public void Few_images_are_learned_in_smaller_batches_and_more_passes(int images, int batch, int? steps)
    {
        TrainerOptions trainer = ImageTrainingOptions.TrainerFor(images);
        Assert.Equal((batch, steps, 20), (trainer.BatchSize, trainer.Steps, trainer.Epochs));
    }

    [Fact]
    public void Eighty_discs_and_squares_are_told_apart()
    {
        var random = new Random(4);
        float[][] pictures = [.. Enumerable.Range(0, 80).Select(i => Picture(random, isDisc: i % 2 == 0))];
        var images = ImageSet.Of(
            1, Side, Side, [.. pictures.SelectMany(picture => picture)],
            [.. Enumerable.Range(0, pictures.Length).Select(i => i % 2)], ["disc", "square"]);
        Trained<ImageModel> training = ImageModel.Train(images);
        float[][] others = [.. Enumerable.Range(0, 200).Select(i => Picture(random, isDisc: i % 2 == 0))];
        double[][] told = training.Model.Predict(ImageSet.Of(1, Side, Side, [.. others.SelectMany(other => other)]));
        int right = told.Index().Count(pair => pair.Item[pair.Index % 2] > 0.5);

        // Chance has 100 with a deviation of 7.
        Assert.True(right > 180, $"{right} of 200");
    }

    [Fact]
    public void Probabilities_that_are_worse_than_the_shares_of_the_classes_are_told()
    {
        // Seven of ten are right, and all are sure of it: −3 ln(0.001)/10 and more, where the shares have ln 2.
        int[] classes = [.. Enumerable.Range(0, 20).Select(i => i % 2)];
        Assert.Contains("a log loss of 2.07, and 0.69", Assert.Single(Told(0.001)), StringComparison.Ordinal);
        Assert.Empty(Told(0.3));

        IReadOnlyList<string> Told(double doubt)
        {
            var part = new PredictedPart(
                [.. classes.Select((of, i) =>
                    (i < 14) == (of == 0) ? new[] { 1.0 - doubt, doubt } : [doubt, 1.0 - doubt])],
                classes);
            ScoredPart score = part.Score(hasIntervals: false, CancellationToken.None);
            return Trained<string>.Of(
                "model", new TrainingResult([], 1, 1, 1, 1.0), score, score, part, ["a", "b"], CancellationToken.None)
                .Warnings;
        }
    }

    private static float[] Picture(Random random, bool isDisc)
    {
        (double x, double y, double radius) = (4 + 4 * random.NextDouble(), 4 + 4 * random.NextDouble(), 3.0);
        float shade = 0.4f + 0.6f * random.NextSingle();
        return [.. Enumerable.Range(0, Side * Side).Select(i =>
        {
            (double across, double up) = (Math.Abs(i % Side - x), Math.Abs(i / Side - y));
            bool isInside = isDisc
                ? across * across + up * up <= radius * radius
                : Math.Max(across, up) <= 0.886 * radius;
            return (isInside ? shade : 0.0f) + 0.2f * random.NextSingle();
        })];
    }
}
