using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Math4AI.Data;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// Passes over samples in blocks that fit the cache, on all of <see cref="Compute.Threads"/>. The samples are cut into
/// segments, the same ones however many threads there are, of this process's share where several processes share
/// the source; each segment has partial sums of its own, which are kept
/// from pass to pass; scratch space belongs to the threads. Adding the states up in their order gives the same bits in
/// every run.
/// </summary>
/// <typeparam name="T">The type of the samples: double, or float for half the memory to move.</typeparam>
/// <typeparam name="TState">The partial sums of a segment.</typeparam>
internal class BlockPass<T, TState>
    where T : unmanaged
    where TState : class
{
    /// <summary>The segments of one process, at most.</summary>
    public const int MaxSegments = 16;

    private const int BytesOfCache = 384 * 1024;
    private const int MinSamples = 512;
    private const int MaxSamples = 16_384;
    private const int MinBlocks = 8;

    // Columns of a block that lie a power of two apart would share a few lines of the cache.
    private const int OffThePower = 16;

    private readonly ISampleSource source;
    private readonly Reader read;
    private readonly int scratchChannels;
    private readonly ProcessGroup processes;
    private readonly bool isOwn;
    private readonly Segment[] segments;

    /// <summary>Cuts the source into segments.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="read">How a block is read.</param>
    /// <param name="scratchChannels">Room for so many channels beside a block.</param>
    /// <param name="create">Makes the state of a segment.</param>
    /// <param name="isOwn">
    /// Whether the source holds the samples of this process alone, so that it goes over all of them.
    /// </param>
    public BlockPass(
        ISampleSource source, Reader read, int scratchChannels, Func<TState> create, bool isOwn = false)
    {
        this.source = source;
        this.read = read;
        this.scratchChannels = scratchChannels;
        BlockLength = BlockLengthFor(source);
        this.isOwn = isOwn;
        processes = typeof(TState).IsAssignableTo(typeof(IPartialSums)) ? source.Processes : ProcessGroup.Single;
        (long firstBlock, long endBlock) = BlocksOf(processes.Rank);
        long blocks = endBlock - firstBlock;
        int count = (int)Math.Clamp(blocks, 1, MaxSegments);
        segments = new Segment[count];
        for (int i = 0; i < count; i++)
        {
            long first = (firstBlock + blocks * i / count) * BlockLength;
            long end = Math.Min(source.Length, (firstBlock + blocks * (i + 1) / count) * BlockLength);
            segments[i] = new Segment(first, end, create());
        }
    }

    /// <summary>Represents what a pass does with one block.</summary>
    /// <param name="state">The state of the block's segment.</param>
    /// <param name="block">Planar: channel after channel, each of <paramref name="count"/> samples.</param>
    /// <param name="scratch">Room for as many samples of the scratch channels; what it holds is arbitrary.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="start">The block's first sample.</param>
    public delegate void BlockAction(TState state, Span<T> block, Span<T> scratch, int count, long start);

    /// <summary>Reads samples from <paramref name="start"/> on.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">The samples in each channel.</param>
    /// <param name="block">Planar, as above.</param>
    public delegate void Reader(long start, int count, Span<T> block);

    private delegate void Joining(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> result);

    public int BlockLength { get; }

    /// <summary>Gets the states of the segments, in order.</summary>
    public IEnumerable<TState> States => segments.Select(segment => segment.State);

    /// <summary>Returns the samples that a process goes over.</summary>
    public (long Start, long End) SamplesOf(int process)
    {
        (long first, long end) = BlocksOf(process);
        return (Math.Min(source.Length, first * BlockLength), Math.Min(source.Length, end * BlockLength));
    }

    /// <summary>
    /// Returns a length at which a block of all channels, and as much again for results, stays in the second-level
    /// cache, and at which there are some blocks for every thread.
    /// </summary>
    public static int BlockLengthFor(ISampleSource source)
    {
        long ofCache = BytesOfCache / (Unsafe.SizeOf<T>() * 2 * source.Channels);
        return (int)Math.Clamp(Math.Min(ofCache, source.Length / MinBlocks) / 64 * 64, MinSamples, MaxSamples)
            + OffThePower;
    }

    /// <summary>
    /// Reads every block once and hands it to the action; blocks of one segment in order, segments at once.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run(BlockAction action, CancellationToken cancellation)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Compute.Threads,
            CancellationToken = cancellation,
        };
        try
        {
            Parallel.For(0, segments.Length, options, i => RunSegment(segments[i], action, cancellation));
        }
        catch (AggregateException e) when (e.InnerExceptions.Count > 0)
        {
            // The threads meet the same failure; one report is enough.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        if (processes.Count > 1)
        {
            SumOverProcesses();
        }
    }

    /// <summary>
    /// Leaves the sums over all processes in the first state and zeros in the others, so that adding them up gives the
    /// sums over all samples in every process.
    /// </summary>
    private void SumOverProcesses()
    {
        IPartialSums[] states = [.. segments.Select(segment => (IPartialSums)segment.State)];
        double[] totals = Gathered(states, state => state.Totals, TensorPrimitives.Add<double>);
        processes.Sum(totals);
        Scatter(totals, states[0].Totals);
        double[] peaks = Gathered(states, state => state.Peaks, TensorPrimitives.Max<double>);
        if (peaks.Length > 0)
        {
            processes.Largest(peaks);
            Scatter(peaks, states[0].Peaks);
        }
    }

    /// <summary>Joins the arrays of all states, one behind the other, and clears them.</summary>
    private static double[] Gathered(
        IPartialSums[] states, Func<IPartialSums, IReadOnlyList<double[]>> arraysOf, Joining join)
    {
        double[] all = new double[arraysOf(states[0]).Sum(array => array.Length)];
        foreach (IPartialSums state in states)
        {
            int start = 0;
            foreach (double[] array in arraysOf(state))
            {
                Span<double> part = all.AsSpan(start, array.Length);
                join(part, array, part);
                Array.Clear(array);
                start += array.Length;
            }
        }

        return all;
    }

    private static void Scatter(double[] all, IReadOnlyList<double[]> arrays)
    {
        int start = 0;
        foreach (double[] array in arrays)
        {
            all.AsSpan(start, array.Length).CopyTo(array);
            start += array.Length;
        }
    }

    private (long First, long End) BlocksOf(int process)
    {
        long all = (source.Length + BlockLength - 1) / BlockLength;
        return isOwn ? (0, all) : processes.Share(all, process);
    }

    private void RunSegment(Segment segment, BlockAction action, CancellationToken cancellation)
    {
        using var single = SingleThreadedMkl.Begin();
        T[] samples = ArrayPool<T>.Shared.Rent(source.Channels * BlockLength);
        T[] scratch = ArrayPool<T>.Shared.Rent(scratchChannels * BlockLength);
        for (long start = segment.Start; start < segment.End; start += BlockLength)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(BlockLength, segment.End - start);
            Span<T> block = samples.AsSpan(0, count * source.Channels);
            read(start, count, block);
            action(segment.State, block, scratch.AsSpan(0, count * scratchChannels), count, start);
        }

        ArrayPool<T>.Shared.Return(scratch);
        ArrayPool<T>.Shared.Return(samples);
    }

    private sealed record Segment(long Start, long End, TState State);
}
