using Math4AI.Audio;
using Math4AI.Audio.Faults;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using Math4AI.Separation.Diagonalization;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Information;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation;

/// <summary>
/// A method that finds the sources X of a mixture Y = A X. <see cref="Auto"/> chooses one, as <c>math4ai separate</c>
/// does; the other factories make a certain one.
/// </summary>
/// <remarks>
/// The way of a separation: <see cref="Whitening"/> → the method's <see cref="Solve"/> →
/// <see cref="SourceConvention"/>, which fixes order, signs and scales → <see cref="SeparationResult"/>. The methods
/// are in Ica, Information and Diagonalization; Rooms has those for recordings with echoes, Live those for streams,
/// Quality the measures. To add one, derive from this class or from <see cref="WhiteningSeparator"/>; to list it, add
/// one line to <see cref="Methods"/>.
/// </remarks>
public abstract class Separator
{
    /// <summary>Gets all methods. Those for mixtures and those for rooms each begin with their default.</summary>
    public static IReadOnlyList<SeparationMethod> Methods { get; } =
    [
        Information.MinimumMutualInformation.Description,
        MaximumLikelihoodIca.Description,
        Ica.FastIca.Description,
        Diagonalization.Jade.Description,
        Diagonalization.Sobi.Description,
        RoomSeparator.AuxIva,
        RoomSeparator.Ilrma,
    ];

    /// <summary>Gets what the method is and what it offers.</summary>
    public abstract SeparationMethod Method { get; }

    /// <summary>Gets the method's name.</summary>
    public string Name => Method.Name;

    /// <summary>
    /// Separates by whatever suits the data: tells rooms from mixtures without echoes, and finds the number of sources
    /// where asked to. Gives the same answer as <c>math4ai separate</c>.
    /// </summary>
    /// <param name="options">The settings; the defaults suit most data.</param>
    /// <exception cref="ArgumentException">The settings do not fit together.</exception>
    public static AutoSeparator Auto(SeparationOptions? options = null) => new(options ?? new SeparationOptions());

    /// <summary>Solves A X = Y for the sources where the mixing matrix A is known.</summary>
    /// <param name="mixing">A, channels × sources, with at least as many channels as sources.</param>
    /// <exception cref="ArgumentException">A has more columns than rows, or a value that is not finite.</exception>
    public static Separator KnownMixing(Matrix<double> mixing) => new KnownMixing(mixing);

    /// <summary>Separates blindly by FastICA.</summary>
    /// <param name="options">The settings; the defaults suit most data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    /// <exception cref="ArgumentException">The derivatives of the contrast are wrong.</exception>
    public static Separator FastIca(FastIcaOptions? options = null) => new FastIca(options ?? new FastIcaOptions());

    /// <summary>
    /// Separates blindly by maximum likelihood, with one density for heavy-tailed sources and one for light-tailed
    /// ones.
    /// </summary>
    /// <param name="options">The settings; the defaults suit most data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public static Separator MaximumLikelihood(MaximumLikelihoodIcaOptions? options = null) =>
        new MaximumLikelihoodIca(options ?? new MaximumLikelihoodIcaOptions());

    /// <summary>
    /// Separates blindly by minimum mutual information, whatever the densities of the sources. This is the default
    /// method.
    /// </summary>
    /// <param name="options">The settings; the defaults suit most data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public static Separator MinimumMutualInformation(MinimumMutualInformationOptions? options = null) =>
        new MinimumMutualInformation(options ?? new MinimumMutualInformationOptions());

    /// <summary>Separates blindly by fourth-order cumulants (JADE), for at most 24 channels.</summary>
    /// <param name="sources">The number of sources; null for as many as there are independent channels.</param>
    public static Separator Jade(int? sources = null) => new Jade(sources);

    /// <summary>Separates blindly by lagged covariances (SOBI), for sources with different spectra.</summary>
    /// <param name="sources">The number of sources; null for as many as there are independent channels.</param>
    /// <param name="lags">The largest lag; all lags from 1 on are used.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lags"/> is less than 1.</exception>
    public static Separator Sobi(int? sources = null, int lags = 50) => new Sobi(sources, lags);

    /// <summary>
    /// Separates a recording. Each source is scaled to a peak of 0.9, so that it is audible and does not clip.
    /// </summary>
    /// <param name="mixture">The recording, one channel for each microphone.</param>
    /// <param name="progress">Receives every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are constant, not finite, or do not suit the method.</exception>
    public SeparationResult<Recording> Separate(
        Recording mixture, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        return Separate(mixture, Scale.AudiblePeak, unmixing => unmixing.Apply(mixture), progress, cancellation);
    }

    /// <summary>Separates a matrix. Each source is scaled to unit variance.</summary>
    /// <param name="samplesByChannels">The mixture, one row for each sample and one column for each channel.</param>
    /// <param name="progress">Receives every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are constant, not finite, or do not suit the method.</exception>
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
    /// Finds the unmixing of samples of any kind, such as a file larger than memory. Each source is scaled to unit
    /// variance, and sound to a peak of 0.9.
    /// </summary>
    /// <param name="mixture">The samples.</param>
    /// <param name="progress">Receives every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are constant, not finite, or do not suit the method.</exception>
    public SeparationResult Separate(
        ISampleSource mixture, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        Scale scale = mixture is IAudioSource ? Scale.AudiblePeak : Scale.UnitVariance;
        return Separate(mixture, scale, unmixing => unmixing, progress, cancellation);
    }

    /// <summary>
    /// Finds the unmixing up to the order, signs and scales of the sources. Messages of exceptions for unsuitable data
    /// are shown to the user, and should say what to do in one sentence.
    /// </summary>
    /// <param name="mixture">The samples.</param>
    /// <param name="log">Takes every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    protected abstract SeparationSolution Solve(
        ISampleSource mixture, SeparationLog log, CancellationToken cancellation);

    private SeparationResult<TSignal> Separate<TSignal>(
        ISampleSource mixture,
        Scale scale,
        Func<Unmixing, TSignal> apply,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        var log = new SeparationLog(progress);
        SeparationSolution solution = Solve(mixture, log, cancellation);
        Covariance covariance = solution.Mixture ?? Covariance.Of(mixture, cancellation);
        (Unmixing unmixing, SourceStatistics statistics) = SourceConvention.Apply(
            solution.Unmixing, mixture, covariance, solution.IsUnique ? Scale.AsIs : scale, cancellation);
        log.End();
        (string[] warnings, List<string> remarks) = Warnings(mixture, solution, covariance, cancellation);
        return new SeparationResult<TSignal>(() => apply(unmixing))
        {
            Method = Method,
            Unmixing = unmixing,
            Iterations = log.Changes.Count,
            Termination = solution.Termination,
            ConditionNumber = unmixing.Mixing.ConditionNumber(),
            Changes = log.Changes,
            Objectives = log.Objectives,
            Mixture = covariance,
            Statistics = statistics,
            Notes = [.. warnings, .. remarks, .. NotesOf(solution, statistics, log.Changes.Count)],
            Warnings = warnings,
            SecondsPerStage = log.SecondsPerStage,
        };
    }

    private IEnumerable<string> NotesOf(SeparationSolution solution, SourceStatistics statistics, int iterations) =>
        [
            .. solution.Notes,
            .. solution.Termination.IsConverged
                ? Array.Empty<string>()
                : [NotConverged(solution.Termination, iterations)],
            .. Method.UsesDensities ? GaussianSources.Notes(statistics) : [],
        ];

    /// <summary>Says what it means that the method ended early, and what a user of it can do.</summary>
    private string NotConverged(Termination termination, int iterations)
    {
        string ended = $"{Name} did not converge, and the sources are where it ended";
        return termination != Termination.IterationLimit
            ? $"{ended}. {termination}"
            : $"{ended}, after {Counted.Of(iterations, "iteration")}: "
                + (Method.TakesStart ? "go on from the unmixing that it found (--start unmixing.npy), " : string.Empty)
                + "ask for fewer sources (--sources), or take another method (--method).";
    }

    private static (string[] Warnings, List<string> Remarks) Warnings(
        ISampleSource mixture, SeparationSolution solution, Covariance covariance, CancellationToken cancellation)
    {
        (List<string> faults, List<string> remarks) =
            mixture is IAudioSource sound ? RecordingFaults.Of(sound, covariance, cancellation) : ([], []);
        return (
            [
                .. faults,
                .. solution.IsUnique ? [] : DataRemarks.Of(mixture, covariance),
                .. mixture is Recording held ? Clipping.Notes(held) : [],
            ],
            remarks);
    }
}
