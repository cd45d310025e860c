using Math4AI.Training.Tables;
using SkiaSharp;

namespace Math4AI.Reporting;

/// <summary>
/// The plane of two inputs in the colours of the classes, each as strong as it is likely, and rows as points.
/// </summary>
internal static class PlanePicture
{
    private const int Side = 720;
    private const int Radius = 5;

    public static byte[] Png(DecisionPlane plane)
    {
        int rows = plane.Probabilities.Length, columns = plane.Probabilities[0].Length;
        using var small = new SKBitmap(columns, rows);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                small.SetPixel(column, rows - 1 - row, Mixed(plane.Probabilities[row][column]));
            }
        }

        using SKBitmap large = small.Resize(new SKImageInfo(Side, Side), new SKSamplingOptions(SKFilterMode.Linear));
        using var canvas = new SKCanvas(large);
        using var fill = new SKPaint { IsAntialias = true };
        using var edge = new SKPaint
        {
            IsAntialias = true,
            Color = SKColors.White,
            IsStroke = true,
            StrokeWidth = 1.5f,
        };
        foreach ((double x, double y, int of) in plane.Points.Where(point => point.Class >= 0))
        {
            float across = (float)((x - plane.Left) / (plane.Right - plane.Left) * Side);
            float down = (float)((plane.Top - y) / (plane.Top - plane.Bottom) * Side);
            fill.Color = SKColor.Parse(CurvePictures.Colour(of));
            canvas.DrawCircle(across, down, Radius, fill);
            canvas.DrawCircle(across, down, Radius, edge);
        }

        using SKData data = large.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static SKColor Mixed(double[] probabilities)
    {
        const double Pale = 0.45;
        double red = 0.0, green = 0.0, blue = 0.0;
        for (int of = 0; of < probabilities.Length; of++)
        {
            SKColor colour = SKColor.Parse(CurvePictures.Colour(of));
            red += probabilities[of] * colour.Red;
            green += probabilities[of] * colour.Green;
            blue += probabilities[of] * colour.Blue;
        }

        byte Level(double value) => (byte)Math.Clamp(255.0 - Pale * (255.0 - value), 0.0, 255.0);
        return new SKColor(Level(red), Level(green), Level(blue));
    }
}
