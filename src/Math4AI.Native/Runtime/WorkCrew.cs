using System.Runtime.ExceptionServices;

namespace Math4AI.Runtime;

/// <summary>
/// Threads of its own that run pieces of work again and again. A run allocates nothing, which <c>Parallel.For</c> and
/// tasks cannot promise; the threads wait without using the processor, and end when the crew is ended or collected.
/// </summary>
internal sealed class WorkCrew
{
    private const int ChunksPerThread = 4;

    private readonly int helpers;
    private readonly Work work = new();

    /// <summary>Starts the threads.</summary>
    /// <param name="helpers">Their number; 0 leaves all work to the caller of <see cref="Run"/>.</param>
    public WorkCrew(int helpers)
    {
        this.helpers = helpers;
        for (int i = 0; i < helpers; i++)
        {
            // The threads know the work alone: a crew that nobody refers to is collected, and ends them.
            new Thread(work.Help) { IsBackground = true, Name = "Math4AI work" }.Start();
        }
    }

    /// <summary>Ends the threads of a crew that nobody refers to any more.</summary>
    ~WorkCrew() => work.End();

    /// <summary>Runs body(0) … body(count − 1), the caller helping, and returns when all have ended.</summary>
    /// <exception cref="Exception">The first exception that a body threw, after all that had begun ended.</exception>
    public void Run(int count, Action<int> body)
    {
        work.Begin(count, Math.Max(1, count / (ChunksPerThread * (helpers + 1))), body);
        work.TakePart();
        work.Wait();
        GC.KeepAlive(this);
    }

    /// <summary>Starts body(0) on a helper and returns at once; <see cref="Wait"/> must follow.</summary>
    public void Start(Action<int> body) => work.Begin(1, 1, body);

    /// <summary>Waits for what was started.</summary>
    /// <exception cref="Exception">What the body threw.</exception>
    public void Wait()
    {
        work.Wait();
        GC.KeepAlive(this);
    }

    /// <summary>Ends the threads, where that need not wait for a garbage collection.</summary>
    public void End() => work.End();

    /// <summary>What the threads share. Every field is read and written under its lock.</summary>
    private sealed class Work
    {
        private readonly object gate = new();
        private Action<int>? body;
        private Exception? failure;
        private int count;
        private int chunk;
        private int next;
        private int left;
        private bool isOver;

        public void Begin(int ofCount, int ofChunk, Action<int> ofBody)
        {
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(isOver, typeof(WorkCrew));
                if (left > 0)
                {
                    throw new InvalidOperationException("The crew is at work: one run at a time.");
                }

                (body, failure, count, chunk, next, left) = (ofBody, null, ofCount, ofChunk, 0, ofCount);
                Monitor.PulseAll(gate);
            }
        }

        /// <summary>Takes chunks of the present work until none is left.</summary>
        public void TakePart()
        {
            while (Take(false, out Action<int>? taken, out int first, out int end))
            {
                Do(taken!, first, end);
            }
        }

        /// <summary>Takes part in all work until the end.</summary>
        public void Help()
        {
            while (Take(true, out Action<int>? taken, out int first, out int end))
            {
                Do(taken!, first, end);
            }
        }

        public void Wait()
        {
            Exception? thrown;
            lock (gate)
            {
                while (left > 0)
                {
                    Monitor.Wait(gate);
                }

                (thrown, failure) = (failure, null);
            }

            if (thrown is not null)
            {
                ExceptionDispatchInfo.Throw(thrown);
            }
        }

        public void End()
        {
            lock (gate)
            {
                isOver = true;
                Monitor.PulseAll(gate);
            }
        }

        private bool Take(bool waits, out Action<int>? taken, out int first, out int end)
        {
            lock (gate)
            {
                while (waits && !isOver && (body is null || next >= count))
                {
                    Monitor.Wait(gate);
                }

                (taken, first) = (body, next);
                end = taken is null ? first : Math.Min(count, first + chunk);
                next = end;
                return end > first;
            }
        }

        private void Do(Action<int> taken, int first, int end)
        {
            Exception? thrown = null;
            try
            {
                for (int i = first; i < end; i++)
                {
                    taken(i);
                }
            }
            catch (Exception e)
            {
                // It is thrown again where the work is waited for.
                thrown = e;
            }

            lock (gate)
            {
                failure ??= thrown;
                left -= end - first;
                if (left == 0)
                {
                    // An idle thread keeps nothing alive.
                    body = null;
                    Monitor.PulseAll(gate);
                }
            }
        }
    }
}
