using System.CommandLine;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Cli.Separation;
using Math4AI.Separation.Live;

namespace Math4AI.Cli.Live;

/// <summary>The options of <c>math4ai stream</c>.</summary>
internal static class StreamCommand
{
    private static readonly Dictionary<string, (AudioEncoding Encoding, bool IsBigEndian)> Encodings = new()
    {
        ["f32le"] = (AudioEncoding.Float32, false),
        ["f64le"] = (AudioEncoding.Float64, false),
        ["s16le"] = (AudioEncoding.Pcm16, false),
        ["s24le"] = (AudioEncoding.Pcm24, false),
        ["s32le"] = (AudioEncoding.Pcm32, false),
        ["f32be"] = (AudioEncoding.Float32, true),
        ["f64be"] = (AudioEncoding.Float64, true),
        ["s16be"] = (AudioEncoding.Pcm16, true),
        ["s24be"] = (AudioEncoding.Pcm24, true),
        ["s32be"] = (AudioEncoding.Pcm32, true),
        ["mulaw"] = (AudioEncoding.MuLaw, false),
        ["alaw"] = (AudioEncoding.ALaw, false),
    };

    private static readonly Argument<string> InputArgument = new("INPUT")
    {
        Description = "A recording of several channels, or - for standard input. WAV is read from a pipe as it "
            + "comes, any other format once the pipe has ended (up to 4 GiB, or the bytes in MATH4AI_SPOOL_BYTES).",
        DefaultValueFactory = _ => "-",
    };

    private static readonly Option<string?> OutputOption = CommonOptions.Output(
        "The file for the sources, one channel each (.wav, .flac, .ogg, .aiff), or - for standard output.",
        "sources.wav");

    private static readonly Option<string?> DeviceOption = CommonOptions.Named<string?>(
        "--device", "DEVICE",
        "The sound device to record from, instead of INPUT: its name, a part of it, or default; with "
            + "--rate and --channels.");

    private static readonly Option<string?> PlayOption = CommonOptions.Named<string?>(
        "--play", "DEVICE", "The sound device to play the sources on, instead of -o.");

    private static readonly Option<int> BlockOption = CommonOptions.Named<int>(
        "--block", "N", "The number of frames that are separated at a time.", 64);

    private static readonly Option<bool> RoomOption = new("--room")
    {
        Description = "The sound comes from a room with echoes.",
    };

    private static readonly Option<int?> WindowOption = CommonOptions.Named<int?>(
        "--window", "N",
        "For rooms: the window in samples, a power of two, by which the sources are delayed. "
            + "Default: 0.128 s.");

    private static readonly Option<string?> ForgetOption = CommonOptions.Named<string?>(
        "--forget", "TIME",
        "The time constant of forgetting, such as 0.5s or 500ms: short follows sources that "
            + "move, long is more exact. Default: 0.5s. With --room: the time that is learned from, 1s to 60s. "
            + "Default: 12s, and where something has moved, no more than since then.");

    private static readonly Option<string?> SourcesOption = CommonOptions.Named<string?>(
        "--sources", "N",
        "For rooms: the number of speakers, from 2 to that of the channels; auto to count them in the first eight "
            + "seconds, which are waited for. The rest is taken for background. Default: as many as channels.");

    private static readonly Option<string?> StartOption = CommonOptions.Named<string?>(
        "--start", "FILE",
        "The unmixing matrix to begin with: unmixing.npy of math4ai separate, or a .csv file; "
            + "not for rooms. Without it the input passes through unchanged until the separation has "
            + "converged.");

    private static readonly Option<string?> FreezeOption = CommonOptions.Named<string?>(
        "--freeze", "TIME",
        "Stop learning after so much sound, such as 10s; 0s applies --start exactly as it is.");

    private static readonly Option<string?> ScaleOption = CommonOptions.Named<string?>(
        "--scale", "WAY",
        "How loud the sources are: source, as they are in the channels; or keep, in the units of "
            + "--start. Default: keep with --start, source without.");

    private static readonly Option<string> GapsOption = CommonOptions.Named<string>(
        "--gaps", "WAY",
        "With --device and -o, what takes the place of lost frames: silence, so that the rest stays "
            + "in time, or close for nothing. (With --play, sound is never late: gaps are closed.)",
        "silence");

    private static readonly Option<bool> RealtimeOption = new("--realtime")
    {
        Description = "Ask for real-time priority and locked memory for the work; says what was granted.",
    };

    private static readonly Option<string?> FormatOption = CommonOptions.Named<string?>(
        "--format", "NAME",
        $"The format of samples without a header, in and out: {string.Join(", ", Encodings.Keys)}; "
            + "with --rate and --channels.");

    private static readonly Option<int?> RateOption = CommonOptions.Named<int?>(
        "--rate", "HZ", "With --format or --device: the samples per second. Default for a device: 48000.");

    private static readonly Option<int?> ChannelsOption = CommonOptions.Named<int?>(
        "--channels", "N", "With --format or --device: the number of channels. Default for a device: 2.");

    private static readonly Option<bool> ReportOption = new("--latency-report")
    {
        Description = "Print the latency, and the number of late blocks, at the end.",
    };

    private static readonly Option<string?> PageOption = CommonOptions.Named<string?>(
        "--report", "FILE", "The file for a report on the latency (.html).");

    public static Command Create()
    {
        var command = new Command(
            "stream",
            "Separate sound as it arrives, from and to a pipe, a file or a sound device.\n\nExamples:\n"
            + "  math4ai stream meeting.wav -o voices.wav\n"
            + "  arecord -t wav -c 2 -r 48000 -f S16_LE | math4ai stream - -o voices.wav\n"
            + "  math4ai stream --device default --rate 48000 --channels 2 --play default")
        {
            InputArgument, OutputOption, DeviceOption, PlayOption, BlockOption, RoomOption, WindowOption,
            ForgetOption, SourcesOption, StartOption, FreezeOption, ScaleOption, GapsOption, RealtimeOption,
            FormatOption,
            RateOption, ChannelsOption, ReportOption, PageOption,
            CommonOptions.Json, CommonOptions.Force,
        };
        command.SetAction((words, cancellation) =>
        {
            StreamJob job = Job(words);
            return Task.Run(() => job.Run(cancellation), CancellationToken.None);
        });
        return command;
    }

    private static StreamJob Job(ParseResult words)
    {
        string path = words.GetValue(OutputOption)!;
        string? listened = words.GetValue(DeviceOption);
        RefuseIdle(words);
        HeaderlessFormat? headerless = Headerless(
            words.GetValue(FormatOption),
            words.GetValue(RateOption),
            words.GetValue(ChannelsOption),
            hasDevice: listened is not null);
        return new StreamJob
        {
            Input = words.GetValue(InputArgument)!,
            Output = path,
            Device = listened,
            DeviceRate = Positive("--rate", words.GetValue(RateOption) ?? 48_000, 1_000_000),
            DeviceChannels = Positive("--channels", words.GetValue(ChannelsOption) ?? 2, 1024),
            Play = words.GetValue(PlayOption),
            OutputFormat = OutputFormat(path, headerless),
            Headerless = headerless,
            Block = Positive("--block", words.GetValue(BlockOption), 1 << 16),
            Room = words.GetValue(RoomOption),
            Window = Window(words.GetValue(WindowOption), words.GetValue(RoomOption)),
            Sources = Sources(words.GetValue(SourcesOption), words.GetValue(RoomOption)),
            CountsSources = words.GetValue(SourcesOption) == SeparateOptions.Auto,
            Forget = words.GetValue(ForgetOption) is not { } forget ? null
                : words.GetValue(RoomOption) ? Duration("--forget", forget, least: 1.0, most: 60.0)
                : Duration("--forget", forget, least: 0.01),
            Start = Start(words.GetValue(StartOption), words.GetValue(RoomOption)),
            Freeze = words.GetValue(FreezeOption) is { } time ? Duration("--freeze", time, least: 0.0) : null,
            Scale = Scale(
                words.GetValue(ScaleOption), words.GetValue(StartOption) is not null, words.GetValue(RoomOption)),
            FillGaps = Gaps(words.GetValue(GapsOption)!),
            Realtime = words.GetValue(RealtimeOption),
            Report = Page(words.GetValue(PageOption)),
            LatencyReport = words.GetValue(ReportOption),
            Json = words.GetValue(CommonOptions.Json),
            Force = words.GetValue(CommonOptions.Force),
        };
    }

    private static void RefuseIdle(ParseResult words)
    {
        bool plays = words.GetValue(PlayOption) is not null;
        if (words.GetValue(DeviceOption) is null || plays)
        {
            words.RefuseIdle("belongs to --device and -o: otherwise no frames are lost in a file.", GapsOption);
        }

        if (plays)
        {
            words.RefuseIdle("names a file, and --play plays the sources instead: give one of them.", OutputOption);
        }
    }

    private static string? Start(string? path, bool room) =>
        path is not null && room
            ? throw new UsageException(
                $"--start {path} does not suit --room: a room's unmixing is more than a matrix.")
            : path;

    private static string? Page(string? path) =>
        path is null || path.EndsWith(".html", StringComparison.OrdinalIgnoreCase)
            ? path
            : throw new UsageException($"--report takes a .html file, not '{path}'.");

    private static HeaderlessFormat? Headerless(string? format, int? rate, int? channels, bool hasDevice)
    {
        if (format is null)
        {
            return (rate is null && channels is null) || hasDevice
                ? null
                : throw new UsageException(
                    "--rate and --channels belong to --format or --device: otherwise the header gives them.");
        }

        if (!Encodings.TryGetValue(format, out (AudioEncoding Encoding, bool IsBigEndian) found))
        {
            throw new UsageException(
                $"There is no format '{format}'; choose one of: {string.Join(", ", Encodings.Keys)}.");
        }

        return rate is { } samples && channels is { } count
            ? new HeaderlessFormat(
                found.Encoding, Positive("--rate", samples, 1_000_000), Positive("--channels", count, 1024))
            {
                IsBigEndian = found.IsBigEndian,
            }
            : throw new UsageException(
                "Samples without a header need --rate and --channels, such as --rate 48000 --channels 2.");
    }

    /// <summary>Returns whether a file name is that of a file without a header.</summary>
    public static bool IsRaw(string path) => Path.GetExtension(path).Equals(".raw", StringComparison.OrdinalIgnoreCase);

    private static AudioFormat OutputFormat(string path, HeaderlessFormat? headerless)
    {
        if (headerless is { } raw && (path == "-" || IsRaw(path)))
        {
            return raw.Output;
        }

        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            _ when path == "-" => new AudioFormat(AudioContainer.Wav, AudioEncoding.Float32),
            ".wav" => new AudioFormat(AudioContainer.Wav, AudioEncoding.Float32),
            ".flac" => new AudioFormat(AudioContainer.Flac, AudioEncoding.Pcm24),
            ".ogg" => new AudioFormat(AudioContainer.Ogg, AudioEncoding.Vorbis),
            ".aiff" or ".aif" => new AudioFormat(AudioContainer.Aiff, AudioEncoding.Float32),
            _ => throw new UsageException("-o takes a .wav, .flac, .ogg or .aiff file, with --format .raw too, or - "
                + $"for standard output, not '{path}'."),
        };
    }

    private static int? Window(int? window, bool room) =>
        window is null ? null
        : !room ? throw new UsageException("--window belongs to --room.")
        : System.Numerics.BitOperations.IsPow2(window.Value) && window is >= 64 and <= 1 << 16 ? window
        : throw new UsageException($"--window takes a power of two from 64 to 65536, not {window}.");

    private static int? Sources(string? word, bool room) =>
        word is null ? null
        : !room ? throw new UsageException(
            "--sources belongs to --room: without echoes there are as many sources as channels.")
        : word == SeparateOptions.Auto ? null
        : SeparateOptions.Count(word) is >= 2 and var sources ? sources
        : throw new UsageException($"--sources takes 2 or more, not {word}: one speaker needs no separation.");

    private static StreamScale? Scale(string? word, bool hasStart, bool isRoom) => word switch
    {
        null => null,
        _ when isRoom => throw new UsageException(
            "--scale does not suit --room: sources are as the reference microphone hears them."),
        "source" => StreamScale.Source,
        "keep" when hasStart => StreamScale.Keep,
        "keep" => throw new UsageException("--scale keep needs --start, whose units it keeps."),
        _ => throw new UsageException($"--scale takes source or keep, not '{word}'."),
    };

    private static bool Gaps(string word) => word switch
    {
        "silence" => true,
        "close" => false,
        _ => throw new UsageException($"--gaps takes silence or close, not '{word}'."),
    };

    private static int Positive(string option, int number, int most) =>
        number >= 1 && number <= most
            ? number
            : throw new UsageException($"{option} takes a whole number from 1 to {most}, not {number}.");

    /// <summary>Seconds, from words such as 0.5s, 500ms or 2.</summary>
    private static double Duration(string option, string word, double least, double most = 3600.0)
    {
        (string number, double unit) = word.EndsWith("ms", StringComparison.Ordinal) ? (word[..^2], 1e-3)
            : word.EndsWith('s') ? (word[..^1], 1.0)
            : (word, 1.0);
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value * unit >= least && value * unit <= most
                ? value * unit
                : throw new UsageException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{option} takes a time from {(least is > 0.0 and < 1.0 ? $"{1e3 * least}ms" : $"{least}s")} "
                    + $"to {most}s, such as {Math.Max(0.5, least)}s, not '{word}'."));
    }
}
