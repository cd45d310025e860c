using System.Globalization;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.Separation.Live;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>
/// Two speakers in rooms drawn by a seed, as they are heard live: SDR at the first microphone over time, for two that
/// sit still beside what the whole recording gives, and for one that walks a quarter of a circle in five seconds.
/// </summary>
internal static class LiveRooms
{
    private const int Rate = 16_000;
    private const int Seconds = 32;
    private const double Leaves = 14.0;
    private const double Arrives = 19.0;

    private static readonly (double From, double To)[] Spans =
        [(4.0, 7.0), (7.0, 11.0), (11.0, 14.0), (14.0, 19.0), (19.0, 22.0), (22.0, 25.0), (25.0, 31.5)];

    /// <summary>Takes <c>development</c> or <c>final</c>, and the number of rooms.</summary>
    public static int Run(string[] words)
    {
        bool isFinal = words[0] == "final";
        int count = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 6;
        Recording[] voices = UnseenRooms.Voices(isFinal);
        Console.WriteLine(
            $"{"",-28}{string.Concat(Spans.Select(span => $"{span.From,5:0}–{span.To,-4:0}"))}  offline after 15 s");
        foreach (bool isWalking in new[] { false, true })
        {
            var all = new List<double[]>();
            for (int i = 0; i < count; i++)
            {
                (string name, RoomMixture mixture) = Draw(voices, (isFinal ? 60_000 : 40_000) + i, i, isWalking);
                double[][] truth = [.. mixture.Images.Select(image => UnseenRooms.Signal(image, 0))];
                double[][] live = Stream(mixture.Mixture, sources: 2);
                Recording whole = new RoomSeparator(new RoomSeparatorOptions { Sources = 2 })
                    .Separate(mixture.Mixture.Slice(0, 15 * Rate)).Sources;
                double offline = Score(
                    truth, [.. Enumerable.Range(0, 2).Select(k => UnseenRooms.Signal(whole, k))], 0, 15 * Rate);
                double[] row =
                [
                    .. Spans.Select(span => Score(truth, live, (int)(span.From * Rate), (int)(span.To * Rate))),
                    offline,
                ];
                all.Add(row);
                Show(name, row);
            }

            Show(isWalking ? "mean, one walks" : "mean, at rest",
                [.. Enumerable.Range(0, Spans.Length + 1).Select(k => all.Average(row => row[k]))]);
        }

        return 0;
    }

    private static void Show(string name, double[] row) => Console.WriteLine(
        $"{name,-28}"
        + string.Concat(row.Select(value => value.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(10))));

    /// <summary>The mean SDR of a piece of time, at most 30 dB a source.</summary>
    public static double Score(double[][] truth, double[][] found, int from, int to) => BssEval.Compare(
        [.. truth.Select(signal => signal[from..to])], [.. found.Select(signal => signal[from..to])])
        .Sdr.Average(sdr => Math.Min(30.0, sdr));

    /// <summary>Separates a recording as it arrives; the sources are in step with it.</summary>
    public static double[][] Stream(Recording mixture, int sources)
    {
        const int Block = 160;
        var separator = new StreamingRoomSeparator(
            mixture.Channels, mixture.SampleRate, new StreamingRoomOptions { Sources = sources });
        double[][] found = [.. Enumerable.Range(0, sources).Select(_ => new double[mixture.Length])];
        float[] from = new float[mixture.Channels * Block], to = new float[sources * Block];
        for (int start = 0; start + Block <= mixture.Length + separator.Delay; start += Block)
        {
            var input = new PlanarBlock(from, mixture.Channels, Block, Block);
            var output = new PlanarBlock(to, sources, Block, Block);
            int count = Math.Clamp(mixture.Length - start, 0, Block);
            Array.Clear(from);
            for (int c = 0; c < mixture.Channels && count > 0; c++)
            {
                mixture.Channel(c).Slice(start, count).CopyTo(input[c]);
            }

            separator.Process(input, output);
            for (int k = 0; k < sources; k++)
            {
                for (int i = Math.Max(0, separator.Delay - start); i < Block; i++)
                {
                    found[k][start + i - separator.Delay] = output[k][i];
                }
            }
        }

        return found;
    }

    /// <summary>
    /// Draws a room of two microphones; one of the speakers, where it walks, keeps its distance at both ends of a
    /// straight way whose ends are 90° apart as seen from the microphones.
    /// </summary>
    private static (string Name, RoomMixture Mixture) Draw(Recording[] voices, int seed, int index, bool isWalking)
    {
        double[] spacings = [0.05, 0.2, 0.08], reverberations = [0.15, 0.2, 0.3, 0.1];
        double spacing = spacings[index % 3], reverberation = reverberations[index % 4];
        var random = new MersenneTwister(seed, threadSafe: false);
        RoomScene scene = RoomScene.Draw(
            new RoomSceneOptions
            {
                Spacing = spacing,
                ReverberationTime = reverberation,
                Size = new Position(6.0, 5.5, 2.8),
            },
            seed);
        Position middle = 0.5 * (scene.Microphones[0] + scene.Microphones[1]);
        Position[] directions = [.. scene.Sources.Select(place => place - middle)];

        // Away from the other speaker, at a meter and a half.
        double first = Math.Atan2(directions[0].Y, directions[0].X),
            other = Math.Atan2(directions[1].Y, directions[1].X);
        double way = Math.Sin(first - other) >= 0.0 ? Math.PI / 2.0 : -Math.PI / 2.0;
        Position At(double angle) => middle + new Position(1.5 * Math.Cos(angle), 1.5 * Math.Sin(angle), 0.3);
        Recording[] signals =
        [
            .. voices.OrderBy(_ => random.Next()).Take(2).Select(
                voice => UnseenRooms.Part(voice, random, Seconds, Rate)),
        ];
        RoomSource[] sources =
        [
            isWalking
                ? new RoomSource(signals[0], At(first))
                {
                    End = At(first + way),
                    MovesFrom = Leaves,
                    MovesUntil = Arrives,
                }
                : new RoomSource(signals[0], At(first)),
            new RoomSource(signals[1], scene.Sources[1]),
        ];
        RoomMixture mixture = scene.Room.Mix(
            sources, scene.Microphones, new RoomNoise { MicrophoneDecibels = 30.0 }, seed);
        return (string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * spacing,3:0} cm {reverberation:0.00} s {(isWalking ? "one walks" : string.Empty)}"),
            mixture);
    }
}
