using System.Runtime.CompilerServices;
using Math4AI.Audio;

namespace Math4AI.Tests.Audio;

public sealed class AudioRingTests
{
    [Fact]
    public async Task Disposing_a_ring_wakes_who_waits_for_it()
    {
        foreach (bool isReader in (bool[])[true, false])
        {
            var ring = new AudioRing(2, 64);
            if (!isReader)
            {
                ring.Commit(ring.AcquireWrite(64).Frames);
            }

            Task<bool> waiter = Task.Factory.StartNew(
                () => isReader
                    ? ring.WaitReadable(1, Timeout.InfiniteTimeSpan)
                    : ring.WaitWritable(1, Timeout.InfiniteTimeSpan),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            ring.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter);
        }
    }

    [Fact]
    public void After_disposal_every_call_says_so_and_a_block_is_still_memory()
    {
        var ring = new AudioRing(1, 64);
        PlanarBlock block = ring.AcquireWrite(8);
        ring.Dispose();
        ring.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        block[0].Fill(1.0f);
        Assert.Equal(1.0f, block[0][7]);
        Assert.Throws<ObjectDisposedException>(() => ring.WaitReadable(1, TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(() => ring.AcquireWrite(1).Frames);
        Assert.Throws<ObjectDisposedException>(() => ring.Commit(1));
        Assert.Throws<ObjectDisposedException>(() => ring.Readable);
        Assert.Throws<ObjectDisposedException>(() => ring.Counts());
    }

    [Fact]
    public void A_wait_without_a_timeout_ends_when_frames_come()
    {
        using var ring = new AudioRing(1, 64);
        var writer = new Thread(() => ring.Commit(ring.AcquireWrite(5).Frames));
        writer.Start();
        Assert.True(ring.WaitReadable(5, Timeout.InfiniteTimeSpan));
        writer.Join();
        ring.Close();
        Assert.False(ring.WaitReadable(6, Timeout.InfiniteTimeSpan));
        Assert.True(ring.WaitReadable(5, TimeSpan.Zero));
    }

    [Fact]
    public void Senseless_waits_are_refused()
    {
        using var ring = new AudioRing(1, 64);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.WaitReadable(0, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.WaitReadable(65, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.WaitWritable(1, TimeSpan.FromSeconds(-2)));
        Assert.False(ring.WaitReadable(1, TimeSpan.Zero));
        Assert.True(ring.WaitWritable(1, TimeSpan.MaxValue));
    }
}

public sealed class AudioLifetimeTests : TemporaryFolder
{
    private const int Inputs = 8;

    [Fact]
    public void The_ring_of_a_disposed_input_says_so()
    {
        CocktailParty.Sources(1).Slice(0, 48_000).Save(In("x.wav"));
        var input = new AudioInput(In("x.wav"), 64, 1024);
        Assert.True(input.Ring.WaitReadable(1024, Timeout.InfiniteTimeSpan));
        PlanarBlock block = input.Ring.AcquireRead(64);
        input.Dispose();
        Assert.Equal(64, block[0].Length);
        Assert.Throws<ObjectDisposedException>(() => input.Ring.WaitReadable(1, TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(input.ThrowIfFailed);
    }

    [Fact]
    public void Inputs_that_nobody_disposes_end_their_threads_and_close_their_files()
    {
        CocktailParty.Sources(1).Slice(0, 48_000).Save(In("undisposed.wav"));
        OpenAndForget();
        int Open() => Directory.EnumerateFiles("/proc/self/fd").Count(file =>
            new FileInfo(file).LinkTarget?.EndsWith("undisposed.wav", StringComparison.Ordinal) == true);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are counted in /proc.");
        for (int rounds = 0; rounds < 100 && Open() > 0; rounds++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, Open());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OpenAndForget()
    {
        for (int i = 0; i < Inputs; i++)
        {
            // The thread waits for room in its ring.
            var input = new AudioInput(In("undisposed.wav"), 64, 1024);
            Assert.True(input.Ring.WaitReadable(1024, Timeout.InfiniteTimeSpan));
        }
    }
}
