using System.Globalization;
using System.Numerics.Tensors;

namespace Math4AI.Kernels.Functions;

/// <summary>
/// k = exp(−γ r²) with r² of a <see cref="DistanceTable"/>: the one input of a sample is its number there.
/// </summary>
internal sealed class TabulatedKernel(GramMatrix squares, double gamma) : Kernel
{
    public override IReadOnlyList<string> ParameterNames => [];

    public override IReadOnlyList<double> Parameters => [];

    public override int? Inputs => 1;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"exp(-{gamma:G4} r²) of a table");

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) => this;

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        int[] rows = Numbers(samples), columns = Numbers(others);
        gram.FillColumns(ReferenceEquals(samples, others), (column, firstRow, values, _) =>
        {
            ReadOnlySpan<double> from = squares.Column(columns[column]);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = from[rows[firstRow + i]];
            }

            TensorPrimitives.Multiply(values, -gamma, values);
            TensorPrimitives.Exp(values, values);
        });
    }

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal) => diagonal.Fill(1.0);

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient)
    {
    }

    internal override KernelColumns Columns(KernelSamples samples, KernelSamples others) =>
        new Gathered(squares, gamma, Numbers(samples), Numbers(others));

    private static int[] Numbers(KernelSamples samples) => Array.ConvertAll(samples.Values, value => (int)value);

    private sealed class Gathered(GramMatrix squares, double gamma, int[] rows, int[] columns) : KernelColumns
    {
        public override void Fill(ReadOnlySpan<int> which, Span<float> values)
        {
            for (int at = 0; at < which.Length; at++)
            {
                ReadOnlySpan<double> from = squares.Column(columns[which[at]]);
                Span<float> to = values.Slice(at * rows.Length, rows.Length);
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = (float)from[rows[i]];
                }

                TensorPrimitives.Multiply(to, (float)-gamma, to);
                TensorPrimitives.Exp(to, to);
            }
        }
    }
}
