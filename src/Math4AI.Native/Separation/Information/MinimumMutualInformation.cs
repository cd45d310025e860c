using System.Diagnostics;
using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using Math4AI.Separation.Ica;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Information;

/// <summary>Settings of the separation by least mutual information.</summary>
public sealed record MinimumMutualInformationOptions
{
    /// <summary>How many sources to look for; null for as many as there are independent channels.</summary>
    public int? Sources { get; init; }

    /// <summary>The most samples in which the search over all directions looks, evenly spread; 1000 or more.</summary>
    public int SearchSamples { get; init; } = 10_000;

    /// <summary>W to begin at, sources × channels, such as that of a similar recording; null for a search from nothing.</summary>
    public Matrix<double>? Start { get; init; }

    /// <summary>Where FastICA begins, which prepares the search among many channels.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>
/// The sources whose mutual information is least: I(x₁; …; x_m) = Σ H(x_i) − log |det W| + constant, for x = W y. Nothing is
/// assumed of the densities; they are estimated along the way. A search over all directions of every pair of signals, on some
/// thousand samples, finds the right basin; with more samples, maximum likelihood with the densities found uses all of them.
/// Neither step asks for white sources.
/// Sources: P. Comon, "Independent component analysis, a new concept?", Signal Processing 36 (1994); E. Learned-Miller and
/// J. Fisher, "ICA using spacings estimates of entropy", JMLR 4 (2003), for the search by pairs.
/// </summary>
internal sealed class MinimumMutualInformation(MinimumMutualInformationOptions options) : Separator
{
    // Up to here the search itself uses every sample.
    private const int FewSamples = 20_000;
    private const double Tolerance = 1e-4;
    private const int MostSearchSamples = 1 << 20;

    private const int SamplesForAStart = 50_000;
    private const int MostStride = 32;

    // Of the power of a white signal, what a sample of it must have.
    private const double LeastShare = 1e-3;

    public override string Name => "mi";

    private protected override Solution Solve(ISampleSource mixture, SeparationLog log, CancellationToken cancellation)
    {
        log.Begin("whiten");
        long start = Stopwatch.GetTimestamp();
        Whitening whitening = Whitening.Of(mixture, options.Sources, cancellation);
        double whitenSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        start = Stopwatch.GetTimestamp();
        double information = 0.0;
        void Report(string stage, double change, double gain)
        {
            information -= gain;
            log.Add(stage, change, information);
        }

        int count = whitening.Matrix.RowCount;
        Matrix<double> rotation = options.Start is null
            ? Matrix<double>.Build.DenseIdentity(count)
            : Rotations.OnWhite(options.Start, whitening);
        if (count > 1 && options.Start is null)
        {
            double[][] white = Sample(mixture, whitening, cancellation);
            for (int more = options.SearchSamples; IsSilentSomewhere(white) && white[0].Length < mixture.Length && more < MostSearchSamples;)
            {
                // A source that sounds now and then may have been silent in all that was looked at.
                more *= 4;
                white = new MinimumMutualInformation(options with { SearchSamples = more }).Sample(mixture, whitening, cancellation);
            }

            Matrix<double> first = count > PairwiseMinimum.FewSignals ? Prepare(white, cancellation) : rotation;
            rotation = PairwiseMinimum.Solve(Turn(first, white), mixture.Length > FewSamples, gain => Report("search", gain, gain), cancellation) * first;
        }

        Matrix<double> unmixing = rotation * whitening.Matrix;
        bool converged = true;
        if (count > 1 && (mixture.Length > FewSamples || options.Start is not null))
        {
            // A part of the data leads to the neighbourhood of the answer, where two passes over all of it are enough.
            int stride = (int)Math.Min(MostStride, mixture.Length / ((long)SamplesForAStart * count));
            if (stride > 1 && options.Start is null)
            {
                unmixing = new DensityNewton(new SubsampledSource(mixture, stride), whitening.Covariance, cancellation)
                    .Solve(unmixing, 10.0 * Tolerance, (change, gain) => Report("solve on a part", change, gain));
            }

            var newton = new DensityNewton(mixture, whitening.Covariance, cancellation);
            unmixing = newton.Solve(unmixing, Tolerance, (change, gain) => Report("solve", change, gain));
            converged = newton.Changes[^1] < Tolerance;
        }

        return new Solution(
            new Unmixing(unmixing, Mixing(unmixing, whitening), whitening.Covariance.Mean),
            whitening.Covariance,
            converged ? Termination.Converged : Termination.IterationLimit,
            whitening.Notes(),
            whitenSeconds,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>The least-squares inverse on the kept components: A with W A = I.</summary>
    private static Matrix<double> Mixing(Matrix<double> unmixing, Whitening whitening) =>
        whitening.Inverse * (unmixing * whitening.Inverse).Inverse();

    private double[][] Sample(ISampleSource mixture, Whitening whitening, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        (double[] block, int count) = EvenSample.Of(
            mixture, mixture.Length > FewSamples ? options.SearchSamples : FewSamples);
        BlockKernels.Centre(block, count, whitening.Covariance.Mean.ToArray());
        double[] white = new double[whitening.Matrix.RowCount * count];
        BlockKernels.Project(whitening.Matrix.ToRowMajorArray(), whitening.Matrix.RowCount, block, mixture.Channels, count, white);
        return [.. Enumerable.Range(0, whitening.Matrix.RowCount).Select(i => white.AsSpan(i * count, count).ToArray())];
    }

    private static bool IsSilentSomewhere(double[][] white)
    {
        Matrix<double> power = Matrix<double>.Build.Dense(white.Length, white.Length, (i, j) =>
            System.Numerics.Tensors.TensorPrimitives.Dot<double>(white[i], white[j]) / white[i].Length);
        return !(power.Evd(Symmetricity.Symmetric).EigenValues.Real().Minimum() > LeastShare);
    }

    private Matrix<double> Prepare(double[][] white, CancellationToken cancellation)
    {
        var samples = new MatrixSampleSource(Matrix<double>.Build.DenseOfColumnArrays(white));
        return FastIca(new FastIcaOptions { Seed = options.Seed }).Separate(samples, null, cancellation).Unmixing.Matrix;
    }

    private static double[][] Turn(Matrix<double> rotation, double[][] white)
    {
        int count = white[0].Length;
        double[] turned = new double[white.Length * count];
        BlockKernels.Project(rotation.ToRowMajorArray(), white.Length, [.. white.SelectMany(x => x)], white.Length, count, turned);
        return [.. Enumerable.Range(0, white.Length).Select(i => turned.AsSpan(i * count, count).ToArray())];
    }
}
