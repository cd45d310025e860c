using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>The format of samples without a header, which are interleaved.</summary>
/// <param name="Encoding">A PCM (16, 24 or 32 bits) or floating-point encoding, or one of G.711's laws.</param>
/// <param name="SampleRate">Samples per second in each channel.</param>
/// <param name="Channels">The number of channels.</param>
public readonly record struct HeaderlessFormat(AudioEncoding Encoding, int SampleRate, int Channels)
{
    /// <summary>Gets whether the most significant byte of a sample comes first.</summary>
    public bool IsBigEndian { get; init; }

    /// <summary>
    /// Gets the format for an output of such samples: AIFF stands for its byte order, big-endian, and WAV for the
    /// other.
    /// </summary>
    public AudioFormat Output => new(IsBigEndian ? AudioContainer.Aiff : AudioContainer.Wav, Encoding);

    internal SoundLibrary.AudioFormat ToNative() => new()
    {
        Frames = -1,
        Channels = Channels,
        SampleRate = SampleRate,
        Container = (int)Output.Container,
        Encoding = (int)Encoding,
    };
}
