using Math4AI.Audio;
using Math4AI.Separation.Live;

namespace Math4AI.Tests.Separation;

public sealed class LiveSeparationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1000)]
    public void The_sources_come_out_in_step_with_the_channels(int delay)
    {
        using var input = new AudioRing(2, 8192);
        using var output = new AudioRing(2, 8192);
        Fill(input, 5000);
        var live = new LiveSeparation(new Delayed(delay), 64);
        live.Run(input, output);
        Assert.Equal(5000, live.Frames);
        Assert.Equal(5000, output.Readable);
        PlanarBlock sources = output.AcquireRead(5000);
        for (int t = 0; t < 5000; t++)
        {
            Assert.Equal(t + 1, sources[0][t]);
            Assert.Equal(-t - 1, sources[1][t]);
        }

        Assert.Equal(79, live.Latency.Count);
        Assert.Equal(5000.0f, live.TakeInputPeak(0));
        Assert.Equal(0.0f, live.TakeInputPeak(0));
    }

    [Fact]
    public void It_ends_where_nobody_takes_the_sources_and_where_it_is_cancelled()
    {
        using var input = new AudioRing(2, 8192);
        using var output = new AudioRing(2, 64);
        Fill(input, 5000);
        output.Close();
        new LiveSeparation(new Delayed(0), 64).Run(input, output);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using var arrived = new AudioRing(2, 8192);
        using var taken = new AudioRing(2, 8192);
        Fill(arrived, 5000);
        var live = new LiveSeparation(new Delayed(100), 64);
        Assert.Throws<OperationCanceledException>(() => live.Run(arrived, taken, cancelled.Token));
        Assert.Equal(5000, taken.Readable);
    }

    [Fact]
    public async Task It_ends_in_peace_at_whatever_moment_the_other_side_closes()
    {
        for (int round = 0; round < 3000; round++)
        {
            using var input = new AudioRing(2, 4096);
            using var output = new AudioRing(2, 4096);
            Fill(input, 4000);
            Task closing = Task.Run(() =>
            {
                while (output.Readable < 64 * (round % 60) && !output.IsClosed)
                {
                }

                output.Close();
            });
            new LiveSeparation(new Delayed(0), 64).Run(input, output);
            output.Close();
            await closing;

            // Whole blocks; the last of 4000 frames has 32.
            Assert.Equal(0, output.Readable % 64 % 32);
        }
    }

    [Fact]
    public void Quantiles_are_known_to_two_percent()
    {
        var times = new LatencyHistogram();
        Assert.True(double.IsNaN(times.Quantile(0.5)));
        for (int i = 1; i <= 100_000; i++)
        {
            times.Add(17L * i);
        }

        foreach (double share in new[] { 0.0001, 0.5, 0.99, 0.9999 })
        {
            Assert.InRange(times.Quantile(share), share * 1.7e-3, share * 1.7e-3 * 1.02 + 2e-9);
        }

        // 17 ns times 1 to 100,000, of which 50,000 exceed 0.85 ms.
        Assert.InRange(times.CountAbove(0.85e-3), 49_000, 50_000);
        Assert.Equal(0, times.CountAbove(2e-3));
        Assert.Throws<ArgumentOutOfRangeException>(() => times.CountAbove(double.NaN));
        Assert.Equal(1.7e-3, times.Worst, 1e-12);
        Assert.Equal(1.7e-3, times.Quantile(1.0), 1e-12);
        times.Add(long.MaxValue);
        Assert.Equal(60.0, times.Worst, 1e-9);
    }

    private static void Fill(AudioRing ring, int frames)
    {
        PlanarBlock all = ring.AcquireWrite(frames);
        for (int t = 0; t < frames; t++)
        {
            (all[0][t], all[1][t]) = (t + 1, -t - 1);
        }

        ring.Commit(frames);
        ring.Close();
    }

    /// <summary>Gives its input back, later.</summary>
    private sealed class Delayed(int delay) : IStreamSeparator
    {
        private readonly Queue<(float, float)> waiting = new(Enumerable.Repeat((float.NaN, float.NaN), delay));

        public int Channels => 2;

        public int Delay => delay;

        public bool IsFrozen { get; set; }

        public double Change => 0.0;

        public void Process(PlanarBlock input, PlanarBlock output)
        {
            for (int i = 0; i < input.Frames; i++)
            {
                waiting.Enqueue((input[0][i], input[1][i]));
                (output[0][i], output[1][i]) = waiting.Dequeue();
            }
        }
    }
}
