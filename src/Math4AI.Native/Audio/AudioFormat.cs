namespace Math4AI.Audio;

/// <summary>The kinds of audio file.</summary>
public enum AudioContainer
{
    /// <summary>A format that can be read, but is not written here.</summary>
    Other = 0,

    /// <summary>WAV; RF64 past 4 GiB.</summary>
    Wav = 1,

    /// <summary>FLAC, lossless compression.</summary>
    Flac = 2,

    /// <summary>OGG.</summary>
    Ogg = 3,

    /// <summary>AIFF.</summary>
    Aiff = 4,
}

/// <summary>How a sample is stored.</summary>
public enum AudioEncoding
{
    /// <summary>An encoding that can be read, but is not written here.</summary>
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
}

/// <summary>A container and an encoding.</summary>
/// <param name="Container">The kind of file.</param>
/// <param name="Encoding">How a sample is stored in it.</param>
public readonly record struct AudioFormat(AudioContainer Container, AudioEncoding Encoding)
{
    /// <summary>WAV with 32-bit floating-point samples: what is written unless something else is asked for.</summary>
    public static AudioFormat WavFloat32 => new(AudioContainer.Wav, AudioEncoding.Float32);

    /// <summary>The file name's ending, with its dot.</summary>
    public string Extension => Container switch
    {
        AudioContainer.Flac => ".flac",
        AudioContainer.Ogg => ".ogg",
        AudioContainer.Aiff => ".aiff",
        _ => ".wav",
    };

    /// <summary>Whether files of this format can be written.</summary>
    public bool IsWritable => Container != AudioContainer.Other && Encoding != AudioEncoding.Other;
}
