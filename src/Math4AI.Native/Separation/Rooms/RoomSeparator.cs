using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Audio;
using Math4AI.Runtime;
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
    /// by the result (half of these for recordings under six seconds).
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

    /// <summary>Gets the seconds that it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>Returns the sources and the work done, in one line.</summary>
    public override string ToString() =>
        $"{Sources.Channels} sources in a room from {Sources.Length} samples, {Iterations} iterations";
}

/// <summary>
/// Separates a recording from a room, where each microphone hears each source with its echoes, y(t) = Σ_τ A(τ) x(t −
/// τ), by independent vector analysis from coarse to fine.
/// </summary>
/// <remarks>
/// The files, in the order of the computation: <see cref="RoomTest"/> tells whether a recording comes from a room;
/// <see cref="RoomLearner"/> is the procedure over two windows, by a <see cref="RoomPlan"/>;
/// <see cref="OutputDependence"/> chooses between the results of several, and <see cref="SpeakerCount"/> tells how many
/// sources there are; <see cref="ShortTimeFourier"/> and
/// <see cref="RoomSpectra"/> make the spectra; <see cref="BandedIva"/> separates every frequency, with
/// <see cref="SpectralProducts"/>, <see cref="PairUpdate"/> and <see cref="SmallComplex"/>; <see cref="BandAlignment"/>
/// mends the order of the sources between bands; <see cref="Background"/> is what stands beside fewer sources than
/// microphones; <see cref="Ilrma"/> refines; <see cref="SourceDelays"/> tells where the sources come from.
/// </remarks>
public sealed class RoomSeparator
{
    private const int MaxChannels = 6;
    private const int SpectraOfASource = 4;
    private const int RefiningIterations = 30;

    // A longer window can make more signals independent that are none: it has to make them so much more so.
    private const double DependenceOfLonger = 0.7;

    // The spectra of a source are estimated better with shorter frames.
    private static readonly RoomPlan LowRank = RoomPlan.Usual with { LongWindowShare = 0.5 };

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

        Attempt found = Find(mixture, Math.Max(2, options.Sources ?? mixture.Channels), progress, cancellation);
        int speakers = options.Sources is null
            ? SpeakerCount.Of(found.Sources, mixture.Length, mixture.SampleRate)
            : options.Sources.Value;
        if (options.EstimatesSources && speakers < mixture.Channels)
        {
            found = speakers == 1
                ? found with { Sources = [mixture.Channel(options.ReferenceMicrophone).ToArray()] }
                : Find(mixture, speakers, progress, cancellation);
        }

        Recording sources = ToRecording(found.Sources, mixture);
        return new RoomSeparationResult
        {
            Sources = sources,
            Dependence = DependenceOf(sources),
            Delays = SourceDelays.Of(sources, mixture, options.ReferenceMicrophone),
            Windows = found.Windows,
            Iterations = found.Iterations,
            Notes = [.. Notes(mixture, speakers)],
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    private static RoomSeparatorOptions Settings(SeparationOptions options, RoomMethod method) => new()
    {
        Window = options.Window,
        Method = method,
        Sources = options.Sources,
        EstimatesSources = options.EstimatesSources,
        ReferenceMicrophone = options.ReferenceMicrophone,
    };

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

    private Attempt Find(
        Recording mixture, int sources, IProgress<SeparationProgress>? progress, CancellationToken cancellation) =>
        options.Method == RoomMethod.Ilrma ? Try(mixture, sources, LowRank, progress, cancellation)
        : options.Window is not null ? Try(mixture, sources, RoomPlan.Usual, progress, cancellation)
        : Choose(mixture, sources, progress, cancellation);

    /// <summary>
    /// Separates from two starts with the shorter of two long windows, and with the longer one, and takes the result
    /// whose sources depend least on each other.
    /// </summary>
    private Attempt Choose(
        Recording mixture, int sources, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        double Dependence(Attempt attempt) =>
            OutputDependence.Of(attempt.Sources, mixture.Length, mixture.SampleRate);
        Attempt best = Try(mixture, sources, RoomPlan.Usual, progress, cancellation);
        double least = Dependence(best) / DependenceOfLonger;
        int iterations = best.Iterations;
        foreach (RoomPlan plan in RoomPlan.Shorter)
        {
            Attempt attempt = Try(mixture, sources, plan, progress, cancellation);
            iterations += attempt.Iterations;
            if (Dependence(attempt) is var other && other <= least)
            {
                (best, least) = (attempt, other);
            }
        }

        return best with { Iterations = iterations };
    }

    private Attempt Try(
        Recording mixture,
        int sources,
        RoomPlan plan,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        int window = options.Window
            ?? RoomLearner.WindowFor(mixture.Length, mixture.SampleRate, plan.LongWindowShare);
        var crew = new WorkCrew(Compute.Threads - 1);
        try
        {
            var learner = new RoomLearner(
                crew, mixture.Channels, sources, mixture.SampleRate, mixture.Length, window, plan);
            learner.Prepare(mixture.Length, window);
            learner.Learn(new Signals(mixture), progress, cancellation);
            if (options.Method == RoomMethod.Ilrma)
            {
                learner.Refine(SpectraOfASource, RefiningIterations, progress, cancellation);
            }

            return new Attempt(
                learner.Outputs(options.ReferenceMicrophone), [learner.ShortWindow, learner.LongWindow],
                learner.Iterations);
        }
        finally
        {
            crew.End();
        }
    }

    private IEnumerable<string> Notes(Recording mixture, int speakers)
    {
        int channels = mixture.Channels;
        if (channels > 2 && mixture.Duration.TotalSeconds < 7.0)
        {
            yield return "The recording is short: three or more sources in a room take seven seconds or more to be "
                + "separated reliably.";
        }

        if (speakers >= channels)
        {
            yield break;
        }

        if (options.Sources is { } wanted)
        {
            yield return wanted == 1
                ? "The louder of two sources is kept."
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
            yield return $"Of the {channels} sources {speakers} seem to be speakers, and the rest their echoes or "
                + "noise: let the number be estimated (auto), or give it.";
        }
    }

    private void Check(Recording mixture)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        if (mixture.Channels is < 2 or > MaxChannels)
        {
            throw new ArgumentException(
                $"The recording has {mixture.Channels} channels; a room can be separated with 2 to {MaxChannels} "
                + "microphones.");
        }

        if (options.Sources is { } wanted && (wanted < 1 || wanted > mixture.Channels))
        {
            throw new ArgumentException(
                $"{wanted} sources cannot be separated in a room with {mixture.Channels} microphones: ask for 1 to "
                + $"{mixture.Channels}, or record with as many microphones as there are speakers.");
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
            if (mixture.Channel(channel).IndexOfAnyExcept(0.0f) < 0)
            {
                throw new ArgumentException($"Channel {channel + 1} is silent; leave it out.");
            }
        }

        // The exact test, which also names a sample that is not finite, only where a quick one finds something odd.
        if (LooksOdd(mixture) && Whitening.Of(mixture) is { Rank: var rank } && rank < mixture.Channels)
        {
            throw new ArgumentException(
                $"Of the {mixture.Channels} channels only {rank} are independent: leave out those that repeat others.");
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

    /// <summary>Orders the sources by loudness and scales all by one factor, so that the largest peak is 0.9.</summary>
    private Recording ToRecording(float[][] found, Recording mixture)
    {
        float peak = Math.Max(1e-30f, found.Max(signal => Math.Abs(TensorPrimitives.MaxMagnitude<float>(signal))));
        float[][] channels =
        [
            .. found.OrderByDescending(signal => TensorPrimitives.SumOfSquares<float>(signal))
                .Take(options.Sources ?? found.Length)
                .Select(signal => Array.ConvertAll(signal, x => 0.9f * x / peak)),
        ];
        return new Recording(
            channels, mixture.SampleRate, [.. Enumerable.Range(1, channels.Length).Select(k => $"source {k}")]);
    }

    private sealed record Attempt(float[][] Sources, IReadOnlyList<int> Windows, int Iterations);

    private sealed class Signals(Recording recording) : IRoomSignals
    {
        public void Read(int channel, int start, Span<double> samples) =>
            TensorPrimitives.ConvertTruncating(recording.Channel(channel).Slice(start, samples.Length), samples);
    }
}
