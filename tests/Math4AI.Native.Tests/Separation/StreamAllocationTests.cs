using Math4AI.Audio;
using Math4AI.Runtime;
using Math4AI.Separation.Live;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

/// <summary>They run alone: what other tests allocate would count here.</summary>
[Collection(nameof(MemoryTests))]
public sealed class StreamAllocationTests
{
    private const int SampleRate = 8000;
    private const int Block = 64;

    [Fact]
    public void Separating_a_room_allocates_nothing_on_any_thread_once_the_history_is_full()
    {
        Assert.SkipUnless(Compute.HasMkl, "Only MKL transforms without allocating.");
        var separator = new StreamingRoomSeparator(2, SampleRate, new StreamingRoomOptions
        {
            Window = 256,
            HistorySeconds = 2.0,
        });
        long learned = AllocatedBy(separator, warmUpSeconds: 20, seconds: 16);
        Assert.Equal(0, learned);
        Assert.InRange(separator.Change, 1e-9, 1.0);
    }

    [Fact]
    public void Separating_an_instantaneous_mixture_allocates_nothing_on_any_thread() =>
        Assert.Equal(0, AllocatedBy(new StreamingSeparator(2, SampleRate), warmUpSeconds: 2, seconds: 10));

    /// <summary>
    /// Returns the bytes that all threads of the process allocate for blocks of noise. The runtime's own threads
    /// allocate now and then, so the least of three rounds counts.
    /// </summary>
    private static long AllocatedBy(IStreamSeparator separator, int warmUpSeconds, int seconds)
    {
        var random = new MersenneTwister(1);
        float[] noise = [.. Enumerable.Range(0, 64 * 2 * Block).Select(_ => (float)(random.NextDouble() - 0.5))];
        float[] samples = new float[2 * Block];
        void Process(int blocks)
        {
            var piece = new PlanarBlock(samples, 2, Block, Block);
            for (int i = 0; i < blocks; i++)
            {
                noise.AsSpan(i % 64 * samples.Length, samples.Length).CopyTo(samples);
                separator.Process(piece, piece);
            }
        }

        Process(warmUpSeconds * SampleRate / Block);
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Process(seconds * SampleRate / Block);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
