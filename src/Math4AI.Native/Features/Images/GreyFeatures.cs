namespace Math4AI.Features.Images;

/// <summary>Grey levels of pixels, or their means over cells.</summary>
internal sealed class GreyFeatures : PictureFeatures
{
    private readonly int? side;

    public GreyFeatures(int? side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side ?? 1, 1, nameof(side));
        this.side = side;
    }

    public override string Formula => side is null ? "grey" : $"grey:{side}";

    protected override string[] NamesOf(int channels, int height, int width)
    {
        if (side > Math.Min(height, width))
        {
            throw new ArgumentException(
                $"A grid of {side} × {side} cells is finer than the images of {height} × {width} pixels.");
        }

        (int rows, int columns) = (side ?? height, side ?? width);
        return [.. Enumerable.Range(0, rows * columns).Select(i => $"grey {i / columns + 1},{i % columns + 1}")];
    }

    protected override void Fill(Picture picture, Span<double> features)
    {
        double[] grey = picture.Grey();
        (int rows, int columns) = (side ?? picture.Height, side ?? picture.Width);
        for (int i = 0; i < features.Length; i++)
        {
            (int row, int column) = (i / columns, i % columns);
            int top = row * picture.Height / rows, bottom = (row + 1) * picture.Height / rows;
            int left = column * picture.Width / columns, right = (column + 1) * picture.Width / columns;
            double sum = 0.0;
            for (int y = top; y < bottom; y++)
            {
                for (int x = left; x < right; x++)
                {
                    sum += grey[y * picture.Width + x];
                }
            }

            features[i] = sum / ((bottom - top) * (right - left));
        }
    }
}
