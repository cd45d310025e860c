using System.IO.Compression;
using System.IO.Hashing;
using Math4AI.Data.Tables;

namespace Math4AI.Data.Arrays;

/// <summary>
/// An archive of NumPy's arrays (<c>.npz</c>): a zip file with a <c>.npy</c> file for each, stored or deflated.
/// </summary>
internal static class NpzArchive
{
    private const int MaxArrays = 1024;
    private const int HeaderRoom = 1 << 17;
    private const string Ending = ".npy";

    /// <summary>Returns whether a file begins as a zip file does.</summary>
    public static bool IsMagic(ReadOnlySpan<byte> start) =>
        start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8);

    /// <summary>Reads all arrays, in the order of their names.</summary>
    /// <exception cref="InvalidDataException">
    /// It is not such an archive, or it is damaged or too large for memory.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<NumberArray> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using ZipArchive archive = Guard(path, () => new ZipArchive(stream, ZipArchiveMode.Read));
        ZipArchiveEntry[] entries = Guard<ZipArchiveEntry[]>(path, () =>
        [
            .. archive.Entries.Where(entry => entry.FullName.EndsWith(Ending, StringComparison.Ordinal))
                .OrderBy(entry => entry.FullName, StringComparer.Ordinal),
        ]);
        if (entries.Length is 0 or > MaxArrays)
        {
            throw new InvalidDataException(
                $"{path} is a zip file with {entries.Length} arrays of NumPy's; 1 to {MaxArrays} can be read.");
        }

        var arrays = new List<NumberArray>();
        long left = Table.MaxCells;
        foreach (ZipArchiveEntry entry in entries)
        {
            arrays.Add(Read(entry, path, left));
            left -= arrays[^1].Values.Length;
        }

        return arrays;
    }

    private static NumberArray Read(ZipArchiveEntry entry, string path, long maxCells)
    {
        string name = $"{path}, {entry.FullName}";

        // The lengths in the archive may be wrong, so no more is unpacked than is allowed.
        using MemoryStream bytes = Guard(name, () => Unpack(entry, HeaderRoom + sizeof(double) * maxCells))
            ?? throw Table.TooMany(path);
        if (Crc32.HashToUInt32(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)) != entry.Crc32)
        {
            throw Damaged(name);
        }

        NpyHeader header = NpyHeader.Read(bytes, bytes.Length, name);
        if (header.Count > maxCells)
        {
            throw Table.TooMany(path);
        }

        double[] values = new double[header.Count];
        header.Type.Widen(bytes.GetBuffer().AsSpan((int)header.DataOffset, values.Length * header.Type.Size), values);
        return new NumberArray(
            entry.FullName[..^Ending.Length], header.Shape, header.IsFortranOrder, header.Type.Epsilon, values);
    }

    /// <summary>Returns the bytes of an entry; null if there are more than allowed.</summary>
    private static MemoryStream? Unpack(ZipArchiveEntry entry, long maxBytes)
    {
        if (entry.Length > maxBytes)
        {
            return null;
        }

        using Stream packed = entry.Open();
        var bytes = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        for (int count; (count = packed.Read(piece)) > 0;)
        {
            if (bytes.Length + count > maxBytes)
            {
                return null;
            }

            bytes.Write(piece, 0, count);
        }

        bytes.Position = 0;
        return bytes;
    }

    private static T Guard<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException
            or NotSupportedException)
        {
            throw Damaged(name, e);
        }
    }

    private static InvalidDataException Damaged(string name, Exception? cause = null) =>
        new($"{name} is damaged, or no archive of NumPy's (.npz).", cause);
}
