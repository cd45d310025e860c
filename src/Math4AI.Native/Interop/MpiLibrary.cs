using System.Runtime.InteropServices;

namespace Math4AI.Interop;

/// <summary>The sums over processes, <c>native/include/math4ai_mpi.h</c>, function by function.</summary>
internal static unsafe partial class MpiLibrary
{
    public const string Name = "math4ai_mpi";

    /// <summary>The interface version that these declarations were written for.</summary>
    public const int AbiVersion = 2;

    /// <summary>The name and version of the MPI.</summary>
    public static string Version => Marshal.PtrToStringUTF8(GetLibraryVersion())!;

    /// <summary>The sentence for an error code.</summary>
    public static string Message(int error)
    {
        const int Size = 512;
        byte* text = stackalloc byte[Size];
        GetMessage(error, text, Size);
        return Marshal.PtrToStringUTF8((nint)text)!;
    }

    [LibraryImport(Name, EntryPoint = "m4_mpi_abi_version")]
    public static partial int GetAbiVersion();

    [LibraryImport(Name, EntryPoint = "m4_mpi_start")]
    public static partial int Start(out int rank, out int count);

    [LibraryImport(Name, EntryPoint = "m4_mpi_sum_doubles")]
    public static partial int Sum(double* values, long count);

    [LibraryImport(Name, EntryPoint = "m4_mpi_sum_floats")]
    public static partial int Sum(float* values, long count);

    [LibraryImport(Name, EntryPoint = "m4_mpi_largest")]
    public static partial int Largest(double* values, long count);

    [LibraryImport(Name, EntryPoint = "m4_mpi_broadcast")]
    public static partial int Broadcast(byte* bytes, long count, int root);

    [LibraryImport(Name, EntryPoint = "m4_mpi_share_memory")]
    public static partial int ShareMemory(long bytes, nint* addresses);

    [LibraryImport(Name, EntryPoint = "m4_mpi_finish")]
    public static partial int Finish();

    [LibraryImport(Name, EntryPoint = "m4_mpi_abort")]
    public static partial void Abort(int exitCode);

    [LibraryImport(Name, EntryPoint = "m4_mpi_library_version")]
    private static partial nint GetLibraryVersion();

    [LibraryImport(Name, EntryPoint = "m4_mpi_message")]
    private static partial void GetMessage(int error, byte* text, int size);
}
