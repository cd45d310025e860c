using System.Globalization;
using System.IO.Hashing;
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

    /// <summary>
    /// Gets the number of this process, from 0, as <c>mpirun</c> left it in the environment: what can be known before
    /// the processes are joined. Null where this process was started alone.
    /// </summary>
    public static int? StartedRank => JobEnvironment.ReadRank(Environment.GetEnvironmentVariable);

    /// <summary>Gets the number of this process, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>Gets the number of processes.</summary>
    public abstract int Count { get; }

    /// <summary>Gets what connects the processes, such as "Open MPI v4.1.4".</summary>
    public abstract string Description { get; }

    /// <summary>
    /// Gets the seconds that this process has spent in sums and messages so far: what it waited for the others, and
    /// what the network took. A process that waits least is the one that the others wait for.
    /// </summary>
    public virtual double SecondsWaited => 0.0;

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
    /// Takes memory in each process that all of them see; returns where that of each lies, or null where they are on
    /// several machines, or the memory is taken. Every process calls it.
    /// </summary>
    /// <param name="bytes">The bytes of each process, as many in all.</param>
    internal virtual nint[]? ShareMemory(long bytes) => null;

    /// <summary>Gives that memory back, once all processes are done with it.</summary>
    internal virtual void ReleaseMemory()
    {
        // There is none.
    }

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
    /// them throw; a cancellation, a wrong argument and an invalid operation stay that in all of them.
    /// </summary>
    /// <exception cref="IOException">It failed in another process; the message says in which, and why.</exception>
    public T Agree<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Count == 1)
        {
            return work();
        }

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
            string kind = Broadcast(failure is null ? string.Empty : KindOf(failure), failed);
            string message = $"Process {failed + 1} of {Count}: {Broadcast(failure?.Message ?? string.Empty, failed)}";
            throw failure is not null && Rank == failed ? failure : kind switch
            {
                nameof(OperationCanceledException) => new OperationCanceledException(message),
                nameof(ArgumentException) => new ArgumentException(message),
                nameof(InvalidOperationException) => new InvalidOperationException(message),
                _ => new IOException(message),
            };
        }

        return result!;
    }

    /// <summary>
    /// Does whole jobs, such as starts, folds, resamples or chains, each in one process, and gives the numbers that
    /// every job found to all processes. Job i is done by process i modulo <see cref="Count"/>.
    /// </summary>
    /// <param name="count">The number of jobs.</param>
    /// <param name="job">Does a job, counted from 0, on this process alone: it calls no member of this group.</param>
    /// <returns>What each job found, in the order of the jobs; of any length each.</returns>
    /// <exception cref="IOException">A job failed in another process; the message says in which, and why.</exception>
    public double[][] Distribute(int count, Func<int, double[]> job)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(job);
        return Distribute(count, own => [.. own.Select(job)]);
    }

    /// <summary>Does whole jobs as above, where a process does all of its jobs at once, such as on threads.</summary>
    /// <param name="count">The number of jobs.</param>
    /// <param name="jobs">Given the numbers of this process's jobs; returns what each of them found.</param>
    /// <returns>What each job found, in the order of the jobs.</returns>
    /// <exception cref="IOException">A job failed in another process; the message says in which, and why.</exception>
    public double[][] Distribute(int count, Func<IReadOnlyList<int>, IReadOnlyList<double[]>> jobs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(jobs);
        int[] own = [.. Enumerable.Range(0, count).Where(job => job % Count == Rank)];
        IReadOnlyList<double[]> found = Agree(() => jobs(own));
        double[] lengths = new double[count];
        for (int i = 0; i < own.Length; i++)
        {
            lengths[own[i]] = found[i].Length;
        }

        Sum(lengths);
        long[] starts = new long[count + 1];
        for (int job = 0; job < count; job++)
        {
            starts[job + 1] = starts[job] + (long)lengths[job];
        }

        // Only one of the numbers that are added is not zero.
        double[] all = new double[checked((int)starts[count])];
        for (int i = 0; i < own.Length; i++)
        {
            found[i].CopyTo(all, starts[own[i]]);
        }

        Sum(all);
        return [.. Enumerable.Range(0, count).Select(job => all[(int)starts[job]..(int)starts[job + 1]])];
    }

    /// <summary>
    /// Throws, in every process, unless all of them read the same file: its length, and its content at sixteen places,
    /// or all of a shorter one.
    /// </summary>
    /// <param name="path">The file, which may have another path in another process.</param>
    /// <exception cref="IOException">A process cannot read it, or has another one.</exception>
    public void RequireSameFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Count > 1)
        {
            RequireSame($"The file {Path.GetFileName(path)}", Agree(() => SampledContent(path)));
        }
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

    private static string KindOf(Exception failure) => failure switch
    {
        OperationCanceledException => nameof(OperationCanceledException),
        ArgumentException => nameof(ArgumentException),
        InvalidOperationException => nameof(InvalidOperationException),
        _ => nameof(IOException),
    };

    /// <summary>The length of a file and a hash of what is in it, at places evenly spread.</summary>
    private static string SampledContent(string path)
    {
        const int Places = 16, BytesOfPlace = 1 << 16;
        if (!File.Exists(path))
        {
            // Who reads it has a better sentence.
            return Directory.Exists(path)
                ? $"a folder of {Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Count()} files"
                : "missing";
        }

        using FileStream file = File.OpenRead(path);
        if (!file.CanSeek)
        {
            throw new IOException($"{path} is a pipe, which one process alone can read: name a file.");
        }

        var hash = new XxHash64();
        byte[] bytes = new byte[BytesOfPlace];
        for (int place = 0; place < Places; place++)
        {
            file.Position = Math.Max(0, file.Length - BytesOfPlace) * place / (Places - 1);
            hash.Append(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"{file.Length} bytes with the hash {hash.GetCurrentHashAsUInt64():x16}");
    }

    /// <summary>
    /// Returns the process that all others waited for, for more than half of the time; null where there is none, or the
    /// time is too short to tell. Every process calls it.
    /// </summary>
    /// <param name="seconds">The seconds since the work began.</param>
    public int? FindSlow(double seconds)
    {
        // In a shorter run the processes wait for one another's beginning.
        const double Shortest = 5.0;
        double[][] of = Distribute(Count, _ => [SecondsWaited, seconds]);
        int least = Enumerable.Range(0, Count).MinBy(process => of[process][0]);
        double ofOthers = of.Where((_, process) => process != least).Select(each => each[0])
            .DefaultIfEmpty(double.NegativeInfinity).Min();
        return of[least][1] > Shortest && ofOthers - of[least][0] > 0.5 * of[least][1] ? least : null;
    }

    /// <summary>Returns the bytes that each process has, as many as it likes, in the order of the processes.</summary>
    /// <param name="own">The bytes of this process.</param>
    /// <exception cref="IOException">A process cannot be reached, or has asked for something else.</exception>
    public byte[][] Gather(byte[] own)
    {
        ArgumentNullException.ThrowIfNull(own);
        double[] lengths = new double[Count];
        lengths[Rank] = own.Length;
        Sum(lengths);
        byte[][] all = [.. lengths.Select((length, process) => process == Rank ? own : new byte[(int)length])];
        for (int process = 0; process < Count; process++)
        {
            Broadcast(all[process], process);
        }

        return all;
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
