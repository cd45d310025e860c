using System.Numerics;
using Math4AI.Audio;
using Math4AI.Data.Tables;
using Math4AI.Separation;

namespace Math4AI.Cli.Separation;

/// <summary>The options of <c>math4ai separate</c>.</summary>
internal sealed record SeparateOptions
{
    /// <summary>The word that leaves the number of sources, or the method, to the command.</summary>
    public const string Auto = "auto";

    private AutoSeparator? blind;

    public required string[] Inputs { get; init; }

    public required string Output { get; init; }

    public required int? Sources { get; init; }

    /// <summary>Gets whether the number of sources is estimated.</summary>
    public required bool IsCountOpen { get; init; }

    public required string? MixingFile { get; init; }

    /// <summary>Gets the name of the method; null if the recording decides.</summary>
    public required string? Method { get; init; }

    /// <summary>Gets the name of the contrast; null for the default one.</summary>
    public required string? Contrast { get; init; }

    /// <summary>Gets the bytes that the samples may take in memory; null if no limit is given.</summary>
    public required long? Memory { get; init; }

    public required int? Subsample { get; init; }

    /// <summary>Gets the file of an unmixing to start from.</summary>
    public required string? StartFile { get; init; }

    public required int? Stability { get; init; }

    public required bool Room { get; init; }

    /// <summary>Gets whether there may be more sources than microphones.</summary>
    public required bool MoreThanMicrophones { get; init; }

    /// <summary>Gets whether the sources in a room are left as linear filters give them.</summary>
    public required bool IsLinear { get; init; }

    public required int? Window { get; init; }

    /// <summary>Gets the reference microphone, from 1.</summary>
    public required int ReferenceMicrophone { get; init; }

    public required int Seed { get; init; }

    public required string Format { get; init; }

    public required bool Json { get; init; }

    public required bool NoReport { get; init; }

    public required bool Force { get; init; }

    /// <summary>Gets the formats that sources can be written in, besides that of the input.</summary>
    public static IReadOnlyDictionary<string, AudioFormat> Formats { get; } = new Dictionary<string, AudioFormat>
    {
        ["float32"] = AudioFormat.WavFloat32,
        ["pcm16"] = new(AudioContainer.Wav, AudioEncoding.Pcm16),
        ["pcm24"] = new(AudioContainer.Wav, AudioEncoding.Pcm24),
        ["flac"] = new(AudioContainer.Flac, AudioEncoding.Pcm24),
        ["ogg"] = new(AudioContainer.Ogg, AudioEncoding.Vorbis),
    };

    /// <summary>Gets whether the options ask for the model of a room.</summary>
    public bool IsRoomAsked => Room || MoreThanMicrophones || Named is { IsForRooms: true };

    /// <summary>Gets whether the input is one array.</summary>
    public bool IsArray => Inputs.Length == 1 && IsArrayFile(Inputs[0]);

    /// <summary>Gets the separator that the options describe.</summary>
    public AutoSeparator BlindSeparator =>
        blind ?? throw new InvalidOperationException("The options have not been checked.");

    /// <summary>The option of rooms alone that is given; null for none.</summary>
    private string? RoomSetting =>
        IsLinear ? "--linear" : Window is not null ? "--window" : ReferenceMicrophone > 1 ? "--reference-mic" : null;

    private SeparationMethod? Named => Separator.Methods.SingleOrDefault(method => method.Name == Method);

    /// <summary>Lists the names of the methods with a property.</summary>
    public static string Names(Func<SeparationMethod, bool> which) => string.Join(", ", Separator.Methods.Where(which));

    /// <summary>Throws if the options do not fit together.</summary>
    /// <exception cref="UsageException">The message says what would fit.</exception>
    public void Check()
    {
        CheckFiles();
        CheckNumbers();
        CheckNames();
        Require(
            MixingFile is null || (Sources is null && !IsCountOpen && Method is null && Contrast is null
                && !IsRoomAsked && RoomSetting is null && Subsample is null && StartFile is null && Stability is null),
            "--mixing solves for the sources directly: leave out --sources, --method, --contrast, --room and its "
            + "options, --subsample, --start and --stability.");
        Require(
            !(IsRoomAsked || RoomSetting is not null) || !IsArray,
            "A room is separated from a recording: give audio files, not an array.");
        Require(
            RoomSetting is null || IsRoomAsked
                || (Stability is null && Inputs.Length > 0 && Named is not { IsForRooms: false }),
            $"{RoomSetting} is for a recording from a room: give --room, or leave it out.");
        Require(
            Stability is null || (!IsRoomAsked && StartFile is null),
            "--stability is for blind separation without a room and without --start.");
        Require(
            Stability is null || Named is not { UsesSampleOrder: true },
            $"--stability resamples the data, and {Method} depends on their order: choose another method.");
        SeparationOptions settings = Settings();
        try
        {
            blind = Separator.Auto(settings);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private SeparationOptions Settings() => new()
    {
        Method = Named,

        // The built-in party has no echoes, and stability is for mixtures without them.
        IsRoom = Room ? true : Stability is not null || Inputs.Length == 0 ? false : null,
        Sources = Sources,
        EstimatesSources = IsCountOpen,
        Start = StartFile is null ? null : MatrixFile.Read(StartFile),
        Contrast = Math4AI.Separation.Ica.Contrast.All.SingleOrDefault(contrast => contrast.Name == Contrast),
        SearchSamples = Subsample,
        MoreThanMicrophones = MoreThanMicrophones,
        IsLinear = IsLinear,
        Window = Window,
        ReferenceMicrophone = ReferenceMicrophone - 1,
        Seed = Seed,
    };

    private void CheckFiles()
    {
        Require(
            !Inputs.Contains(string.Empty) && Output.Length > 0 && MixingFile?.Length != 0,
            "The name of a file or folder is empty.");
        string? unknown = Inputs.FirstOrDefault(input => input.Length > 1 && input[0] == '-' && !File.Exists(input));
        Require(unknown is null, $"There is no option '{unknown}'; see 'math4ai separate --help'.");
        Require(
            Inputs.Length <= 1 || !Inputs.Any(IsArrayFile),
            "Give one file of numbers (.npy, .npz, .csv), or audio files: they cannot be mixed.");
    }

    private void CheckNumbers()
    {
        Require(Sources is not < 1, $"--sources takes a whole number from 1 on, not {Sources}.");
        Require(Subsample is not < 1000, $"--subsample takes a number of samples from 1000 on, not {Subsample}.");
        Require(
            Window is null || (BitOperations.IsPow2(Window.Value) && Window is >= 64 and <= 1 << 20),
            $"--window takes a power of two from 64 to 1048576, not {Window}.");
        Require(Stability is not < 2, $"--stability takes a number of runs from 2 on, not {Stability}.");
        Require(
            ReferenceMicrophone >= 1,
            $"--reference-mic takes the number of a channel from 1 on, not {ReferenceMicrophone}.");
    }

    private void CheckNames()
    {
        string[] contrasts = [.. Math4AI.Separation.Ica.Contrast.All.Select(contrast => contrast.Name)];
        Require(
            Method is null || Named is not null,
            $"There is no method '{Method}'; choose one of: {Names(_ => true)}.");
        Require(
            Contrast is null || contrasts.Contains(Contrast),
            $"There is no contrast '{Contrast}'; choose one of: {string.Join(", ", contrasts)}.");
        Require(
            Format == "input" || Formats.ContainsKey(Format),
            $"There is no format '{Format}'; choose one of: input, {string.Join(", ", Formats.Keys)}.");
    }

    private static void Require(bool isRight, string message)
    {
        if (!isRight)
        {
            throw new UsageException(message);
        }
    }

    /// <summary>Reads a number of sources; null for none and for auto.</summary>
    /// <exception cref="UsageException">It is not a number.</exception>
    public static int? Count(string? word) =>
        word is null or Auto ? null
        : int.TryParse(word, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out int count)
            ? count
            : throw new UsageException($"--sources takes a whole number from 1 on, or {Auto}, not '{word}'.");

    /// <summary>Reads a number of bytes such as 512M; null for none.</summary>
    /// <exception cref="UsageException">It is not a number of bytes.</exception>
    public static long? Bytes(string? word)
    {
        if (word is null)
        {
            return null;
        }

        int power = word.Length > 0 ? "KMG".IndexOf(char.ToUpperInvariant(word[^1]), StringComparison.Ordinal) + 1 : 0;
        return long.TryParse(
            power > 0 ? word[..^1] : word,
            System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture,
            out long number) && number is > 0 and < 1L << 30
                ? number << (10 * power)
                : throw new UsageException($"--memory takes a number of bytes such as 512M or 2G, not '{word}'.");
    }

    private static bool IsArrayFile(string path) =>
        File.Exists(path) ? !Recording.IsSound(path) : path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase);
}
