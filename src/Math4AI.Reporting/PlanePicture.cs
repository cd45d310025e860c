using Math4AI.Training.Tables;
using SkiaSharp;

namespace Math4AI.Reporting;

/// <summary>
/// The plane of two inputs in the colors of the classes, each as strong as it is likely.
/// </summary>
internal static class PlanePicture
{
    // The palette of a light page; the ground of the page shows through.
    private static readonly string[] Palette =
        ["#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280", "#8a6100", "#256a72", "#c53030"];

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

        using SKData data = small.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static SKColor Mixed(double[] probabilities)
    {
        const byte Opacity = 110;
        double red = 0.0, green = 0.0, blue = 0.0;
        for (int of = 0; of < probabilities.Length; of++)
        {
            SKColor color = SKColor.Parse(Palette[of % Palette.Length]);
            red += probabilities[of] * color.Red;
            green += probabilities[of] * color.Green;
            blue += probabilities[of] * color.Blue;
        }

        static byte Level(double value) => (byte)Math.Clamp(value, 0.0, 255.0);
        return new SKColor(Level(red), Level(green), Level(blue), Opacity);
    }
}
