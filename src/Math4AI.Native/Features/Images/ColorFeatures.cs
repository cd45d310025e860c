namespace Math4AI.Features.Images;

/// <summary>The share of the pixels in each cell of a grid over the channels.</summary>
internal sealed class ColorFeatures : PictureFeatures
{
    private const int MaxBins = 32;

    private readonly int bins;

    public ColorFeatures(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, MaxBins);
        this.bins = bins;
    }

    public override string Formula => $"color:{bins}";

    protected override string[] NamesOf(int channels, int height, int width) => channels == 1
        ? [.. Enumerable.Range(0, bins).Select(bin => $"grey {Range(bin)}")]
        : [.. Enumerable.Range(0, bins * bins * bins).Select(bin =>
            $"red {Range(bin / bins / bins)}, green {Range(bin / bins % bins)}, blue {Range(bin % bins)}")];

    protected override void Fill(Picture picture, Span<double> features)
    {
        int pixels = picture.Height * picture.Width;
        for (int i = 0; i < pixels; i++)
        {
            int bin = 0;
            for (int channel = 0; channel < picture.Channels; channel++)
            {
                bin = bin * bins + Math.Clamp((int)(picture.Channel(channel)[i] * bins), 0, bins - 1);
            }

            features[bin] += 1.0 / pixels;
        }
    }

    private string Range(int bin) => $"{100 * bin / bins}–{100 * (bin + 1) / bins} %";
}
