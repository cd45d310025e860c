using System.Globalization;
using System.Runtime.InteropServices;
using Math4AI.Data.Arrays;
using Math4AI.Language.Generation;

namespace Math4AI.Language.Folders;

/// <summary>An array to be saved, which is made when it is written.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Values">Makes its elements, the last dimension fastest.</param>
internal sealed record SavedArray(string Name, int[] Shape, Func<float[]> Values)
{
    /// <summary>Gets how many elements it has.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Returns some rows of a matrix as an array of their own.</summary>
    public static SavedArray Rows(string name, DecoderWeights.Matrix matrix, int first, int rows, int inputs) => new(
        name, [rows, inputs], () => matrix.Weight.AsSpan(first * inputs, rows * inputs).ToArray());

    /// <summary>Returns a vector, of zeros where there is none.</summary>
    public static SavedArray Vector(string name, float[]? values, int first, int count) => new(
        name, [count], () => values?.AsSpan(first, count).ToArray() ?? new float[count]);

    /// <summary>Returns the array as a file has it.</summary>
    public RawArray Raw(WeightType type)
    {
        const ushort Largest = 0x7F80, LargestHalf = 0x7C00;
        long[] shape = [.. Shape.Select(size => (long)size)];
        return type switch
        {
            WeightType.Float32 => new RawArray(
                "F32", shape, sizeof(float) * Count, stream => RawArray.Of(shape, Values()).Write(stream)),
            WeightType.BFloat16 => new RawArray(
                "BF16", shape, sizeof(ushort) * Count, stream => Write(stream, UpperHalf, Largest)),
            WeightType.Float16 => new RawArray(
                "F16", shape, sizeof(ushort) * Count,
                stream => Write(stream, value => BitConverter.HalfToUInt16Bits((Half)value), LargestHalf)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such type of weights."),
        };
    }

    /// <summary>The upper two bytes, rounded to the nearer, and between two to the even one.</summary>
    private static ushort UpperHalf(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Writes two bytes each; an exponent of ones alone would be an infinity.</summary>
    private void Write(Stream stream, Func<float, ushort> convert, ushort exponent)
    {
        float[] values = Values();
        ushort[] halves = new ushort[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            halves[i] = convert(values[i]);
            if ((halves[i] & exponent) == exponent)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"A number in '{Name}' is {values[i]:R}, which two bytes cannot hold: save as float32."));
            }
        }

        stream.Write(MemoryMarshal.AsBytes<ushort>(halves));
    }
}
