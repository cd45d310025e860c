using Math4AI.Data.Images;

namespace Math4AI.Training.Explanations;

/// <summary>
/// Where a classifier looks in an image: by how much −ln p of a class grows where a square of a quarter of the image is
/// covered by the image's mean color. Each pixel has the mean of the squares over it. It is the same for every kind of
/// model, which is asked for probabilities alone. Source: M. D. Zeiler and R. Fergus, "Visualizing and understanding
/// convolutional networks", ECCV (2014), 4.2.
/// </summary>
/// <param name="Height">The height in pixels.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Growth">
/// The growth of −ln p for each pixel, row after row; below 0 where what is there speaks against the class.
/// </param>
public sealed record OcclusionMap(int Height, int Width, IReadOnlyList<double> Growth)
{
    private const int SquaresAcross = 4;
    private const int StepsAcross = 8;
    private const double MinProbability = 1e-12;

    /// <summary>Gets the number of images that the model is asked about for one map.</summary>
    public const int Asked = (StepsAcross - StepsAcross / SquaresAcross + 1)
        * (StepsAcross - StepsAcross / SquaresAcross + 1);

    /// <summary>Computes the map of each image.</summary>
    /// <param name="predict">Returns the probabilities of images, images × classes.</param>
    /// <param name="images">The images.</param>
    /// <param name="classes">For each image the class that is asked about, such as the answer.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="ArgumentException">There is not one class an image.</exception>
    public static IReadOnlyList<OcclusionMap> Of(
        Func<ImageSet, double[][]> predict, ImageSet images, IReadOnlyList<int> classes,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(predict);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Count != images.Count)
        {
            throw new ArgumentException($"One class is needed for each of {images.Count} images.", nameof(classes));
        }

        double[][] plain = images.Count == 0 ? [] : predict(images);
        return
        [
            .. Enumerable.Range(0, images.Count).Select(i =>
            {
                cancellation.ThrowIfCancellationRequested();
                return OfOne(predict, images.Select([i]), classes[i], LossOf(plain[i], classes[i]));
            }),
        ];
    }

    private static OcclusionMap OfOne(Func<ImageSet, double[][]> predict, ImageSet image, int of, double loss)
    {
        (int height, int width) = (image.Height, image.Width);
        (int Top, int Left)[] places = [.. Places(height).SelectMany(top => Places(width).Select(left => (top, left)))];
        var covered = ImageSet.Of(
            image.Channels, height, width, [.. places.SelectMany(place => Covered(image, place))],
            [.. places.Select(_ => image.Labels[0])], image.Classes);
        double[][] found = predict(covered);
        double[] sums = new double[height * width], counts = new double[height * width];
        for (int i = 0; i < places.Length; i++)
        {
            double growth = LossOf(found[i], of) - loss;
            foreach (int pixel in Pixels(height, width, places[i]))
            {
                sums[pixel] += growth;
                counts[pixel]++;
            }
        }

        return new OcclusionMap(height, width, [.. sums.Zip(counts, (sum, count) => sum / count)]);
    }

    private static double LossOf(double[] probabilities, int of) =>
        -Math.Log(Math.Max(MinProbability, probabilities[of]));

    /// <summary>Where squares begin along a side: from edge to edge, evenly.</summary>
    private static IEnumerable<int> Places(int side)
    {
        int last = side - Side(side), steps = StepsAcross - StepsAcross / SquaresAcross;
        return Enumerable.Range(0, steps + 1).Select(step => last * step / steps);
    }

    private static int Side(int side) => Math.Max(1, (side + SquaresAcross - 1) / SquaresAcross);

    private static IEnumerable<int> Pixels(int height, int width, (int Top, int Left) place) =>
        Enumerable.Range(place.Top, Side(height)).SelectMany(
            row => Enumerable.Range(place.Left, Side(width)).Select(column => row * width + column));

    private static float[] Covered(ImageSet image, (int Top, int Left) place)
    {
        int plane = image.Height * image.Width;
        float[] pixels = [.. image.Pixels];
        for (int channel = 0; channel < image.Channels; channel++)
        {
            float mean = image.Pixels.AsSpan(channel * plane, plane).ToArray().Average();
            foreach (int pixel in Pixels(image.Height, image.Width, place))
            {
                pixels[channel * plane + pixel] = mean;
            }
        }

        return pixels;
    }
}
