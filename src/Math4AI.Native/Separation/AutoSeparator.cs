using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation;

/// <summary>
/// Chooses the model (a room or a mixture without echoes), the number of sources and the method, and separates. Made by
/// <see cref="Separator.Auto"/>.
/// </summary>
public sealed class AutoSeparator
{
    private readonly SeparationOptions options;

    internal AutoSeparator(SeparationOptions options)
    {
        options.Check();
        this.options = options;
    }

    /// <summary>Separates a recording.</summary>
    /// <param name="mixture">The recording, one channel for each microphone.</param>
    /// <param name="progress">Receives every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are constant, not finite, or do not suit the method.</exception>
    public AutoSeparationResult<Recording> Separate(
        Recording mixture, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        AutoSeparationResult found = Separate((ISampleSource)mixture, progress, cancellation);
        return new AutoSeparationResult<Recording>(
            found, () => found.IsRoom ? found.Room.Sources : found.Mixture.Unmixing.Apply(mixture));
    }

    /// <summary>Separates a matrix, which is not sound and was not recorded in a room.</summary>
    /// <param name="samplesByChannels">The mixture, one row for each sample and one column for each channel.</param>
    /// <param name="progress">Receives every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are constant, not finite, or do not suit the method.</exception>
    public AutoSeparationResult<Matrix<double>> Separate(
        Matrix<double> samplesByChannels,
        IProgress<SeparationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        AutoSeparationResult found = Separate(
            new LinearAlgebra.Blocks.MatrixSampleSource(samplesByChannels), progress, cancellation);
        return new AutoSeparationResult<Matrix<double>>(found, () => found.Mixture!.Unmixing.Apply(samplesByChannels));
    }

    /// <summary>Separates samples of any kind, such as a file larger than memory.</summary>
    /// <param name="mixture">The samples.</param>
    /// <param name="progress">Receives every stage and iteration.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The data are constant, not finite, or do not suit the method.</exception>
    /// <exception cref="InvalidOperationException">
    /// The sound comes from a room, and such a recording has to be in memory.
    /// </exception>
    public AutoSeparationResult Separate(
        ISampleSource mixture, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        RequireChannels(mixture);
        RequireMicrophone(mixture);
        double statistic = options.IsModelOpen && mixture is IAudioSource sound
            ? RoomTest.Statistic(sound)
            : double.NaN;
        return options.IsRoomAsked || statistic > RoomTest.Threshold
            ? SeparateRoom(mixture, statistic, progress, cancellation)
            : SeparateMixture(mixture, statistic, progress, cancellation);
    }

    /// <summary>
    /// Throws where more sources than channels are asked for. Where the model is open, it is not told to be a room's:
    /// masks cut such sources out of a mixture without echoes too.
    /// </summary>
    private void RequireChannels(ISampleSource mixture)
    {
        if (options.Sources is { } wanted && wanted > mixture.Channels && !options.IsRoomAsked)
        {
            bool hasMasks = options.IsModelOpen && mixture is IAudioSource && wanted <= RoomSeparator.MaxMasked
                && mixture.Channels is >= 2 and <= RoomSeparator.MaxChannels;
            throw new ArgumentException(SourceCount.TooMany(wanted, mixture.Channels, hasMasks));
        }
    }

    private void RequireMicrophone(ISampleSource mixture)
    {
        if (options.ReferenceMicrophone >= mixture.Channels)
        {
            throw new ArgumentException(
                $"There is no microphone {options.ReferenceMicrophone + 1} to refer to: the recording has "
                + $"{Counted.Of(mixture.Channels, "channel")}.");
        }
    }

    private AutoSeparationResult SeparateRoom(
        ISampleSource mixture,
        double statistic,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        Recording recording = mixture switch
        {
            Recording held => held,
            IAudioSource => throw new InvalidOperationException(
                "The recording comes from a room, and such a one is separated in memory: read it whole (of the "
                + "command: allow more --memory)."),
            _ => throw new ArgumentException("A room is separated from a recording, and these samples are no sound."),
        };
        RoomSeparationResult room =
            options.RoomMethod.RoomFactory!(options).Separate(recording, progress, cancellation);
        return new AutoSeparationResult
        {
            Method = options.RoomMethod,
            RoomStatistic = statistic,
            Room = room,
            Options = options,
        };
    }

    private AutoSeparationResult SeparateMixture(
        ISampleSource mixture,
        double statistic,
        IProgress<SeparationProgress>? progress,
        CancellationToken cancellation)
    {
        SeparationOptions settled = options.EstimatesSources
            ? options with { Sources = SourceCount.Of(mixture, cancellation) }
            : options;
        SeparationMethod method = options.MixtureMethod;
        SeparationResult found = method.Create(settled).Separate(mixture, progress, cancellation);
        return new AutoSeparationResult
        {
            Method = method,
            RoomStatistic = statistic,
            Mixture = found.WithNotes(OfIdleSettings()),
            Options = settled,
        };
    }

    /// <summary>Says which settings of rooms have no effect on a mixture without echoes.</summary>
    private IEnumerable<string> OfIdleSettings()
    {
        (bool IsSet, string Name)[] settings =
        [
            (options.IsLinear, "linear sources"), (options.Window is not null, "the window"),
            (options.ReferenceMicrophone > 0, "the reference microphone"),
        ];
        string[] idle = [.. settings.Where(setting => setting.IsSet).Select(setting => setting.Name)];
        if (idle.Length > 0)
        {
            yield return $"The settings of rooms ({string.Join(", ", idle)}) have no effect on a mixture without "
                + "echoes: if there are echoes, say that it comes from a room (--room).";
        }
    }
}
