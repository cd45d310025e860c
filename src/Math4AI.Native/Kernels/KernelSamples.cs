using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>The samples that a kernel compares, column after column.</summary>
public sealed class KernelSamples
{
    private readonly double[] values;

    /// <summary>Takes the samples of a matrix, without a copy where it is dense.</summary>
    /// <param name="samples">X, samples × inputs.</param>
    /// <param name="name">The name of the argument, for the error.</param>
    /// <exception cref="ArgumentException">
    /// A number is not finite: the row and the column are named, from 1.
    /// </exception>
    internal KernelSamples(Matrix<double> samples, string name)
    {
        ArgumentNullException.ThrowIfNull(samples, name);
        (Count, Inputs) = (samples.RowCount, samples.ColumnCount);
        values = samples.AsColumnMajorArray() ?? samples.ToColumnMajorArray();
        int bad = Array.FindIndex(values, value => !double.IsFinite(value));
        if (bad >= 0)
        {
            throw new ArgumentException(
                $"Row {bad % Count + 1}, column {bad / Count + 1} is {values[bad]}, not a finite number.", name);
        }
    }

    private KernelSamples(double[] values, int count, int inputs) =>
        (this.values, Count, Inputs) = (values, count, inputs);

    /// <summary>Takes finite numbers, column after column.</summary>
    internal static KernelSamples Of(double[] values, int count, int inputs) => new(values, count, inputs);

    internal double[] Values => values;

    /// <summary>Gets the number of samples.</summary>
    public int Count { get; }

    /// <summary>Gets the number of inputs (columns).</summary>
    public int Inputs { get; }

    /// <summary>Gets one input of every sample.</summary>
    /// <param name="input">The input, from 0.</param>
    public ReadOnlySpan<double> Column(int input) => values.AsSpan(input * Count, Count);

    /// <summary>Copies the samples into a matrix, samples × inputs.</summary>
    public Matrix<double> ToMatrix() => Matrix<double>.Build.Dense(Count, Inputs, [.. values]);

    /// <summary>The samples with every input multiplied: by one factor for all, or one each.</summary>
    internal KernelSamples Scaled(ReadOnlySpan<double> factors)
    {
        double[] scaled = new double[values.Length];
        for (int input = 0; input < Inputs; input++)
        {
            System.Numerics.Tensors.TensorPrimitives.Multiply(
                Column(input), factors[factors.Length == 1 ? 0 : input], scaled.AsSpan(input * Count, Count));
        }

        return new KernelSamples(scaled, Count, Inputs);
    }

    /// <summary>A copy that does not change when the caller's matrix does.</summary>
    internal KernelSamples Copy() => new([.. values], Count, Inputs);

    /// <summary>Some of the samples.</summary>
    internal KernelSamples Only(params ReadOnlySpan<int> rows)
    {
        double[] chosen = new double[rows.Length * Inputs];
        for (int input = 0; input < Inputs; input++)
        {
            ReadOnlySpan<double> column = Column(input);
            for (int i = 0; i < rows.Length; i++)
            {
                chosen[input * rows.Length + i] = column[rows[i]];
            }
        }

        return new KernelSamples(chosen, rows.Length, Inputs);
    }

    /// <summary>Some samples that follow each other.</summary>
    internal KernelSamples Range(int first, int count)
    {
        double[] chosen = new double[count * Inputs];
        for (int input = 0; input < Inputs; input++)
        {
            Column(input).Slice(first, count).CopyTo(chosen.AsSpan(input * count));
        }

        return new KernelSamples(chosen, count, Inputs);
    }

    /// <summary>Some of the columns.</summary>
    internal KernelSamples OnlyColumns(IReadOnlyList<int> columns)
    {
        double[] chosen = new double[columns.Count * Count];
        for (int i = 0; i < columns.Count; i++)
        {
            Column(columns[i]).CopyTo(chosen.AsSpan(i * Count));
        }

        return new KernelSamples(chosen, Count, columns.Count);
    }
}
