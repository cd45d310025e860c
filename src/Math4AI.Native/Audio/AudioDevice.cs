using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// A sound device that records into a ring or plays from it, through PortAudio. Frames for which the ring has no room
/// are lost and counted; where the ring runs empty, silence is played.
/// </summary>
public sealed class AudioDevice : IDisposable
{
    private readonly string name;
    private nint handle;

    private AudioDevice(string name, bool isOutput, int channels, int sampleRate, int block, int capacity)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        this.name = name;
        if (SoundLibrary.HasDevices() == 0)
        {
            throw new PlatformNotSupportedException(
                "The helper was built without PortAudio: install its development files (portaudio19-dev) and build again.");
        }

        Require(SoundLibrary.DeviceOpen(name, isOutput ? 1 : 0, ref channels, sampleRate, block, capacity, out handle, out nint ring));
        Ring = new AudioRing(ring);
        (Channels, SampleRate) = (channels, sampleRate);
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets the number of samples per second in each channel.</summary>
    public int SampleRate { get; }

    /// <summary>Gets the ring of the frames; it is closed one second after the device is disconnected.</summary>
    public AudioRing Ring { get; }

    /// <summary>Starts recording from a device.</summary>
    /// <param name="name">The device, a part of its name, or "default".</param>
    /// <param name="channels">The number of channels; 0 for as many as the device has, up to two.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="block">The number of frames that the device delivers at a time.</param>
    /// <param name="capacity">The capacity of the ring in frames.</param>
    /// <exception cref="IOException">There is no such device, or it does not support the format.</exception>
    /// <exception cref="PlatformNotSupportedException">The helper was built without PortAudio.</exception>
    public static AudioDevice Capture(string name, int channels, int sampleRate, int block, int capacity) =>
        new(name, isOutput: false, channels, sampleRate, block, capacity);

    /// <summary>Starts playing on a device; the parameters are those of <see cref="Capture"/>.</summary>
    /// <param name="name">The device, a part of its name, or "default".</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="block">The number of frames that the device takes at a time.</param>
    /// <param name="capacity">The capacity of the ring in frames.</param>
    /// <exception cref="IOException">There is no such device, or it does not support the format.</exception>
    /// <exception cref="PlatformNotSupportedException">The helper was built without PortAudio.</exception>
    public static AudioDevice Play(string name, int channels, int sampleRate, int block, int capacity) =>
        new(name, isOutput: true, channels, sampleRate, block, capacity);

    /// <summary>Throws if the device has been disconnected.</summary>
    /// <exception cref="IOException">The device has been disconnected.</exception>
    public void ThrowIfFailed()
    {
        ObjectDisposedException.ThrowIf(handle == 0, this);
        if (SoundLibrary.DeviceResult(handle) != SoundLibrary.Ok)
        {
            throw new IOException($"The sound device '{name}' has vanished; what arrived before is written.");
        }
    }

    /// <summary>Waits until all that was pushed has been played.</summary>
    /// <exception cref="IOException">The device has been disconnected.</exception>
    public void Finish()
    {
        // What has left the ring is still in the card's own buffer.
        const int CardMilliseconds = 200;
        while (Ring.Readable > 0)
        {
            ThrowIfFailed();
            Thread.Sleep(1);
        }

        Thread.Sleep(CardMilliseconds);
    }

    /// <summary>Stops the device.</summary>
    public void Dispose()
    {
        Ring?.Dispose();
        SoundLibrary.DeviceClose(handle);
        handle = 0;
    }

    private void Require(int result)
    {
        switch (result)
        {
            case SoundLibrary.Ok:
                return;
            case SoundLibrary.NotFound:
                throw new IOException($"There is no sound device '{name}' with as many channels.");
            case SoundLibrary.Unsupported:
                throw new IOException($"The sound device '{name}' does not do this sample rate or number of channels.");
            case SoundLibrary.AccessDenied:
                throw new IOException($"The sound device '{name}' is in use by another program, or has vanished.");
            default:
                throw new IOException($"The sound device '{name}' cannot be opened. {SoundLibrary.Message(result)}");
        }
    }
}
