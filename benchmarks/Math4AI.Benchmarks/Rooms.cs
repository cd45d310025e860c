using System.Diagnostics;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Separation.Live;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;

namespace Math4AI.Benchmarks;

/// <summary>
/// Recordings from rooms: SDR by BSS Eval against the first channel of the images, and the seconds, several runs.
/// </summary>
internal static class Rooms
{
    private const int Runs = 21;

    public static int Run()
    {
        string folder = Path.Combine(
            Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? Path.Combine(SeparationAgainstPeer.Root(), "..", "shared", "data"), "rooms");
        foreach (string room in Directory.GetDirectories(folder).Order())
        {
            Recording mixture = Recording.Read(Path.Combine(room, "mixture.wav"));
            double[][] images =
            [
                .. Enumerable.Range(1, mixture.Channels).Select(
                    k => Signal(Recording.Read(Path.Combine(room, $"image-{k}.wav")), 0)),
            ];
            double[] seconds = new double[Runs];
            double sdr = 0.0;
            for (int run = 0; run < Runs; run++)
            {
                RoomSeparationResult result = new RoomSeparator().Separate(mixture);
                seconds[run] = result.Seconds;
                sdr = BssEval.Compare(images,
                    [.. Enumerable.Range(0, mixture.Channels).Select(k => Signal(result.Sources, k))]).Sdr.Average();
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(room)}: SDR {sdr:0.0} dB; first run {seconds[0]:0.000} s, median of {Runs} "
                + $"{seconds.Order().ElementAt(Runs / 2):0.000} s, best {seconds.Min():0.000} s"));
            Stream(mixture, images);
        }

        return 0;
    }

    /// <summary>The same recording three times over, as it arrives, in blocks of a hundredth of a second.</summary>
    private static void Stream(Recording mixture, double[][] images)
    {
        // The history, 12 s, is full, and the first learning from a full one is over.
        const int Rounds = 3, SteadySeconds = 17;
        int block = mixture.SampleRate / 100, channels = mixture.Channels;
        int length = Rounds * (int)mixture.Length / block * block;
        var separator = new StreamingRoomSeparator(channels, mixture.SampleRate);
        double[][] sources = [.. Enumerable.Range(0, channels).Select(_ => new double[length])];
        float[] samples = new float[channels * block];
        int collectionsBefore = 0;
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        for (int start = 0; start < length; start += block)
        {
            var piece = new PlanarBlock(samples, channels, block, block);
            for (int c = 0; c < channels; c++)
            {
                for (int i = 0; i < block; i++)
                {
                    piece[c][i] = mixture.Channel(c)[(int)((start + i) % mixture.Length)];
                }
            }

            if (start < SteadySeconds * mixture.SampleRate)
            {
                collectionsBefore = GC.CollectionCount(0);
            }

            separator.Process(piece, piece);
            for (int c = 0; c < channels; c++)
            {
                for (int i = 0; i < block && start + i >= separator.Delay; i++)
                {
                    sources[c][start + i - separator.Delay] = piece[c][i];
                }
            }
        }

        int collections = GC.CollectionCount(0) - collectionsBefore;
        double processor = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"  streamed, {(double)separator.Delay / mixture.SampleRate:0.000} s late, "
            + $"{(double)length / mixture.SampleRate / processor:0.0} times real time on one core, {collections} "
            + $"garbage collections after {SteadySeconds} s: SDR"));
        foreach ((double from, double to) in new[] { (3.0, 5.0), (5.0, 10.0), (10.0, 20.0), (20.0, 29.5) })
        {
            int first = (int)(from * mixture.SampleRate), last = (int)(to * mixture.SampleRate);
            double[][] truth =
            [
                .. images.Select(
                    image => Enumerable.Range(first, last - first).Select(t => image[t % mixture.Length]).ToArray()),
            ];
            BssEvalResult result = BssEval.Compare(truth, [.. sources.Select(source => source[first..last])]);
            Console.Write(string.Create(
                CultureInfo.InvariantCulture,
                $" {result.Sdr.Average():0.0} ({from} to {to} s, order {string.Concat(result.Permutation)})"));
        }

        Console.WriteLine();
    }

    private static double[] Signal(Recording recording, int channel) =>
        Array.ConvertAll(recording.Channel(channel).ToArray(), x => (double)x);
}
