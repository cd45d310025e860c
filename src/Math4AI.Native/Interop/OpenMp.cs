using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;

namespace Math4AI.Interop;

/// <summary>
/// GNU's OpenMP, which libtorch brings: the entry points that the C compiler calls for a parallel region.
/// </summary>
internal static unsafe class OpenMp
{
    private static readonly Lazy<EntryPoints?> Entries = new(Load);

    /// <summary>Gets whether regions can be run.</summary>
    public static bool IsAvailable => Entries.Value is not null;

    /// <summary>
    /// Gets or sets how many threads a region that begins on this thread has; set for this thread alone.
    /// </summary>
    public static int ThreadsHere
    {
        get => ((delegate* unmanaged<int>)Entries.Value!.MaxThreads)();
        set => ((delegate* unmanaged<int, void>)Entries.Value!.SetThreads)(value);
    }

    /// <summary>
    /// Runs work(0) … work(parts − 1) in a region of as many threads; where the team turns out smaller, its threads
    /// take several parts each. The exception of the first part that failed is thrown when all have ended.
    /// </summary>
    public static void Run(int parts, Action<int> work)
    {
        // It stays where it is, on this stack, until all parts are done.
        var region = new Region(parts, work);
        ((delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)Entries.Value!.Parallel)(
            &Member, (nint)Unsafe.AsPointer(ref region), (uint)parts, 0);
        region.Error?.Throw();
    }

    private static EntryPoints? Load()
    {
        if (!OperatingSystem.IsLinux() || !LibraryResolver.IsAvailable(MklLibrary.Name))
        {
            return null;
        }

        nint library = LibraryResolver.Handle(MklLibrary.Name);
        return NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint parallel)
            && NativeLibrary.TryGetExport(library, "omp_get_thread_num", out nint number)
            && NativeLibrary.TryGetExport(library, "omp_get_num_threads", out nint threads)
            && NativeLibrary.TryGetExport(library, "omp_get_max_threads", out nint max)
            && NativeLibrary.TryGetExport(library, "omp_set_num_threads", out nint set)
                ? new EntryPoints(parallel, number, threads, max, set)
                : null;
    }

    // An exception must not leave it: the frames below are C.
    [UnmanagedCallersOnly]
    private static void Member(nint data)
    {
        int number = ((delegate* unmanaged<int>)Entries.Value!.ThreadNumber)();
        int threads = ((delegate* unmanaged<int>)Entries.Value!.Threads)();
        Unsafe.AsRef<Region>((void*)data).Run(number, threads);
    }

    private sealed record EntryPoints(nint Parallel, nint ThreadNumber, nint Threads, nint MaxThreads, nint SetThreads);

    private struct Region(int parts, Action<int> work)
    {
        private readonly Lock gate = new();
        private int failed;

        public ExceptionDispatchInfo? Error { get; private set; }

        public void Run(int first, int threads)
        {
            for (int part = first; part < parts; part += threads)
            {
                try
                {
                    work(part);
                }
                catch (Exception e)
                {
                    lock (gate)
                    {
                        (failed, Error) = Error is null || part < failed
                            ? (part, ExceptionDispatchInfo.Capture(e))
                            : (failed, Error);
                    }
                }
            }
        }
    }
}
