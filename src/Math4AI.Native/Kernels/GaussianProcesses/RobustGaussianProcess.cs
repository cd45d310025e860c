using Math4AI.Kernels.GaussianProcesses.Laplace;
using Math4AI.Optimization;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// Gaussian process regression with Student-t noise, y = m + g(x) + σ t_ν with g ~ GP(0, k): samples far off the others
/// are taken for noise and do not draw the function to them. The posterior is approximated by Laplace's method; the
/// hyperparameters, σ and ν are those that make the targets most probable.
/// </summary>
/// <remarks>
/// Time about 3 n³ for each of about 10 steps to a mode, memory 6 n² numbers. Source: Vanhatalo, Jylänki and Vehtari,
/// Gaussian process regression with Student-t likelihood, NIPS 22 (2009).
/// </remarks>
public sealed record RobustGaussianProcess
{
    // The median of |t − median t| times this is the standard deviation of a normal distribution.
    private const double Normal = 1.4826;

    // σ² at the start, as a share of the squared spread of the targets.
    private const double UsualNoise = 0.1;

    /// <summary>
    /// Gets the kernel and its hyperparameters at the start, in units of <see cref="Standardize"/>; null for
    /// <c>1.0 * Kernel.Matern52(…)</c> with a length scale for each input.
    /// </summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets σ² at the start, as a share of the squared spread of the targets.</summary>
    public double NoiseVariance { get; init => field = Setting.Above(value, 0.0); } = UsualNoise;

    /// <summary>
    /// Gets u at the start, one number an input, where the noise differs from sample to sample: σ²(x) = σ² exp(u·x) of
    /// the inputs in units of <see cref="Standardize"/>, with u estimated too; null, the default, for noise that is the
    /// same everywhere. Zeros are a start.
    /// </summary>
    public IReadOnlyList<double>? NoiseSlopes { get; init; }

    /// <summary>
    /// Gets ν at the start, the degrees of freedom of the noise, above 1: with 4, about 1 sample in 100 is more than
    /// 4.6 σ off; as ν → ∞ the noise is normal.
    /// </summary>
    public double Degrees { get; init => field = Setting.Above(value, 1.0); } = 4.0;

    /// <summary>Gets whether inputs are shifted and scaled to mean 0 and variance 1 for the kernel.</summary>
    public bool Standardize { get; init; } = true;

    /// <summary>
    /// Gets whether the kernel's hyperparameters, σ and ν are estimated; otherwise those given are used as they are.
    /// </summary>
    public bool Optimize { get; init; } = true;

    /// <summary>
    /// Gets the number of starts of the search: the given hyperparameters, then random ones within a factor of 10 of
    /// them.
    /// </summary>
    public int Starts { get; init => field = Setting.AtLeast(value, 1); } = 2;

    /// <summary>Gets the seed of the random starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the tolerances and limits of the search from each start.</summary>
    public MinimizerOptions Options { get; init; } = new() { GradientTolerance = 1e-5 };

    /// <summary>Fits the process to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, one number a sample.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, there are fewer than 2 samples, or
    /// <see cref="Degrees"/> is not above 1.
    /// </exception>
    /// <exception cref="ArithmeticException">The kernel is not positive semidefinite on the samples.</exception>
    public RobustGaussianProcessFit Fit(
        Matrix<double> inputs, Vector<double> targets, CancellationToken cancellation = default)
    {
        KernelSamples given = ProcessSamples.Check(inputs, targets, null);
        Kernel kernel = Kernel ?? 1.0 * Kernels.Kernel.Matern52(Enumerable.Repeat(1.0, inputs.ColumnCount).ToArray());
        kernel.Check(given);
        var scaling = new InputScaling(given, Standardize);
        KernelSamples samples = scaling.Apply(inputs);
        double level = targets.Median(), spread = Normal * targets.Subtract(level).PointwiseAbs().Median();
        spread = spread > 0.0 ? spread : InputScaling.MeanAndDeviation(targets.ToArray()).Deviation;
        spread = spread > 0.0 ? spread : 1.0;
        double[] scaled = [.. targets.Subtract(level).Divide(spread)];
        double[] slopes = NoiseLaw.Check(NoiseSlopes, inputs.ColumnCount);
        var mode = new StudentMode(scaled, samples, slopes.Length);
        var evidence = new LaplaceEvidence(samples, kernel, mode);
        double[] at = Start(evidence, kernel, slopes)
            ?? throw new ArithmeticException(
                $"The kernel {kernel} is not positive semidefinite on {samples.Count} samples, or the noise of a "
                + "sample is too small for float64: check the kernel, or raise NoiseVariance.");
        Minimum? search = Optimize
            ? new EvidenceSearch(evidence, at.Length, Options, Starts, Seed).From(at, cancellation)
            : null;
        evidence.Value(search is null ? at : search.Parameters.ToArray());
        return new RobustGaussianProcessFit(
            new RobustTargets(scaled, level, spread), scaling, samples, evidence.Kernel, mode, search);
    }

    /// <summary>
    /// Where the evidence is finite: with the noise as it was given or, before a search, with the usual one, at last
    /// the same everywhere. Parameters that were found with normal noise can leave the mode of Student's t no matrix to
    /// factor, and the search finds the noise anyway.
    /// </summary>
    private double[]? Start(LaplaceEvidence evidence, Kernel kernel, double[] slopes)
    {
        double usual = Math.Max(NoiseVariance, UsualNoise);
        (double Noise, double[] Slopes)[] starts = Optimize
            ? [(NoiseVariance, slopes), (usual, slopes), (usual, new double[slopes.Length])]
            : [(NoiseVariance, slopes)];
        return starts
            .Select(start => (double[])
                [.. kernel.Parameters, .. StudentMode.Pack(start.Noise, Degrees, start.Slopes)])
            .FirstOrDefault(at => double.IsFinite(evidence.Value(at)));
    }
}
