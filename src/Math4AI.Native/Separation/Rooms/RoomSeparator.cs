using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Audio;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Rooms;

/// <summary>The models of sources in a room.</summary>
public enum RoomMethod
{
    /// <summary>Independent vector analysis: a source's frequencies rise and fall together, band by band.</summary>
    AuxIva,

    /// <summary>Independent low-rank matrix analysis after it: a source is a few spectra, as notes are.</summary>
    Ilrma,
}

/// <summary>Settings of the separation of recordings from rooms.</summary>
public sealed record RoomSeparatorOptions
{
    /// <summary>
    /// The long window in samples, a power of two; null for about half a second (a quarter for recordings under six seconds).
    /// </summary>
    public int? Window { get; init; }

    /// <summary>The model of the sources.</summary>
    public RoomMethod Method { get; init; }

    /// <summary>The microphone, from 0, whose hearing of each source the result is.</summary>
    public int ReferenceMicrophone { get; init; }
}

/// <summary>Sources of a recording from a room, as one microphone hears them.</summary>
public sealed record RoomSeparationResult
{
    /// <summary>One channel a source, the loudest first.</summary>
    public required Recording Sources { get; init; }

    /// <summary>The windows that were used, in samples.</summary>
    public required IReadOnlyList<int> Windows { get; init; }

    /// <summary>The iterations, over all windows.</summary>
    public required int Iterations { get; init; }

    /// <summary>Remarks for the user.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The seconds it took.</summary>
    public required double Seconds { get; init; }
}

/// <summary>
/// Separates a recording from a room, where each microphone hears each source through echoes, y(t) = Σ_τ A(τ) x(t − τ), by
/// independent vector analysis from coarse to fine (<see cref="RoomLearner"/>).
/// </summary>
public sealed class RoomSeparator
{
    private const int MostChannels = 6;
    private const int SpectraOfASource = 4;
    private const int RefiningIterations = 30;

    private readonly RoomSeparatorOptions options;

    /// <summary>A separator.</summary>
    /// <param name="options">Its settings; the defaults suit most rooms.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window is no power of two from 64 to 2²⁰.</exception>
    public RoomSeparator(RoomSeparatorOptions? options = null)
    {
        this.options = options ?? new RoomSeparatorOptions();
        if (this.options.Window is { } window && (!BitOperations.IsPow2(window) || window is < 64 or > 1 << 20))
        {
            throw new ArgumentOutOfRangeException(nameof(options), window, "The window must be a power of two from 64 to 1048576.");
        }
    }

    /// <summary>Separates a recording of as many sources as microphones.</summary>
    /// <param name="mixture">Two to six channels, of a second or more.</param>
    /// <param name="progress">Told of every stage.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="ArgumentException">There are too few or too many channels, the recording is too short, or a channel silent.</exception>
    public RoomSeparationResult Separate(
        Recording mixture, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        Check(mixture);
        long start = Stopwatch.GetTimestamp();
        double[][] signals = [.. Enumerable.Range(0, mixture.Channels).Select(c => Array.ConvertAll(mixture.Channel(c).ToArray(), x => (double)x))];
        // The spectra of a source are found more surely at a finer pace.
        var learner = new RoomLearner(
            mixture.Channels,
            mixture.Length,
            mixture.SampleRate,
            options.Window,
            longWindowShare: options.Method == RoomMethod.Ilrma ? 0.5 : 1.0);
        learner.Learn(signals, progress, cancellation);
        if (options.Method == RoomMethod.Ilrma)
        {
            learner.Refine(SpectraOfASource, RefiningIterations, progress, cancellation);
        }

        double[][] found = learner.Outputs(options.ReferenceMicrophone);
        return new RoomSeparationResult
        {
            Sources = ToRecording(found, mixture),
            Windows = [learner.ShortWindow, learner.LongWindow],
            Iterations = learner.Iterations,
            Notes = mixture.Channels > 2 && mixture.Duration.TotalSeconds < 7.0
                ? ["The recording is short: three or more sources in a room need seven seconds and more to be told apart surely."]
                : [],
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    private void Check(Recording mixture)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        if (mixture.Channels is < 2 or > MostChannels)
        {
            throw new ArgumentException(
                $"The recording has {mixture.Channels} channels; a room can be separated with 2 to {MostChannels} microphones.");
        }

        if (mixture.Duration.TotalSeconds < 1.0)
        {
            throw new ArgumentException("The recording is shorter than a second: too little to learn a room from.");
        }

        if (options.ReferenceMicrophone < 0 || options.ReferenceMicrophone >= mixture.Channels)
        {
            throw new ArgumentException(
                $"There is no microphone {options.ReferenceMicrophone + 1}; the recording has {mixture.Channels} channels.");
        }

        for (int channel = 0; channel < mixture.Channels; channel++)
        {
            if (mixture.Channel(channel).IndexOfAnyExcept(0.0f) < 0)
            {
                throw new ArgumentException($"Channel {channel + 1} is silent; leave it out.");
            }
        }

        // Exactly, and with the name of a sample that is no number, where a quick look finds something odd.
        if (LooksOdd(mixture) && Whitening.Of(mixture) is { Rank: var rank } && rank < mixture.Channels)
        {
            throw new ArgumentException(
                $"Of the {mixture.Channels} channels only {rank} are independent: leave out those that repeat others.");
        }
    }

    /// <summary>Whether channels are nearly dependent, or some sample is not finite: by correlations in single precision.</summary>
    private static bool LooksOdd(Recording mixture)
    {
        const double LeastEigenvalue = 1e-4;
        double Product(int i, int j) => TensorPrimitives.Dot(mixture.Channel(i), mixture.Channel(j));
        Matrix<double> correlation = Matrix<double>.Build.Dense(
            mixture.Channels, mixture.Channels, (i, j) => Product(i, j) / Math.Sqrt(Product(i, i) * Product(j, j)));
        return !correlation.Enumerate().All(double.IsFinite)
            || correlation.Evd(Symmetricity.Symmetric).EigenValues.Real().Minimum() < LeastEigenvalue;
    }

    /// <summary>The sources, loudest first; all by one factor, so that the largest peak is 0.9.</summary>
    private static Recording ToRecording(double[][] found, Recording mixture)
    {
        double peak = Math.Max(1e-30, found.Max(signal => Math.Abs(TensorPrimitives.MaxMagnitude<double>(signal))));
        float[][] channels =
        [
            .. found.OrderByDescending(signal => TensorPrimitives.SumOfSquares<double>(signal))
                .Select(signal => Array.ConvertAll(signal, x => (float)(0.9 * x / peak))),
        ];
        return new Recording(channels, mixture.SampleRate);
    }
}
