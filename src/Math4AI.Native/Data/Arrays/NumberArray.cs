namespace Math4AI.Data.Arrays;

/// <summary>An array of numbers in memory, widened to float64.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">The length of each dimension.</param>
/// <param name="IsFortranOrder">Column-major; else row-major.</param>
/// <param name="Epsilon">The relative rounding error of the numbers in the file.</param>
/// <param name="Values">The elements, in the file's order.</param>
internal sealed record NumberArray(string Name, long[] Shape, bool IsFortranOrder, double Epsilon, double[] Values)
{
    public string ShapeText => $"({string.Join(", ", Shape)})";

    /// <summary>Returns the columns of an array of rows × columns; an array of one dimension is one column.</summary>
    public double[][] Columns() =>
        Shape.Length == 1 ? [Values] : Lines((int)Shape[1], (int)Shape[0], isContiguous: IsFortranOrder);

    /// <summary>Returns the rows of an array of rows × columns.</summary>
    public double[][] Rows() => Lines((int)Shape[0], (int)Shape[1], isContiguous: !IsFortranOrder);

    private double[][] Lines(int count, int length, bool isContiguous)
    {
        double[][] lines = new double[count][];
        for (int line = 0; line < count; line++)
        {
            double[] values = new double[length];
            for (int i = 0; i < length; i++)
            {
                values[i] = Values[isContiguous ? (long)line * length + i : (long)i * count + line];
            }

            lines[line] = values;
        }

        return lines;
    }
}
