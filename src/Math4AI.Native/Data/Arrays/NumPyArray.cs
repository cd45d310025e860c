using System.Buffers.Binary;
using System.IO.Compression;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra;

namespace Math4AI.Data.Arrays;

/// <summary>An array of numbers of any type in a file of NumPy's, as float64.</summary>
/// <param name="Shape">The length of each dimension.</param>
/// <param name="IsFortranOrder">Column-major; else row-major.</param>
/// <param name="Values">The elements, in the file's order.</param>
internal sealed record NumPyArray(long[] Shape, bool IsFortranOrder, double[] Values)
{
    private const int MostArrays = 1024;
    private const int HeaderRoom = 1 << 17;

    /// <summary>Reads a <c>.npy</c> file.</summary>
    /// <exception cref="InvalidDataException">It is no array of numbers, or too large for memory.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static NumPyArray ReadNpy(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(stream, path, Table.MostCells);
    }

    /// <summary>Reads the arrays of a <c>.npz</c> archive, in the order of their names.</summary>
    /// <exception cref="InvalidDataException">It is no such archive, or damaged, or too large for memory.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<(string Name, NumPyArray Array)> ReadNpz(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using ZipArchive archive = Open(stream, path);
        ZipArchiveEntry[] entries = [.. archive.Entries.Where(entry => entry.FullName.EndsWith(".npy", StringComparison.Ordinal))
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)];
        if (entries.Length is 0 or > MostArrays)
        {
            throw new InvalidDataException($"{path} holds {entries.Length} arrays; 1 to {MostArrays} can be read.");
        }

        long left = Table.MostCells;
        return [.. entries.Select(entry =>
        {
            // What the archive says of lengths may be wrong: no more is unpacked than there may be.
            using MemoryStream bytes = Unpack(entry, path, HeaderRoom + sizeof(double) * left);
            NumPyArray array = Read(bytes, $"{path}, {entry.FullName}", left);
            left -= array.Values.Length;
            return (entry.FullName[..^4], array);
        })];
    }

    private static ZipArchive Open(Stream stream, string path)
    {
        try
        {
            return new ZipArchive(stream, ZipArchiveMode.Read);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path} is no archive of NumPy's (.npz), or damaged.", e);
        }
    }

    private static MemoryStream Unpack(ZipArchiveEntry entry, string path, long most)
    {
        try
        {
            using Stream packed = entry.Open();
            var bytes = new MemoryStream();
            byte[] piece = new byte[1 << 16];
            for (int count; (count = packed.Read(piece)) > 0;)
            {
                if (bytes.Length + count > most)
                {
                    throw TooMany(path);
                }

                bytes.Write(piece, 0, count);
            }

            bytes.Position = 0;
            return bytes;
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: {entry.FullName} is damaged.", e);
        }
    }

    private static InvalidDataException TooMany(string name) =>
        new($"{name} has more than {Table.MostCells} cells, too many to hold in memory at once.");

    private static NumPyArray Read(Stream stream, string name, long most)
    {
        NpyHeader header = NpyHeader.Read(stream, name, isAnyNumber: true);
        if (header.Count > most)
        {
            throw TooMany(name);
        }

        const int AtOnce = 1 << 13;
        byte[] bytes = new byte[AtOnce * header.ElementSize];
        double[] values = new double[header.Count];
        stream.Position = header.DataOffset;
        for (int first = 0; first < values.Length; first += AtOnce)
        {
            int count = Math.Min(AtOnce, values.Length - first);
            stream.ReadExactly(bytes, 0, count * header.ElementSize);
            for (int i = 0; i < count; i++)
            {
                values[first + i] = Element(header.Type, bytes.AsSpan(i * header.ElementSize));
            }
        }

        return new NumPyArray(header.Shape, header.IsFortranOrder, values);
    }

    private static double Element(string type, ReadOnlySpan<byte> bytes) => type switch
    {
        "f8" => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        "f4" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        "i8" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        "i4" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        "i2" => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        "i1" => (sbyte)bytes[0],
        "u8" => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        "u4" => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        "u2" => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        _ => bytes[0],
    };
}
