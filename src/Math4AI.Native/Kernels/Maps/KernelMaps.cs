using Math4AI.Features;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Kernels.Maps;

/// <summary>What maps of kernels share.</summary>
internal static class KernelMaps
{
    /// <summary>The kernel, or the RBF kernel whose length scale suits standardized inputs.</summary>
    public static Kernel Of(Kernel? kernel, int inputs) => kernel ?? Kernel.Rbf(Math.Sqrt(0.5 * inputs));

    /// <summary>The eigenvalues above rounding, in descending order, and their vectors.</summary>
    public static (double[] Values, Matrix<double> Vectors) Eigen(Matrix<double> symmetric)
    {
        Evd<double> eigen = symmetric.Evd(Symmetricity.Symmetric);
        double[] all = [.. eigen.EigenValues.Select(value => value.Real)];
        double least = Math.Max(0.0, all.Max()) * symmetric.RowCount * Math.ScaleB(1.0, -52);
        int[] kept = [.. Enumerable.Range(0, all.Length).Where(i => all[i] > least).OrderByDescending(i => all[i])];
        return kept.Length > 0
            ? (Array.ConvertAll(kept, i => all[i]), Matrix<double>.Build.DenseOfColumnVectors(
                kept.Select(i => eigen.EigenVectors.Column(i))))
            : throw new ArgumentException(
                "All samples are the same to this kernel: there is no direction in which they differ.");
    }

    /// <summary>A saved matrix of so many columns.</summary>
    public static Matrix<double> Columns(FeatureState state, string name, int columns) =>
        state.NumbersOf(name) is { Length: > 0 } values && values.Length % columns == 0
            ? Matrix<double>.Build.Dense(values.Length / columns, columns, values)
            : throw Damaged(name);

    /// <summary>A saved matrix of so many rows.</summary>
    public static Matrix<double> Rows(FeatureState state, string name, int rows) =>
        state.NumbersOf(name) is { Length: > 0 } values && values.Length % rows == 0
            ? Matrix<double>.Build.Dense(rows, values.Length / rows, values)
            : throw Damaged(name);

    private static InvalidDataException Damaged(string name) =>
        new($"The saved features are damaged: '{name}' has another shape.");
}
