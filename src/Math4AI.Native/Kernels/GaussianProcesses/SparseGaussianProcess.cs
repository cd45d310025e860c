using Math4AI.Fitting.Models;
using Math4AI.Kernels.GaussianProcesses.Sparse;
using Math4AI.Optimization;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// Gaussian process regression of many samples, 10⁴ to 10⁶: the function is described by its values at m inducing
/// points, chosen among the samples, and the hyperparameters maximize a lower bound of the evidence, the variational
/// free energy. With all samples as inducing points it is <see cref="GaussianProcess"/>.
/// </summary>
/// <remarks>
/// Time n m² for a pass over the samples, memory 4 m² numbers beside them. Source: Titsias, Variational learning of
/// inducing variables in sparse Gaussian processes, AISTATS (2009).
/// </remarks>
public sealed record SparseGaussianProcess
{
    // The points are chosen for the start, and once again for what was found from it.
    private const int Rounds = 2;

    /// <inheritdoc cref="GaussianProcess.Kernel"/>
    public Kernel? Kernel { get; init; }

    /// <inheritdoc cref="GaussianProcess.NoiseVariance"/>
    public double NoiseVariance { get; init => field = Setting.Above(value, 0.0); } = 0.1;

    /// <inheritdoc cref="GaussianProcess.Mean"/>
    public Model? Mean { get; init; }

    /// <inheritdoc cref="GaussianProcess.MeanStart"/>
    public Vector<double>? MeanStart { get; init; }

    /// <inheritdoc cref="GaussianProcess.Standardize"/>
    public bool Standardize { get; init; } = true;

    /// <inheritdoc cref="GaussianProcess.Optimize"/>
    public bool Optimize { get; init; } = true;

    /// <summary>
    /// Gets m, the number of inducing points; fewer are taken where those determine every sample to rounding.
    /// </summary>
    public int InducingCount { get; init => field = Setting.AtLeast(value, 1); } = 500;

    /// <summary>
    /// Gets the most samples that hyperparameters are estimated from: of more, so many at random. The process itself
    /// takes all.
    /// </summary>
    public int MaxSearchSamples { get; init => field = Setting.AtLeast(value, 2); } = 20_000;

    /// <summary>Gets the seed of the choices at random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the tolerances and limits of the search.</summary>
    public MinimizerOptions Options { get; init; } = new() { GradientTolerance = 1e-4, MaxIterations = 100 };

    /// <summary>Fits the process to samples.</summary>
    /// <inheritdoc cref="GaussianProcess.Fit"/>
    public SparseGaussianProcessFit Fit(
        Matrix<double> inputs, Vector<double> targets, Vector<double>? noiseVariances = null,
        CancellationToken cancellation = default)
    {
        double[] mean = ProcessMean.Start(Mean, MeanStart, Optimize, Options, inputs, targets, cancellation);
        var samples = new ProcessSamples(inputs, targets, noiseVariances, Standardize, Mean, mean);
        Kernel kernel = Kernel ?? 1.0 * Kernels.Kernel.Matern52(Enumerable.Repeat(1.0, inputs.ColumnCount).ToArray());
        kernel.Check(samples.Inputs);
        double[] at = Evidence.Pack(kernel.Parameters, Math.Log(NoiseVariance), mean);
        Minimum? search = null;
        for (int round = 0; Optimize && round < Rounds; round++)
        {
            ProcessSamples some = Some(samples);
            SparseEvidence part = EvidenceOf(some, kernel.With(at.AsSpan(0, kernel.Parameters.Count)), cancellation);
            RequireFinite(part.Value(at), kernel);
            double[] units = some.MeanUnits(at.AsSpan(part.Hyperparameters));
            search = new EvidenceSearch(part, part.Hyperparameters, Options, 1, Seed, units).From(at, cancellation);
            at = search.Parameters.ToArray();
        }

        SparseEvidence evidence = EvidenceOf(samples, kernel.With(at.AsSpan(0, kernel.Parameters.Count)), cancellation);
        SparseState? state = evidence.StateAt(at);
        RequireFinite(state?.Cost ?? double.NaN, kernel);
        double[] found = at[(kernel.Parameters.Count + 1)..];
        return new SparseGaussianProcessFit(samples, state!, found, search)
        {
            Uncertainty = Optimize && found.Length > 0 ? evidence.UncertaintyOf(state!, found) : null,
        };
    }

    private SparseEvidence EvidenceOf(ProcessSamples samples, Kernel kernel, CancellationToken cancellation)
    {
        int[] rows = InducingPoints.Choose(kernel, samples.Inputs, InducingCount, Seed);
        return new SparseEvidence(samples, kernel, samples.Inputs.Only(rows.AsSpan()), cancellation);
    }

    private ProcessSamples Some(ProcessSamples samples)
    {
        if (samples.Count <= MaxSearchSamples)
        {
            return samples;
        }

        int[] rows = [.. Enumerable.Range(0, samples.Count)];
        new Random(Seed).Shuffle(rows);
        return samples.Only([.. rows[..MaxSearchSamples].Order()]);
    }

    private void RequireFinite(double cost, Kernel kernel)
    {
        if (!double.IsFinite(cost))
        {
            throw Evidence.NotPositiveDefinite(kernel, NoiseVariance);
        }
    }
}
