using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Math4AI.Data.Arrays;

/// <summary>Writes arrays of float64 as an archive of NumPy's (<c>.npz</c>), stored as they are.</summary>
public static class NpzWriter
{
    /// <summary>Writes the archive.</summary>
    /// <param name="path">The file, replaced where it exists.</param>
    /// <param name="arrays">
    /// The arrays: the name, the length of each dimension, and the elements with the last index fastest.
    /// </param>
    /// <exception cref="ArgumentException">An array has another number of elements than its shape says.</exception>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public static void Write(string path, IEnumerable<(string Name, long[] Shape, double[] Values)> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        using FileStream file = File.Create(path);
        using var archive = new ZipArchive(file, ZipArchiveMode.Create);
        foreach ((string name, long[] shape, double[] values) in arrays)
        {
            if (shape.Aggregate(1L, (product, length) => checked(product * length)) != values.Length)
            {
                throw new ArgumentException(
                    $"The array '{name}' has {values.Length} elements, and its shape is ({string.Join(", ", shape)}).",
                    nameof(arrays));
            }

            ZipArchiveEntry entry = archive.CreateEntry($"{name}.npy", CompressionLevel.NoCompression);

            // The same numbers give the same file.
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream stream = entry.Open();
            stream.Write(NpyHeader.Write(isDouble: true, isFortranOrder: false, shape));
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }
}
