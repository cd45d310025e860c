using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Math4AI.Data.Arrays;

/// <summary>Names how the bits of a number in a file are interpreted.</summary>
internal enum NumberKind
{
    Boolean,
    Signed,
    Unsigned,
    Float,

    /// <summary>The upper half of a float32.</summary>
    BFloat,
}

/// <summary>
/// How a file of any format stores a number: its interpretation, its size, and its byte order.
/// </summary>
/// <param name="Kind">What the bits mean.</param>
/// <param name="Size">The bytes of a number: 1, 2, 4 or 8.</param>
/// <param name="IsBigEndian">Whether the most significant byte comes first.</param>
internal readonly record struct NumberType(NumberKind Kind, int Size, bool IsBigEndian = false)
{
    public static NumberType Float32 => new(NumberKind.Float, sizeof(float));

    public static NumberType Float64 => new(NumberKind.Float, sizeof(double));

    /// <summary>Gets whether the file stores the numbers as memory does.</summary>
    private bool IsNative => Size == 1 || IsBigEndian != BitConverter.IsLittleEndian;

    /// <summary>
    /// Gets the relative rounding error of such numbers in float64, which for integers is that of float64.
    /// </summary>
    public double Epsilon => (Kind, Size) switch
    {
        (NumberKind.Float, 2) => Math.ScaleB(1.0, -10),
        (NumberKind.Float, 4) => Math.ScaleB(1.0, -23),
        (NumberKind.BFloat, _) => Math.ScaleB(1.0, -7),
        _ => Math.ScaleB(1.0, -52),
    };

    /// <summary>
    /// Parses the name of a type in NumPy, such as &lt;f8; null if it is not a real number of at most 8 bytes.
    /// </summary>
    public static NumberType? OfNumPy(string text)
    {
        bool isBig = text.StartsWith('>') || (text.StartsWith('=') && !BitConverter.IsLittleEndian);
        return text.TrimStart('<', '>', '=', '|') switch
        {
            "b1" or "?" => new NumberType(NumberKind.Boolean, 1),
            ['i', '1' or '2' or '4' or '8'] whole => new NumberType(NumberKind.Signed, whole[1] - '0', isBig),
            ['u', '1' or '2' or '4' or '8'] whole => new NumberType(NumberKind.Unsigned, whole[1] - '0', isBig),
            ['f', '2' or '4' or '8'] real => new NumberType(NumberKind.Float, real[1] - '0', isBig),
            _ => null,
        };
    }

    /// <summary>Parses the name of a type in safetensors, such as BF16; null if it is none of these.</summary>
    public static NumberType? OfSafetensors(string? text) => text switch
    {
        "BOOL" => new NumberType(NumberKind.Boolean, 1),
        "I8" => new NumberType(NumberKind.Signed, 1),
        "I16" => new NumberType(NumberKind.Signed, 2),
        "I32" => new NumberType(NumberKind.Signed, 4),
        "I64" => new NumberType(NumberKind.Signed, 8),
        "U8" => new NumberType(NumberKind.Unsigned, 1),
        "U16" => new NumberType(NumberKind.Unsigned, 2),
        "U32" => new NumberType(NumberKind.Unsigned, 4),
        "U64" => new NumberType(NumberKind.Unsigned, 8),
        "F16" => new NumberType(NumberKind.Float, 2),
        "BF16" => new NumberType(NumberKind.BFloat, 2),
        "F32" => Float32,
        "F64" => Float64,
        _ => null,
    };

    /// <summary>
    /// Where the bytes of <paramref name="target"/>'s numbers are to be read to, so that they can be widened in place.
    /// </summary>
    public Span<byte> RoomIn(Span<double> target) =>
        MemoryMarshal.AsBytes(target)[((sizeof(double) - Size) * target.Length)..];

    /// <summary>
    /// Converts numbers from the bytes of a file. The bytes may be <see cref="RoomIn"/> the target: they are at its
    /// end, so that widening from the front never overwrites a number that has not been read.
    /// </summary>
    /// <param name="bytes">As many numbers as the target takes; their order may change.</param>
    /// <param name="target">Receives them.</param>
    public void Widen(Span<byte> bytes, Span<double> target)
    {
        if (!IsNative)
        {
            Reverse(bytes);
        }

        switch (Kind, Size)
        {
            case (NumberKind.Float, 8): MemoryMarshal.Cast<byte, double>(bytes).CopyTo(target); break;
            case (NumberKind.Float, 4): Widen<float>(bytes, target); break;
            case (NumberKind.Float, _): Widen<Half>(bytes, target); break;
            case (NumberKind.Signed, 8): Widen<long>(bytes, target); break;
            case (NumberKind.Signed, 4): Widen<int>(bytes, target); break;
            case (NumberKind.Signed, 2): Widen<short>(bytes, target); break;
            case (NumberKind.Signed, _): Widen<sbyte>(bytes, target); break;
            case (NumberKind.Unsigned, 8): Widen<ulong>(bytes, target); break;
            case (NumberKind.Unsigned, 4): Widen<uint>(bytes, target); break;
            case (NumberKind.Unsigned, 2): Widen<ushort>(bytes, target); break;
            case (NumberKind.Unsigned, _): Widen<byte>(bytes, target); break;
            case (NumberKind.BFloat, _): WidenHalves(MemoryMarshal.Cast<byte, ushort>(bytes), target); break;
            default: WidenBooleans(bytes, target); break;
        }
    }

    private static void Widen<T>(ReadOnlySpan<byte> bytes, Span<double> target)
        where T : unmanaged, INumberBase<T>
    {
        ReadOnlySpan<T> numbers = MemoryMarshal.Cast<byte, T>(bytes);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = double.CreateTruncating(numbers[i]);
        }
    }

    private static void WidenHalves(ReadOnlySpan<ushort> upper, Span<double> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
        }
    }

    private static void WidenBooleans(ReadOnlySpan<byte> bytes, Span<double> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = bytes[i] == 0 ? 0.0 : 1.0;
        }
    }

    private void Reverse(Span<byte> bytes)
    {
        switch (Size)
        {
            case 2: Reverse(MemoryMarshal.Cast<byte, ushort>(bytes)); break;
            case 4: Reverse(MemoryMarshal.Cast<byte, uint>(bytes)); break;
            default: Reverse(MemoryMarshal.Cast<byte, ulong>(bytes)); break;
        }
    }

    private static void Reverse(Span<ushort> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void Reverse(Span<uint> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void Reverse(Span<ulong> words) => BinaryPrimitives.ReverseEndianness(words, words);
}
