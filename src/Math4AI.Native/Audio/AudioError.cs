using Math4AI.Data;
using Math4AI.Interop;

namespace Math4AI.Audio;

/// <summary>The helper's result codes as exceptions.</summary>
internal static class AudioError
{
    public static IOException Of(string path, int result) =>
        path != "-" && Directory.Exists(path)
            ? Folder(path)
            : new($"{(path == "-" ? "The standard stream" : path)}: {Said(result)}");

    private static string Said(int result) => result == SoundLibrary.NotAudio
        ? $"This is not an audio file of a format that is read ({SoundFormat.Endings})."
        : SoundLibrary.Message(result);

    public static IOException Folder(string path) => new($"{path} is a folder, and a file is needed.");

    /// <summary>What went wrong when a reader came to its end, with what is missing.</summary>
    public static IOException AtEnd(string path, int result, ReaderHandle reader) =>
        result == SoundLibrary.Damaged && Missing(path, reader) is { } missing
            ? new IOException(missing)
            : Of(path, result);

    /// <summary>What is missing of sound that ended early; null where nothing is known to be.</summary>
    public static string? Missing(string path, ReaderHandle reader)
    {
        SoundLibrary.ReaderMissing(reader, out long frames, out long bytes);
        if (frames == 0 && bytes == 0)
        {
            return null;
        }

        string missing = frames == 0
            ? string.Empty
            : $" {frames} samples per channel that the header promises are missing.";
        string over = bytes == 0 ? string.Empty : $" The sound ends within a sample: {Counted.Of(bytes, "byte")} "
                + $"{(bytes == 1 ? "was" : "were")} left out.";
        return $"{(path == "-" ? "The standard stream" : path)} is damaged or cut short:{missing}{over}";
    }

    public static void RequireBlock(int length, int channels, int stride, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, count);
        if (length < (channels - 1L) * stride + count)
        {
            throw new ArgumentException(
                $"A block of {channels} channels of {count} samples does not fit {length} elements.");
        }
    }
}
