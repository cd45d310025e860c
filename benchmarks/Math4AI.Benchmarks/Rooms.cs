using System.Globalization;
using Math4AI.Audio;
using Math4AI.Separation;

namespace Math4AI.Benchmarks;

/// <summary>Recordings from rooms: SDR by BSS Eval against the first channel of the images, and the seconds, several runs.</summary>
internal static class Rooms
{
    private const int Runs = 8;

    public static int Run()
    {
        string folder = Path.Combine(
            Environment.GetEnvironmentVariable("MATH4AI_DATA") ?? Path.Combine(SeparationAgainstPeer.Root(), "..", "shared", "data"), "rooms");
        foreach (string room in Directory.GetDirectories(folder).Order())
        {
            Recording mixture = Recording.Read(Path.Combine(room, "mixture.wav"));
            double[][] images =
            [
                .. Enumerable.Range(1, mixture.Channels).Select(k => Signal(Recording.Read(Path.Combine(room, $"image-{k}.wav")), 0)),
            ];
            double[] seconds = new double[Runs];
            double sdr = 0.0;
            for (int run = 0; run < Runs; run++)
            {
                RoomSeparationResult result = new RoomSeparator().Separate(mixture);
                seconds[run] = result.Seconds;
                sdr = BssEval.Compare(images, [.. Enumerable.Range(0, mixture.Channels).Select(k => Signal(result.Sources, k))]).Sdr.Average();
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(room)}: SDR {sdr:0.0} dB; first run {seconds[0]:0.000} s, median {seconds.Order().ElementAt(Runs / 2):0.000} s, best {seconds.Min():0.000} s"));
        }

        return 0;
    }

    private static double[] Signal(Recording recording, int channel) =>
        Array.ConvertAll(recording.Channel(channel).ToArray(), x => (double)x);
}
