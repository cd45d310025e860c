using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Kernels;

/// <summary>
/// The shift and scale that standardize each input, found on training samples and applied to any; or none of either.
/// </summary>
internal sealed class InputScaling
{
    private readonly double[] shift;
    private readonly double[] scale;

    /// <summary>Finds the mean and the standard deviation of each input; a constant input is shifted alone.</summary>
    public InputScaling(KernelSamples samples, bool isStandardized)
    {
        shift = new double[samples.Inputs];
        scale = new double[samples.Inputs];
        Array.Fill(scale, 1.0);
        for (int input = 0; isStandardized && input < samples.Inputs; input++)
        {
            (double average, double deviation) = MeanAndDeviation(samples.Column(input).ToArray());
            (shift[input], scale[input]) = (average, deviation > 0.0 ? deviation : 1.0);
        }
    }

    /// <summary>Takes a shift and scale that were found before.</summary>
    public InputScaling(double[] shift, double[] scale) => (this.shift, this.scale) = (shift, scale);

    /// <summary>Gets the number of inputs.</summary>
    public int Inputs => shift.Length;

    /// <summary>Gets what is subtracted from each input.</summary>
    public double[] Shift => shift;

    /// <summary>Gets what each input is then divided by.</summary>
    public double[] Scale => scale;

    /// <summary>
    /// The mean and the standard deviation, relative to the largest value: squares of tiny and huge numbers are not
    /// numbers.
    /// </summary>
    public static (double Mean, double Deviation) MeanAndDeviation(double[] values)
    {
        double largest = values.Max(Math.Abs);
        if (largest == 0.0)
        {
            return (0.0, 0.0);
        }

        (double mean, double deviation) = values.Select(value => value / largest).MeanStandardDeviation();
        return (mean * largest, deviation * largest);
    }

    /// <summary>
    /// The length scales of a kernel of scaled inputs, in the inputs' own units; null where it has none.
    /// </summary>
    public IReadOnlyList<double>? LengthScalesOf(Kernel kernel) => kernel.LengthScalesOf(Inputs) is { } scales
        ? [.. scales.Select((length, input) => length * scale[input])]
        : null;

    /// <summary>Scales samples, in a copy.</summary>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public KernelSamples Apply(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.ColumnCount == shift.Length
            ? new KernelSamples(
                Matrix<double>.Build.Dense(inputs.RowCount, inputs.ColumnCount,
                    (i, j) => (inputs[i, j] - shift[j]) / scale[j]), nameof(inputs))
            : throw new ArgumentException(
                $"The fit has {shift.Length} inputs, and there are {inputs.ColumnCount}.", nameof(inputs));
    }
}
