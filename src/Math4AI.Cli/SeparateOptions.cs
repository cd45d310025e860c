using Math4AI.Audio;
using Math4AI.Data.Tables;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Information;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Cli;

/// <summary>What the user asked <c>math4ai separate</c> for.</summary>
internal sealed record SeparateOptions
{
    public required string[] Inputs { get; init; }

    public required string Output { get; init; }

    public required int? Sources { get; init; }

    /// <summary>Whether the number of sources is to be found.</summary>
    public required bool IsCountOpen { get; init; }

    public required string? MixingFile { get; init; }

    /// <summary>The method; null where the recording decides.</summary>
    public required string? Method { get; init; }

    public required string? Contrast { get; init; }

    /// <summary>Bytes that the samples may take in memory; null where nothing is said.</summary>
    public required long? Memory { get; init; }

    public required int? Subsample { get; init; }

    /// <summary>The file of an unmixing to begin at.</summary>
    public required string? StartFile { get; init; }

    public required int? Stability { get; init; }

    public required bool Room { get; init; }

    public required int? Window { get; init; }

    public required int ReferenceMicrophone { get; init; }

    public required int Seed { get; init; }

    public required string Format { get; init; }

    public required bool Json { get; init; }

    public required bool NoReport { get; init; }

    public required bool Force { get; init; }

    /// <summary>The contrasts of FastICA by name; the first is the default.</summary>
    public static IReadOnlyDictionary<string, Contrast> Contrasts { get; } = new Dictionary<string, Contrast>
    {
        ["logcosh"] = Math4AI.Separation.Ica.Contrast.LogCosh,
        ["exp"] = Math4AI.Separation.Ica.Contrast.Exp,
        ["cube"] = Math4AI.Separation.Ica.Contrast.Cube,
    };

    /// <summary>The methods by name.</summary>
    public static IReadOnlyDictionary<string, Func<SeparateOptions, Separator>> Methods { get; } =
        new Dictionary<string, Func<SeparateOptions, Separator>>
        {
            ["mi"] = options => Separator.MinimumMutualInformation(
                new MinimumMutualInformationOptions
                {
                    Sources = options.Sources,
                    Seed = options.Seed,
                    Start = options.Start(),
                    SearchSamples = options.Subsample ?? new MinimumMutualInformationOptions().SearchSamples,
                }),
            ["ml"] = options => Separator.MaximumLikelihood(
                new MaximumLikelihoodIcaOptions { Sources = options.Sources, Seed = options.Seed, Start = options.Start() }),
            ["fastica"] = options => Separator.FastIca(
                new FastIcaOptions
                {
                    Sources = options.Sources,
                    Seed = options.Seed,
                    Start = options.Start(),
                    Contrast = Contrasts[options.Contrast ?? Contrasts.Keys.First()],
                }),
            ["jade"] = options => Separator.Jade(options.Sources),
            ["sobi"] = options => Separator.Sobi(options.Sources),
        };

    /// <summary>The formats that sources can be written in, besides that of the input.</summary>
    public static IReadOnlyDictionary<string, AudioFormat> Formats { get; } = new Dictionary<string, AudioFormat>
    {
        ["float32"] = AudioFormat.WavFloat32,
        ["pcm16"] = new(AudioContainer.Wav, AudioEncoding.Pcm16),
        ["pcm24"] = new(AudioContainer.Wav, AudioEncoding.Pcm24),
        ["flac"] = new(AudioContainer.Flac, AudioEncoding.Pcm24),
        ["ogg"] = new(AudioContainer.Ogg, AudioEncoding.Vorbis),
    };

    /// <summary>The word for a number of sources that is to be found.</summary>
    public const string Auto = "auto";

    /// <summary>The methods for rooms; the first is the default.</summary>
    public static readonly Dictionary<string, RoomMethod> RoomMethods = new()
    {
        ["auxiva"] = RoomMethod.AuxIva,
        ["ilrma"] = RoomMethod.Ilrma,
    };

    /// <summary>Whether the words ask for the model of a room.</summary>
    public bool IsRoomAsked => Room || IsRoomMethod;

    /// <summary>The method for a room.</summary>
    public string RoomMethodName => IsRoomMethod ? Method! : RoomMethods.Keys.First();

    private bool IsRoomMethod => Method is not null && RoomMethods.ContainsKey(Method);

    /// <summary>Whether the recording itself decides between the models.</summary>
    public bool IsModelOpen => Method is null && !Room && MixingFile is null && Sources is null && !IsCountOpen && Stability is null && Subsample is null && StartFile is null && Inputs.Length > 0 && !IsArray;

    /// <summary>Whether the input is one array.</summary>
    public bool IsArray => Inputs.Length == 1 && IsArrayFile(Inputs[0]);

    /// <summary>Throws where the words do not fit together.</summary>
    /// <exception cref="UsageException">The message says what would fit.</exception>
    public void Check()
    {
        if (Inputs.Contains(string.Empty) || Output.Length == 0 || MixingFile?.Length == 0)
        {
            throw new UsageException("A file or folder was named with an empty word.");
        }

        if (Inputs.FirstOrDefault(input => input.Length > 1 && input[0] == '-' && !File.Exists(input)) is { } unknown)
        {
            throw new UsageException($"There is no option '{unknown}'; see 'math4ai separate --help'.");
        }

        if (Sources < 1)
        {
            throw new UsageException($"--sources takes a whole number from 1 on, not {Sources}.");
        }

        if (Method is not null && !IsRoomMethod && !Methods.ContainsKey(Method))
        {
            throw new UsageException(
                $"There is no method '{Method}'; choose one of: {string.Join(", ", Methods.Keys.Concat(RoomMethods.Keys))}.");
        }

        if (Contrast is not null && (Method != "fastica" || !Contrasts.ContainsKey(Contrast)))
        {
            throw new UsageException($"--contrast belongs to --method fastica and takes one of: {string.Join(", ", Contrasts.Keys)}.");
        }

        if (Subsample is not null && (Subsample < 1000 || Method is not (null or "mi") || IsRoomAsked || MixingFile is not null))
        {
            throw new UsageException("--subsample takes a number of samples from 1000 on, and belongs to --method mi.");
        }

        if (StartFile is not null
            && (Method is "jade" or "sobi" || IsRoomAsked || MixingFile is not null || IsCountOpen || Sources is not null || Stability is not null))
        {
            throw new UsageException("--start belongs to the methods mi, ml and fastica, without --sources and --stability.");
        }

        if (Window is { } window && (!System.Numerics.BitOperations.IsPow2(window) || window is < 64 or > 1 << 20))
        {
            throw new UsageException($"--window takes a power of two from 64 to 1048576, not {window}.");
        }

        if (IsRoomAsked && (IsArray || MixingFile is not null || Sources is not null || IsCountOpen || (Method is not null && !IsRoomMethod)))
        {
            throw new UsageException(
                $"A room is separated by {string.Join(" or ", RoomMethods.Keys)}, from a recording, into as many sources as microphones: leave "
                + "--mixing, --sources, other methods and arrays out.");
        }

        if (Stability < 2 || (Stability is not null && (IsRoomAsked || MixingFile is not null)))
        {
            throw new UsageException("--stability takes a number of runs from 2 on, and is for blind separation without a room.");
        }

        if (Stability is not null && Method == "sobi")
        {
            throw new UsageException("--stability draws single samples again, and sobi lives on how they follow each other: choose another method.");
        }

        if (ReferenceMicrophone < 1)
        {
            throw new UsageException($"--reference-mic takes a channel's number from 1 on, not {ReferenceMicrophone}.");
        }

        if (Format != "input" && !Formats.ContainsKey(Format))
        {
            throw new UsageException(
                $"There is no format '{Format}'; choose one of: input, {string.Join(", ", Formats.Keys)}.");
        }

        if (MixingFile is not null && (Sources is not null || IsCountOpen))
        {
            throw new UsageException("--sources has no use with --mixing: the matrix has one column a source.");
        }

        if (Inputs.Length > 1 && Inputs.Any(IsArrayFile))
        {
            throw new UsageException("Give one file of numbers (.npy, .npz, .csv), or audio files: they cannot be mixed.");
        }
    }

    /// <summary>The unmixing to begin at; null for none.</summary>
    public Matrix<double>? Start() => StartFile is null ? null : MatrixFile.Read(StartFile);

    /// <summary>The number of sources in a word; null for none and for auto.</summary>
    /// <exception cref="UsageException">The word is neither.</exception>
    public static int? Count(string? word) =>
        word is null or Auto ? null
        : int.TryParse(word, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int count)
            ? count
            : throw new UsageException($"--sources takes a whole number from 1 on, or {Auto}, not '{word}'.");

    /// <summary>The bytes in a word such as 512M; null for none.</summary>
    /// <exception cref="UsageException">It says no number of bytes.</exception>
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
