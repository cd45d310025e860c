using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using Math4AI.Runtime;

namespace Math4AI.Interop;

/// <summary>GNU's OpenMP, which libtorch brings: the entry points that the C compiler calls for a parallel region.</summary>
internal static unsafe class OpenMp
{
    private static readonly Lazy<(nint Parallel, nint ThreadNumber, nint MostThreads, nint SetThreads)> Entries = new(Load);

    /// <summary>Whether they can be called.</summary>
    public static bool IsAvailable => Entries.Value.Parallel != 0;

    /// <summary>Runs work(0) on this thread and work(1) on the team's second one; 1 runs here too where the team has no second.</summary>
    public static void RunBoth(Action<int> work)
    {
        // It stays where it is, on this stack, until both are done.
        var region = new Region(work);
        ((delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)Entries.Value.Parallel)(
            &Member, (nint)Unsafe.AsPointer(ref region), 2, 0);
        region.Finish();
    }

    /// <summary>How many threads a region that begins on this thread has; set for this thread alone.</summary>
    public static int ThreadsHere
    {
        get => ((delegate* unmanaged<int>)Entries.Value.MostThreads)();
        set => ((delegate* unmanaged<int, void>)Entries.Value.SetThreads)(value);
    }

    private static (nint Parallel, nint ThreadNumber, nint MostThreads, nint SetThreads) Load()
    {
        if (!OperatingSystem.IsLinux() || !Compute.HasMkl)
        {
            return default;
        }

        nint library = LibraryResolver.Handle(MklLibrary.Name);
        return NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint parallel)
            && NativeLibrary.TryGetExport(library, "omp_get_thread_num", out nint number)
            && NativeLibrary.TryGetExport(library, "omp_get_max_threads", out nint most)
            && NativeLibrary.TryGetExport(library, "omp_set_num_threads", out nint set)
                ? (parallel, number, most, set)
                : default;
    }

    // An exception must not leave it: the frames below are C.
    [UnmanagedCallersOnly]
    private static void Member(nint data)
    {
        int half = ((delegate* unmanaged<int>)Entries.Value.ThreadNumber)();
        Unsafe.AsRef<Region>((void*)data).Run(half);
    }

    private struct Region(Action<int> work)
    {
        private ExceptionDispatchInfo? first;
        private ExceptionDispatchInfo? second;
        private bool ranSecond;

        public void Run(int half)
        {
            try
            {
                work(half);
            }
            catch (Exception e)
            {
                (half == 0 ? ref first : ref second) = ExceptionDispatchInfo.Capture(e);
            }

            if (half == 1)
            {
                ranSecond = true;
            }
        }

        public readonly void Finish()
        {
            first?.Throw();
            if (!ranSecond)
            {
                work(1);
            }

            second?.Throw();
        }
    }
}
