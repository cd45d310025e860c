using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// What predictions owe to the estimate of the mean's parameters: to the variance of the function it adds rᵀ C r with
/// C = (Hᵀ K⁻¹ H)⁻¹ and r = h(x) − Hᵀ K⁻¹ k(x), h = ∂m/∂β at the estimate; K has the noise on its diagonal.
/// </summary>
/// <remarks>
/// Source: Rasmussen and Williams (2006), equation 2.42. Parameters are in units of what the samples say of each, so
/// that squares of tiny and huge derivatives stay numbers.
/// </remarks>
internal sealed class MeanUncertainty
{
    private readonly ProcessSamples samples;
    private readonly double[] parameters;
    private readonly PositiveDefiniteFactor factor;

    // L⁻¹ H over the lengths of its columns, samples × parameters.
    private readonly Matrix<double> half;
    private readonly double[] lengths;
    private readonly Matrix<double> scaled;

    public MeanUncertainty(ProcessSamples samples, double[] parameters, PositiveDefiniteFactor factor)
    {
        (this.samples, this.parameters, this.factor) = (samples, parameters, factor);
        Matrix<double> jacobian = samples.MeanJacobian(parameters);
        double[] largest = [.. jacobian.EnumerateColumns().Select(column => column.AbsoluteMaximum())];
        double[] values = Divided(jacobian, largest).ToColumnMajorArray();
        factor.SolveLower(values);
        half = Matrix<double>.Build.Dense(samples.Count, parameters.Length, values);
        double[] norms = [.. half.EnumerateColumns().Select(column => column.L2Norm())];
        half = Divided(half, norms);
        lengths = [.. norms.Zip(largest, (norm, size) => norm * size)];
        scaled = lengths.All(double.IsFinite)
            ? half.TransposeThisAndMultiply(half).PseudoInverse()
            : Matrix<double>.Build.Dense(parameters.Length, parameters.Length, double.NaN);
    }

    /// <summary>
    /// Gets C; the variance of a parameter that the samples say nothing about is infinite.
    /// </summary>
    public Matrix<double> Covariance() => scaled.MapIndexed((i, j, value) =>
        value == 0.0 && i != j ? 0.0 : lengths[i] == 0.0 && i == j ? double.PositiveInfinity
            : value / lengths[i] / lengths[j]);

    /// <summary>Computes r of rows, rows × parameters, from L⁻¹ k of them.</summary>
    /// <param name="inputs">The rows of the mean; null for a part of the process alone, h = 0.</param>
    /// <param name="cross">L⁻¹ k, samples × rows.</param>
    public Matrix<double> Rows(Matrix<double>? inputs, Matrix<double> cross)
    {
        Matrix<double> ofProcess = cross.TransposeThisAndMultiply(half);
        return inputs is null
            ? -ofProcess
            : Divided(samples.MeanJacobian(inputs, parameters), lengths) - ofProcess;
    }

    /// <summary>Computes the joint covariance of rows, r C rᵀ.</summary>
    public Matrix<double> Joint(Matrix<double> rows) => (rows * scaled).TransposeAndMultiply(rows);

    /// <summary>Computes rᵀ C r of each row.</summary>
    public Vector<double> Variances(Matrix<double> rows) => (rows * scaled).PointwiseMultiply(rows).RowSums();

    /// <summary>
    /// Computes what estimating the mean takes from the diagonal of K⁻¹, that of K⁻¹ H C Hᵀ K⁻¹.
    /// </summary>
    public Vector<double> Precisions()
    {
        double[] values = half.ToColumnMajorArray();
        factor.SolveUpper(values);
        return Variances(Matrix<double>.Build.Dense(samples.Count, parameters.Length, values));
    }

    // A column of zeros stays one.
    private static Matrix<double> Divided(Matrix<double> matrix, double[] sizes) =>
        matrix.MapIndexed((_, j, value) => value == 0.0 ? 0.0 : value / sizes[j], Zeros.Include);
}
