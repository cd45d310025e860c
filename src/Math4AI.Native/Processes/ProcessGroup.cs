using System.Text;

namespace Math4AI.Processes;

/// <summary>
/// Processes that run the same program on the same data, each on its share of the samples, and add up their partial
/// sums. <c>mpirun -n 4 program</c> makes such a group, over one machine or many; without it there is one process.
/// Every process must call the same members in the same order, one thread at a time. A group of another kind can be
/// derived from this class.
/// </summary>
public abstract class ProcessGroup
{
    private static readonly Lazy<ProcessGroup> Started = new(MpiProcesses.Join);

    /// <summary>Gets the group of this process alone.</summary>
    public static ProcessGroup Single { get; } = new SingleProcess();

    /// <summary>
    /// Gets the processes that were started together with this one, by <c>mpirun</c> or a cluster's own starter; the
    /// first use joins them. <see cref="Single"/> where this process was started alone, and nothing is loaded then.
    /// </summary>
    /// <exception cref="DllNotFoundException">
    /// The library for this MPI is missing; the message says which and what to do.
    /// </exception>
    /// <exception cref="IOException">MPI failed to join the processes, or they run different versions.</exception>
    public static ProcessGroup Current => Started.Value;

    /// <summary>Gets the number of this process, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>Gets the number of processes.</summary>
    public abstract int Count { get; }

    /// <summary>Gets what connects the processes, such as "Open MPI v4.1.4".</summary>
    public abstract string Description { get; }

    /// <summary>Gets whether this is the first process: the one that prints and writes.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>
    /// Replaces values by their sums over all processes. Every process gets the same bits, and so does every run with
    /// as many processes.
    /// </summary>
    /// <exception cref="IOException">A process cannot be reached, or has asked for another sum.</exception>
    public abstract void Sum(Span<double> values);

    /// <summary>Replaces values by their sums over all processes, in float32.</summary>
    /// <exception cref="IOException">A process cannot be reached, or has asked for another sum.</exception>
    public abstract void Sum(Span<float> values);

    /// <summary>Replaces numbers, none of them NaN, by the largest of all processes.</summary>
    /// <exception cref="IOException">A process cannot be reached, or has asked for something else.</exception>
    public abstract void Largest(Span<double> values);

    /// <summary>Replaces bytes by those of one process.</summary>
    /// <param name="values">As many in every process.</param>
    /// <param name="root">The number of the process whose bytes all get.</param>
    /// <exception cref="IOException">A process cannot be reached, or has asked for something else.</exception>
    public abstract void Broadcast(Span<byte> values, int root = 0);

    /// <summary>
    /// Returns this process's share of items 0 … <paramref name="length"/> − 1: shares differ by one item at most.
    /// </summary>
    public (long Start, long End) Share(long length) => Share(length, Rank);

    /// <summary>Returns the share of another process.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer processes, or less than no items.</exception>
    public (long Start, long End) Share(long length, int process)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(process);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(process, Count);
        return ((long)((Int128)length * process / Count), (long)((Int128)length * (process + 1) / Count));
    }

    /// <summary>
    /// Does what may fail in one process and not in the others, such as opening a file. Where it fails in one, all of
    /// them throw.
    /// </summary>
    /// <exception cref="IOException">It failed in another process; the message says in which, and why.</exception>
    public T Agree<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Exception? failure = null;
        T? result = default;
        try
        {
            result = work();
        }
        catch (Exception e)
        {
            failure = e;
        }

        double[] first = [failure is null ? 0.0 : Count - Rank];
        Largest(first);
        if (first[0] > 0.0)
        {
            int failed = Count - (int)first[0];
            string message = Broadcast(failure?.Message ?? string.Empty, failed);
            throw failure is not null && Rank == failed
                ? failure
                : new IOException($"Process {failed + 1} of {Count}: {message}");
        }

        return result!;
    }

    /// <summary>Throws, in every process, unless a text is the same in all of them.</summary>
    /// <param name="what">What it is, to begin a sentence with, such as "The seed".</param>
    /// <param name="text">The text in this process.</param>
    /// <exception cref="IOException">It differs.</exception>
    public void RequireSame(string what, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string first = Broadcast(text);
        Agree(() => text == first
            ? true
            : throw new IOException($"{what} must be the same in all processes: here it is '{text}', '{first}' in the "
                + "first."));
    }

    /// <summary>Returns the text that one process has.</summary>
    /// <param name="text">A text, which counts in that process alone.</param>
    /// <param name="root">The number of the process.</param>
    /// <exception cref="IOException">A process cannot be reached, or has asked for something else.</exception>
    public string Broadcast(string text, int root = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] length = BitConverter.GetBytes(bytes.Length);
        Broadcast(length, root);
        Array.Resize(ref bytes, BitConverter.ToInt32(length));
        Broadcast(bytes, root);
        return Encoding.UTF8.GetString(bytes);
    }

    private sealed class SingleProcess : ProcessGroup
    {
        public override int Rank => 0;

        public override int Count => 1;

        public override string Description => "one process";

        public override void Sum(Span<double> values)
        {
            // A sum over one process is the value itself.
        }

        public override void Sum(Span<float> values)
        {
            // As above.
        }

        public override void Largest(Span<double> values)
        {
            // As above.
        }

        public override void Broadcast(Span<byte> values, int root = 0) => ArgumentOutOfRangeException.ThrowIfNotEqual(
            root, 0);
    }
}
