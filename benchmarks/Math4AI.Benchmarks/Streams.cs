using System.Diagnostics;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Separation.Live;

namespace Math4AI.Benchmarks;

/// <summary>
/// Live separation of three channels at 48 kHz in blocks of 64: in real time beside two busy processes, with real-time
/// priority and without, and an hour pushed as fast as it goes. Says what was lost, how many blocks were late, and what
/// was allocated. A block is late if its sources are pushed more than a block's period after its last frame. A loop in
/// C that only sleeps, of higher priority and at the same time, shows how often the machine itself is late.
/// </summary>
internal static class Streams
{
    private const int Block = 64;
    private const int SampleRate = CocktailParty.SampleRate;
    private const int Neighbors = 2;

    private static long lost;
    private static long lateWakes;

    /// <summary>Takes the seconds in real time, 30 by default; <c>priority</c> leaves the other runs out.</summary>
    public static int Run(string[] words)
    {
        double seconds = words.Length > 0 ? double.Parse(words[0], CultureInfo.InvariantCulture) : 30.0;
        Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing);
        Rehearse(party);
        Process[] busy = [.. Enumerable.Range(0, Neighbors).Select(
            _ => Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "while :; do :; done"]))!)];
        try
        {
            Console.WriteLine($"real time, {seconds} s, beside {Neighbors} busy processes, priority asked for");
            Measure(party, seconds, isRealTime: true, hasPriority: true);
            if (words is [_, "priority"])
            {
                return 0;
            }

            Console.WriteLine($"real time, {seconds} s, beside {Neighbors} busy processes, ordinary priority");
            Measure(party, seconds, isRealTime: true, hasPriority: false);
        }
        finally
        {
            Array.ForEach(busy, process => process.Kill());
        }

        Console.WriteLine("an hour, as fast as it goes");
        Measure(party, 3600.0, isRealTime: false, hasPriority: false);
        return 0;
    }

    private static Process StartWakeLoop(double seconds)
    {
        string program =
            Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "native", "release", "wake_loop");
        string[] words =
        [
            seconds.ToString(CultureInfo.InvariantCulture), $"{1_000_000_000L * Block / SampleRate}",
        ];
        return Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true })!;
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

    private static void Measure(Recording party, double seconds, bool isRealTime, bool hasPriority)
    {
        var separator = new StreamingSeparator(3, SampleRate);
        var live = new LiveSeparation(separator, Block);
        // A quarter of a second may wait: as much as a sound card's own buffer.
        using var input = new AudioRing(3, 1 << 14);
        using var output = new AudioRing(3, 1 << 14);
        long total = (long)(seconds * SampleRate) / Block;
        // The two ends stand for a sound card, so they have the priority of the thread between them.
        var producer = new Thread(() => With(hasPriority, () => Produce(input, party, total, isRealTime)))
        {
            Priority = ThreadPriority.Highest,
        };
        var consumer = new Thread(() => With(hasPriority, () => Consume(output)));
        (lost, lateWakes) = (0, 0);
        using Process? loop = isRealTime ? StartWakeLoop(seconds) : null;
        GC.Collect();
        int collections = GC.CollectionCount(0);
        long allocated = 0;
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        consumer.Start();
        producer.Start();
        string granted = With(hasPriority, () =>
        {
            long start = GC.GetAllocatedBytesForCurrentThread();
            live.Run(input, output);
            allocated = GC.GetAllocatedBytesForCurrentThread() - start;
        });
        output.Close();
        producer.Join();
        consumer.Join();
        double busy = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {granted}; {live.Frames / Block} of {total} blocks arrived, {lost} lost, "
            + $"{live.Latency.CountAbove((double)Block / SampleRate)} late; {allocated} bytes allocated, "
            + $"{GC.CollectionCount(0) - collections} collections"));
        if (loop is not null)
        {
            Console.WriteLine(
                $"  {lateWakes} times the thread that pushes, which only sleeps, woke more than a period late; "
                + $"{live.Processing.CountAbove((double)Block / SampleRate)} blocks took longer than that to separate");
            Console.WriteLine($"  a loop in C meanwhile: {loop.StandardOutput.ReadToEnd().Trim()}");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  processor {100.0 * live.Processing.Count * live.Processing.Quantile(0.5) / seconds:0.00} % of a core "
            + $"for separating (median block), {100.0 * busy / seconds:0.00} % with pushing, pulling and waiting"));
        Console.WriteLine(Line("processing of a block", live.Processing));
        Console.WriteLine(Line("push to pull", live.Latency));
    }

    /// <summary>Runs an action under real-time conditions, if asked for, and says which were granted.</summary>
    private static string With(bool hasPriority, Action action)
    {
        using RealTimeThread? thread = hasPriority ? new RealTimeThread() : null;
        action();
        return thread is null
            ? "ordinary priority"
            : $"priority {(thread.HasPriority ? "granted" : "refused")}, memory "
                + (thread.HasLockedMemory ? "locked" : "not locked");
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

                // How often the machine itself is late: the same priority, and nothing to wait for but the clock.
                TimeSpan late = Stopwatch.GetElapsedTime(start)
                    - TimeSpan.FromSeconds((double)(i + 1) * Block / SampleRate);
                lateWakes += late.TotalSeconds > (double)Block / SampleRate ? 1 : 0;
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
