using Math4AI.Data.Images;
using Math4AI.Training.Explanations;
using SkiaSharp;

namespace Math4AI.Reporting;

/// <summary>An image of a set as a small picture, alone or under the map of where a model looks in it.</summary>
internal static class SamplePicture
{
    private const int Side = 64;
    private const double Least = 1e-6;

    /// <summary>The picture as PNG.</summary>
    /// <param name="images">The images.</param>
    /// <param name="image">Which one.</param>
    /// <param name="map">Where the model looks; null for the picture alone.</param>
    public static byte[] Png(ImageSet images, int image, OcclusionMap? map = null)
    {
        int plane = images.Height * images.Width, at = image * images.Channels * plane;
        double Level(int channel, int pixel) => Math.Clamp(
            images.Pixels[at + (images.Channels == 1 ? 0 : channel) * plane + pixel], 0.0f, 1.0f);
        double most = map?.Growth.Max(Math.Abs) is { } found and > Least ? found : double.PositiveInfinity;
        using var bitmap = new SKBitmap(images.Width, images.Height);
        for (int pixel = 0; pixel < plane; pixel++)
        {
            double[] color = [Level(0, pixel), Level(1, pixel), Level(2, pixel)];
            color = map is null ? color : Under(color, map.Growth[pixel] / most);
            bitmap.SetPixel(
                pixel % images.Width, pixel / images.Width,
                new SKColor(Byte(color[0]), Byte(color[1]), Byte(color[2])));
        }

        using SKBitmap large = bitmap.Resize(new SKImageInfo(Side, Side), new SKSamplingOptions(SKFilterMode.Nearest));
        using SKData data = large.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>A grey of the color under orange, for growth, or blue, for what speaks against the class.</summary>
    private static double[] Under(double[] color, double growth)
    {
        const double Strongest = 0.7;
        double[] tint = growth > 0.0 ? [0.87, 0.42, 0.13] : [0.19, 0.51, 0.81];
        double grey = 0.5 * color.Average() + 0.25, share = Strongest * Math.Abs(growth);
        return Array.ConvertAll(tint, level => (1.0 - share) * grey + share * level);
    }

    private static byte Byte(double level) => (byte)Math.Clamp(255.0 * level, 0.0, 255.0);
}
