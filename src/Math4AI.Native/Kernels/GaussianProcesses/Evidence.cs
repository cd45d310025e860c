using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// −log p(y | θ), θ = (the kernel's hyperparameters, log σ² and its slopes along the inputs where it has them, the
/// mean's parameters), for targets over their deviation.
/// Its gradient is Σ_ij W_ij ∂K_ij/∂θ with W = ½ (K⁻¹ − α αᵀ), α = K⁻¹ r: no array of more than n² numbers.
/// </summary>
internal sealed class Evidence(ProcessSamples samples, Kernel kernel, int noiseSlopes = 0) : Cost
{
    private readonly int kernelParameters = kernel.Parameters.Count;
    private readonly double[] work = new GramMatrix(samples.Count, samples.Count).Values;
    private double[]? outer;
    private double rounding;

    public override int Parameters => Hyperparameters + samples.MeanParameters;

    public static double[] Pack(
        IReadOnlyList<double> ofKernel, double logNoise, double[] ofMean, params double[] noiseSlopes) =>
        [.. ofKernel, logNoise, .. noiseSlopes, .. ofMean];

    /// <summary>
    /// Gets the number of parameters that are logarithms or otherwise without a unit: all but the mean's.
    /// </summary>
    public int Hyperparameters => kernelParameters + 1 + noiseSlopes;

    /// <summary>
    /// Gets how far the last value may be off: a factorization is exact for a K that is off by ε max K_ii, which
    /// changes rᵀ K⁻¹ r by as much times ‖α‖², and log det K by as much over each pivot squared. With little noise that
    /// is far above the rounding of the value itself.
    /// </summary>
    public override double Rounding => rounding;

    public override double Value(ReadOnlySpan<double> parameters) => Evaluate(parameters, []);

    public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient) =>
        Evaluate(parameters, gradient);

    /// <summary>The fitted process at given parameters.</summary>
    public GaussianProcessFit Fit(Minimum? minimum, double[]? parameters = null)
    {
        double[] at = parameters ?? minimum!.Parameters.ToArray();
        return Fit(
            samples,
            kernel.With(at.AsSpan(0, kernelParameters)),
            NoiseOf(at),
            at[Hyperparameters..],
            work,
            null,
            minimum,
            isMeanKnown: minimum is null);
    }

    /// <summary>
    /// The process of a kernel, the law of the scaled σ² and the mean's parameters, in an array of n² numbers that it
    /// keeps; the evidence is computed where it is not given. A mean that is known has no uncertainty.
    /// </summary>
    public static GaussianProcessFit Fit(
        ProcessSamples samples, Kernel kernel, NoiseLaw noise, double[] ofMean, double[] array, double? logEvidence,
        Minimum? minimum, bool isMeanKnown)
    {
        double[] residuals = samples.Residuals(ofMean);
        PositiveDefiniteFactor factor = Factor(samples, kernel, noise, array)
            ?? throw NotPositiveDefinite(kernel, noise.Variance);
        double[] weights = [.. residuals];
        factor.Solve(weights);
        double evidence =
            logEvidence ?? -Value(residuals, weights, factor) - samples.Count * Math.Log(samples.TargetScale);
        return new GaussianProcessFit(samples, kernel, noise, ofMean, factor, weights, evidence, minimum)
        {
            IsMeanKnown = isMeanKnown,
        };
    }

    /// <summary>Says that the covariance has no Cholesky factor, and what to do.</summary>
    public static ArithmeticException NotPositiveDefinite(Kernel kernel, double noise) => new(
        $"The covariance {kernel} of the samples is not positive definite to rounding with a noise variance of "
        + $"{noise:G3}: raise "
        + "NoiseVariance, or remove rows that repeat.");

    private double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double[] residuals = samples.Residuals(parameters[Hyperparameters..]);
        if (Factor(parameters, work) is not { } factor || !residuals.All(double.IsFinite))
        {
            gradient.Fill(double.NaN);
            return double.NaN;
        }

        double[] weights = [.. residuals];
        factor.Solve(weights);
        double value = Value(residuals, weights, factor);
        rounding = RoundingOf(factor, weights);
        if (!gradient.IsEmpty)
        {
            FillGradient(
                parameters, factor, weights, TensorPrimitives.Dot<double>(residuals, weights), gradient);
        }

        return value;
    }

    private void FillGradient(
        ReadOnlySpan<double> parameters, PositiveDefiniteFactor factor, double[] weights, double explained,
        Span<double> gradient)
    {
        int count = samples.Count;
        factor.Invert(outer ??= new double[count * count], isMirrored: false);
        GramMatrix slopes = GramMatrix.Of(outer, count);
        slopes.FillColumns(isSymmetric: true, (column, firstRow, values, _) =>
        {
            TensorPrimitives.MultiplyAdd(weights.AsSpan(firstRow, values.Length), -weights[column], values, values);
            TensorPrimitives.Multiply(values, 0.5, values);
        });

        // Σ W_ij [K + diag]_ij = ½ (tr(K⁻¹ K) − αᵀ K α) = ½ (n − αᵀ r), so that of the kernel alone needs no sum.
        NoiseLaw law = NoiseOf(parameters);
        double[] noise = law.At(samples.Inputs);
        double ofNoise = 0.0;
        for (int i = 0; i < count; i++)
        {
            double own = outer[i * count + i];
            ofNoise += own * (noise[i] + samples.NoiseVariances[i]);
            noise[i] *= own;
        }

        gradient.Clear();
        double ofKernel = 0.5 * (count - explained) - ofNoise;
        kernel.With(parameters[..kernelParameters]).AddGradient(
            samples.Inputs, slopes, ofKernel, gradient[..kernelParameters]);
        law.AddGradient(samples.Inputs, noise, gradient[kernelParameters..Hyperparameters]);
        if (samples.MeanParameters > 0)
        {
            Vector<double> ofMean = -samples.MeanJacobian(parameters[Hyperparameters..]).TransposeThisAndMultiply(
                Vector<double>.Build.Dense(weights));
            ofMean.ToArray().CopyTo(gradient[Hyperparameters..]);
        }
    }

    private PositiveDefiniteFactor? Factor(ReadOnlySpan<double> parameters, double[] array) => Factor(
        samples,
        kernel.With(parameters[..kernelParameters]),
        NoiseOf(parameters),
        array);

    private NoiseLaw NoiseOf(ReadOnlySpan<double> parameters) =>
        NoiseLaw.Of(parameters[kernelParameters..Hyperparameters]);

    /// <summary>The factor of K in an array that it overwrites; null where K is not positive definite.</summary>
    private static PositiveDefiniteFactor? Factor(ProcessSamples samples, Kernel kernel, NoiseLaw law, double[] array)
    {
        double[] noise = law.At(samples.Inputs);
        GramMatrix gram = GramMatrix.Of(array, samples.Count);
        kernel.Fill(samples.Inputs, samples.Inputs, gram);
        for (int i = 0; i < samples.Count; i++)
        {
            gram.Column(i)[i] += noise[i] + samples.NoiseVariances[i];
        }

        return PositiveDefiniteFactor.TryFactor(array, samples.Count);
    }

    private static double RoundingOf(PositiveDefiniteFactor factor, double[] weights)
    {
        double largest = 0.0, precisions = 0.0;
        for (int i = 0; i < factor.Order; i++)
        {
            double pivot = factor.Lower[i * factor.Order + i];
            precisions += 1.0 / (pivot * pivot);

            // The first pivot squared is K_11; those of other samples are at most their K_ii.
            largest = Math.Max(largest, pivot * pivot);
        }

        return 4.0 / (1L << 52) * largest * (TensorPrimitives.SumOfSquares<double>(weights) + precisions);
    }

    private static double Value(double[] residuals, double[] weights, PositiveDefiniteFactor factor) =>
        0.5 * (TensorPrimitives.Dot<double>(residuals, weights) + factor.LogDeterminant()
            + factor.Order * Math.Log(2.0 * Math.PI));
}
