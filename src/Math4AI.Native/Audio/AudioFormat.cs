namespace Math4AI.Audio;

/// <summary>Names the containers of audio files.</summary>
public enum AudioContainer
{
    /// <summary>Any other container, which can be read but not written.</summary>
    Other = 0,

    /// <summary>WAV, and RF64 beyond 4 GiB.</summary>
    Wav = 1,

    /// <summary>FLAC, lossless compression.</summary>
    Flac = 2,

    /// <summary>OGG.</summary>
    Ogg = 3,

    /// <summary>AIFF.</summary>
    Aiff = 4,
}

/// <summary>Names the encodings of samples.</summary>
public enum AudioEncoding
{
    /// <summary>Any other encoding, which can be read but not written.</summary>
    Other = 0,

    /// <summary>32-bit floating point.</summary>
    Float32 = 1,

    /// <summary>64-bit floating point.</summary>
    Float64 = 2,

    /// <summary>16-bit integers.</summary>
    Pcm16 = 3,

    /// <summary>24-bit integers.</summary>
    Pcm24 = 4,

    /// <summary>32-bit integers.</summary>
    Pcm32 = 5,

    /// <summary>Vorbis, lossy.</summary>
    Vorbis = 6,

    /// <summary>8-bit integers.</summary>
    Pcm8 = 7,

    /// <summary>The µ-law of ITU-T G.711, 8 bits a sample.</summary>
    MuLaw = 8,

    /// <summary>The A-law of ITU-T G.711, 8 bits a sample.</summary>
    ALaw = 9,
}

/// <summary>A container and an encoding.</summary>
/// <param name="Container">The kind of file.</param>
/// <param name="Encoding">The encoding of a sample in the file.</param>
public readonly record struct AudioFormat(AudioContainer Container, AudioEncoding Encoding)
{
    /// <summary>Gets WAV with 32-bit floating-point samples, the default.</summary>
    public static AudioFormat WavFloat32 => new(AudioContainer.Wav, AudioEncoding.Float32);

    /// <summary>Gets the file extension, with its dot.</summary>
    public string Extension => Container switch
    {
        AudioContainer.Flac => ".flac",
        AudioContainer.Ogg => ".ogg",
        AudioContainer.Aiff => ".aiff",
        _ => ".wav",
    };

    /// <summary>The format in which a file of this name is written.</summary>
    /// <exception cref="ArgumentException">The ending is that of none.</exception>
    internal static AudioFormat ByEnding(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".wav" => WavFloat32,
        ".flac" => new(AudioContainer.Flac, AudioEncoding.Pcm24),
        ".aiff" or ".aif" => new(AudioContainer.Aiff, AudioEncoding.Pcm24),
        ".ogg" => new(AudioContainer.Ogg, AudioEncoding.Vorbis),
        var ending => throw new ArgumentException(
            $"{path} ends in {(ending.Length > 0 ? $"{ending}, in which no sound is written" : "no format of sound")}: "
            + "name it .wav, .flac, .aiff or .ogg, or give the format.", nameof(path)),
    };

    /// <summary>Gets whether files of this format can be written.</summary>
    public bool IsWritable => Container != AudioContainer.Other && Encoding != AudioEncoding.Other;
}
