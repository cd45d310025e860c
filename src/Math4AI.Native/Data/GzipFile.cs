using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Math4AI.Data;

/// <summary>
/// Reads what gzip has compressed, one member or several, to its end: .NET takes the end of a file that was cut off for
/// the end of what it holds. Source: P. Deutsch, RFC 1952 (1996): the last eight bytes are the checksum and the length
/// of what the last member holds.
/// </summary>
internal sealed class GzipFile : ForwardStream
{
    private const int HeaderLength = 10;
    private const int TrailerLength = 8;

    private readonly string path;
    private readonly FileStream file;
    private readonly GZipStream unpacked;
    private long total;
    private bool isWhole;

    private GzipFile(string path, FileStream file)
    {
        (this.path, this.file) = (path, file);
        unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Opens a file, compressed or not; a pipe is taken as it is.</summary>
    /// <param name="path">The file.</param>
    public static Stream Open(string path)
    {
        FileStream file = File.OpenRead(path);
        return IsPacked(file) ? new GzipFile(path, file) : file;
    }

    /// <summary>Returns whether a file begins as gzip's do.</summary>
    public static bool IsPacked(FileStream file)
    {
        if (!file.CanSeek)
        {
            return false;
        }

        bool isPacked = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isPacked;
    }

    public override int Read(Span<byte> buffer)
    {
        int read = unpacked.Read(buffer);
        total += read;
        if (read == 0 && buffer.Length > 0 && !isWhole)
        {
            RequireEnd();
            isWhole = true;
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            unpacked.Dispose();
            file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void RequireEnd()
    {
        Span<byte> trailer = stackalloc byte[TrailerLength];
        bool hasTrailer = file.Length >= HeaderLength + TrailerLength;
        file.Position = Math.Max(0, file.Length - TrailerLength);
        file.ReadAtLeast(trailer, TrailerLength, throwOnEndOfStream: false);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);

        // Of several members, the trailer is of the last.
        bool isOnly = length == (uint)total;
        if (!hasTrailer || (!isOnly
            && (length > total || BinaryPrimitives.ReadUInt32LittleEndian(trailer) != ChecksumOfLast(length))))
        {
            throw new InvalidDataException($"{path} is cut off or damaged: what gzip has compressed does not end.");
        }
    }

    /// <summary>Returns the checksum of the last bytes, which are unpacked once more.</summary>
    private uint ChecksumOfLast(long length)
    {
        file.Position = 0;
        using var again = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        var checksum = new Crc32();
        byte[] some = new byte[1 << 16];
        long before = total - length;
        for (int read; (read = again.Read(some)) > 0; before -= read)
        {
            checksum.Append(some.AsSpan(0, read)[(int)Math.Clamp(before, 0, read)..]);
        }

        return checksum.GetCurrentHashAsUInt32();
    }
}
