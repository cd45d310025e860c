using System.Runtime.InteropServices;

namespace Math4AI.Interop;

/// <summary>The helper under MKL and LibTorchSharp, <c>native/include/math4ai.h</c>, function by function.</summary>
internal static partial class NativeHelper
{
    public const string Name = "math4ai";

    /// <summary>The interface version that these declarations were written for.</summary>
    public const int AbiVersion = 7;

    [LibraryImport(Name, EntryPoint = "m4_abi_version")]
    public static partial int GetAbiVersion();

    [LibraryImport(Name, EntryPoint = "m4_call_variadic_double")]
    public static partial long CallVariadicDouble(nint function, nint handle, int parameter, double value);

    [LibraryImport(Name, EntryPoint = "m4_delay_finalizers", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DelayFinalizers(nint library, string function, long nanoseconds);
}
