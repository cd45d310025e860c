using Math4AI.Fitting.Models;
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
    private readonly Model mean;
    private readonly double targetScale;
    private readonly double[] parameters;

    /// <summary>Takes what was found before.</summary>
    /// <param name="mean">m.</param>
    /// <param name="targetScale">What m is divided by.</param>
    /// <param name="parameters">β.</param>
    /// <param name="half">P over the lengths, with which r = h(x) − Pᵀ a of a row's numbers a.</param>
    /// <param name="scaled">C in units of the lengths.</param>
    /// <param name="lengths">The root of the diagonal of Hᵀ K⁻¹ H.</param>
    public MeanUncertainty(
        Model mean, double targetScale, double[] parameters, Matrix<double> half, Matrix<double> scaled,
        double[] lengths)
    {
        (this.mean, this.targetScale, this.parameters) = (mean, targetScale, parameters);
        (Half, Scaled, Lengths) = (half, scaled, lengths);
    }

    /// <summary>Gets P over the lengths, with as many rows as a row to predict has numbers.</summary>
    public Matrix<double> Half { get; }

    /// <summary>Gets C in units of the lengths.</summary>
    public Matrix<double> Scaled { get; }

    /// <summary>Gets the root of the diagonal of Hᵀ K⁻¹ H.</summary>
    public double[] Lengths { get; }

    /// <summary>Of an exact process, where P = L⁻¹ H and a = L⁻¹ k(X, x), with K = L Lᵀ.</summary>
    public static MeanUncertainty Of(ProcessSamples samples, double[] parameters, PositiveDefiniteFactor factor)
    {
        (Matrix<double> jacobian, double[] largest) = Jacobian(samples, parameters);
        double[] values = jacobian.ToColumnMajorArray();
        factor.SolveLower(values);
        var half = Matrix<double>.Build.Dense(samples.Count, parameters.Length, values);
        double[] norms = [.. half.EnumerateColumns().Select(column => column.L2Norm())];
        half = Divided(half, norms);
        return Of(samples, parameters, half, half.TransposeThisAndMultiply(half), norms, largest);
    }

    /// <summary>∂m/∂β of the samples over the largest of each parameter, and these.</summary>
    public static (Matrix<double> Jacobian, double[] Largest) Jacobian(ProcessSamples samples, double[] parameters)
    {
        Matrix<double> jacobian = samples.MeanJacobian(parameters);
        double[] largest = [.. jacobian.EnumerateColumns().Select(column => column.AbsoluteMaximum())];
        return (Divided(jacobian, largest), largest);
    }

    /// <summary>Takes Hᵀ K⁻¹ H of columns over their lengths, which are so many times the largest of each.</summary>
    public static MeanUncertainty Of(
        ProcessSamples samples, double[] parameters, Matrix<double> half, Matrix<double> information, double[] norms,
        double[] largest)
    {
        double[] lengths = [.. norms.Zip(largest, (norm, size) => norm * size)];
        Matrix<double> scaled = lengths.All(double.IsFinite)
            ? information.PseudoInverse()
            : Matrix<double>.Build.Dense(parameters.Length, parameters.Length, double.NaN);
        return new MeanUncertainty(samples.Mean!, samples.TargetScale, parameters, half, scaled, lengths);
    }

    /// <summary>
    /// Gets C; the variance of a parameter that the samples say nothing about is infinite.
    /// </summary>
    public Matrix<double> Covariance() => Scaled.MapIndexed((i, j, value) =>
        value == 0.0 && i != j ? 0.0 : Lengths[i] == 0.0 && i == j ? double.PositiveInfinity
            : value / Lengths[i] / Lengths[j]);

    /// <summary>Computes r of rows, rows × parameters, from the numbers of each.</summary>
    /// <param name="inputs">The rows of the mean; null for a part of the process alone, h = 0.</param>
    /// <param name="cross">a, numbers × rows.</param>
    public Matrix<double> Rows(Matrix<double>? inputs, Matrix<double> cross)
    {
        Matrix<double> ofProcess = cross.TransposeThisAndMultiply(Half);
        return inputs is null
            ? -ofProcess
            : Divided(mean.Jacobian(inputs, Vector<double>.Build.Dense(parameters)) / targetScale, Lengths) - ofProcess;
    }

    /// <summary>Computes the joint covariance of rows, r C rᵀ.</summary>
    public Matrix<double> Joint(Matrix<double> rows) => (rows * Scaled).TransposeAndMultiply(rows);

    /// <summary>Computes rᵀ C r of each row.</summary>
    public Vector<double> Variances(Matrix<double> rows) => (rows * Scaled).PointwiseMultiply(rows).RowSums();

    /// <summary>
    /// Computes what estimating the mean takes from the diagonal of K⁻¹ = L⁻ᵀ L⁻¹, that of K⁻¹ H C Hᵀ K⁻¹.
    /// </summary>
    public Vector<double> Precisions(PositiveDefiniteFactor factor)
    {
        double[] values = Half.ToColumnMajorArray();
        factor.SolveUpper(values);
        return Variances(Matrix<double>.Build.Dense(Half.RowCount, parameters.Length, values));
    }

    /// <summary>Divides columns; a column of zeros stays one.</summary>
    public static Matrix<double> Divided(Matrix<double> matrix, double[] sizes) =>
        matrix.MapIndexed((_, j, value) => value == 0.0 ? 0.0 : value / sizes[j], Zeros.Include);
}
