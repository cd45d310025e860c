using System.Runtime.InteropServices;

namespace Math4AI.Interop;

/// <summary>The sound library, <c>native/include/math4ai_sound.h</c>, function by function.</summary>
internal static unsafe partial class SoundLibrary
{
    public const string Name = "math4ai_sound";

    /// <summary>The interface version that these declarations were written for.</summary>
    public const int AbiVersion = 8;

    public const int Ok = 0;
    public const int OutOfMemory = 4;
    public const int EndOfStream = 1;
    public const int NotAudio = 8;
    public const int Damaged = 9;
    public const int Abandoned = 14;
    public const int NoDevice = 16;
    public const int DeviceFormat = 18;
    public const int NoDevicesBuilt = 20;

    public const int PriorityNone = 0;
    public const int PriorityByKit = 2;

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

    /// <summary><c>m4_realtime</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Realtime
    {
        public int HasPriority;
        public int HasMemory;
        public int FlushesDenormals;
        public int PolicyBefore;
        public int PriorityBefore;
        public uint ControlBefore;
    }

    /// <summary><c>m4_device_info</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DeviceInfo
    {
        public fixed byte Name[256];
        public fixed byte Host[64];
        public int InputChannels;
        public int OutputChannels;
        public int IsDefaultInput;
        public int IsDefaultOutput;
        public int SampleRate;
    }

    /// <summary><c>m4_device_stats</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DeviceStats
    {
        public long Moved;
        public long Expected;
        public long Lost;
        public long Flagged;
        public long Dropped;
        public long Filled;
        public long Silent;
        public long Gaps;
        public long LastNanoseconds;
        public double Latency;
        public double Rate;
    }

    /// <summary>The sentence for a result code.</summary>
    public static string Message(int result) => Marshal.PtrToStringUTF8(ResultMessage(result))!;

    /// <summary>libsndfile's name and version.</summary>
    public static string SndfileVersion => Marshal.PtrToStringUTF8(GetSndfileVersion())!;

    [LibraryImport(Name, EntryPoint = "m4_sound_abi_version")]
    public static partial int GetAbiVersion();

    [LibraryImport(Name, EntryPoint = "m4_ring_create")]
    public static partial int RingCreate(int channels, long capacity, out RingHandle ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_retain")]
    public static partial nint RingRetain(nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_abandon")]
    public static partial void RingAbandon(nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_destroy")]
    public static partial void RingDestroy(nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_write_planar")]
    public static partial long RingWritePlanar(nint ring, float* samples, long stride, long frames);

    [LibraryImport(Name, EntryPoint = "m4_ring_read_interleaved")]
    public static partial long RingReadInterleaved(nint ring, float* samples, long frames);

    [LibraryImport(Name, EntryPoint = "m4_ring_channels")]
    public static partial int RingChannels(nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_capacity")]
    public static partial long RingCapacity(nint ring);

    // Taking and giving back costs a few nanoseconds: the call must not cost more. None of these waits.
    [LibraryImport(Name, EntryPoint = "m4_ring_readable")]
    [SuppressGCTransition]
    public static partial long RingReadable(nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_acquire_write")]
    [SuppressGCTransition]
    public static partial long RingAcquireWrite(nint ring, long frames, float** samples);

    [LibraryImport(Name, EntryPoint = "m4_ring_commit")]
    [SuppressGCTransition]
    public static partial int RingCommit(nint ring, long frames);

    [LibraryImport(Name, EntryPoint = "m4_ring_acquire_read")]
    [SuppressGCTransition]
    public static partial long RingAcquireRead(nint ring, long frames, float** samples);

    [LibraryImport(Name, EntryPoint = "m4_ring_release")]
    [SuppressGCTransition]
    public static partial int RingRelease(nint ring, long frames);

    [LibraryImport(Name, EntryPoint = "m4_ring_pushed_at")]
    [SuppressGCTransition]
    public static partial long RingPushedAt(nint ring, long frames);

    [LibraryImport(Name, EntryPoint = "m4_ring_close")]
    public static partial void RingClose(nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_is_closed")]
    public static partial int RingIsClosed(nint ring);

    [LibraryImport(Name, EntryPoint = "m4_ring_wait_readable")]
    public static partial int RingWaitReadable(nint ring, long frames, long timeoutNanoseconds);

    [LibraryImport(Name, EntryPoint = "m4_ring_wait_writable")]
    public static partial int RingWaitWritable(nint ring, long frames, long timeoutNanoseconds);

    [LibraryImport(Name, EntryPoint = "m4_ring_counts")]
    public static partial void RingCounts(nint ring, out ulong overruns, out ulong underruns);

    [LibraryImport(Name, EntryPoint = "m4_reader_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ReaderOpen(string path, out ReaderHandle reader, out AudioFormat format);

    [LibraryImport(Name, EntryPoint = "m4_reader_read")]
    public static partial int ReaderRead(
        ReaderHandle reader, float* samples, long stride, long frames, out long framesRead);

    [LibraryImport(Name, EntryPoint = "m4_reader_open_raw", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ReaderOpenRaw(string path, in AudioFormat format, out ReaderHandle reader);

    [LibraryImport(Name, EntryPoint = "m4_reader_start")]
    public static partial int ReaderStart(ReaderHandle reader, long capacity, long block, out nint ring);

    [LibraryImport(Name, EntryPoint = "m4_reader_result")]
    public static partial int ReaderResult(ReaderHandle reader);

    [LibraryImport(Name, EntryPoint = "m4_reader_seek")]
    public static partial int ReaderSeek(ReaderHandle reader, long frame);

    [LibraryImport(Name, EntryPoint = "m4_reader_close")]
    public static partial void ReaderClose(nint reader);

    [LibraryImport(Name, EntryPoint = "m4_writer_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WriterOpen(string path, in AudioFormat format, out WriterHandle writer);

    [LibraryImport(Name, EntryPoint = "m4_writer_open_raw", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WriterOpenRaw(string path, in AudioFormat format, out WriterHandle writer);

    [LibraryImport(Name, EntryPoint = "m4_writer_start")]
    public static partial int WriterStart(WriterHandle writer, long capacity, out nint ring);

    [LibraryImport(Name, EntryPoint = "m4_writer_result")]
    public static partial int WriterResult(WriterHandle writer);

    [LibraryImport(Name, EntryPoint = "m4_writer_write")]
    public static partial int WriterWrite(WriterHandle writer, float* samples, long stride, long frames);

    [LibraryImport(Name, EntryPoint = "m4_writer_finish")]
    public static partial int WriterFinish(nint writer);

    [LibraryImport(Name, EntryPoint = "m4_resampled_length")]
    public static partial long ResampledLength(long frames, int fromRate, int toRate);

    [LibraryImport(Name, EntryPoint = "m4_resample")]
    public static partial int Resample(
        float* samples, long frames, int fromRate, int toRate, float* result, out long written);

    [LibraryImport(Name, EntryPoint = "m4_device_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DeviceOpen(
        string name,
        int isOutput,
        ref int channels,
        int sampleRate,
        long block,
        long capacity,
        int fillsGaps,
        out DeviceHandle device,
        out nint ring);

    [LibraryImport(Name, EntryPoint = "m4_realtime_begin")]
    public static partial int RealtimeBegin(out Realtime realtime);

    [LibraryImport(Name, EntryPoint = "m4_realtime_end")]
    public static partial int RealtimeEnd(in Realtime realtime);

    [LibraryImport(Name, EntryPoint = "m4_device_list")]
    public static partial int DeviceList(DeviceInfo* devices, int capacity, out int count);

    [LibraryImport(Name, EntryPoint = "m4_device_rates", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DeviceRates(
        string name, int isOutput, int channels, int* rates, int capacity, out int count);

    [LibraryImport(Name, EntryPoint = "m4_device_counts")]
    public static partial void DeviceCounts(DeviceHandle device, out DeviceStats stats);

    [LibraryImport(Name, EntryPoint = "m4_reader_missing")]
    public static partial void ReaderMissing(ReaderHandle reader, out long frames, out long bytes);

    [LibraryImport(Name, EntryPoint = "m4_reader_has_no_length")]
    public static partial int ReaderHasNoLength(ReaderHandle reader);

    [LibraryImport(Name, EntryPoint = "m4_resampler_create")]
    public static partial int ResamplerCreate(int channels, long longest, out ResamplerHandle resampler);

    [LibraryImport(Name, EntryPoint = "m4_resampler_process")]
    public static partial int ResamplerProcess(
        ResamplerHandle resampler,
        float* samples,
        long stride,
        long frames,
        double ratio,
        float* result,
        long resultStride,
        long capacity,
        out long made);

    [LibraryImport(Name, EntryPoint = "m4_resampler_destroy")]
    public static partial void ResamplerDestroy(nint resampler);

    [LibraryImport(Name, EntryPoint = "m4_device_result")]
    public static partial int DeviceResult(DeviceHandle device);

    [LibraryImport(Name, EntryPoint = "m4_device_close")]
    public static partial void DeviceClose(nint device);

    [LibraryImport(Name, EntryPoint = "m4_result_message")]
    private static partial nint ResultMessage(int result);

    [LibraryImport(Name, EntryPoint = "m4_sndfile_version")]
    private static partial nint GetSndfileVersion();
}
