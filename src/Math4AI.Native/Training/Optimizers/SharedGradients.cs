using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Processes;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Gradients of processes on one machine, in memory that all of them see. Each writes its own there, adds up those of
/// all for its share of the parameters, block by block in the nearest cache, steps that share, and leaves the new
/// values where its gradients were; the others take them from there. So the work of a step is divided, nothing is sent,
/// and no sum is written to memory. There are two places that take turns: while one process still reads the new values
/// in one place, another may write the gradients of its next step to the other; before any writes to the first again,
/// all have met at the sum of the losses. The sums are taken in the order of the processes, as those that are sent.
/// Source: S. Rajbhandari et al., "ZeRO: memory optimizations toward training trillion parameter models", SC (2020),
/// section 5.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class SharedGradients<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly nint[] places;
    private readonly int length;
    private int turn;

    private SharedGradients(ProcessGroup processes, nint[] places, int length)
    {
        (Processes, this.places, this.length) = (processes, places, length);
        new Span<T>((T*)places[processes.Rank], 2 * length).Clear();
    }

    /// <summary>Gets the processes.</summary>
    public ProcessGroup Processes { get; }

    /// <summary>Gets where this process writes its gradients until the next turn.</summary>
    public T* Own => Of(Processes.Rank);

    /// <summary>Takes such memory; null where the processes cannot share it, or one has no use for it.</summary>
    /// <param name="processes">All of them call this.</param>
    /// <param name="length">The elements of all parameters; 0 where gradients come from elsewhere.</param>
    public static SharedGradients<T>? Of(ProcessGroup processes, int length)
    {
        Span<double> lengths = [length, -length];
        processes.Largest(lengths);
        return length > 0 && length <= int.MaxValue / 2 && lengths[0] == -lengths[1]
            && processes.ShareMemory(2L * length * sizeof(T)) is { } places
            ? new SharedGradients<T>(processes, places, length)
            : null;
    }

    /// <summary>Writes the sums of some of the gradients over all processes.</summary>
    /// <param name="start">The first element, among all parameters.</param>
    /// <param name="sums">As many elements as are wanted.</param>
    public void Add(int start, Span<T> sums)
    {
        var first = new ReadOnlySpan<T>(Of(0) + start, sums.Length);
        TensorPrimitives.Add(first, new ReadOnlySpan<T>(Of(1) + start, sums.Length), sums);
        for (int process = 2; process < places.Length; process++)
        {
            TensorPrimitives.Add(sums, new ReadOnlySpan<T>(Of(process) + start, sums.Length), sums);
        }
    }

    /// <summary>Returns the elements of all parameters that a process steps: whole vectors.</summary>
    public (int Start, int End) ShareOf(int process)
    {
        (long start, long end) = Processes.Share(length / ParameterStore.Alignment, process);
        return ((int)start * ParameterStore.Alignment, (int)end * ParameterStore.Alignment);
    }

    /// <summary>Leaves new values of this process's share where the others take them.</summary>
    /// <param name="start">The first element, among all parameters; its gradient is not needed any more.</param>
    /// <param name="values">The values.</param>
    public void Leave(int start, ReadOnlySpan<T> values) => values.CopyTo(new Span<T>(Own + start, values.Length));

    /// <summary>Takes those values of some elements that the other processes have left, once all have met.</summary>
    /// <param name="start">The first element, among all parameters.</param>
    /// <param name="values">The values; those of this process's share stay as they are.</param>
    public void Take(int start, Span<T> values)
    {
        for (int process = 0; process < places.Length; process++)
        {
            (int from, int to) = ShareOf(process);
            (from, to) = (Math.Max(from, start), Math.Min(to, start + values.Length));
            if (from < to && process != Processes.Rank)
            {
                new ReadOnlySpan<T>(Of(process) + from, to - from).CopyTo(values[(from - start)..]);
            }
        }
    }

    /// <summary>Gives every process all of some numbers, of which each has those of its share.</summary>
    /// <param name="values">A number for each element of all parameters.</param>
    public void Exchange(Span<T> values)
    {
        (int start, int end) = ShareOf(Processes.Rank);
        Leave(start, values[start..end]);
        Meet();
        Take(0, values);
        Meet();
    }

    /// <summary>Waits until every process has come here.</summary>
    public void Meet() => Processes.Sum([0.0]);

    /// <summary>Makes the gradients of this process zero: it had no sample.</summary>
    public void Clear() => new Span<T>(Own, length).Clear();

    /// <summary>Goes on to the other place.</summary>
    public void Turn() => turn = 1 - turn;

    /// <inheritdoc/>
    public void Dispose() => Processes.ReleaseMemory();

    private T* Of(int process) => (T*)places[process] + (long)turn * length;
}
