using Math4AI.Audio;
using Math4AI.Separation;

namespace Math4AI.Cli;

/// <summary>What the user asked <c>math4ai separate</c> for.</summary>
internal sealed record SeparateOptions
{
    public required string[] Inputs { get; init; }

    public required string Output { get; init; }

    public required int? Sources { get; init; }

    public required string? MixingFile { get; init; }

    public required string Method { get; init; }

    public required int Seed { get; init; }

    public required string Format { get; init; }

    public required bool Json { get; init; }

    public required bool NoReport { get; init; }

    public required bool Force { get; init; }

    /// <summary>The methods by name.</summary>
    public static IReadOnlyDictionary<string, Func<SeparateOptions, Separator>> Methods { get; } =
        new Dictionary<string, Func<SeparateOptions, Separator>>
        {
            ["mi"] = options => Separator.MinimumMutualInformation(
                new MinimumMutualInformationOptions { Sources = options.Sources, Seed = options.Seed }),
            ["fastica"] = options => Separator.FastIca(
                new FastIcaOptions { Sources = options.Sources, Seed = options.Seed }),
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

    /// <summary>Whether the input is one array.</summary>
    public bool IsArray => Inputs.Length == 1 && IsNpy(Inputs[0]);

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

        if (!Methods.ContainsKey(Method))
        {
            throw new UsageException($"There is no method '{Method}'; choose one of: {string.Join(", ", Methods.Keys)}.");
        }

        if (Format != "input" && !Formats.ContainsKey(Format))
        {
            throw new UsageException(
                $"There is no format '{Format}'; choose one of: input, {string.Join(", ", Formats.Keys)}.");
        }

        if (MixingFile is not null && Sources is not null)
        {
            throw new UsageException("--sources has no use with --mixing: the matrix has one column a source.");
        }

        if (Inputs.Length > 1 && Inputs.Any(IsNpy))
        {
            throw new UsageException("Give one .npy file, or audio files: they cannot be mixed.");
        }
    }

    private static bool IsNpy(string path) => path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase);
}
