using System.Diagnostics;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using Math4AI.Separation.Diagonalization;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Information;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation;

/// <summary>
/// A method that finds the sources X of a mixture Y = A X. Every method is a value; <c>Separate</c> is the one verb.
/// </summary>
public abstract class Separator
{
    /// <summary>The method's name, as the command line and the result have it.</summary>
    public abstract string Name { get; }

    /// <summary>The mixing matrix is known: X solves A X = Y.</summary>
    /// <param name="mixing">A, channels × sources, at least as many channels as sources.</param>
    public static Separator KnownMixing(Matrix<double> mixing) => new KnownMixing(mixing);

    /// <summary>Blind separation by FastICA.</summary>
    /// <param name="options">Its settings; the defaults suit most data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting makes no sense.</exception>
    public static Separator FastIca(FastIcaOptions? options = null)
    {
        options ??= new FastIcaOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIterations, 1);
        if (!(options.Tolerance > 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Tolerance, "The tolerance must be more than 0.");
        }

        return new FastIca(options);
    }

    /// <summary>Blind separation by maximum likelihood with one density for heavy tails and one for light ones.</summary>
    /// <param name="options">Its settings; the defaults suit most data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting makes no sense.</exception>
    public static Separator MaximumLikelihood(MaximumLikelihoodIcaOptions? options = null)
    {
        options ??= new MaximumLikelihoodIcaOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIterations, 1);
        if (!(options.Tolerance > 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Tolerance, "The tolerance must be more than 0.");
        }

        return new MaximumLikelihoodIca(options);
    }

    /// <summary>Blind separation by least mutual information, whatever the sources' densities are: the default.</summary>
    /// <param name="options">Its settings; the defaults suit most data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting makes no sense.</exception>
    public static Separator MinimumMutualInformation(MinimumMutualInformationOptions? options = null)
    {
        options ??= new MinimumMutualInformationOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SearchSamples, 1000);
        return new MinimumMutualInformation(options);
    }

    /// <summary>Blind separation by fourth-order cumulants, for few channels.</summary>
    /// <param name="sources">How many sources to look for; null for as many as there are independent channels.</param>
    public static Separator Jade(int? sources = null) => new Jade(sources);

    /// <summary>Blind separation by lagged covariances, for sources with different spectra.</summary>
    /// <param name="sources">How many sources to look for; null for as many as there are independent channels.</param>
    /// <param name="lags">The lags 1, 2, … that are used.</param>
    public static Separator Sobi(int? sources = null, int lags = 50)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lags, 1);
        return new Sobi(sources, lags);
    }

    /// <summary>Separates a recording. Each source is scaled to a peak of 0.9, so that it neither clips nor vanishes.</summary>
    /// <param name="mixture">The recording; one channel a microphone.</param>
    /// <param name="progress">Told of every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are not finite, constant, or do not suit the method.</exception>
    public SeparationResult<Recording> Separate(
        Recording mixture, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        return Separate(mixture, Scale.AudiblePeak, unmixing => unmixing.Apply(mixture), progress, cancellation);
    }

    /// <summary>Separates a matrix. Each source is scaled to unit variance.</summary>
    /// <param name="samplesByChannels">One row a sample, one column a channel.</param>
    /// <param name="progress">Told of every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are not finite, constant, or do not suit the method.</exception>
    public SeparationResult<Matrix<double>> Separate(
        Matrix<double> samplesByChannels,
        IProgress<SeparationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        var source = new MatrixSampleSource(samplesByChannels);
        return Separate(
            source, Scale.UnitVariance, unmixing => unmixing.Apply(samplesByChannels), progress, cancellation);
    }

    /// <summary>
    /// Finds the unmixing of samples of any kind, such as a file larger than memory. Each source is scaled to unit variance; of sound
    /// to a peak of 0.9.
    /// </summary>
    /// <param name="mixture">The samples.</param>
    /// <param name="progress">Told of every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are not finite, constant, or do not suit the method.</exception>
    public SeparationResult Separate(
        ISampleSource mixture, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        Scale scale = mixture is Recording or AudioFileSource ? Scale.AudiblePeak : Scale.UnitVariance;
        return Separate(mixture, scale, unmixing => unmixing, progress, cancellation);
    }

    /// <summary>Whether sources are told apart by their densities alone.</summary>
    private protected virtual bool UsesDensities => true;

    /// <summary>The unmixing up to what no method can know; or, where everything is known, the unmixing itself.</summary>
    private protected abstract Solution Solve(ISampleSource mixture, SeparationLog log, CancellationToken cancellation);

    private SeparationResult<TSignal> Separate<TSignal>(
        ISampleSource mixture,
        Scale scale,
        Func<Unmixing, TSignal> apply,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        var log = new SeparationLog(progress);
        Solution solution = Solve(mixture, log, cancellation);
        long start = Stopwatch.GetTimestamp();
        (Unmixing unmixing, SourceStatistics statistics) = SourceConvention.Apply(
            solution.Unmixing, mixture, solution.Mixture, solution.IsUnique ? Scale.AsIs : scale, cancellation);
        double seconds = solution.SolveSeconds + Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new SeparationResult<TSignal>(() => apply(unmixing))
        {
            Method = Name,
            Unmixing = unmixing,
            Iterations = log.Changes.Count,
            Termination = solution.Termination,
            ConditionNumber = unmixing.Mixing.ConditionNumber(),
            Changes = log.Changes,
            Objectives = log.Objectives,
            Mixture = solution.Mixture,
            Statistics = statistics,
            Notes =
            [
                .. solution.Notes,
                .. UsesDensities ? GaussianSources.Notes(statistics) : [],
                .. mixture is Recording sound ? Clipping.Notes(sound) : [],
            ],
            SecondsPerStage = new Dictionary<string, double>
            {
                ["whiten"] = solution.WhitenSeconds,
                ["solve"] = seconds,
            },
        };
    }

    /// <summary>What a method found.</summary>
    private protected sealed record Solution(
        Unmixing Unmixing,
        Covariance Mixture,
        Termination Termination,
        IReadOnlyList<string> Notes,
        double WhitenSeconds,
        double SolveSeconds)
    {
        /// <summary>Whether order, sign and scale of the sources are known too.</summary>
        public bool IsUnique { get; init; }
    }
}
