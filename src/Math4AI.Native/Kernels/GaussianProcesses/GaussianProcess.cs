using Math4AI.Fitting.Models;
using Math4AI.Optimization;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// Gaussian process regression, y = m(x) + g(x) + ε with g ~ GP(0, k) and ε ~ N(0, σ²): the hyperparameters are those
/// that make the data most probable, and every prediction is a normal distribution.
/// </summary>
/// <remarks>
/// The evidence is log p(y) = −½ rᵀ K⁻¹ r − ½ log det K − (n/2) log 2π with r = y − m(X) and K = k(X, X) + σ² I,
/// maximised with its exact gradient from one Cholesky factor. Time n³, memory two arrays of n² numbers. Source:
/// Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), chapters 2 and 5.
/// </remarks>
public sealed record GaussianProcess
{
    /// <summary>
    /// Gets the kernel and its hyperparameters at the start, in units of <see cref="Standardize"/>; null for
    /// <c>1.0 * Kernel.Matern52(…)</c> with a length scale for each input.
    /// </summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets σ² at the start, as a share of the variance of what the mean leaves of the targets.</summary>
    public double NoiseVariance { get; init => field = Setting.Above(value, 0.0); } = 0.1;

    /// <summary>
    /// Gets u at the start, one number an input, where the noise differs from sample to sample: σ²(x) = σ² exp(u·x) of
    /// the inputs in units of <see cref="Standardize"/>, with u estimated too; null, the default, for noise that is the
    /// same everywhere. Zeros are a start.
    /// </summary>
    public IReadOnlyList<double>? NoiseSlopes { get; init; }

    /// <summary>
    /// Gets the mean function m(x, β), whose parameters are estimated too; null for a constant at the mean of the
    /// targets.
    /// </summary>
    public Model? Mean { get; init; }

    /// <summary>
    /// Gets β where its own least squares fit begins, at whose end the search begins, in the order of the model's
    /// parameters; null for the model's own start, or ones.
    /// </summary>
    public Vector<double>? MeanStart { get; init; }

    /// <summary>
    /// Gets whether inputs are shifted and scaled to mean 0 and variance 1 for the kernel. Without it length scales are
    /// in the inputs' own units. Targets are always divided within by the standard deviation of what the mean leaves.
    /// </summary>
    public bool Standardize { get; init; } = true;

    /// <summary>Gets whether hyperparameters are estimated; otherwise those given are used as they are.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>
    /// Gets the number of starts of the search: the given hyperparameters, then random ones within a factor of 10 of
    /// them.
    /// </summary>
    public int Starts { get; init => field = Setting.AtLeast(value, 1); } = 3;

    /// <summary>Gets the seed of the random starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the tolerances and limits of the search from each start.</summary>
    public MinimizerOptions Options { get; init; } = new() { GradientTolerance = 1e-6 };

    /// <summary>Fits the process to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, one number a sample.</param>
    /// <param name="noiseVariances">
    /// Known variances of the samples' own noise, in the targets' unit squared, beside σ²; null for none.
    /// </param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, or there are fewer than 2 samples.
    /// </exception>
    /// <exception cref="ArithmeticException">
    /// The covariance is not positive definite at the start, or the evidence has no finite slope there: rows that
    /// repeat need noise, and kernels of one's own must be positive semidefinite.
    /// </exception>
    public GaussianProcessFit Fit(
        Matrix<double> inputs, Vector<double> targets, Vector<double>? noiseVariances = null,
        CancellationToken cancellation = default)
    {
        double[] mean = ProcessMean.Start(Mean, MeanStart, Optimize, Options, inputs, targets, cancellation);
        var samples = new ProcessSamples(inputs, targets, noiseVariances, Standardize, Mean, mean);
        Kernel kernel = Kernel ?? 1.0 * Kernels.Kernel.Matern52(Enumerable.Repeat(1.0, inputs.ColumnCount).ToArray());
        kernel.Check(samples.Inputs);
        double[] slopes = NoiseLaw.Check(NoiseSlopes, inputs.ColumnCount);
        var evidence = new Evidence(samples, kernel, slopes.Length);
        double[] start = Evidence.Pack(kernel.Parameters, Math.Log(NoiseVariance), mean, slopes);
        if (!Optimize)
        {
            return evidence.Fit(null, start);
        }

        return double.IsFinite(evidence.Value(start))
            ? evidence.Fit(new EvidenceSearch(
                evidence, evidence.Hyperparameters, Options, Starts, Seed, samples.MeanUnits(mean))
                .From(start, cancellation))
            : throw Evidence.NotPositiveDefinite(kernel, NoiseVariance);
    }
}
