using System.Numerics;
using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>
/// A kernel of the scaled distance between samples alone, k = f(r²), r² = Σ_d (x_d − x′_d)²/ℓ_d², where ℓ is one length
/// scale for all inputs or one an input. Derived classes give f and its slope over spans.
/// </summary>
/// <remarks>Distances are sums of squared differences, so that near samples keep all their digits.</remarks>
internal abstract class StationaryKernel : Kernel
{
    private readonly double[] lengthScales;

    protected StationaryKernel(IReadOnlyList<double> lengthScales)
    {
        this.lengthScales = Positive.Check(lengthScales, "length scale");
        ParameterNames = LengthNames;
        Parameters = Positive.Logarithms(this.lengthScales);
    }

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<double> Parameters { get; }

    public override int? Inputs => lengthScales.Length == 1 ? null : lengthScales.Length;

    protected IReadOnlyList<double> LengthScales => lengthScales;

    protected string[] LengthNames =>
        lengthScales.Length == 1
            ? ["log length"]
            : [.. Enumerable.Range(1, lengthScales.Length).Select(input => $"log length {input}")];

    /// <summary>Replaces r² by f(r²), in float64 or float32.</summary>
    protected abstract void Shape<T>(Span<T> squares, Span<T> scratch)
        where T : struct, IFloatingPointIeee754<T>;

    /// <summary>
    /// Replaces r² by df/d(r²), which is multiplied by differences: where it has no end, at r = 0, it is 0.
    /// </summary>
    protected abstract void Slope(Span<double> squares, Span<double> scratch);

    public override IReadOnlyList<double>? LengthScalesOf(int inputs) =>
        lengthScales.Length == 1 ? [.. Enumerable.Repeat(lengthScales[0], inputs)] : lengthScales;

    public override string Formula => $"{Name}({Positive.Digits(lengthScales)})";

    public override string ToString() => $"{Name}({Positive.Text(lengthScales)})";

    protected abstract string Name { get; }

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        KernelSamples x = Scaled(samples), z = ReferenceEquals(samples, others) ? x : Scaled(others);
        gram.FillColumnsOf(x.Inputs, ReferenceEquals(samples, others), (column, firstRow, values, scratch) =>
        {
            SquaredDistances(x, z, column, firstRow, values);
            Shape(values, scratch);
        });
    }

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal) => diagonal.Fill(1.0);

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient)
    {
        KernelSamples x = Scaled(samples);
        weights.SumColumns(gradient[^lengthScales.Length..], (column, scratch, sums) =>
        {
            // The lower triangle stands for both: W and r² are symmetric, and the diagonal has r² = 0.
            int rows = x.Count - column;
            Span<double> slopes = scratch[..rows], differences = scratch.Slice(x.Count, rows),
                spare = scratch.Slice(2 * x.Count, rows);
            SquaredDistances(x, x, column, column, slopes);
            slopes.CopyTo(spare);
            Slope(slopes, differences);
            TensorPrimitives.Multiply(slopes, weights.Column(column)[column..], slopes);
            if (lengthScales.Length == 1)
            {
                sums[0] -= 4.0 * TensorPrimitives.Dot(slopes, spare);
                return;
            }

            for (int input = 0; input < x.Inputs; input++)
            {
                ReadOnlySpan<double> values = x.Column(input)[column..];
                sums[input] -= 4.0 * Distances.WeightedSquares(values, values[0], slopes);
            }
        });
    }

    protected internal override double WeightedSum(KernelSamples samples, GramMatrix weights)
    {
        KernelSamples x = Scaled(samples);
        double[] sum = new double[1];
        weights.SumColumns(sum, (column, scratch, sums) =>
        {
            int rows = x.Count - column;
            Span<double> values = scratch[..rows];
            SquaredDistances(x, x, column, column, values);
            Shape(values, scratch.Slice(x.Count, rows));
            ReadOnlySpan<double> weight = weights.Column(column)[column..];
            sums[0] += 2.0 * TensorPrimitives.Dot<double>(values, weight) - values[0] * weight[0];
        });
        return sum[0];
    }

    internal override KernelColumns Columns(KernelSamples samples, KernelSamples others) =>
        new SingleColumns(samples, others, lengthScales, Shape);

    private KernelSamples Scaled(KernelSamples samples) =>
        lengthScales.Length == 1 ? samples : samples.Scaled([.. lengthScales.Select(scale => 1.0 / scale)]);

    /// <summary>r²; one length scale for all inputs needs no scaled copy of the samples.</summary>
    private void SquaredDistances(KernelSamples x, KernelSamples z, int column, int firstRow, Span<double> squares)
    {
        Distances.Squares(x, firstRow, z, column, squares);
        if (lengthScales.Length == 1)
        {
            TensorPrimitives.Multiply(squares, 1.0 / (lengthScales[0] * lengthScales[0]), squares);
        }
    }
}
