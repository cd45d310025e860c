using System.Runtime.InteropServices;

namespace Math4AI.Interop;

/// <summary>The C helper, <c>native/include/math4ai.h</c>, function by function.</summary>
internal static unsafe partial class NativeHelper
{
    public const string Name = "math4ai";

    /// <summary>The interface version that these declarations were written for.</summary>
    public const int AbiVersion = 3;

    public const int Ok = 0;

    /// <summary><c>m4_audio_format</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct AudioFormat
    {
        public long Frames;
        public int Channels;
        public int SampleRate;
        public int Container;
        public int Encoding;
    }

    /// <summary>The sentence for a result code.</summary>
    public static string Message(int result) => Marshal.PtrToStringUTF8(ResultMessage(result))!;

    /// <summary>libsndfile's name and version.</summary>
    public static string SndfileVersion => Marshal.PtrToStringUTF8(GetSndfileVersion())!;

    [LibraryImport(Name, EntryPoint = "m4_abi_version")]
    public static partial int GetAbiVersion();

    [LibraryImport(Name, EntryPoint = "m4_call_variadic_double")]
    public static partial long CallVariadicDouble(nint function, nint handle, int parameter, double value);

    [LibraryImport(Name, EntryPoint = "m4_ring_create")]
    public static partial int RingCreate(int channels, long capacity, out nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_destroy")]
    public static partial void RingDestroy(nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_write_planar")]
    public static partial long RingWritePlanar(nint ring, float* samples, long stride, long frames);

    [LibraryImport(Name, EntryPoint = "m4_ring_read_interleaved")]
    public static partial long RingReadInterleaved(nint ring, float* samples, long frames);

    [LibraryImport(Name, EntryPoint = "m4_reader_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ReaderOpen(string path, out nint reader, out AudioFormat format);

    [LibraryImport(Name, EntryPoint = "m4_reader_read")]
    public static partial int ReaderRead(nint reader, float* samples, long stride, long frames, out long framesRead);

    [LibraryImport(Name, EntryPoint = "m4_reader_close")]
    public static partial void ReaderClose(nint reader);

    [LibraryImport(Name, EntryPoint = "m4_writer_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WriterOpen(string path, in AudioFormat format, out nint writer);

    [LibraryImport(Name, EntryPoint = "m4_writer_write")]
    public static partial int WriterWrite(nint writer, float* samples, long stride, long frames);

    [LibraryImport(Name, EntryPoint = "m4_writer_finish")]
    public static partial int WriterFinish(nint writer);

    [LibraryImport(Name, EntryPoint = "m4_result_message")]
    private static partial nint ResultMessage(int result);

    [LibraryImport(Name, EntryPoint = "m4_sndfile_version")]
    private static partial nint GetSndfileVersion();
}
