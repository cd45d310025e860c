using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>The format of samples without a header, which are interleaved and little-endian.</summary>
/// <param name="Encoding">A PCM (16, 24 or 32 bits) or floating-point encoding.</param>
/// <param name="SampleRate">Samples per second in each channel.</param>
/// <param name="Channels">The number of channels.</param>
public readonly record struct HeaderlessFormat(AudioEncoding Encoding, int SampleRate, int Channels)
{
    internal SoundLibrary.AudioFormat ToNative() => new()
    {
        Frames = -1,
        Channels = Channels,
        SampleRate = SampleRate,
        Container = (int)AudioContainer.Wav,
        Encoding = (int)Encoding,
    };
}
