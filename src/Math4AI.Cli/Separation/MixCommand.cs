using System.CommandLine;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.Data;

namespace Math4AI.Cli.Separation;

/// <summary><c>math4ai mix</c>: plays recordings in a simulated room and records them.</summary>
internal static class MixCommand
{
    private static readonly Argument<string[]> Signals = new("SIGNAL")
    {
        Description = "A recording for each source, of which the first channel is used. The shortest sets the length.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Folder = CommonOptions.Output("The folder to write to.", "mix");

    private static readonly Option<int> Microphones = CommonOptions.Named<int>(
        "--microphones", "N", "The number of microphones, in a line.", 2);

    private static readonly Option<double> Spacing = CommonOptions.Named<double>(
        "--spacing", "METERS", "The distance between neighboring microphones in meters.", 0.05);

    private static readonly Option<double> Reverberation = CommonOptions.Named<double>(
        "--rt60", "SECONDS", "The time in seconds in which sound decays by 60 dB; 0 for no echoes.", 0.2);

    private static readonly Option<string?> Size = CommonOptions.Named<string?>(
        "--size", "METERS", "The size of the room in meters, such as 6x4.5x2.7. Default: random, from the seed.");

    private static readonly Option<double?> Noise = CommonOptions.Named<double?>(
        "--noise", "DB", "The ratio of all sources to the noise of the microphones, in dB. Default: no noise.");

    private static readonly Option<double?> Diffuse = CommonOptions.Named<double?>(
        "--diffuse-noise", "DB", "The ratio of all sources to diffuse noise, in dB. Default: no noise.");

    public static Command Create()
    {
        var command = new Command(
            "mix",
            "Play recordings in a simulated room and record them: the mixture, and what the microphones would record "
            + "of each alone.\n\nExample:\n  math4ai mix voice-1.wav voice-2.wav --rt60 0.3 --spacing 0.08 -o room")
        {
            Signals, Folder, Microphones, Spacing, Reverberation, Size, Noise, Diffuse,
            CommonOptions.Seed, CommonOptions.Json, CommonOptions.Force,
        };
        command.SetAction((words, cancellation) => Task.Run(() => Run(words), cancellation));
        return command;
    }

    private static int Run(ParseResult words)
    {
        string[] inputs = words.GetValue(Signals)!;
        RoomSceneOptions options = Options(words, inputs.Length);
        var noise = new RoomNoise
        {
            MicrophoneDecibels = Decibels("--noise", words.GetValue(Noise)),
            DiffuseDecibels = Decibels("--diffuse-noise", words.GetValue(Diffuse)),
        };
        int seed = words.GetValue(CommonOptions.Seed);
        bool force = words.GetValue(CommonOptions.Force);
        string folder = words.GetValue(Folder)!;
        string[] names = ["mixture.wav", .. inputs.Select((_, i) => $"image-{i + 1}.wav"), "scene.json"];
        OutputFiles.RequireFree(force, "-o", names.Select(name => Path.Combine(folder, name)));
        Recording[] read = [.. inputs.Select(path => Recording.Read(path))];
        Recording[] signals = AtOneRate(read);
        string[] warnings = [.. read.SelectMany(recording => recording.Notes), .. Warnings(inputs, signals)];
        RoomScene scene;
        try
        {
            scene = RoomScene.Draw(options, seed);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }

        RoomMixture mixture = scene.Mix(signals, noise, seed);
        string json = CliJson.Text(new MixSummary(
            scene.Room.Size, scene.Room.ReverberationTime, scene.Room.Absorption[0], scene.Microphones, scene.Sources,
            mixture.Mixture.SampleRate, mixture.Mixture.Length, warnings));
        Write(folder, force, [mixture.Mixture, .. mixture.Images], names, json);
        foreach (string warning in warnings)
        {
            Console.Error.WriteLine($"math4ai: Warning: {warning}");
        }

        Console.Out.WriteLine(words.GetValue(CommonOptions.Json)
            ? json
            : $"{Line(scene, mixture.Mixture)}\nWritten to {folder}.");
        return 0;
    }

    private static string Line(RoomScene scene, Recording mixture) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Counted.Of(scene.Sources.Count, "source")} and {Counted.Of(scene.Microphones.Count, "microphone")} in a "
        + $"room of {scene.Room.Size.X:0.0} × {scene.Room.Size.Y:0.0} × {scene.Room.Size.Z:0.0} m, reverberation "
        + $"{scene.Room.ReverberationTime:0.00} s, {mixture.Duration.TotalSeconds:0.0} s at {mixture.SampleRate} Hz.");

    private static RoomSceneOptions Options(ParseResult words, int sources)
    {
        double spacing = words.GetValue(Spacing), seconds = words.GetValue(Reverberation);
        int microphones = words.GetValue(Microphones);
        Require(microphones is >= 1 and <= 64, $"--microphones takes a number from 1 to 64, not {microphones}.");
        if (microphones == 1)
        {
            words.RefuseIdle("is the distance between microphones, and there is one: leave it out.", Spacing);
        }

        Require(spacing is >= 0.001 and <= 100.0, Said("--spacing takes meters from 0.001 to 100", spacing));
        Require(seconds is >= 0.0 and <= 5.0, Said("--rt60 takes seconds from 0 to 5", seconds));
        return new RoomSceneOptions
        {
            Sources = sources,
            Microphones = microphones,
            Spacing = spacing,
            ReverberationTime = seconds,
            Size = Edges(words.GetValue(Size)),
        };
    }

    private static Position? Edges(string? word)
    {
        if (word is null)
        {
            return null;
        }

        double[] edges =
        [
            .. word.Split('x').Select(part => double.TryParse(
                part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double edge) ? edge : -1.0),
        ];
        return edges.Length == 3 && edges.All(edge => edge is >= 1.0 and <= 100.0)
            ? new Position(edges[0], edges[1], edges[2])
            : throw new UsageException($"--size takes three lengths from 1 to 100 m, such as 6x4.5x2.7, not '{word}'.");
    }

    private static double? Decibels(string option, double? value)
    {
        Require(value is null or (>= -100.0 and <= 200.0),
            Said($"{option} takes decibels from -100 to 200", value ?? 0.0));
        return value;
    }

    private static string Said(string sentence, double value) =>
        string.Create(CultureInfo.InvariantCulture, $"{sentence}, not {value}.");

    private static void Require(bool isRight, string message)
    {
        if (!isRight)
        {
            throw new UsageException(message);
        }
    }

    private static Recording[] AtOneRate(Recording[] signals)
    {
        int rate = signals.Max(signal => signal.SampleRate);
        return [.. signals.Select(signal => signal.SampleRate == rate ? signal : signal.Resample(rate))];
    }

    /// <summary>Says which signals are silent, or constant, as far as they are used.</summary>
    private static IEnumerable<string> Warnings(string[] paths, Recording[] signals)
    {
        int length = signals.Min(signal => signal.Length);
        for (int i = 0; i < signals.Length; i++)
        {
            ReadOnlySpan<float> used = signals[i].Channel(0)[..length];
            if (used.IndexOfAnyExcept(used[0]) < 0)
            {
                string what = signals[i].Channels > 1 ? $"The first channel of {paths[i]}, which is used," : paths[i];
                yield return $"{what} is silent: the mixture has nothing of it. Give another recording.";
            }
        }
    }

    private static void Write(string folder, bool force, Recording[] sounds, string[] names, string json)
    {
        using var files = new FileTransaction(force);
        OutputFiles.Claim(files, folder);
        for (int i = 0; i < sounds.Length; i++)
        {
            sounds[i].Save(
                files.Add(Path.Combine(folder, names[i])),
                new AudioFormat(AudioContainer.Wav, AudioEncoding.Float32), replace: true);
        }

        File.WriteAllText(files.Add(Path.Combine(folder, names[^1])), json + "\n");
        files.Commit();
    }

    private sealed record MixSummary(
        Position Size,
        double ReverberationTime,
        double Absorption,
        IReadOnlyList<Position> Microphones,
        IReadOnlyList<Position> Sources,
        int SampleRate,
        long Samples,
        IReadOnlyList<string> Warnings);
}
