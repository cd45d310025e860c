using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Math4AI.Data.Arrays;

/// <summary>An array of any type, to be written.</summary>
/// <param name="Type">The type by its name in safetensors, such as F32.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="ByteCount">The bytes of all elements.</param>
/// <param name="Write">Writes them, little-endian, the last dimension fastest.</param>
internal sealed record RawArray(string Type, IReadOnlyList<long> Shape, long ByteCount, Action<Stream> Write)
{
    private const int WrittenAtOnce = 1 << 26;

    /// <summary>Creates one of float32.</summary>
    public static RawArray Of(IReadOnlyList<long> shape, float[] values) => Of("F32", shape, values);

    /// <summary>Creates one of float64.</summary>
    public static RawArray Of(IReadOnlyList<long> shape, double[] values) => Of("F64", shape, values);

    private static RawArray Of<T>(string type, IReadOnlyList<long> shape, T[] values)
        where T : unmanaged => new(type, shape, (long)values.Length * Unsafe.SizeOf<T>(), stream =>
        {
            // A span cannot have more than 2³¹ bytes.
            for (int first = 0; first < values.Length; first += WrittenAtOnce)
            {
                stream.Write(
                    MemoryMarshal.AsBytes(values.AsSpan(first, Math.Min(WrittenAtOnce, values.Length - first))));
            }
        });
}
