using System.Runtime.InteropServices;

namespace Math4AI.Interop.Mkl;

/// <summary>MKL's service functions: version, threads, and the instruction set that it chose.</summary>
internal static unsafe partial class MklService
{
    // MKL_CBWR_AUTO of mkl_types.h.
    private const int FastestReproducible = 2;

    /// <summary>
    /// MKL's own description, such as "Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build …".
    /// </summary>
    public static string Version
    {
        get
        {
            byte* text = stackalloc byte[256];
            GetVersionString(text, 256);
            return Marshal.PtrToStringUTF8((nint)text)?.TrimEnd() ?? string.Empty;
        }
    }

    /// <summary>The vector instructions of the kernels that MKL chose in this process.</summary>
    public static string InstructionSet => CpuDetect() switch
    {
        >= 7 => "AVX-512",
        5 or 6 => "AVX2",
        4 => "AVX",
        3 => "SSE4.2",
        _ => "MKL's own choice for processors that are not Intel's",
    };

    /// <summary>
    /// Asks for the same bits from the same input, wherever in memory it lies (conditional numerical reproducibility,
    /// the fastest code path). Only before the first computation. Returns whether MKL agreed.
    /// </summary>
    public static bool TryMakeReproducible() => SetReproducibility(FastestReproducible) == 0;

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_serv_cbwr_set")]
    private static partial int SetReproducibility(int mode);

    [LibraryImport(MklLibrary.Name, EntryPoint = "MKL_Get_Version_String")]
    private static partial void GetVersionString(byte* buffer, int length);

    [LibraryImport(MklLibrary.Name, EntryPoint = "MKL_Get_Max_Threads")]
    public static partial int GetMaxThreads();

    /// <summary>
    /// Sets MKL's threads for the calling thread only; 0 takes the setting back. Returns the setting before.
    /// </summary>
    [LibraryImport(MklLibrary.Name, EntryPoint = "MKL_Set_Num_Threads_Local")]
    public static partial int SetNumThreadsLocal(int threads);

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_serv_set_num_threads")]
    public static partial void SetNumThreads(int threads);

    /// <summary>Sets whether MKL may use fewer threads than it was given, as it sees fit.</summary>
    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_serv_set_dynamic")]
    public static partial void SetDynamic(int isDynamic);

    [LibraryImport(MklLibrary.Name, EntryPoint = "mkl_serv_cpu_detect")]
    private static partial int CpuDetect();
}
