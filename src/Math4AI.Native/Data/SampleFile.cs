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
}
