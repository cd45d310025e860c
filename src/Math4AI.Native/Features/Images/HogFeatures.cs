using System.Numerics.Tensors;

namespace Math4AI.Features.Images;

/// <summary>
/// Histograms of oriented gradients. Gradients are differences of the two neighbours, 0 at the border, of the channel
/// where they are largest; a cell's histogram is the mean over its pixels of the gradients' magnitudes by orientation;
/// blocks of cells are normalised. Smooth histograms share each magnitude among the nearest two orientations and the
/// nearest two cells along each side, by how near their centers are, so that no step lies between bins and cells.
/// </summary>
internal sealed class HogFeatures : PictureFeatures
{
    private const double Small = 1e-5;
    private const double Clip = 0.2;

    private readonly int orientations;
    private readonly int cell;
    private readonly int block;
    private readonly HogNorm norm;
    private readonly bool isSmooth;
    private readonly bool isSigned;

    public HogFeatures(int orientations, int cell, int block, HogNorm norm, bool isSmooth, bool isSigned)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orientations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cell, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        (this.orientations, this.cell, this.block, this.norm) = (orientations, cell, block, norm);
        (this.isSmooth, this.isSigned) = (isSmooth, isSigned);
    }

    private double Turn => isSigned ? 360.0 : 180.0;

    public override string Formula =>
        $"hog:{orientations}:{cell}:{block}:{NormName}"
        + $"{(isSmooth ? ":smooth" : string.Empty)}{(isSigned ? ":signed" : string.Empty)}";

    private string NormName => norm switch
    {
        HogNorm.L1 => "l1",
        HogNorm.L1Sqrt => "l1-sqrt",
        HogNorm.L2 => "l2",
        _ => "l2-hys",
    };

    protected override string[] NamesOf(int channels, int height, int width)
    {
        int rows = height / cell - block + 1, columns = width / cell - block + 1, side = Math.Min(height, width);
        if (rows < 1 || columns < 1)
        {
            throw new ArgumentException(
                $"Images of {height} × {width} pixels have no block of {block} × {block} cells of {cell} × {cell} "
                + "pixels: use "
                + (side < block
                    ? $"fewer cells in a block, such as hog:{orientations}:1:{side}, or grey."
                    : $"smaller cells, such as hog:{orientations}:{side / block}:{block}."));
        }

        return
        [
            .. from row in Enumerable.Range(0, rows)
               from column in Enumerable.Range(0, columns)
               from y in Enumerable.Range(0, block)
               from x in Enumerable.Range(0, block)
               from bin in Enumerable.Range(0, orientations)
               let angle = Turn * (bin + 0.5) / orientations
               select $"gradient {row + y + 1},{column + x + 1} of block {row + 1},{column + 1} at {angle:0}°",
        ];
    }

    protected override void Fill(Picture picture, Span<double> features)
    {
        int rows = picture.Height / cell, columns = picture.Width / cell;
        double[] cells = Cells(picture, rows, columns);
        int at = 0, size = block * block * orientations;
        for (int row = 0; row + block <= rows; row++)
        {
            for (int column = 0; column + block <= columns; column++)
            {
                Span<double> values = features.Slice(at, size);
                for (int y = 0; y < block; y++)
                {
                    cells.AsSpan(((row + y) * columns + column) * orientations, block * orientations)
                        .CopyTo(values[(y * block * orientations)..]);
                }

                Normalize(values);
                at += size;
            }
        }
    }

    /// <summary>The histogram of each cell.</summary>
    private double[] Cells(Picture picture, int rows, int columns)
    {
        double[] cells = new double[rows * columns * orientations];
        double width = Turn / orientations;
        int height = isSmooth ? picture.Height : rows * cell, across = isSmooth ? picture.Width : columns * cell;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < across; x++)
            {
                (double down, double right) = Gradient(picture, y, x);
                double angle = Math.Atan2(down, right) * (180.0 / Math.PI) % Turn;
                angle = angle < 0.0 ? angle + Turn : angle;
                double magnitude = Math.Sqrt(down * down + right * right) / (cell * cell);
                if (isSmooth)
                {
                    Share(cells, (rows, columns), ((y + 0.5) / cell, (x + 0.5) / cell, angle / width), magnitude);
                }
                else if ((int)(angle / width) is var bin && bin < orientations)
                {
                    // An angle of a whole turn that rounding made of one just below 0° is in no bin.
                    cells[(y / cell * columns + x / cell) * orientations + bin] += magnitude;
                }
            }
        }

        return cells;
    }

    /// <summary>
    /// Adds a magnitude to the histograms around a place, in units of cells and bins, whose centers are halves; what
    /// belongs to cells outside is lost, and orientations close to a circle.
    /// </summary>
    private void Share(
        double[] cells, (int Rows, int Columns) size, (double Y, double X, double Bin) place, double magnitude)
    {
        for (int corner = 0; magnitude > 0.0 && corner < 8; corner++)
        {
            (int row, double ofRow) = Side(place.Y, corner & 1);
            (int column, double ofColumn) = Side(place.X, (corner >> 1) & 1);
            (int bin, double ofBin) = Side(place.Bin, corner >> 2);
            if (row >= 0 && row < size.Rows && column >= 0 && column < size.Columns)
            {
                cells[(row * size.Columns + column) * orientations + (bin + orientations) % orientations] +=
                    ofRow * ofColumn * ofBin * magnitude;
            }
        }

        static (int Place, double Share) Side(double at, int side)
        {
            int lower = (int)Math.Floor(at - 0.5);
            double upper = at - 0.5 - lower;
            return (lower + side, side == 0 ? 1.0 - upper : upper);
        }
    }

    private static (double Down, double Right) Gradient(Picture picture, int y, int x)
    {
        (double down, double right) = (0.0, 0.0);
        for (int channel = 0; channel < picture.Channels; channel++)
        {
            ReadOnlySpan<float> levels = picture.Channel(channel);
            int at = y * picture.Width + x;
            double ofRows = y > 0 && y < picture.Height - 1
                ? (double)levels[at + picture.Width] - levels[at - picture.Width]
                : 0.0;
            double ofColumns = x > 0 && x < picture.Width - 1 ? (double)levels[at + 1] - levels[at - 1] : 0.0;
            if (ofRows * ofRows + ofColumns * ofColumns > down * down + right * right)
            {
                (down, right) = (ofRows, ofColumns);
            }
        }

        return (down, right);
    }

    private void Normalize(Span<double> values)
    {
        if (norm is HogNorm.L1 or HogNorm.L1Sqrt)
        {
            TensorPrimitives.Divide(values, TensorPrimitives.SumOfMagnitudes<double>(values) + Small, values);
            if (norm == HogNorm.L1Sqrt)
            {
                TensorPrimitives.Sqrt(values, values);
            }

            return;
        }

        TensorPrimitives.Divide(
            values, Math.Sqrt(TensorPrimitives.SumOfSquares<double>(values) + Small * Small), values);
        if (norm == HogNorm.L2Hys)
        {
            TensorPrimitives.Min(values, Clip, values);
            TensorPrimitives.Divide(
                values, Math.Sqrt(TensorPrimitives.SumOfSquares<double>(values) + Small * Small), values);
        }
    }
}
