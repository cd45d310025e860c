using Math4AI.Data.Tables;
using Math4AI.Processes;

namespace Math4AI.Data;

/// <summary>Opens files of any format as samples of several channels.</summary>
public static class SampleFile
{
    /// <summary>
    /// Opens a file by what it holds: an array of channels × samples (<c>.npy</c>), an archive of one such array or of
    /// one array a channel (<c>.npz</c>), text with channels as columns, sound, or a format that was registered. Arrays
    /// and sound stay in their files and are read in blocks; text is held in memory.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The samples, to be disposed of to close the file.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or in no format that can be read; the message says what is wrong.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ISampleFile Open(string path) => DataFormat.Of(path).OpenSamples(path);

    /// <summary>
    /// Opens a file that several processes read together; each of them calls this. Of a long text each process parses
    /// lines of its own, and all get all samples; anything else each of them opens by itself.
    /// </summary>
    /// <param name="path">The same file in all processes.</param>
    /// <param name="processes">The processes.</param>
    /// <returns>The samples, shared by the processes, to be disposed of to close the file.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or in no format that can be read; the message says what is wrong.
    /// </exception>
    /// <exception cref="IOException">It cannot be read in one of the processes, or is another one there.</exception>
    public static ISampleFile Open(string path, ProcessGroup processes)
    {
        ArgumentNullException.ThrowIfNull(processes);
        DataFormat format = processes.Agree(() => DataFormat.Of(path));
        return format.IsText
            ? TextFormat.OpenSamples(path, processes)
            : processes.Agree(() => format.OpenSamples(path));
    }
}
