using System.Globalization;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>How often the test for rooms is right: on drawn rooms, and on real mixtures of the same voices.</summary>
internal static class RoomTests
{
    /// <summary>Takes <c>development</c> or <c>final</c>, and the number of rooms and of mixtures.</summary>
    public static int Run(string[] words)
    {
        bool isFinal = words[0] == "final";
        int count = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 60;
        Recording[] voices = UnseenRooms.Voices(isFinal);
        var rooms = new List<(string Name, double Statistic)>();
        var mixtures = new List<(string Name, double Statistic)>();
        for (int i = 0; i < count; i++)
        {
            int seed = (isFinal ? 80_000 : 20_000) + i;
            (string name, RoomMixture mixture) = UnseenRooms.Draw(voices, seed, i);
            rooms.Add((name, RoomTest.Statistic(mixture.Mixture)));
            (name, Recording mixed) = Mixed(mixture, seed, i);
            mixtures.Add((name, RoomTest.Statistic(mixed)));
        }

        Show("rooms", rooms, isRoom: true);
        Show("mixtures", mixtures, isRoom: false);
        return 0;
    }

    private static void Show(string name, List<(string Name, double Statistic)> found, bool isRoom)
    {
        Console.WriteLine(
            $"{name}: {found.Count(each => each.Statistic > RoomTest.Threshold == isRoom)} of {found.Count} right");
        foreach ((string each, double statistic) in found.OrderBy(each => each.Statistic))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {statistic:0.0000}  {each}"));
        }
    }

    /// <summary>
    /// The sources' images at the first microphone, mixed anew by real numbers: at random, or panned from left to
    /// right; every third with noise at 20 dB.
    /// </summary>
    private static (string Name, Recording Mixture) Mixed(RoomMixture room, int seed, int index)
    {
        var random = new MersenneTwister(seed + 1, threadSafe: false);
        int sources = room.Images.Count, length = room.Mixture.Length;
        bool isPanned = index % 2 == 0, isNoisy = index % 3 == 0;
        int channels = isPanned ? 2 : sources;
        float[][] mixed = [.. Enumerable.Range(0, channels).Select(_ => new float[length])];
        for (int k = 0; k < sources; k++)
        {
            double angle = 0.5 * Math.PI * random.NextDouble();
            for (int c = 0; c < channels; c++)
            {
                float gain =
                    (float)(isPanned ? (c == 0 ? Math.Cos(angle) : Math.Sin(angle)) : 2.0 * random.NextDouble() - 1.0);
                ReadOnlySpan<float> image = room.Images[k].Channel(0);
                for (int t = 0; t < length; t++)
                {
                    mixed[c][t] += gain * image[t];
                }
            }
        }

        double power = mixed[0].Sum(x => x * x) / length, deviation = isNoisy ? 0.1 * Math.Sqrt(12.0 * power) : 1e-4;
        foreach (float[] channel in mixed)
        {
            for (int t = 0; t < length; t++)
            {
                channel[t] += (float)(deviation * (random.NextDouble() - 0.5));
            }
        }

        return ($"{sources} sources, {channels} channels, {(isPanned ? "panned" : "at random")}"
            + (isNoisy ? ", noise 20 dB" : string.Empty), new Recording(mixed, room.Mixture.SampleRate));
    }
}
