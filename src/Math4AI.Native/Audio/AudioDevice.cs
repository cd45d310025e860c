using System.Globalization;
using System.Runtime.InteropServices;
using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>
/// A sound device that records into a ring or plays from it, through PortAudio. Frames that are lost, below the ring or
/// for lack of room in it, are counted (<see cref="Counts"/>); where the ring runs empty, silence is played.
/// </summary>
public sealed class AudioDevice : IDisposable
{
    private readonly string name;
    private readonly DeviceHandle handle;

    private AudioDevice(
        string name, bool isOutput, int channels, int sampleRate, int block, int capacity, bool fillGaps)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegative(channels);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, block);
        this.name = name;
        int opened = channels;
        int result = SoundLibrary.DeviceOpen(
            name, isOutput ? 1 : 0, ref opened, sampleRate, block, capacity, fillGaps ? 1 : 0, out handle,
            out nint ring);
        if (result != SoundLibrary.Ok)
        {
            throw Refused(name, isOutput, channels, sampleRate, result);
        }

        Ring = new AudioRing(ring, handle);
        (Channels, SampleRate) = (opened, sampleRate);
    }

    /// <summary>Gets the number of channels.</summary>
    public int Channels { get; }

    /// <summary>Gets the number of samples per second in each channel.</summary>
    public int SampleRate { get; }

    /// <summary>Gets the ring of the frames; it is closed when the device is lost.</summary>
    public AudioRing Ring { get; }

    /// <summary>
    /// Gets whether the device has delivered, or taken, its first frames: some need seconds to begin.
    /// </summary>
    public bool HasBegun => Counts().Moved > 0;

    /// <summary>Lists the sound devices.</summary>
    /// <exception cref="IOException">The sound system does not answer.</exception>
    /// <exception cref="PlatformNotSupportedException">The helper was built without PortAudio.</exception>
    public static unsafe IReadOnlyList<AudioDeviceInfo> List()
    {
        Require(SoundLibrary.DeviceList(null, 0, out int count));
        var found = new SoundLibrary.DeviceInfo[count];
        fixed (SoundLibrary.DeviceInfo* devices = found)
        {
            Require(SoundLibrary.DeviceList(devices, count, out int now));
            var list = new List<AudioDeviceInfo>();
            for (int i = 0; i < Math.Min(count, now); i++)
            {
                SoundLibrary.DeviceInfo* device = devices + i;
                list.Add(new AudioDeviceInfo(
                    Marshal.PtrToStringUTF8((nint)device->Name)!,
                    Marshal.PtrToStringUTF8((nint)device->Host)!,
                    device->InputChannels,
                    device->OutputChannels,
                    device->SampleRate,
                    device->IsDefaultInput != 0,
                    device->IsDefaultOutput != 0));
            }

            return list;
        }
    }

    /// <summary>Starts recording from a device.</summary>
    /// <param name="name">The device, a part of its name, or "default".</param>
    /// <param name="channels">The number of channels; 0 for as many as the device has, up to two.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="block">The number of frames that the device delivers at a time.</param>
    /// <param name="capacity">The capacity of the ring in frames.</param>
    /// <param name="fillGaps">
    /// Whether silence takes the place of lost frames, so that what follows stays in time.
    /// </param>
    /// <exception cref="IOException">
    /// There is no such device, or it does not support the format; the message lists the devices or the rates.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The helper was built without PortAudio.</exception>
    public static AudioDevice Capture(
        string name, int channels, int sampleRate, int block, int capacity, bool fillGaps = true) =>
        new(name, isOutput: false, channels, sampleRate, block, capacity, fillGaps);

    /// <summary>Starts playing on a device; the parameters are those of <see cref="Capture"/>.</summary>
    /// <param name="name">The device, a part of its name, or "default".</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="block">The number of frames that the device takes at a time.</param>
    /// <param name="capacity">The capacity of the ring in frames.</param>
    /// <exception cref="IOException">
    /// There is no such device, or it does not support the format; the message lists the devices or the rates.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The helper was built without PortAudio.</exception>
    public static AudioDevice Play(string name, int channels, int sampleRate, int block, int capacity) =>
        new(name, isOutput: true, channels, sampleRate, block, capacity, fillGaps: false);

    /// <summary>Returns what the device has moved and lost so far.</summary>
    public AudioDeviceCounts Counts()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        SoundLibrary.DeviceCounts(handle, out SoundLibrary.DeviceStats stats);
        return new AudioDeviceCounts(
            stats.Moved, stats.Expected, stats.Lost, stats.Flagged, stats.Dropped, stats.Filled, stats.Silent,
            stats.Gaps, stats.Latency)
        {
            ChangedRate = stats.Rate > 0.0 ? stats.Rate : null,
            LastNanoseconds = stats.LastNanoseconds,
        };
    }

    /// <summary>Throws if the device has been disconnected, or has changed its rate.</summary>
    /// <exception cref="IOException">
    /// The device has been disconnected, did not begin within two minutes, or moves another number of frames per second
    /// than it was opened with.
    /// </exception>
    public void ThrowIfFailed()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        if (SoundLibrary.DeviceResult(handle) != SoundLibrary.Ok)
        {
            throw new IOException(
                Counts().ChangedRate is { } rate
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"The sound device '{name}' has changed its sample rate: it moves about {rate:0} frames per "
                        + $"second, and {SampleRate} were agreed. Open it again with the rate that it has now.")
                : HasBegun
                    ? $"The sound device '{name}' has vanished; what arrived before is written."
                    : $"The sound device '{name}' did not begin within two minutes.");
        }
    }

    /// <summary>Waits until all that was pushed has been played.</summary>
    /// <exception cref="IOException">The device has been disconnected.</exception>
    public void Finish()
    {
        // What has left the ring is still in the card's own buffer.
        const int MinMilliseconds = 200;
        while (!Ring.WaitWritable((int)Ring.Capacity, TimeSpan.FromMilliseconds(50)))
        {
            ThrowIfFailed();
        }

        Thread.Sleep(Math.Max(MinMilliseconds, (int)(1e3 * Counts().Latency)));
    }

    /// <summary>
    /// Stops the device. Threads that wait for its ring get an <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        Ring?.Dispose();
        handle.Dispose();
    }

    private static void Require(int result)
    {
        if (result != SoundLibrary.Ok)
        {
            throw result == SoundLibrary.NoDevicesBuilt
                ? new PlatformNotSupportedException(SoundLibrary.Message(result))
                : new IOException($"The sound devices cannot be listed. {SoundLibrary.Message(result)}");
        }
    }

    private static Exception Refused(string name, bool isOutput, int channels, int sampleRate, int result)
    {
        string kind = isOutput ? "to play on" : "to record from";
        string count = channels > 1 ? $" with {channels} channels" : string.Empty;
        return result switch
        {
            SoundLibrary.NoDevicesBuilt => new PlatformNotSupportedException(SoundLibrary.Message(result)),
            SoundLibrary.NoDevice =>
                new IOException($"There is no sound device '{name}' {kind}{count}. {Choices(isOutput)}"),
            SoundLibrary.DeviceFormat => new IOException(string.Create(
                CultureInfo.InvariantCulture, $"The sound device '{name}' does not do {sampleRate} samples per "
                    + $"second{count}. {Rates(name, isOutput, channels)}")),
            _ => new IOException($"The sound device '{name}' cannot be opened. {SoundLibrary.Message(result)}"),
        };
    }

    private static string Choices(bool isOutput)
    {
        string[] names =
        [
            .. List().Where(device => (isOutput ? device.OutputChannels : device.InputChannels) > 0)
                .Select(device => $"'{device.Name}' ({(isOutput ? device.OutputChannels : device.InputChannels)} "
                    + $"channels, {device.SampleRate} Hz)"),
        ];
        return names.Length == 0 ? "There are no such devices at all." : $"There are: {string.Join(", ", names)}.";
    }

    private static unsafe string Rates(string name, bool isOutput, int channels)
    {
        int* rates = stackalloc int[16];
        int result = SoundLibrary.DeviceRates(name, isOutput ? 1 : 0, Math.Max(1, channels), rates, 16, out int count);
        return result == SoundLibrary.Ok && count > 0
            ? $"It does {string.Join(", ", new ReadOnlySpan<int>(rates, count).ToArray())}."
            : "It does none of the usual rates with as many channels.";
    }
}
