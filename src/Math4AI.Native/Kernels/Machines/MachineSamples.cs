using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Kernels.Machines;

/// <summary>The training inputs of a machine, which may be standardised, and the same shift and scale for new ones.</summary>
internal sealed class MachineSamples
{
    private readonly double[] shift;
    private readonly double[] scale;

    public MachineSamples(Matrix<double> inputs, bool isStandardized)
    {
        var samples = new KernelSamples(inputs, nameof(inputs));
        ArgumentOutOfRangeException.ThrowIfLessThan(samples.Count, 2, nameof(inputs));
        shift = new double[samples.Inputs];
        scale = new double[samples.Inputs];
        Array.Fill(scale, 1.0);
        for (int input = 0; isStandardized && input < samples.Inputs; input++)
        {
            (double average, double deviation) = samples.Column(input).ToArray().MeanStandardDeviation();
            (shift[input], scale[input]) = (average, deviation > 0.0 ? deviation : 1.0);
        }

        Inputs = Standardized(inputs);
    }

    public KernelSamples Inputs { get; }

    public KernelSamples Standardized(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.ColumnCount == shift.Length
            ? new KernelSamples(
                Matrix<double>.Build.Dense(inputs.RowCount, inputs.ColumnCount, (i, j) => (inputs[i, j] - shift[j]) / scale[j]), nameof(inputs))
            : throw new ArgumentException($"The machine was fitted to {shift.Length} inputs, and there are {inputs.ColumnCount}.", nameof(inputs));
    }
}
