using Math4AI.Data.Images;

namespace Math4AI.Features.Images;

/// <summary>One image of a set.</summary>
internal readonly struct Picture(ImageSet images, int image)
{
    public int Channels => images.Channels;

    public int Height => images.Height;

    public int Width => images.Width;

    /// <summary>One channel, row after row, from 0 to 1.</summary>
    public ReadOnlySpan<float> Channel(int channel) =>
        images.Pixels.AsSpan(
            (image * images.Channels + channel) * images.Height * images.Width, images.Height * images.Width);

    /// <summary>The grey levels, row after row: luma of ITU-R BT.601 where there are colours.</summary>
    public double[] Grey()
    {
        double[] grey = new double[Height * Width];
        ReadOnlySpan<float> red = Channel(0), green = Channel(Channels - 1 - (Channels > 1 ? 1 : 0)),
            blue = Channel(Channels - 1);
        for (int i = 0; i < grey.Length; i++)
        {
            grey[i] = Channels == 1 ? red[i] : 0.299 * red[i] + 0.587 * green[i] + 0.114 * blue[i];
        }

        return grey;
    }
}
