using System.Diagnostics;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Separation.Live;

namespace Math4AI.Benchmarks;

/// <summary>
/// Live separation of three channels at 48 kHz in blocks of 64: in real time while another process keeps a core busy,
/// and an hour pushed as fast as it goes. Says what was lost, how late blocks came, and what was allocated.
/// </summary>
internal static class Streams
{
    private const int Block = 64;
    private const int SampleRate = CocktailParty.SampleRate;

    private static long lost;

    public static int Run(string[] words)
    {
        double seconds = words.Length > 0 ? double.Parse(words[0], CultureInfo.InvariantCulture) : 30.0;
        Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing);
        Rehearse(party);
        Console.WriteLine($"real time, {seconds} s, a second process keeping a core busy");
        using (Process busy = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "while :; do :; done"]))!)
        {
            try
            {
                Measure(party, seconds, isRealTime: true);
            }
            finally
            {
                busy.Kill();
            }
        }

        Console.WriteLine("an hour, as fast as it goes");
        Measure(party, 3600.0, isRealTime: false);
        return 0;
    }

    private static void Rehearse(Recording party)
    {
        var separator = new StreamingSeparator(3, SampleRate);
        using var ring = new AudioRing(3, 1 << 16);
        using var sink = new AudioRing(3, 1 << 16);
        Push(ring, party, 0, 1 << 16);
        ring.Close();
        new LiveSeparation(separator, Block).Run(ring, sink);
    }

    private static void Measure(Recording party, double seconds, bool isRealTime)
    {
        var separator = new StreamingSeparator(3, SampleRate);
        var live = new LiveSeparation(separator, Block);
        // A quarter of a second may wait: as much as a sound card's own buffer.
        using var input = new AudioRing(3, 1 << 14);
        using var output = new AudioRing(3, 1 << 14);
        long total = (long)(seconds * SampleRate) / Block;
        var producer = new Thread(() => Produce(input, party, total, isRealTime)) { Priority = ThreadPriority.Highest };
        var consumer = new Thread(() => Consume(output));
        lost = 0;
        GC.Collect();
        int collections = GC.CollectionCount(0);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        consumer.Start();
        producer.Start();
        live.Run(input, output);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        output.Close();
        producer.Join();
        consumer.Join();
        double busy = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {live.Frames / Block} of {total} blocks arrived, {lost} lost; {allocated} bytes allocated, "
            + $"{GC.CollectionCount(0) - collections} collections"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  processor {100.0 * live.Processing.Count * live.Processing.Quantile(0.5) / seconds:0.00} % of a core "
            + $"for separating (median block), {100.0 * busy / seconds:0.00} % with pushing, pulling and waiting"));
        Console.WriteLine(Line("processing of a block", live.Processing));
        Console.WriteLine(Line("push to pull", live.Latency));
    }

    private static string Line(string name, LatencyHistogram times) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {name}: median {1e6 * times.Quantile(0.5):0.0} us, 99 % {1e6 * times.Quantile(0.99):0.0}, 99.99 % "
        + $"{1e6 * times.Quantile(0.9999):0.0}, worst {1e6 * times.Worst:0.0}; the block's period is "
        + $"{1e6 * Block / SampleRate:0.0}");

    private static void Produce(AudioRing ring, Recording party, long blocks, bool isRealTime)
    {
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < blocks; i++)
        {
            if (isRealTime)
            {
                TimeSpan due =
                    TimeSpan.FromSeconds((double)(i + 1) * Block / SampleRate) - Stopwatch.GetElapsedTime(start);
                if (due > TimeSpan.Zero)
                {
                    Thread.Sleep(due);
                }
            }
            else
            {
                ring.WaitWritable(Block, TimeSpan.FromSeconds(10));
            }

            Push(ring, party, (int)(i * Block % (party.Length - Block)), Block);
        }

        ring.Close();
    }

    private static void Push(AudioRing ring, Recording party, int from, int frames)
    {
        for (int done = 0; done < frames;)
        {
            PlanarBlock piece = ring.AcquireWrite(frames - done);
            if (piece.Frames == 0)
            {
                // Nothing waits for a live source: what finds no room is lost, and counted.
                lost++;
                return;
            }

            for (int c = 0; c < 3; c++)
            {
                party.Channel(c).Slice(from + done, piece.Frames).CopyTo(piece[c]);
            }

            ring.Commit(piece.Frames);
            done += piece.Frames;
        }
    }

    private static void Consume(AudioRing ring)
    {
        while (ring.WaitReadable(1, TimeSpan.FromSeconds(1)) || !ring.IsClosed)
        {
            PlanarBlock piece = ring.AcquireRead(Block);
            ring.Release(piece.Frames);
        }
    }
}
