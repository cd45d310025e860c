using System.Numerics;
using System.Runtime.InteropServices;
using Math4AI.Processes;

namespace Math4AI.Tests.Processes;

/// <summary>
/// A group whose processes are threads of this one: what a user can derive, by public members alone but for memory.
/// </summary>
internal sealed class ThreadGroup : ProcessGroup
{
    private readonly Meeting meeting;
    private readonly bool isMemoryShared;
    private double waited;
    private byte[] memory = [];

    private ThreadGroup(Meeting meeting, int rank, bool isMemoryShared)
    {
        (this.meeting, this.isMemoryShared) = (meeting, isMemoryShared);
        Rank = rank;
    }

    public override int Rank { get; }

    public override int Count => meeting.Values.Length;

    public override string Description => $"{Count} threads";

    public override double SecondsWaited => waited;

    /// <summary>This process as if it had waited so long; of each process the seconds.</summary>
    public ThreadGroup Waiting(double[] seconds)
    {
        waited = seconds[Rank];
        return this;
    }

    /// <summary>Does the same in each process; returns what each got, or throws what the first threw.</summary>
    /// <param name="count">The number of processes.</param>
    /// <param name="work">What each does.</param>
    /// <param name="isMemoryShared">Whether they are as on one machine, with memory that all see.</param>
    public static T[] Run<T>(int count, Func<ProcessGroup, T> work, bool isMemoryShared = false)
    {
        using var meeting = new Meeting(count);
        Task<T>[] processes =
        [
            .. Enumerable.Range(0, count).Select(rank => Task.Factory.StartNew(
                () => work(new ThreadGroup(meeting, rank, isMemoryShared)),
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)),
        ];
        return [.. processes.Select(process => process.GetAwaiter().GetResult())];
    }

    public override void Sum(Span<double> values) => Combine(values, (sum, next) => sum + next);

    public override void Sum(Span<float> values) => Combine(values, (sum, next) => sum + next);

    public override void Largest(Span<double> values) => Combine(values, Math.Max);

    public override void Broadcast(Span<byte> values, int root = 0)
    {
        Array[] all = meeting.Exchange(Rank, values.ToArray());
        ((byte[])all[root]).CopyTo(values);
    }

    internal override nint[]? ShareMemory(long bytes)
    {
        if (!isMemoryShared)
        {
            return null;
        }

        memory = GC.AllocateArray<byte>((int)bytes, pinned: true);
        return [.. meeting.Exchange(Rank, new nint[] { Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0) })
            .Select(place => ((nint[])place)[0])];
    }

    private void Combine<T>(Span<T> values, Func<T, T, T> combine)
        where T : INumber<T>
    {
        Array[] all = meeting.Exchange(Rank, values.ToArray());
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ((T[])all[0])[i];
            for (int process = 1; process < Count; process++)
            {
                values[i] = combine(values[i], ((T[])all[process])[i]);
            }
        }
    }

    /// <summary>Where the processes hand over their arrays.</summary>
    private sealed class Meeting(int count) : IDisposable
    {
        private readonly Barrier barrier = new(count);

        public Array[] Values { get; } = new Array[count];

        public Array[] Exchange(int rank, Array values)
        {
            Values[rank] = values;
            barrier.SignalAndWait(TestContext.Current.CancellationToken);
            Array[] all = [.. Values];
            barrier.SignalAndWait(TestContext.Current.CancellationToken);
            return all;
        }

        public void Dispose() => barrier.Dispose();
    }
}
