using System.Globalization;

namespace Math4AI.Features.Images;

/// <summary>
/// The histogram of uniform local binary patterns: around a pixel, the neighbours on a circle that are at least as
/// bright are ones; a pattern with at most two changes between zeros and ones is named by its number of ones, and all
/// others are one.
/// </summary>
internal sealed class BinaryPatternFeatures : PictureFeatures
{
    private const int MaxPoints = 64;

    private readonly int points;
    private readonly double radius;

    public BinaryPatternFeatures(int points, double radius)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 3);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(points, MaxPoints);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(radius);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(radius, 1000.0);
        (this.points, this.radius) = (points, radius);
    }

    public override string Formula => $"lbp:{points}:{radius.ToString("R", CultureInfo.InvariantCulture)}";

    protected override string[] NamesOf(int channels, int height, int width) =>
        [.. Enumerable.Range(0, points + 1).Select(ones => $"pattern of {ones} of {points}"), "other patterns"];

    protected override void Fill(Picture picture, Span<double> features)
    {
        double[] grey = picture.Grey();
        int height = picture.Height, width = picture.Width;

        // Offsets are rounded to five digits, so that neighbours that lie on a pixel are that pixel.
        double[] down =
            [.. Enumerable.Range(0, points).Select(i => Math.Round(-radius * Math.Sin(2.0 * Math.PI * i / points), 5))];
        double[] right =
            [.. Enumerable.Range(0, points).Select(i => Math.Round(radius * Math.Cos(2.0 * Math.PI * i / points), 5))];
        Span<bool> bits = stackalloc bool[points];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int i = 0; i < points; i++)
                {
                    bits[i] = Level(grey, height, width, y + down[i], x + right[i]) >= grey[y * width + x];
                }

                int changes = 0, ones = 0;
                for (int i = 0; i < points; i++)
                {
                    changes += i < points - 1 && bits[i] != bits[i + 1] ? 1 : 0;
                    ones += bits[i] ? 1 : 0;
                }

                features[changes <= 2 ? ones : points + 1] += 1.0 / (height * width);
            }
        }
    }

    /// <summary>The level between four pixels, bilinear; 0 outside of the image.</summary>
    private static double Level(double[] grey, int height, int width, double y, double x)
    {
        int top = (int)Math.Floor(y), left = (int)Math.Floor(x), bottom = (int)Math.Ceiling(y),
            end = (int)Math.Ceiling(x);
        double At(int row, int column) =>
            row < 0 || row >= height || column < 0 || column >= width ? 0.0 : grey[row * width + column];
        double above = (1.0 - (x - left)) * At(top, left) + (x - left) * At(top, end);
        double below = (1.0 - (x - left)) * At(bottom, left) + (x - left) * At(bottom, end);
        return (1.0 - (y - top)) * above + (y - top) * below;
    }
}
