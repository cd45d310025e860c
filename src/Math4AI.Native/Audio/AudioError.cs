using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>The helper's result codes as exceptions.</summary>
internal static class AudioError
{
    public static IOException Of(string path, int result) =>
        new($"{(path == "-" ? "The standard stream" : path)}: {SoundLibrary.Message(result)}");

    public static void RequireBlock(int length, int channels, int stride, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, count);
        if (length < (channels - 1L) * stride + count)
        {
            throw new ArgumentException($"A block of {channels} channels of {count} samples does not fit {length} elements.");
        }
    }
}
