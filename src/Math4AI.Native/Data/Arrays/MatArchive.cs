using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Math4AI.Data.Tables;

namespace Math4AI.Data.Arrays;

/// <summary>
/// The arrays of real numbers in a file of MATLAB's level 5 (<c>.mat</c>, as of versions 5 to 7.2): a header of 128
/// bytes, and elements of a type, a number of bytes and the bytes, which zlib may have compressed. Source: The
/// MathWorks, "MAT-File Format" (2023).
/// </summary>
internal sealed class MatArchive
{
    private const int HeaderBytes = 128;
    private const int MaxArrays = 1024;

    // Types of elements.
    private const int Matrix = 14;
    private const int Compressed = 15;

    // Classes of arrays: double, single, and integers of 8 to 64 bits.
    private const int FirstNumeric = 6;
    private const int LastNumeric = 15;
    private const int ComplexFlag = 0x800;

    private readonly string path;
    private readonly bool isBigEndian;

    private MatArchive(string path, bool isBigEndian) => (this.path, this.isBigEndian) = (path, isBigEndian);

    /// <summary>
    /// Returns whether a file begins as one does, of this level or of version 7.3; the rest of its header may be
    /// damaged.
    /// </summary>
    public static bool IsMagic(ReadOnlySpan<byte> start) =>
        start.StartsWith("MATLAB "u8) && ((start.Length >= 19 && start[11..19].SequenceEqual("MAT-file"u8))
            || (start.Length >= HeaderBytes && HasOrder(start)));

    // The order of bytes: IM where the lowest comes first, MI where the highest does.
    private static bool HasOrder(ReadOnlySpan<byte> head) =>
        head[126..128].SequenceEqual("IM"u8) || head[126..128].SequenceEqual("MI"u8);

    /// <summary>Reads all arrays of one or two dimensions; a row or a column is one of one dimension.</summary>
    /// <exception cref="InvalidDataException">
    /// It is of another version, damaged, holds no such array, or is too large for memory.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<NumberArray> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        byte[] head = new byte[HeaderBytes];
        if (stream.ReadAtLeast(head, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !HasOrder(head))
        {
            throw new InvalidDataException($"{path} is a damaged MATLAB file: its header is not whole.");
        }

        bool isBig = head[126] == 'M';
        int version = isBig ? head[124] : head[125];
        if (version != 1)
        {
            throw new InvalidDataException(
                $"{path} is a file of MATLAB 7.3, which is HDF5: save it with save(…, '-v7').");
        }

        try
        {
            return new MatArchive(path, isBig).ReadElements(stream);
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or OverflowException
            or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{path} is a damaged MATLAB file.", e);
        }
    }

    private List<NumberArray> ReadElements(Stream stream)
    {
        var arrays = new List<NumberArray>();
        var others = new List<string>();
        byte[] tag = new byte[8];
        for (long left = Table.MaxCells; stream.ReadAtLeast(tag, 8, throwOnEndOfStream: false) == 8;)
        {
            (int type, int bytes) = (Int(tag), Int(tag.AsSpan(4)));
            byte[] content = Content(stream, bytes, left);
            if (type == Compressed)
            {
                content = Unpack(content, left, out type);
            }

            if (type != Matrix)
            {
                continue;
            }

            (string name, NumberArray? array) = ReadArray(content, left);
            if (array is null)
            {
                others.Add(name);
                continue;
            }

            arrays.Add(array);
            left -= array.Values.Length;
            if (arrays.Count > MaxArrays)
            {
                throw new InvalidDataException($"{path} has more than {MaxArrays} arrays.");
            }
        }

        return Usable(arrays, others);
    }

    private List<NumberArray> Usable(List<NumberArray> arrays, List<string> others)
    {
        // A number beside arrays, such as a sample rate, is no column and no channel.
        if (arrays.Any(array => array.Values.Length > 1))
        {
            arrays.RemoveAll(array => array.Values.Length == 1);
        }

        return arrays.Count > 0
            ? arrays
            : throw new InvalidDataException($"{path} holds no array of real numbers with rows and columns"
                + $"{(others.Count > 0 ? $", only {string.Join(", ", others)}" : string.Empty)}.");
    }

    private byte[] Content(Stream stream, int bytes, long cells)
    {
        // Checked before it is allocated.
        if (bytes < 0 || bytes > stream.Length - stream.Position)
        {
            throw new EndOfStreamException();
        }

        if (bytes > HeaderBytes + 1024 + sizeof(double) * cells)
        {
            throw Table.TooMany(path);
        }

        byte[] content = new byte[bytes];
        stream.ReadExactly(content);
        return content;
    }

    private byte[] Unpack(byte[] packed, long cells, out int type)
    {
        using var unpacked = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        byte[] tag = Unpacked(unpacked, 8);
        (type, int bytes) = (Int(tag), Int(tag.AsSpan(4)));
        if (bytes < 0 || bytes > 2048 + sizeof(double) * cells)
        {
            throw Table.TooMany(path);
        }

        return Unpacked(unpacked, bytes);
    }

    // The length may be wrong: memory grows with what is really there.
    private static byte[] Unpacked(ZLibStream packed, int bytes)
    {
        var content = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        while (content.Length < bytes)
        {
            int count;
            try
            {
                count = packed.Read(piece, 0, (int)Math.Min(piece.Length, bytes - content.Length));
            }
            catch (InvalidDataException e)
            {
                throw new EndOfStreamException(e.Message, e);
            }

            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            content.Write(piece, 0, count);
        }

        return content.ToArray();
    }

    /// <summary>
    /// Reads an array; null for one of other things than real numbers, or of more than two dimensions.
    /// </summary>
    private (string Name, NumberArray? Array) ReadArray(byte[] content, long cells)
    {
        int at = 0;
        (_, int flagsAt, _) = Next(content, ref at);
        int flags = Int(content.AsSpan(flagsAt)), kind = flags & 0xFF;
        (_, int shapeAt, int shapeBytes) = Next(content, ref at);
        long[] shape =
            [.. Enumerable.Range(0, shapeBytes / 4).Select(i => (long)Int(content.AsSpan(shapeAt + 4 * i)))];
        (_, int nameAt, int nameBytes) = Next(content, ref at);
        string name = Encoding.ASCII.GetString(content, nameAt, nameBytes);
        if (kind is < FirstNumeric or > LastNumeric || (flags & ComplexFlag) != 0 || shape.Length != 2)
        {
            return (name, null);
        }

        (int type, int from, int bytes) = Next(content, ref at);
        if (shape.Any(length => length < 0) || shape[0] * shape[1] > cells)
        {
            throw Table.TooMany(path);
        }

        // Numbers may be stored smaller than their class is. A damaged shape must not ask for memory.
        NumberType stored = TypeOf(type);
        long count = shape[0] * shape[1];
        if (bytes != count * stored.Size)
        {
            throw new EndOfStreamException();
        }

        double[] values = new double[count];
        stored.Widen(content.AsSpan(from, bytes), values);
        double epsilon = kind == FirstNumeric + 1 ? NumberType.Float32.Epsilon : NumberType.Float64.Epsilon;
        bool isLine = shape.Contains(1) && values.Length > 1;
        return (name, new NumberArray(name, isLine ? [values.Length] : shape, true, epsilon, values));
    }

    /// <summary>Goes past the next element; returns its type, and where its bytes are.</summary>
    private (int Type, int From, int Bytes) Next(byte[] content, ref int at)
    {
        int word = Int(content.AsSpan(at));
        bool isSmall = word >>> 16 != 0;
        (int type, int bytes) = isSmall ? (word & 0xFFFF, word >>> 16) : (word, Int(content.AsSpan(at + 4)));
        int from = at + (isSmall ? 4 : 8);
        if (bytes < 0 || bytes > content.Length - from)
        {
            throw new EndOfStreamException();
        }

        at = isSmall ? at + 8 : checked(from + (bytes + 7) / 8 * 8);
        return (type, from, bytes);
    }

    private NumberType TypeOf(int type) => type switch
    {
        1 => new NumberType(NumberKind.Signed, 1, isBigEndian),
        2 => new NumberType(NumberKind.Unsigned, 1, isBigEndian),
        3 => new NumberType(NumberKind.Signed, 2, isBigEndian),
        4 => new NumberType(NumberKind.Unsigned, 2, isBigEndian),
        5 => new NumberType(NumberKind.Signed, 4, isBigEndian),
        6 => new NumberType(NumberKind.Unsigned, 4, isBigEndian),
        7 => new NumberType(NumberKind.Float, 4, isBigEndian),
        9 => new NumberType(NumberKind.Float, 8, isBigEndian),
        12 => new NumberType(NumberKind.Signed, 8, isBigEndian),
        13 => new NumberType(NumberKind.Unsigned, 8, isBigEndian),
        _ => throw new EndOfStreamException(),
    };

    private int Int(ReadOnlySpan<byte> bytes) =>
        isBigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes);
}
