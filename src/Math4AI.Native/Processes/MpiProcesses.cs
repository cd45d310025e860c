using System.Diagnostics;
using System.Reflection;
using Math4AI.Interop;
using Math4AI.Runtime;

namespace Math4AI.Processes;

/// <summary>The processes of an MPI job.</summary>
internal sealed unsafe class MpiProcesses : ProcessGroup
{
    private readonly Lock gate = new();
    private double waited;
    private bool isMemoryTaken;

    private MpiProcesses(int rank, int count) => (Rank, Count) = (rank, count);

    public override int Rank { get; }

    public override int Count { get; }

    public override string Description => MpiLibrary.Version;

    public override double SecondsWaited => waited;

    /// <summary>Joins the job that this process was started in; one process where it was started alone.</summary>
    public static ProcessGroup Join()
    {
        if (JobEnvironment.Read(Environment.GetEnvironmentVariable) is not { } job)
        {
            return Single;
        }

        NativeRuntime.LoadMpi(job.Mpi);
        Check(MpiLibrary.Start(out int rank, out int count));
        if (count != job.Count)
        {
            throw new IOException(
                $"{job.Starter} started {job.Count} processes, and {MpiLibrary.Version} sees {count}: start with the "
                + $"mpirun of that MPI, or name another with {JobEnvironment.Variable}.");
        }

        var group = new MpiProcesses(rank, count);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Leave();
        Assembly library = typeof(MpiProcesses).Assembly;
        string? version = library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        group.RequireSame(
            "The version of this library", $"{version}, build {library.ManifestModule.ModuleVersionId}");
        return group;
    }

    public override void Sum(Span<double> values)
    {
        fixed (double* first = values)
        {
            lock (gate)
            {
                long start = Stopwatch.GetTimestamp();
                Check(MpiLibrary.Sum(first, values.Length));
                waited += Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
    }

    public override void Sum(Span<float> values)
    {
        fixed (float* first = values)
        {
            lock (gate)
            {
                long start = Stopwatch.GetTimestamp();
                Check(MpiLibrary.Sum(first, values.Length));
                waited += Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
    }

    public override void Largest(Span<double> values)
    {
        fixed (double* first = values)
        {
            lock (gate)
            {
                long start = Stopwatch.GetTimestamp();
                Check(MpiLibrary.Largest(first, values.Length));
                waited += Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
    }

    public override void Broadcast(Span<byte> values, int root = 0)
    {
        fixed (byte* first = values)
        {
            lock (gate)
            {
                long start = Stopwatch.GetTimestamp();
                Check(MpiLibrary.Broadcast(first, values.Length, root));
                waited += Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
    }

    internal override nint[]? ShareMemory(long bytes)
    {
        if (isMemoryTaken)
        {
            return null;
        }

        nint[] places = new nint[Count];
        fixed (nint* first = places)
        {
            lock (gate)
            {
                Check(MpiLibrary.ShareMemory(bytes, first));
            }
        }

        isMemoryTaken = places[0] != 0;
        return isMemoryTaken ? places : null;
    }

    internal override void ReleaseMemory() => isMemoryTaken = false;

    /// <summary>
    /// A process that fails ends all of them: the others would wait for it. One that ends well waits for the others.
    /// </summary>
    private static void Leave()
    {
        if (Environment.ExitCode != 0)
        {
            MpiLibrary.Abort(Environment.ExitCode);
        }

        // The process ends: where leaving fails, nobody is left to be told.
        _ = MpiLibrary.Finish();
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new IOException(
                $"The processes cannot reach each other, or do not do the same: {MpiLibrary.Message(error)}.");
        }
    }
}
