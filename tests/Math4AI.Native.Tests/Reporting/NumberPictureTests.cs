using Math4AI.Reporting.Charts;
using SkiaSharp;

namespace Math4AI.Tests.Reporting;

/// <summary>Pictures of numbers, as a decoder that others wrote reads them.</summary>
public class NumberPictureTests
{
    [Fact]
    public void The_first_row_is_the_lowest_and_numbers_beyond_the_ends_have_the_colors_of_the_ends()
    {
        double[,] values = { { 0.0, 1.0, -7.0 }, { double.NaN, 0.5, 9.0 } };
        using SKBitmap picture = SKBitmap.Decode(NumberPicture.Png(values, 0.0, 1.0, ColorMap.Viridis));
        Assert.Equal((3, 2), (picture.Width, picture.Height));
        SKColor dark = new(0x44, 0x01, 0x54), bright = new(0xFD, 0xE7, 0x25), gray = new(128, 128, 128);
        Assert.Equal([dark, bright, dark], Enumerable.Range(0, 3).Select(column => picture.GetPixel(column, 1)));
        Assert.Equal(gray, picture.GetPixel(0, 0));
        Assert.Equal(bright, picture.GetPixel(2, 0));
        // Between two anchors, half way.
        SKColor middle = picture.GetPixel(1, 0);
        Assert.InRange(middle.Red, 0x1F, 0x23);
        Assert.InRange(middle.Green, 0x8A, 0x94);
    }

    [Fact]
    public void A_large_picture_has_every_number_in_its_place_and_levels_that_rise()
    {
        double[,] values = new double[300, 700];
        for (int row = 0; row < 300; row++)
        {
            for (int column = 0; column < 700; column++)
            {
                values[row, column] = row + column;
            }
        }

        using SKBitmap picture = SKBitmap.Decode(NumberPicture.Png(values, 0.0, 998.0, ColorMap.Inferno));
        for (int row = 0; row < 300; row += 17)
        {
            for (int column = 0; column < 700; column += 13)
            {
                int level = (int)Math.Round((row + column) / 998.0 * 254.0) * 255 / 254;
                ReadOnlySpan<byte> color = ColorMap.Inferno[level];
                Assert.Equal(new SKColor(color[0], color[1], color[2]), picture.GetPixel(column, 299 - row));
            }
        }
    }
}
