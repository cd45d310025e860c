using System.Runtime.InteropServices;
using Math4AI.Processes;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Sums of gradients over processes in buckets of whole parameters, from the last layer to the first, as backward comes
/// by them: while one bucket is on its way, backward goes on. The buckets are the same whether they begin ahead or not,
/// so that the sums have the same bits. Source: S. Li et al., "PyTorch Distributed: experiences on accelerating data
/// parallel training", VLDB 13 (2020), section 3.2.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class GradientBuckets<T>
    where T : unmanaged
{
    // Large enough that its latency is small beside what it carries, small enough that the first begins early.
    private const int Elements = 1 << 18;

    private readonly T[] gradients;
    private readonly (int FirstSegment, int Start, int End)[] buckets;
    private readonly List<long[]> shares = [];
    private ProcessGroup? processes;
    private ProcessGroup? dividedBy;
    private Task last = Task.CompletedTask;
    private int begun;

    /// <summary>Divides parameters into buckets.</summary>
    /// <param name="gradients">The gradients of all parameters.</param>
    /// <param name="segments">Where each of them lies.</param>
    public GradientBuckets(T[] gradients, IReadOnlyList<ParameterStore.Segment> segments)
    {
        this.gradients = gradients;
        var made = new List<(int, int, int)>();
        int end = gradients.Length;
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            if (end - segments[i].Start >= Elements || i == 0)
            {
                made.Add((i, segments[i].Start, end));
                end = segments[i].Start;
            }
        }

        buckets = [.. made];
    }

    /// <summary>Gets whether sums begin before backward ends.</summary>
    public bool IsAhead => processes is not null;

    /// <summary>
    /// Divides each bucket among the processes: each of them gets the sums of its own share alone, steps that, and
    /// sends the new values to the others. So as much is sent as by a sum, and the step is shared as well.
    /// </summary>
    public void Divide(ProcessGroup all)
    {
        dividedBy = all;
        foreach ((_, int start, int end) in buckets)
        {
            int vectors = (end - start) / ParameterStore.Alignment;
            shares.Add(
            [
                .. Enumerable.Range(0, all.Count).Select(
                    process => all.Share(vectors, process).Start * ParameterStore.Alignment),
                end - start,
            ]);
        }
    }

    /// <summary>The elements of a parameter that this process steps.</summary>
    public (int Start, int Count) OwnOf(ParameterStore.Segment segment)
    {
        if (dividedBy is not { } all)
        {
            return (0, segment.Count);
        }

        int bucket = Array.FindIndex(buckets, each => each.Start <= segment.Start);
        int start = Math.Max(segment.Start, buckets[bucket].Start + (int)shares[bucket][all.Rank]);
        int end = Math.Min(
            segment.Start + segment.Count, buckets[bucket].Start + (int)shares[bucket][all.Rank + 1]);
        return (start - segment.Start, Math.Max(0, end - start));
    }

    /// <summary>Gets from each process what lies at its shares, where there are any; every process calls it.</summary>
    /// <param name="values">They lie as the gradients do.</param>
    public void Gather(T[] values)
    {
        for (int i = 0; i < shares.Count; i++)
        {
            dividedBy!.GatherShares<T>(values.AsSpan(buckets[i].Start, buckets[i].End - buckets[i].Start), shares[i]);
        }
    }

    /// <summary>Lets sums begin before backward ends.</summary>
    public void Begin(ProcessGroup all) => (processes, begun, last) = (all, 0, Task.CompletedTask);

    /// <summary>Begins the sums of all buckets whose gradients are known, one after the other.</summary>
    /// <param name="segment">The gradients of this parameter and of those behind it are known.</param>
    public void AreKnownFrom(int segment)
    {
        for (; processes is { } all && begun < buckets.Length && buckets[begun].FirstSegment >= segment; begun++)
        {
            int bucket = begun;
            last = last.ContinueWith(
                before =>
                {
                    before.GetAwaiter().GetResult();
                    SumOf(bucket, all);
                },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Sums what has not begun, and waits for all of it.</summary>
    public void End(ProcessGroup all)
    {
        if (processes is null)
        {
            Begin(all);
        }

        AreKnownFrom(0);
        last.GetAwaiter().GetResult();
        processes = null;
    }

    private void SumOf(int bucket, ProcessGroup all)
    {
        Span<T> some = gradients.AsSpan(buckets[bucket].Start, buckets[bucket].End - buckets[bucket].Start);
        if (shares.Count > 0)
        {
            all.SumShares(some, shares[bucket]);
        }
        else
        {
            Sum(all, some);
        }
    }

    /// <summary>Replaces numbers by their sums over processes.</summary>
    public static void Sum(ProcessGroup processes, Span<T> values)
    {
        if (typeof(T) == typeof(double))
        {
            processes.Sum(MemoryMarshal.Cast<T, double>(values));
        }
        else
        {
            processes.Sum(MemoryMarshal.Cast<T, float>(values));
        }
    }
}
