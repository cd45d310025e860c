using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Math4AI.Data.Arrays;

/// <summary>
/// The header of NumPy's array format: magic, version, and a Python dictionary with the element type, the order and the
/// shape. Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
/// </summary>
/// <param name="Type">The type of an element: f, i, u or b, and its bytes.</param>
/// <param name="IsFortranOrder">Column-major; else row-major.</param>
/// <param name="Shape">The length of each dimension.</param>
/// <param name="DataOffset">The file's first byte of data.</param>
internal sealed partial record NpyHeader(string Type, bool IsFortranOrder, long[] Shape, long DataOffset)
{
    private const int LongestText = 1 << 16;

    /// <summary>float64; else float32.</summary>
    public bool IsDouble => Type == "f8";

    public int ElementSize => Type[1] - '0';

    /// <summary>Reads and checks the header, and that the file is as long as the header says.</summary>
    /// <exception cref="InvalidDataException">The file is no such array; the sentence says why.</exception>
    public static NpyHeader Read(FileStream stream) => Read(stream, stream.Name);

    /// <summary>The same of any stream.</summary>
    /// <param name="stream">At its beginning; it can go back, and knows its length.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="isAnyNumber">Whether whole numbers are taken too.</param>
    /// <exception cref="InvalidDataException">It is no such array; the sentence says why.</exception>
    public static NpyHeader Read(Stream stream, string name, bool isAnyNumber = false)
    {
        Span<byte> start = stackalloc byte[12];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (read < start.Length || !IsMagic(start))
        {
            throw Invalid(name, "is not a NumPy array (.npy)");
        }

        (int lengthSize, int textStart) = start[6] == 1 ? (2, 10) : (4, 12);
        long length = lengthSize == 2 ? BitConverter.ToUInt16(start[8..]) : BitConverter.ToUInt32(start[8..]);
        if (length is < 10 or > LongestText || textStart + length > stream.Length)
        {
            throw Invalid(name, $"has a header of {length} bytes, which no NumPy array has");
        }

        byte[] text = new byte[length];
        stream.Position = textStart;
        stream.ReadExactly(text);
        NpyHeader header = Parse(name, Encoding.Latin1.GetString(text), textStart + length, isAnyNumber);
        header.RequireLength(stream, name);
        return header;
    }

    /// <summary>A header of version 1.0, padded so that the data begin at a multiple of 64 bytes.</summary>
    public static byte[] Write(bool isDouble, bool isFortranOrder, params long[] shape)
    {
        string lengths = string.Join(", ", shape.Select(n => n.ToString(CultureInfo.InvariantCulture)));
        string dictionary =
            $"{{'descr': '{(isDouble ? "<f8" : "<f4")}', 'fortran_order': {(isFortranOrder ? "True" : "False")}, "
            + $"'shape': ({lengths}{(shape.Length == 1 ? "," : string.Empty)}), }}";
        int padded = (10 + dictionary.Length + 1 + 63) / 64 * 64;
        string text = dictionary.PadRight(padded - 11) + '\n';
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)(text.Length & 0xFF), (byte)(text.Length >> 8), .. Encoding.Latin1.GetBytes(text)];
    }

    private static bool IsMagic(ReadOnlySpan<byte> start) => start[0] == 0x93 && start[1..6].SequenceEqual("NUMPY"u8);

    private static NpyHeader Parse(string name, string text, long dataOffset, bool isAnyNumber)
    {
        string type = TypePattern().Match(text).Groups[1].Value;
        Group order = OrderPattern().Match(text).Groups[1];
        Group shape = ShapePattern().Match(text).Groups[1];
        if (type.Length == 0 || !order.Success || !shape.Success)
        {
            throw Invalid(name, "has a header that cannot be read");
        }

        bool isFloat = type is "<f8" or "<f4" or "=f8" or "=f4";
        if (!isFloat && !(isAnyNumber && WholeNumberPattern().IsMatch(type)))
        {
            throw Invalid(name, $"holds elements of type {type}; save it as float64 or float32");
        }

        long[] lengths = [.. shape.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                ? value
                : throw Invalid(name, $"has a length of {n} in its shape"))];
        return new NpyHeader(type[1..], order.Value == "True", lengths, dataOffset);
    }

    /// <summary>The number of elements; <see cref="long.MaxValue"/> where it is more than any file has.</summary>
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

    private void RequireLength(Stream stream, string name)
    {
        if ((Int128)Count * ElementSize != stream.Length - DataOffset)
        {
            throw Invalid(
                name,
                $"is damaged: it holds {stream.Length - DataOffset} bytes of data, and its shape ({string.Join(", ", Shape)}) needs "
                + (Count == long.MaxValue ? "more than any file has" : $"{Count * ElementSize}"));
        }
    }

    private static InvalidDataException Invalid(string name, string what) => new($"{name} {what}.");

    [GeneratedRegex(@"'descr'\s*:\s*'([^']{1,16})'")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"^([<=][iu][248]|\|[iub]1)\z")]
    private static partial Regex WholeNumberPattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([0-9, ]*)\)")]
    private static partial Regex ShapePattern();
}
