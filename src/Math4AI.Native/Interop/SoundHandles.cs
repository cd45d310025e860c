using Microsoft.Win32.SafeHandles;

namespace Math4AI.Interop;

/// <summary>A share in a ring; its memory is freed with the last one.</summary>
internal sealed class RingHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private long bytes;

    public RingHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Takes over a share.</summary>
    public RingHandle(nint ring)
        : this() => SetHandle(ring);

    /// <summary>Tells the collector once how much native memory the handle stands for.</summary>
    public void Weigh(long size)
    {
        bytes = size;
        GC.AddMemoryPressure(bytes);
    }

    protected override bool ReleaseHandle()
    {
        SoundLibrary.RingDestroy(handle);
        if (bytes > 0)
        {
            GC.RemoveMemoryPressure(bytes);
        }

        return true;
    }
}

/// <summary>A reader; closing it ends its thread.</summary>
internal sealed class ReaderHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ReaderHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        SoundLibrary.ReaderClose(handle);
        return true;
    }
}

/// <summary>A writer; closing it completes the file.</summary>
internal sealed class WriterHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public WriterHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Gets how the file was completed.</summary>
    public int Result { get; private set; }

    protected override bool ReleaseHandle()
    {
        Result = SoundLibrary.WriterFinish(handle);
        return true;
    }
}

/// <summary>A sound device.</summary>
internal sealed class DeviceHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public DeviceHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        SoundLibrary.DeviceClose(handle);
        return true;
    }
}

/// <summary>A resampler.</summary>
internal sealed class ResamplerHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ResamplerHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        SoundLibrary.ResamplerDestroy(handle);
        return true;
    }
}
