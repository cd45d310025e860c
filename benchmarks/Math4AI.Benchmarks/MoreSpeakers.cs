using System.Globalization;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>
/// Rooms with more speakers than microphones, drawn by a seed: SDR at the first microphone of the mixture and of what
/// masks cut out of it.
/// </summary>
internal static class MoreSpeakers
{
    /// <summary>Takes <c>development</c> or <c>final</c>, and the number of rooms.</summary>
    public static int Run(string[] words)
    {
        bool isFinal = words[0] == "final";
        int count = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 10;
        Recording[] voices = UnseenRooms.Voices(isFinal);
        var rows = new List<double[]>();
        Console.WriteLine($"{"",-40} mixture    masks");
        for (int i = 0; i < count; i++)
        {
            (string name, RoomMixture mixture) = Draw(voices, (isFinal ? 80_000 : 50_000) + i, i);
            double[][] truth = [.. mixture.Images.Select(image => UnseenRooms.Signal(image, 0))];
            double Score(Func<int, double[]> found) => BssEval.Compare(truth, [.. truth.Select((_, k) => found(k))])
                .Sdr.Average(sdr => Math.Min(30.0, sdr));
            Recording parts = new RoomSeparator(
                new RoomSeparatorOptions { Sources = truth.Length, MoreThanMicrophones = true })
                .Separate(mixture.Mixture).Sources;
            double[] row =
                [Score(_ => UnseenRooms.Signal(mixture.Mixture, 0)), Score(k => UnseenRooms.Signal(parts, k))];
            rows.Add(row);
            Show(name, row);
        }

        Show("mean", [.. Enumerable.Range(0, 2).Select(k => rows.Average(row => row[k]))]);
        return 0;
    }

    private static void Show(string name, double[] row) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{name,-40}{row[0],8:0.0}{row[1],9:0.0}  ({row[1] - row[0]:+0.0;-0.0})"));

    /// <summary>Draws a room: the numbers of microphones and speakers take turns.</summary>
    private static (string Name, RoomMixture Mixture) Draw(Recording[] voices, int seed, int index)
    {
        double[] spacings = [0.05, 0.2, 0.08, 0.03], reverberations = [0.1, 0.2, 0.3];
        var random = new MersenneTwister(seed, threadSafe: false);
        int microphones = 2 + index % 2;
        double spacing = spacings[index / 2 % 4], reverberation = reverberations[index % 3];
        Recording[] signals =
        [
            .. voices.OrderBy(_ => random.Next()).Take(microphones + 1).Select(
                voice => UnseenRooms.Part(voice, random, 10, 16_000)),
        ];
        RoomMixture mixture = RoomScene.Draw(
            new RoomSceneOptions
            {
                Sources = microphones + 1,
                Microphones = microphones,
                Spacing = spacing,
                ReverberationTime = reverberation,
            },
            seed).Mix(signals, new RoomNoise { MicrophoneDecibels = 30.0 }, seed);
        return (string.Create(
            CultureInfo.InvariantCulture,
            $"{microphones} microphones {microphones + 1} {100 * spacing,3:0} cm {reverberation:0.00} s"), mixture);
    }
}
