using System.Globalization;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>
/// Rooms with fewer speakers than microphones, drawn by a seed: SDR at the first microphone of the mixture, of the
/// loudest outputs of as many as microphones, of the method that knows the number of speakers, and of the default,
/// which finds it; and from 5 s to 8 s, of the first microphone and of what is heard live by the known number.
/// </summary>
internal static class Speakers
{
    /// <summary>Takes <c>development</c> or <c>final</c>, and the number of rooms.</summary>
    public static int Run(string[] words)
    {
        bool isFinal = words[0] == "final";
        int count = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 24;
        Recording[] voices = UnseenRooms.Voices(isFinal);
        var rows = new List<double[]>();
        int right = 0;
        Console.WriteLine($"{"",-46} mixture  loudest   known  counted  5–8 s: mixture    live");
        for (int i = 0; i < count; i++)
        {
            (string name, RoomMixture mixture) = Draw(voices, (isFinal ? 70_000 : 30_000) + i, i);
            int speakers = mixture.Images.Count;
            Recording Separate(RoomSeparatorOptions options) =>
                new RoomSeparator(options).Separate(mixture.Mixture).Sources;
            Recording all = Separate(new RoomSeparatorOptions());
            Recording known = speakers == 1 || speakers == mixture.Mixture.Channels
                ? all
                : Separate(new RoomSeparatorOptions { Sources = speakers });
            Recording counted = Separate(new RoomSeparatorOptions { EstimatesSources = true });
            double[] row =
            [
                Score(mixture, mixture.Mixture, isMixture: true), Score(mixture, all), Score(mixture, known),
                Score(mixture, counted), .. Live(mixture),
            ];
            rows.Add(row);
            right += counted.Channels == speakers ? 1 : 0;
            Show($"{name}, {counted.Channels} found", row);
        }

        Show("mean", [.. Enumerable.Range(0, rows[0].Length).Select(k => rows.Average(row => row[k]))]);
        Console.WriteLine($"the number of speakers is right in {right} of {count} rooms");
        return 0;
    }

    private static void Show(string name, double[] row) => Console.WriteLine(
        $"{name,-46}"
        + string.Concat(row.Select(value => value.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(8))));

    /// <summary>The mixture and the stream from 5 s to 8 s; of one speaker the stream is the mixture.</summary>
    private static double[] Live(RoomMixture mixture)
    {
        int from = 5 * mixture.Mixture.SampleRate, to = 8 * mixture.Mixture.SampleRate;
        double[][] truth = [.. mixture.Images.Select(image => UnseenRooms.Signal(image, 0))];
        double before = LiveRooms.Score(
            truth, [.. truth.Select(_ => UnseenRooms.Signal(mixture.Mixture, 0))], from, to);
        return
        [
            before,
            truth.Length == 1
                ? before
                : LiveRooms.Score(truth, LiveRooms.Stream(mixture.Mixture, truth.Length), from, to),
        ];
    }

    private static double Score(RoomMixture mixture, Recording sources, bool isMixture = false)
    {
        double[][] truth = [.. mixture.Images.Select(image => UnseenRooms.Signal(image, 0))];
        double[][] found =
        [
            .. truth.Select(
                (_, k) => UnseenRooms.Signal(sources, isMixture ? 0 : Math.Min(k, sources.Channels - 1))),
        ];
        return BssEval.Compare(truth, found).Sdr.Average(sdr => Math.Min(30.0, sdr));
    }

    /// <summary>Draws a room: the numbers of microphones and speakers take turns.</summary>
    private static (string Name, RoomMixture Mixture) Draw(Recording[] voices, int seed, int index)
    {
        (int Microphones, int Speakers)[] numbers = [(2, 1), (4, 2), (3, 1), (5, 2), (3, 2), (4, 3), (4, 1), (2, 2)];
        double[] spacings = [0.03, 0.05, 0.08, 0.2], reverberations = [0.1, 0.2, 0.3, 0.15, 0.4];
        var random = new MersenneTwister(seed, threadSafe: false);
        (int microphones, int speakers) = numbers[index % numbers.Length];
        double spacing = spacings[index * 3 / 2 % 4], reverberation = reverberations[index * 2 % 5];
        double noise = new[] { 40.0, 20.0, 10.0 }[random.Next(3)];
        int seconds = new[] { 8, 12 }[random.Next(2)];
        var options = new RoomSceneOptions
        {
            Sources = speakers,
            Microphones = microphones,
            Spacing = spacing,
            ReverberationTime = reverberation,
        };
        Recording[] signals =
        [
            .. voices.OrderBy(_ => random.Next()).Take(speakers).Select(
                voice => UnseenRooms.Part(voice, random, seconds, 16_000)),
        ];
        RoomMixture mixture = RoomScene.Draw(options, seed).Mix(
            signals, new RoomNoise { MicrophoneDecibels = noise }, seed);
        return (string.Create(
            CultureInfo.InvariantCulture,
            $"{microphones} microphones {speakers} {100 * spacing,3:0} cm {reverberation:0.00} s {noise:0} dB"),
            mixture);
    }
}
