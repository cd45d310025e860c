using Math4AI.Data;

namespace Math4AI.Audio;

/// <summary>Sound that can be read from anywhere: a <see cref="Recording"/> in memory, or files.</summary>
public interface IAudioSource : ISampleSource
{
    /// <summary>Gets the number of samples per second in each channel.</summary>
    int SampleRate { get; }

    /// <summary>Gets the format that the sound was read from.</summary>
    AudioFormat Format { get; }

    /// <summary>Reads a part of the sound into memory.</summary>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="count">The number of samples in each channel.</param>
    Recording Excerpt(long start, int count);
}
