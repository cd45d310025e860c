using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using Math4AI.Probability;
using Math4AI.Runtime;
using Math4AI.Separation.Ica;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Information;

/// <summary>Settings of <see cref="Separator.MinimumMutualInformation"/>.</summary>
public sealed record MinimumMutualInformationOptions
{
    /// <summary>Gets the number of sources; null for as many as there are independent channels.</summary>
    public int? Sources { get; init; }

    /// <summary>
    /// Gets the maximum number of samples in which all directions are searched, evenly spread; 1000 or more.
    /// </summary>
    public int SearchSamples { get; init => field = Setting.AtLeast(value, 1000); } = 10_000;

    /// <summary>
    /// Gets the unmixing matrix W at which the iteration begins, sources × channels, such as that of a similar
    /// recording; null for a search over all directions.
    /// </summary>
    public Matrix<double>? Start { get; init; }

    /// <summary>Gets the seed of the FastICA that prepares the search among many channels.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>
/// Minimizes the mutual information of the sources, I(x₁; …; x_m) = Σ H(x_i) − log |det W| + constant for x = W y.
/// Nothing is assumed about the densities, which are estimated during the iteration, and the sources need not be white.
/// A search over all directions of every pair of signals, on a few thousand samples, finds the right basin; with more
/// samples, maximum likelihood with the estimated densities then uses all of them. Sources: P. Comon, "Independent
/// component analysis, a new concept?", Signal Processing 36 (1994); E. Learned-Miller and J. Fisher, "ICA using
/// spacings estimates of entropy", JMLR 4 (2003), for the search by pairs.
/// </summary>
/// <remarks>
/// The files: <see cref="InvariantBasis"/> is where the search begins, so that it depends on the sources alone;
/// <see cref="PairwiseMinimum"/> searches pair after pair, with <see cref="PairDependence"/> (which pairs),
/// <see cref="ScatterWeights"/> (which samples are outliers), <see cref="EntropyCurve"/> (the entropy in all
/// directions) and <see cref="PairSearch"/> (the two best ones); <see cref="DensityNewton"/> refines the result with
/// all samples.
/// </remarks>
internal sealed class MinimumMutualInformation : WhiteningSeparator
{
    // Up to this number, the search itself uses every sample.
    private const int FewSamples = 20_000;
    private const double Tolerance = 1e-4;
    private const int MaxSearchSamples = 1 << 20;

    private const int SamplesForAStart = 50_000;
    private const int MaxStride = 32;

    // A subsample of a white signal must have at least this share of its power.
    private const double MinShare = 1e-3;

    private readonly MinimumMutualInformationOptions options;

    public MinimumMutualInformation(MinimumMutualInformationOptions options)
        : base(options.Sources)
    {
        this.options = options;
    }

    /// <summary>Gets the entry of <see cref="Separator.Methods"/>.</summary>
    public static SeparationMethod Description { get; } = new("mi")
    {
        Summary = "minimum mutual information, for sources of any density",
        Objective = "mutual information, relative to the white mixture (nats)",
        TakesStart = true,
        TakesSearchSamples = true,
        HasStandardErrors = true,
        Factory = options => new MinimumMutualInformation(new MinimumMutualInformationOptions
        {
            Sources = options.Sources,
            Seed = options.Seed,
            Start = options.Start,
            SearchSamples = options.SearchSamples ?? new MinimumMutualInformationOptions().SearchSamples,
        }),
    };

    public override SeparationMethod Method => Description;

    protected override (Unmixing Unmixing, Termination Termination) Solve(
        ISampleSource mixture, Whitening whitening, SeparationLog log, CancellationToken cancellation)
    {
        double information = 0.0;
        void Report(string stage, double change, double gain)
        {
            information -= gain;
            log.Add(stage, change, information);
        }

        bool hasStart = options.Start is not null;
        Matrix<double> rotation = hasStart
            ? Rotations.OnWhite(options.Start!, whitening)
            : Search(mixture, whitening, Report, cancellation);
        Matrix<double> unmixing = rotation * whitening.Matrix;
        bool converged = true;
        if (rotation.RowCount > 1 && (mixture.Length > FewSamples || hasStart))
        {
            (unmixing, converged) = Refine(mixture, whitening, unmixing, Report, cancellation);
        }

        return (
            new Unmixing(unmixing, Mixing(unmixing, whitening), whitening.Covariance.Mean),
            converged ? Termination.Converged : Termination.IterationLimit);
    }

    /// <summary>Searches all directions on a part of the samples; returns the rotation of the white signals.</summary>
    private Matrix<double> Search(
        ISampleSource mixture,
        Whitening whitening,
        Action<string, double, double> report,
        CancellationToken cancellation)
    {
        int count = whitening.Matrix.RowCount;
        if (count == 1)
        {
            return Matrix<double>.Build.DenseIdentity(1);
        }

        int most = options.SearchSamples;
        double[][] white = Sample(mixture, whitening, most, cancellation);
        while (IsSilentSomewhere(white) && white[0].Length < mixture.Length && most < MaxSearchSamples)
        {
            // A source that is active only rarely may be silent in the whole subsample.
            most *= 4;
            white = Sample(mixture, whitening, most, cancellation);
        }

        Matrix<double> first = Begin(white, cancellation);
        double begun = MutualInformation.Change(Matrix<double>.Build.DenseOfColumnArrays(white), first).Value;
        report("start", Math.Abs(begun), -begun);
        Matrix<double> found = PairwiseMinimum.Solve(
            Turn(first, white), mixture.Length > FewSamples, gain => report("search", gain, gain), cancellation);
        return found * first;
    }

    /// <summary>Finds where the search begins, which depends on the sources alone.</summary>
    private Matrix<double> Begin(double[][] white, CancellationToken cancellation)
    {
        Matrix<double> basis = InvariantBasis.Of(white);
        return white.Length > PairwiseMinimum.FewSignals
            ? Prepare(Turn(basis, white), cancellation) * basis
            : basis;
    }

    /// <summary>Refines W with all samples; returns W, and whether it converged.</summary>
    private (Matrix<double> Unmixing, bool IsConverged) Refine(
        ISampleSource mixture,
        Whitening whitening,
        Matrix<double> unmixing,
        Action<string, double, double> report,
        CancellationToken cancellation)
    {
        // A part of the data leads close to the answer, so that two passes over all of it are enough.
        int stride = (int)Math.Min(MaxStride, mixture.Length / ((long)SamplesForAStart * unmixing.RowCount));
        if (stride > 1 && options.Start is null)
        {
            unmixing = new DensityNewton(new SubsampledSource(mixture, stride), whitening.Covariance, cancellation)
                .Solve(unmixing, 10.0 * Tolerance, (change, gain) => report("solve on a part", change, gain));
        }

        var newton = new DensityNewton(mixture, whitening.Covariance, cancellation);
        unmixing = newton.Solve(unmixing, Tolerance, (change, gain) => report("solve", change, gain));
        return (unmixing, newton.Changes[^1] < Tolerance);
    }

    /// <summary>Computes the least-squares inverse on the kept components: A with W A = I.</summary>
    private static Matrix<double> Mixing(Matrix<double> unmixing, Whitening whitening) =>
        whitening.Inverse * (unmixing * whitening.Inverse).Inverse();

    private static double[][] Sample(
        ISampleSource mixture, Whitening whitening, int most, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        (double[] block, int count) = EvenSample.Of(mixture, mixture.Length > FewSamples ? most : FewSamples);
        BlockKernels.Centre(block, count, whitening.Covariance.Mean.ToArray());
        double[] white = new double[whitening.Matrix.RowCount * count];
        BlockKernels.Project(
            whitening.Matrix.ToRowMajorArray(), whitening.Matrix.RowCount, block, mixture.Channels, count, white);
        return [.. Enumerable.Range(0, whitening.Matrix.RowCount).Select(
            i => white.AsSpan(i * count, count).ToArray())];
    }

    private static bool IsSilentSomewhere(double[][] white)
    {
        Matrix<double> power = Matrix<double>.Build.Dense(white.Length, white.Length, (i, j) =>
            System.Numerics.Tensors.TensorPrimitives.Dot<double>(white[i], white[j]) / white[i].Length);
        return !(power.Evd(Symmetricity.Symmetric).EigenValues.Real().Minimum() > MinShare);
    }

    private Matrix<double> Prepare(double[][] white, CancellationToken cancellation)
    {
        var samples = new MatrixSampleSource(Matrix<double>.Build.DenseOfColumnArrays(white));
        return FastIca(new FastIcaOptions
        {
            Seed = options.Seed,
        }).Separate(samples, null, cancellation).Unmixing.Matrix;
    }

    private static double[][] Turn(Matrix<double> rotation, double[][] white)
    {
        int count = white[0].Length;
        double[] turned = new double[white.Length * count];
        BlockKernels.Project(
            rotation.ToRowMajorArray(), white.Length, [.. white.SelectMany(x => x)], white.Length, count, turned);
        return [.. Enumerable.Range(0, white.Length).Select(i => turned.AsSpan(i * count, count).ToArray())];
    }
}
