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
    private ProcessGroup? processes;
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

    /// <summary>Lets sums begin before backward ends.</summary>
    public void Begin(ProcessGroup all) => (processes, begun, last) = (all, 0, Task.CompletedTask);

    /// <summary>Begins the sums of all buckets whose gradients are known, one after the other.</summary>
    /// <param name="segment">The gradients of this parameter and of those behind it are known.</param>
    public void AreKnownFrom(int segment)
    {
        for (; processes is { } all && begun < buckets.Length && buckets[begun].FirstSegment >= segment; begun++)
        {
            (_, int start, int end) = buckets[begun];
            last = last.ContinueWith(
                before =>
                {
                    before.GetAwaiter().GetResult();
                    Sum(all, gradients.AsSpan(start, end - start));
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
