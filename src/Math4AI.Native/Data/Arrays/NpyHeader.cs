using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Math4AI.Data.Arrays;

/// <summary>
/// The header of NumPy's array format: magic, version, and a Python dictionary with the element type, the order and the
/// shape. Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
/// </summary>
/// <param name="Type">The type of an element.</param>
/// <param name="IsFortranOrder">Column-major; else row-major.</param>
/// <param name="Shape">The length of each dimension.</param>
/// <param name="DataOffset">The file's first byte of data.</param>
internal sealed partial record NpyHeader(NumberType Type, bool IsFortranOrder, long[] Shape, long DataOffset)
{
    private const int LongestText = 1 << 16;

    /// <summary>Returns whether a file begins as a NumPy array does.</summary>
    public static bool IsMagic(ReadOnlySpan<byte> start) =>
        start.Length > 0 && start[0] == 0x93 && start[1..].StartsWith("NUMPY"u8);

    /// <summary>
    /// Reads and checks the header, and that the file is as long as it says. The stream is then at the data.
    /// </summary>
    /// <param name="stream">At the array's beginning; it need not be able to go back.</param>
    /// <param name="streamLength">The bytes from there to the end.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InvalidDataException">It is not an array of numbers; the message says why.</exception>
    public static NpyHeader Read(Stream stream, long streamLength, string name)
    {
        Span<byte> start = stackalloc byte[10];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !IsMagic(start))
        {
            throw Invalid(name, "is not a NumPy array (.npy)");
        }

        // Version 1 has a length of two bytes, later ones of four.
        Span<byte> lengthBytes = [start[8], start[9], 0, 0];
        int textStart = start.Length;
        if (start[6] != 1)
        {
            textStart += stream.ReadAtLeast(lengthBytes[2..], 2, throwOnEndOfStream: false);
        }

        long length = BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length is < 10 or > LongestText || textStart + length > streamLength)
        {
            throw Invalid(name, $"has a header of {length} bytes, which no NumPy array has");
        }

        byte[] text = new byte[length];
        if (stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length)
        {
            throw Invalid(name, "ends within its header");
        }

        NpyHeader header = Parse(name, Encoding.Latin1.GetString(text), textStart + length);
        header.RequireLength(streamLength - header.DataOffset, name);
        return header;
    }

    /// <summary>Creates a header of version 1.0, padded so that the data begin at a multiple of 64 bytes.</summary>
    public static byte[] Write(bool isDouble, bool isFortranOrder, params long[] shape)
    {
        string lengths = string.Join(", ", shape.Select(n => n.ToString(CultureInfo.InvariantCulture)));
        string dictionary =
            $"{{'descr': '{(isDouble ? "<f8" : "<f4")}', 'fortran_order': {(isFortranOrder ? "True" : "False")}, "
            + $"'shape': ({lengths}{(shape.Length == 1 ? "," : string.Empty)}), }}";
        int padded = (10 + dictionary.Length + 1 + 63) / 64 * 64;
        string text = dictionary.PadRight(padded - 11) + '\n';
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)(text.Length & 0xFF), (byte)(text.Length >> 8),
            .. Encoding.Latin1.GetBytes(text)];
    }

    private static NpyHeader Parse(string name, string text, long dataOffset)
    {
        string type = TypePattern().Match(text).Groups[1].Value;
        Group order = OrderPattern().Match(text).Groups[1];
        Group shape = ShapePattern().Match(text).Groups[1];
        if (type.Length == 0 || !order.Success || !shape.Success)
        {
            throw Invalid(
                name,
                text.Contains("'descr': [", StringComparison.Ordinal)
                    ? "holds records with named fields; save each field as an array of its own, or all of them in a "
                        + ".npz file"
                    : "has a header that cannot be read");
        }

        NumberType number = NumberType.OfNumPy(type) ?? throw Invalid(
            name, $"holds elements of type {type}; integers, float16, float32 and float64 can be read: save it as "
                + "float64");

        long[] lengths =
            [.. shape.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                ? value
                : throw Invalid(name, $"has a length of {n} in its shape"))];
        return new NpyHeader(number, order.Value == "True", lengths, dataOffset);
    }

    /// <summary>Returns the number of elements; <see cref="long.MaxValue"/> if it overflows.</summary>
    public long Count
    {
        get
        {
            Int128 count = Int128.One;
            foreach (long length in Shape)
            {
                count *= length;
                if (count > long.MaxValue / sizeof(double))
                {
                    return Shape.Contains(0) ? 0 : long.MaxValue;
                }
            }

            return (long)count;
        }
    }

    private void RequireLength(long bytes, string name)
    {
        if ((Int128)Count * Type.Size != bytes)
        {
            throw Invalid(
                name,
                $"is damaged: it holds {bytes} bytes of data, and its shape ({string.Join(", ", Shape)}) needs "
                + (Count == long.MaxValue ? "more than any file has" : $"{Count * Type.Size}"));
        }
    }

    private static InvalidDataException Invalid(string name, string what) => new($"{name} {what}.");

    [GeneratedRegex(@"'descr'\s*:\s*'([^']{1,16})'")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([0-9, ]*)\)")]
    private static partial Regex ShapePattern();
}
