using Math4AI.Features;
using Math4AI.Features.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Maps;

/// <summary>
/// Projections on principal directions of the kernel's feature space, whose origin is the training's mean.
/// </summary>
internal sealed class KernelComponents : TableFeatures
{
    private readonly Kernel? kernel;
    private readonly int components;

    public KernelComponents(Kernel? kernel, int components)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 1);
        (this.kernel, this.components) = (kernel, components);
    }

    public override string Formula =>
        $"kernel-pca:{components}{(kernel is null ? string.Empty : $":({kernel.Formula})")}";

    public override bool HasOwnScales => true;

    protected override FeatureState Learn(Matrix<double> training)
    {
        Matrix<double> gram = KernelMaps.Of(kernel, training.ColumnCount).Gram(training);
        Vector<double> means = gram.ColumnSums() / training.RowCount;
        double mean = means.Average();
        gram.MapIndexedInplace((i, j, value) => value - means[i] - means[j] + mean, Zeros.Include);
        (double[] values, Matrix<double> vectors) = KernelMaps.Eigen(gram);
        if (values.Length < components)
        {
            throw new ArgumentException(
                $"The samples have {values.Length} directions in which they differ, and {components} components were "
                + $"asked for: ask for {values.Length} or fewer.");
        }

        // The largest element of each direction is positive, so that the sign does not depend on the decomposition.
        Matrix<double> weights = vectors.SubMatrix(0, training.RowCount, 0, components);
        for (int i = 0; i < components; i++)
        {
            Vector<double> column = weights.Column(i);
            weights.SetColumn(i, column * (Math.Sign(column[column.AbsoluteMaximumIndex()]) / Math.Sqrt(values[i])));
        }

        return FeatureState.Of(
            ("samples", training.ToColumnMajorArray()), ("weights", weights.ToColumnMajorArray()),
            ("means", means.ToArray()), ("mean", [mean]));
    }

    protected override Mapping Of(int inputs, FeatureState state)
    {
        Matrix<double> samples = KernelMaps.Columns(state, "samples", inputs),
            weights = KernelMaps.Rows(state, "weights", samples.RowCount);
        double[] means = state.NumbersOf("means", samples.RowCount);
        double mean = state.NumbersOf("mean", 1)[0];
        Kernel of = KernelMaps.Of(kernel, inputs);
        return new Mapping(
            x =>
            {
                Matrix<double> cross = of.Gram(x, samples);
                Vector<double> ofRows = cross.RowSums() / samples.RowCount;
                return cross.MapIndexed((i, j, value) => value - ofRows[i] - means[j] + mean, Zeros.Include) * weights;
            },
            _ => [.. Enumerable.Range(1, components).Select(i => $"kernel component {i}")]);
    }
}
