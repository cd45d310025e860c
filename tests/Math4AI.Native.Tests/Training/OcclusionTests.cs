using Math4AI.Data.Images;
using Math4AI.Training.Explanations;

namespace Math4AI.Tests.Training;

public class OcclusionTests
{
    private const int Height = 12;
    private const int Width = 16;

    private static ImageSet Images(int count, int channels)
    {
        var random = new Random(4);
        return ImageSet.Of(
            channels, Height, Width,
            [.. Enumerable.Range(0, count * channels * Height * Width).Select(_ => random.NextSingle())],
            new int[count], ["a", "b"]);
    }

    [Fact]
    public void Of_a_loss_that_is_a_sum_over_pixels_the_map_is_the_mean_of_what_the_squares_cover()
    {
        ImageSet images = Images(2, 3);
        int plane = Height * Width;
        var random = new Random(5);
        double[] weights = [.. Enumerable.Range(0, 3 * plane).Select(_ => 0.01 * random.NextDouble())];
        double[][] Predict(ImageSet asked) => [.. Enumerable.Range(0, asked.Count).Select(i =>
        {
            double loss = weights.Select((weight, at) => weight * asked.Pixels[i * 3 * plane + at]).Sum();
            return (double[])[Math.Exp(-loss), 1.0 - Math.Exp(-loss)];
        })];
        IReadOnlyList<OcclusionMap> maps = OcclusionMap.Of(Predict, images, [0, 0]);
        for (int i = 0; i < 2; i++)
        {
            // A square of 3 × 4 pixels that begins at 0, 1.5, … 9 and 0, 2, … 12.
            double[] sums = new double[plane], counts = new double[plane];
            foreach (int top in new[] { 0, 1, 3, 4, 6, 7, 9 })
            {
                foreach (int left in new[] { 0, 2, 4, 6, 8, 10, 12 })
                {
                    int[] square = [.. Enumerable.Range(0, plane).Where(at => at / Width - top is >= 0 and < 3
                        && at % Width - left is >= 0 and < 4)];
                    double growth = Enumerable.Range(0, 3).Sum(channel =>
                    {
                        ReadOnlySpan<float> pixels = images.Pixels.AsSpan((i * 3 + channel) * plane, plane);
                        double mean = pixels.ToArray().Average(), sum = 0.0;
                        foreach (int at in square)
                        {
                            sum += weights[channel * plane + at] * (mean - pixels[at]);
                        }

                        return sum;
                    });
                    Array.ForEach(square, at => (sums[at], counts[at]) = (sums[at] + growth, counts[at] + 1.0));
                }
            }

            Assert.All(
                maps[i].Growth.Select((growth, at) => growth - sums[at] / counts[at]),
                difference => Assert.Equal(0.0, difference, 1e-6));
        }
    }

    [Fact]
    public void A_model_that_reads_one_corner_looks_there_and_one_that_reads_nothing_nowhere()
    {
        ImageSet images = Images(1, 1);
        images.Pixels.AsSpan(0, 2).Fill(1.0f);
        double[][] Corner(ImageSet asked) => [.. Enumerable.Range(0, asked.Count).Select(
            i => new[] { 0.01 + 0.9 * asked.Pixels[i * Height * Width], 0.0 })];
        OcclusionMap map = OcclusionMap.Of(Corner, images, [0])[0];
        double[] undecided = [0.5, 0.5];
        Assert.Equal(map.Growth[0], map.Growth.Max());
        Assert.All(
            Enumerable.Range(0, Height * Width).Where(at => at / Width >= 3 || at % Width >= 4),
            at => Assert.Equal(0.0, map.Growth[at]));
        Assert.All(
            OcclusionMap.Of(asked => [.. asked.Labels.Select(_ => undecided)], images, [1])[0].Growth,
            growth => Assert.Equal(0.0, growth));
        Assert.Throws<ArgumentException>(() => OcclusionMap.Of(Corner, images, []));
        Assert.Empty(OcclusionMap.Of(Corner, images.Select([]), []));
    }
}
