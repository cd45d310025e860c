using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Audio;
using Math4AI.Audio.Faults;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Rooms;

/// <summary>Names the models of sources in a room.</summary>
public enum RoomMethod
{
    /// <summary>
    /// Independent vector analysis: the frequencies of a source rise and fall together, band by band.
    /// </summary>
    AuxIva,

    /// <summary>
    /// Independent low-rank matrix analysis, begun where the former ends: a source consists of a few spectra, like
    /// notes.
    /// </summary>
    Ilrma,
}

/// <summary>Settings of <see cref="RoomSeparator"/>.</summary>
public sealed record RoomSeparatorOptions
{
    /// <summary>
    /// Gets the long window in samples, a power of two; null to choose between about a half and a quarter of a second
    /// by the result (at most a quarter for recordings under six seconds).
    /// </summary>
    public int? Window { get; init; }

    /// <summary>Gets the model of the sources.</summary>
    public RoomMethod Method { get; init; }

    /// <summary>
    /// Gets the number of sources; null for as many as microphones. What is beyond them is taken for background; of
    /// one, the loudest of two is returned.
    /// </summary>
    public int? Sources { get; init; }

    /// <summary>
    /// Gets whether the number of sources is estimated, by which outputs rise and fall together. Of a single speaker,
    /// the reference microphone's channel is returned as it is.
    /// </summary>
    public bool EstimatesSources { get; init; }

    /// <summary>Gets the reference microphone, from 0: the sources are what this microphone hears of each.</summary>
    public int ReferenceMicrophone { get; init; }

    /// <summary>
    /// Gets whether more sources than microphones may be asked for, at most six: they are separated by masks over time
    /// and frequency, which leave gaps and remains of each other in them.
    /// </summary>
    public bool MoreThanMicrophones { get; init; }

    /// <summary>
    /// Gets whether the sources are what filters that do not change over time give. Otherwise a Wiener filter removes
    /// from each, moment by moment, what these leave of noise and of the other sources; then the filters are fitted
    /// again to the cleaned sources, and the Wiener filter is applied once more.
    /// </summary>
    public bool IsLinear { get; init; }
}

/// <summary>The result of the separation of a recording from a room.</summary>
public sealed record RoomSeparationResult
{
    /// <summary>
    /// Gets the sources as the reference microphone hears them, one channel each, the loudest first.
    /// </summary>
    public required Recording Sources { get; init; }

    /// <summary>
    /// Gets how much the loudness of each source says about that of the source most like it: about 0 for independent
    /// sources, up to 1 for two that are heard in each other.
    /// </summary>
    public required IReadOnlyList<double> Dependence { get; init; }

    /// <summary>
    /// Gets by how many seconds later than at the reference microphone each source arrives at each microphone, by the
    /// first sound of it; negative where it arrives earlier.
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<double>> Delays { get; init; }

    /// <summary>Gets the windows that were used, in samples.</summary>
    public required IReadOnlyList<int> Windows { get; init; }

    /// <summary>Gets the number of iterations over all windows, which is fixed for each method.</summary>
    public required int Iterations { get; init; }

    /// <summary>Gets remarks for the user, one sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <inheritdoc cref="SeparationResult.Warnings"/>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Gets the seconds that it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Returns the sources and the work done, in one line.</summary>
    public override string ToString() =>
        $"{Counted.Of(Sources.Channels, "source")} in a room from {Counted.Of(Sources.Length, "sample")}, "
        + Counted.Of(Iterations, "iteration");
}

/// <summary>
/// Separates a recording from a room, where each microphone hears each source with its echoes, y(t) = Σ_τ A(τ) x(t −
/// τ), by independent vector analysis from coarse to fine.
/// </summary>
/// <remarks>
/// The files, in the order of the computation: <see cref="RoomTest"/> tells whether a recording comes from a room;
/// <see cref="RoomSearch"/> tries several ways; <see cref="RoomLearner"/> is the procedure over two windows, by a
/// <see cref="RoomPlan"/>; <see cref="OutputCost"/> chooses between the results; <see cref="OutputDependence"/> is what
/// the user is told of them, and <see cref="SpeakerCount"/> tells how many sources there are;
/// <see cref="ShortTimeFourier"/> and <see cref="RoomSpectra"/> make the spectra; <see cref="BandedIva"/> separates
/// every frequency, with <see cref="SpectralProducts"/>, <see cref="PairUpdate"/> and <see cref="SmallComplex"/>;
/// <see cref="BandAlignment"/> mends the order of the sources between bands; <see cref="Background"/> is what stands
/// beside fewer sources than microphones, and <see cref="SpatialMasks"/> cuts out more; <see cref="Ilrma"/> refines;
/// <see cref="ResidueFilter"/> takes out what filters leave, and <see cref="ResidueFit"/> fits filters to the
/// cleaned sources; <see cref="SourceDelays"/> tells where the sources come from.
/// </remarks>
public sealed class RoomSeparator
{
    internal const int MaxChannels = 6;
    internal const int MaxMasked = 6;
    internal const int MinSampleRate = 1000;

    private readonly RoomSeparatorOptions options;

    /// <summary>Initializes a separator.</summary>
    /// <param name="options">The settings; the defaults suit most rooms.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window is not a power of two from 64 to 2²⁰.</exception>
    public RoomSeparator(RoomSeparatorOptions? options = null)
    {
        this.options = options ?? new RoomSeparatorOptions();
        if (this.options.Window is { } window && (!BitOperations.IsPow2(window) || window is < 64 or > 1 << 20))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), window, "The window must be a power of two from 64 to 1048576.");
        }
    }

    /// <summary>Gets the entries of <see cref="Separator.Methods"/>.</summary>
    internal static SeparationMethod AuxIva { get; } = new("auxiva")
    {
        Summary = "independent vector analysis, for recordings from rooms",
        UsesSampleOrder = true,
        RoomFactory = options => new RoomSeparator(Settings(options, RoomMethod.AuxIva)),
    };

    /// <inheritdoc cref="AuxIva"/>
    internal static SeparationMethod Ilrma { get; } = new("ilrma")
    {
        Summary = "independent low-rank matrix analysis, for recordings of music from rooms",
        UsesSampleOrder = true,
        RoomFactory = options => new RoomSeparator(Settings(options, RoomMethod.Ilrma)),
    };

    /// <summary>Separates a recording.</summary>
    /// <param name="mixture">The recording: two to six channels of a second or more.</param>
    /// <param name="progress">Receives every stage.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="ArgumentException">
    /// There are too few or too many channels, the recording is too short, or a channel is silent or repeats others.
    /// </exception>
    public RoomSeparationResult Separate(
        Recording mixture, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        Check(mixture);
        long start = Stopwatch.GetTimestamp();

        var search = new RoomSearch(mixture, options, progress, cancellation);
        RoomFinding found = search.Find(Math.Max(2, options.Sources ?? mixture.Channels));
        int speakers = options.Sources
            ?? SpeakerCount.Of(found.Sources, mixture.Length, mixture.SampleRate);
        if (options.EstimatesSources && speakers < mixture.Channels)
        {
            found = speakers == 1
                ? found with { Sources = [mixture.Channel(options.ReferenceMicrophone).ToArray()] }
                : search.Find(speakers);
        }

        float[][] ordered =
            [.. found.Sources.OrderByDescending(signal => TensorPrimitives.SumOfSquares<float>(signal))];
        int kept = options.Sources ?? ordered.Length;
        Recording linear = ToRecording(ordered[..kept], mixture.SampleRate);
        (List<string> warnings, List<string> remarks) = Warnings(mixture, cancellation);
        bool isCleaned = !options.IsLinear && ordered.Length > 1 && ordered.Length <= mixture.Channels;
        return new RoomSeparationResult
        {
            Sources = isCleaned
                ? ToRecording(Clean(mixture, ordered, cancellation)[..kept], mixture.SampleRate)
                : linear,
            Dependence = DependenceOf(linear),
            Delays = SourceDelays.Of(linear, mixture, options.ReferenceMicrophone),
            Windows = found.Windows,
            Iterations = found.Iterations,
            Notes = [.. warnings, .. remarks, .. NotesOf(mixture, speakers)],
            Warnings = warnings,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    /// <summary>
    /// Estimates how many speakers there are, by which outputs rise and fall together, and how their loudness varies.
    /// </summary>
    /// <param name="mixture">The recording: two to six channels of a second or more.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <returns>The number, from 1 to that of the channels.</returns>
    /// <exception cref="ArgumentException"><inheritdoc cref="Separate" path="/exception"/></exception>
    public int CountSpeakers(Recording mixture, CancellationToken cancellation = default)
    {
        Check(mixture);
        RoomFinding found = new RoomSearch(mixture, options, progress: null, cancellation).Find(mixture.Channels);
        return SpeakerCount.Of(found.Sources, mixture.Length, mixture.SampleRate);
    }

    private static RoomSeparatorOptions Settings(SeparationOptions options, RoomMethod method) => new()
    {
        Window = options.Window,
        Method = method,
        Sources = options.Sources,
        EstimatesSources = options.EstimatesSources,
        ReferenceMicrophone = options.ReferenceMicrophone,
        MoreThanMicrophones = options.MoreThanMicrophones,
        IsLinear = options.IsLinear,
    };

    /// <summary>
    /// Removes residues twice; in between, linear filters are fitted to what the first pass leaves.
    /// </summary>
    private static float[][] Clean(Recording mixture, float[][] signals, CancellationToken cancellation)
    {
        float[][] once = ResidueFilter.Apply(signals, mixture.Length, mixture.SampleRate, cancellation);
        float[][] anew = ResidueFit.Apply(mixture, once, cancellation);
        return ResidueFilter.Apply(anew, mixture.Length, mixture.SampleRate, cancellation);
    }

    private static double[] DependenceOf(Recording sources)
    {
        double[,] pairs = OutputDependence.Between(
            [.. Enumerable.Range(0, sources.Channels).Select(k => sources.Channel(k).ToArray())], sources.Length,
            sources.SampleRate);
        return
        [
            .. Enumerable.Range(0, sources.Channels).Select(
                k => Enumerable.Range(0, sources.Channels).Where(j => j != k).Select(j => pairs[k, j])
                    .DefaultIfEmpty(0.0).Max()),
        ];
    }

    private static (List<string> Warnings, List<string> Remarks) Warnings(
        Recording mixture, CancellationToken cancellation)
    {
        var covariance = Covariance.Of(mixture, cancellation);
        (List<string> faults, List<string> remarks) = RecordingFaults.Of(mixture, covariance, cancellation);
        return ([.. faults, .. DataRemarks.OfLevels(mixture, covariance), .. Clipping.Notes(mixture)], remarks);
    }

    private IEnumerable<string> NotesOf(Recording mixture, int speakers)
    {
        int channels = mixture.Channels;
        if (channels > 2 && mixture.Duration.TotalSeconds < 7.0)
        {
            yield return "The recording is short: three or more sources in a room take seven seconds or more to be "
                + "separated reliably.";
        }

        if (speakers > channels)
        {
            yield return $"There are {channels} microphones for {speakers} sources: each was cut out of the recording "
                + "by a mask, and has gaps and remains of the others.";
        }

        if (speakers >= channels)
        {
            yield break;
        }

        if (options.Sources is { } wanted)
        {
            yield return wanted == 1
                ? "The loudest source is kept."
                : $"There are {channels} microphones for {wanted} sources: what is beyond them is taken for "
                    + "background.";
        }
        else if (options.EstimatesSources)
        {
            yield return speakers == 1
                ? "There is one speaker: the recording is left as it is."
                : $"There are {speakers} speakers: the rest is taken for background.";
        }
        else
        {
            string seem = speakers == 1 ? "one seems to be a speaker" : $"{speakers} seem to be speakers";
            yield return $"Of the {channels} sources {seem}, and the rest echoes or noise: let the number be estimated "
                + "(--sources auto), or give it.";
        }
    }

    private void Check(Recording mixture)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        if (mixture.Channels is < 2 or > MaxChannels)
        {
            throw new ArgumentException(
                $"The recording has {Counted.Of(mixture.Channels, "channel")}; a room can be separated with 2 to "
                + $"{MaxChannels} microphones"
                + (mixture.Channels > MaxChannels ? ": leave channels out." : "."));
        }

        int most = options.MoreThanMicrophones ? MaxMasked : mixture.Channels;
        if (options.Sources is { } wanted && (wanted < 1 || wanted > most))
        {
            throw new ArgumentException(
                $"{wanted} sources cannot be separated in a room with {mixture.Channels} microphones: ask for 1 to "
                + $"{most}, " + (options.MoreThanMicrophones
                    ? "or record with more microphones."
                    : "record with as many microphones as there are speakers, or allow more than microphones "
                        + "(--more-than-microphones), by masks that leave gaps."));
        }

        if (mixture.SampleRate < MinSampleRate)
        {
            throw new ArgumentException(
                $"The recording has {Counted.Of(mixture.SampleRate, "sample")} per second; the echoes of a room are "
                + $"separated from {MinSampleRate} or more: separate it as a mixture without echoes.");
        }

        if (mixture.Duration.TotalSeconds < 1.0)
        {
            throw new ArgumentException("The recording is shorter than a second: too little to learn a room from.");
        }

        if (options.ReferenceMicrophone < 0 || options.ReferenceMicrophone >= mixture.Channels)
        {
            throw new ArgumentException(
                $"There is no microphone {options.ReferenceMicrophone + 1}; the recording has {mixture.Channels} "
                + "channels.");
        }

        CheckChannels(mixture);
    }

    private static void CheckChannels(Recording mixture)
    {
        for (int channel = 0; channel < mixture.Channels; channel++)
        {
            if (mixture.Channel(channel).IndexOfAnyExcept(mixture.Channel(channel)[0]) < 0)
            {
                throw new ArgumentException($"Channel {channel + 1} is silent; leave it out.");
            }
        }

        // The exact test, which also names a sample that is not finite, only where a quick one finds something odd.
        if (LooksOdd(mixture) && Whitening.Of(mixture) is { Rank: var rank } && rank < mixture.Channels)
        {
            string? sum = RepeatedChannels.Sum(Covariance.Of(mixture), step: 0.0);
            throw new ArgumentException(
                $"Of the {mixture.Channels} channels only {rank} are independent: "
                + (sum is null ? "leave out those that repeat others." : $"{sum}. Leave out such a channel."));
        }
    }

    /// <summary>
    /// Tells, by correlations in float32, whether channels are nearly dependent or a sample is not finite.
    /// </summary>
    private static bool LooksOdd(Recording mixture)
    {
        const double MinEigenvalue = 1e-4;
        double Product(int i, int j) => TensorPrimitives.Dot(mixture.Channel(i), mixture.Channel(j));
        Matrix<double> correlation = Matrix<double>.Build.Dense(
            mixture.Channels, mixture.Channels, (i, j) => Product(i, j) / Math.Sqrt(Product(i, i) * Product(j, j)));
        return !correlation.Enumerate().All(double.IsFinite)
            || correlation.Evd(Symmetricity.Symmetric).EigenValues.Real().Minimum() < MinEigenvalue;
    }

    /// <summary>Scales all sources by one factor, so that the largest peak is 0.9.</summary>
    private static Recording ToRecording(float[][] sources, int sampleRate)
    {
        float peak = Math.Max(1e-30f, sources.Max(signal => Math.Abs(TensorPrimitives.MaxMagnitude<float>(signal))));
        return new Recording(
            [.. sources.Select(signal => Array.ConvertAll(signal, x => 0.9f * x / peak))], sampleRate,
            [.. Enumerable.Range(1, sources.Length).Select(k => $"source {k}")]);
    }
}
