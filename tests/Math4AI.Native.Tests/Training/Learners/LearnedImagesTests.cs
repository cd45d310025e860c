using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Data.Models;
using Math4AI.Features;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Uncertain;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

[Collection(TorchGenerator.Name)]
public sealed class LearnedImagesTests : TemporaryFolder
{
    /// <summary>
    /// Apples are red discs, oranges are orange ones, on a ground of any grey; limes are green and have stripes.
    /// </summary>
    internal static ImageSet Fruit(int count = 90, int side = 24)
    {
        var random = new Random(11);
        int plane = side * side;
        float[] pixels = new float[count * 3 * plane];
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 3)];
        float[][] colors = [[0.8f, 0.1f, 0.1f], [0.9f, 0.55f, 0.1f], [0.3f, 0.8f, 0.2f]];
        for (int i = 0; i < count; i++)
        {
            double x0 = side * (0.4 + 0.2 * random.NextDouble()), y0 = side * (0.4 + 0.2 * random.NextDouble());
            double radius = side * (0.25 + 0.1 * random.NextDouble()), ground = random.NextDouble();
            for (int at = 0; at < plane; at++)
            {
                double x = at % side - x0, y = at / side - y0;
                bool isFruit = x * x + y * y < radius * radius, isStripe = labels[i] == 2 && at % side % 4 < 2;
                for (int channel = 0; channel < 3; channel++)
                {
                    double level = isFruit ? colors[labels[i]][channel] * (isStripe ? 0.6 : 1.0) : ground;
                    pixels[(i * 3 + channel) * plane + at] =
                        (float)Math.Clamp(level + 0.05 * (random.NextDouble() - 0.5), 0.0, 1.0);
                }
            }
        }

        return ImageSet.Of(3, side, side, pixels, labels, ["apple", "lime", "orange"]);
    }

    [Fact]
    public void Images_are_mirrored_whole_and_about_half_of_them()
    {
        Assert.SkipUnless(NetworkLearner.IsAvailable, "Torch does not load here.");
        const int Count = 200;
        float[] pixels = [.. Enumerable.Range(0, Count * 12).Select(i => (float)(i % 12))];
        var images = new ShiftedImages(
            pixels, [Count, 1, 3, 4], TorchSharp.torch.zeros(Count, TorchSharp.torch.int64), fill: -1.0f,
            isFlipped: true);
        images.BeginEpoch(0, 1);
        int mirrored = 0;
        for (int image = 0; image < Count; image++)
        {
            using TorchSharp.torch.Tensor taken = images.Take([image]).Inputs;
            float[] found = taken.data<float>().ToArray();

            // Along a row, neighbors rise by 1, or fall where the image is mirrored.
            double[] steps = [.. Enumerable.Range(0, 11)
                .Where(i => i % 4 < 3 && found[i] >= 0.0f && found[i + 1] >= 0.0f)
                .Select(i => (double)(found[i + 1] - found[i])).Distinct()];
            mirrored += Assert.Single(steps) < 0.0 ? 1 : 0;
        }

        Assert.InRange(mirrored, 70, 130);
    }

    [Fact]
    public void Fruit_is_told_apart_by_color_and_gradients_and_the_model_is_kept_in_a_folder()
    {
        ImageSet images = Fruit();
        Trained<LearnedImages> trained = LearnedImages.Train(
            images, null, new SupportVectorLearner(), ImageFeatures.Color().And(ImageFeatures.Hog(9, 6, 2)).Balanced());
        Assert.Equal(1.0, trained.Test.Scores["accuracy"]);
        Assert.Equal(64 + 9 * 36, trained.Model.FeatureNames.Count);
        using (var files = new FileTransaction())
        {
            trained.Model.Save(Folder, files);
            files.Commit();
        }

        var read = (LearnedImages)ModelFolder.Open(Folder);
        Assert.Equal(trained.Model.Predict(images), read.Predict(images));

        // The sets are those of a model that has not seen the images of the validation part.
        Assert.True(read.CalibrationCount > 0);
        IReadOnlyList<IReadOnlyList<int>> sets = trained.Model.Sets(images, 0.8);
        Assert.Equal(sets, read.Sets(images, 0.8));
        Assert.All(sets.Zip(images.Labels), pair => Assert.Contains(pair.Second, pair.First));
        Assert.All(read.Sets(images, 0.999), set => Assert.Equal(3, set.Count));
        Assert.Equal(1.0, trained.Coverage);
    }

    [Fact]
    public void Images_have_sets_by_networks_that_tell_how_sure_they_are()
    {
        ImageSet images = Fruit();
        FeatureMap<ImageSet> color = ImageFeatures.Color().Balanced();
        var network = new NetworkLearner
        {
            Uncertainty = NetworkUncertainty.Laplace,
            Hidden = [8],
            Steps = 100,
            WeightDecay = 0.01,
        };
        Trained<LearnedImages> trained =
            LearnedImages.Train(images, null, network, color, intervals: IntervalSource.Model);
        Assert.Equal(0, trained.Model.CalibrationCount);
        Assert.NotNull(trained.Coverage);
        double[][] found = trained.Model.Predict(images).ToRowArrays();
        Assert.All(
            trained.Model.Sets(images, 0.7).Zip(found),
            pair => Assert.True(pair.First.Sum(of => pair.Second[of]) >= 0.7));
        Assert.Contains("does not tell how sure", Assert.Throws<ArgumentException>(() => LearnedImages.Train(
            images, null, new SupportVectorLearner(), color, intervals: IntervalSource.Model)).Message);
        Assert.Empty(LearnedImages.Train(
            images, null, network with { Uncertainty = NetworkUncertainty.None }, color,
            intervals: IntervalSource.None).Model.Sets(images));
    }

    [Fact]
    public void In_the_turned_feature_space_the_sides_are_those_of_the_decision()
    {
        ImageSet images = Fruit();
        LearnedImages model = LearnedImages.Train(
            images, null, new SupportVectorLearner { Gamma = 1.0, Penalty = 10.0 },
            ImageFeatures.Color().Balanced()).Model;
        Matrix<double> features = model.FeaturesOf(images);
        TwoSpaces spaces = TwoSpaces.Of(model.Model, features, model.FeatureNames, images.Labels)!;
        Assert.Equal(3, spaces.Spaces.Count);
        foreach (PairSpace pair in spaces.Spaces)
        {
            Assert.Equal(60, pair.Classes.Count);
            Assert.All(pair.View.Distances.Zip(pair.Classes),
                point => Assert.Equal(point.Second == pair.First, point.First > 0.0));
        }

        IReadOnlyList<double[]> means = TwoSpaces.MeansOf(features, images.Labels, 3);
        Assert.Equal(features.ColumnSums() / 90.0, Vector<double>.Build.Dense(64, j => means.Average(row => row[j])),
            (a, b) => Math.Abs((a - b).L2Norm()) < 1e-12);
    }

    [Fact]
    public void Groups_that_are_balanced_weigh_the_same()
    {
        ImageSet images = Fruit(30);
        Matrix<double> found =
            ImageFeatures.Color().And(ImageFeatures.Hog(9, 6, 2)).Balanced().Fit(images).Apply(images);
        double Weight(int first, int count) =>
            Enumerable.Range(first, count).Sum(j => found.Column(j).DotProduct(found.Column(j))) / 30.0;
        Assert.Equal(1.0, Weight(0, 64), 1e-10);
        Assert.Equal(1.0, Weight(64, 324), 1e-10);
    }

    [Fact]
    public void An_arrow_is_known_however_its_camera_was_held_and_colors_though_a_grey_image_is_the_first()
    {
        LearnedImages Train(string name, FeatureMap<ImageSet> features) => LearnedImages.Train(
            ImageSet.Read(Repository.Cases("images", name)), null, new LinearLearner { Penalty = 0.1 }, features).Model;
        LearnedImages arrows = Train("exif", ImageFeatures.Hog(9, 8, 2));
        FilePredictions found = arrows.PredictFile(Repository.Cases("images", "exif_p"), 0.5);
        Assert.Equal(6, found.Values.Length);
        Assert.All(found.Values, row => Assert.Equal("up", found.Classes[Array.IndexOf(row, row.Max())]));
        Assert.All(found.Sets, set => Assert.Contains(found.Classes.ToList().IndexOf("up"), set));

        LearnedImages colors = Train("grey_first", ImageFeatures.Color());
        found = colors.PredictFile(Repository.Cases("images", "hidden"));
        Assert.All(found.Values.Zip(found.Names), pair => Assert.StartsWith(
            found.Classes[Array.IndexOf(pair.First, pair.First.Max())], pair.Second, StringComparison.Ordinal));
    }
}
