using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Processes;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// Gradients of processes on one machine, in memory that all of them see: each writes its own there, and where it steps
/// adds up those of all, block by block in the nearest cache. Nothing is sent, and no sum is written to memory. There
/// are two places that take turns, so that nobody waits: while one process still steps by the gradients in one place,
/// another may write those of its next step to the other; before any writes to the first again, all have met at the sum
/// of the losses. The sums are taken in the order of the processes, as those that are sent.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class SharedGradients<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Each process reads the gradients of all: of many that is more than what is sent, about two gradients whatever
    /// their number.
    /// </summary>
    private const int MaxProcesses = 4;

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
        return length > 0 && length <= int.MaxValue / 2 && lengths[0] == -lengths[1] && processes.Count <= MaxProcesses
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

    /// <summary>Makes the gradients of this process zero: it had no sample.</summary>
    public void Clear() => new Span<T>(Own, length).Clear();

    /// <summary>Goes on to the other place.</summary>
    public void Turn() => turn = 1 - turn;

    /// <inheritdoc/>
    public void Dispose() => Processes.ReleaseMemory();

    private T* Of(int process) => (T*)places[process] + (long)turn * length;
}
