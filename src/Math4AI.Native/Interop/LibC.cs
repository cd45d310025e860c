using System.Runtime.InteropServices;

namespace Math4AI.Interop;

/// <summary>
/// The dynamic linker and anonymous files of Linux's C library: what .NET's own loader does not offer is loading a
/// library globally, so that its symbols are found before another library's, and loading one that is on no disk.
/// </summary>
internal static partial class LibC
{
    private const string Library = "libc.so.6";
    private const int BindNow = 0x2;
    private const int Global = 0x100;
    private const uint CloseOnExec = 0x1;

    /// <summary>Loads a library so that its symbols come before those of every library loaded later.</summary>
    /// <exception cref="DllNotFoundException">The dynamic linker's own sentence says what is missing.</exception>
    public static nint LoadGlobally(string path) => Load(path, BindNow | Global);

    /// <summary>Loads a library's bytes from an anonymous file in memory.</summary>
    /// <exception cref="DllNotFoundException">The system refuses the file, or its library.</exception>
    public static unsafe nint LoadFromMemory(string name, ReadOnlySpan<byte> library)
    {
        int descriptor = MemfdCreate(name, CloseOnExec);
        if (descriptor < 0)
        {
            throw new DllNotFoundException(
                $"{name}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        try
        {
            // The handle is closed below; the linker keeps its own mapping of the file.
            using var file = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: false);
            RandomAccess.Write(file, library, 0);
            return Load($"/proc/self/fd/{descriptor}", BindNow);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>
    /// Sets a variable for the native libraries that are loaded later, where the user has not set it.
    /// </summary>
    public static void SetDefault(string name, string value) => _ = SetEnvironment(name, value, overwrite: 0);

    /// <summary>
    /// Lets the C library keep freed memory for the next allocation, of large blocks too, in place of giving each back
    /// to the system and clearing new pages for the next.
    /// </summary>
    public static void KeepFreedMemory()
    {
        const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3;
        _ = MallocOption(TrimThreshold, 2_000_000_000);
        _ = MallocOption(MapThreshold, 1_000_000_000);
        _ = MallocOption(TopPad, 64 << 20);
    }

    /// <summary>
    /// Grows the heap of the C library for a library that allocates tens of megabytes in small blocks as it is loaded,
    /// in pages of 2 MB in place of 4 KB: libtorch makes 13 000 faults of pages less, a third of its time to load. From
    /// then on the C library keeps up to 64 MB that are free, as it does anyway once a tensor of 32 MB has been. Where
    /// the system does not offer such pages, nothing happens.
    /// </summary>
    public static void GrowHeap()
    {
        const nint Most = (32 << 20) - (64 << 10), Block = 28 << 20;
        const int LargePages = 14, Page = 4096;

        // A block that is given back lets the C library take the next ones that are no larger from its heap.
        Free(Allocate(Most));
        nint[] blocks = [Allocate(Block), Allocate(Block)];
        foreach (nint block in blocks)
        {
            if (block != 0)
            {
                nint first = (block + Page - 1) & -Page, end = (block + Block) & -Page;
                _ = Advise(first, end - first, LargePages);
            }
        }

        Array.ForEach(blocks, Free);
    }

    /// <summary>
    /// Whether something that is there is a file of bytes, and no device, pipe or socket; links are followed.
    /// </summary>
    public static unsafe bool IsRegularFile(string path)
    {
        const int CurrentFolder = -100, TypeWanted = 1, ModeOffset = 28, TypeBits = 0xF000, Regular = 0x8000;
        byte* status = stackalloc byte[256];
        return StatusOf(CurrentFolder, path, 0, TypeWanted, status) != 0
            || (*(ushort*)(status + ModeOffset) & TypeBits) == Regular;
    }

    /// <summary>Gets the number of processors of the machine, whichever of them this process may use.</summary>
    public static int Processors
    {
        get
        {
            const int Online = 84;
            return (int)Math.Max(1, Configuration(Online));
        }
    }

    /// <summary>
    /// Asks for pages of 2 MB under an array that is about to be written. .NET takes large arrays from the system and
    /// gives them back, so that each page of a new one is a fault: of 4 KB, at 1.8 µs each, they cost as much as a
    /// twentieth of a product of order 1024. NumPy does the same. Where the system does not offer it, nothing happens.
    /// </summary>
    public static unsafe void AdviseLargePages(void* start, long bytes)
    {
        const long LargePage = 2 << 20;
        const int LargePages = 14;

        // The pages that begin or end outside of the array count too: what lies there is memory of .NET's heap.
        long first = (nint)start & -LargePage, end = ((nint)start + bytes + LargePage - 1) & -LargePage;
        _ = Advise((nint)first, (nint)(end - first), LargePages);
    }

    /// <summary>
    /// Waits until the names in a folder are on the disk; a file system that cannot do it is not complained of.
    /// </summary>
    public static void SyncFolder(string path)
    {
        const int FolderToRead = 0x10000 | 0x80000;
        int descriptor = OpenFile(path, FolderToRead);
        if (descriptor >= 0)
        {
            _ = Sync(descriptor);
            _ = Close(descriptor);
        }
    }

    private static nint Load(string path, int flags)
    {
        nint handle = Open(path, flags);
        return handle != 0
            ? handle
            : throw new DllNotFoundException(Marshal.PtrToStringUTF8(Error()) ?? $"{path} could not be loaded");
    }

    [LibraryImport(Library, EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "dlerror")]
    private static partial nint Error();

    [LibraryImport(
        Library, EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport(Library, EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    // The layout of its answer is the same on every processor.
    [LibraryImport(Library, EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatusOf(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport(Library, EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint bytes, int advice);

    [LibraryImport(Library, EntryPoint = "sysconf")]
    private static partial nint Configuration(int name);

    [LibraryImport(Library, EntryPoint = "mallopt")]
    private static partial int MallocOption(int option, int value);

    [LibraryImport(Library, EntryPoint = "malloc")]
    private static partial nint Allocate(nint bytes);

    [LibraryImport(Library, EntryPoint = "free")]
    private static partial void Free(nint block);

    [LibraryImport(Library, EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport(Library, EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport(Library, EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
