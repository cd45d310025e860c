using System.Runtime.InteropServices;
using Math4AI.Data.Arrays;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>
/// Tensors as arrays of a file, and back, without a change of type. Complex numbers are pairs in a last dimension of 2.
/// </summary>
internal static class TensorArrays
{
    private const int WrittenAtOnce = 1 << 26;

    private static readonly Dictionary<ScalarType, string> Types = new()
    {
        [ScalarType.Bool] = "BOOL",
        [ScalarType.Byte] = "U8",
        [ScalarType.Int8] = "I8",
        [ScalarType.Int16] = "I16",
        [ScalarType.Int32] = "I32",
        [ScalarType.Int64] = "I64",
        [ScalarType.Float16] = "F16",
        [ScalarType.BFloat16] = "BF16",
        [ScalarType.Float32] = "F32",
        [ScalarType.Float64] = "F64",
    };

    /// <summary>Returns a tensor as an array to be written; the tensor must live until then.</summary>
    /// <exception cref="NotSupportedException">The file format has no such type.</exception>
    public static RawArray Of(Tensor tensor)
    {
        ScalarType type = tensor.dtype switch
        {
            ScalarType.ComplexFloat32 => ScalarType.Float32,
            ScalarType.ComplexFloat64 => ScalarType.Float64,
            var real => real,
        };
        long[] shape = tensor.is_complex() ? [.. tensor.shape, 2L] : tensor.shape;
        return Types.TryGetValue(type, out string? name)
            ? new RawArray(
                name, shape, shape.Aggregate(1L, (a, b) => a * b) * ElementSize(type), stream => Write(tensor, stream))
            : throw new NotSupportedException(
                $"A tensor of {tensor.dtype} cannot be saved: safetensors has no such type.");
    }

    /// <summary>Returns an array of a file as a tensor of its own memory, in the caller's scope.</summary>
    /// <exception cref="InvalidDataException">Torch has no such type.</exception>
    public static Tensor ToTensor((string Type, long[] Shape, byte[] Bytes) array)
    {
        ScalarType type = Types.FirstOrDefault(pair => pair.Value == array.Type) is { Value: not null } known
            ? known.Key
            : throw new InvalidDataException($"Torch has no numbers of the type {array.Type}.");
        Tensor tensor = empty(array.Shape, dtype: type);
        if (array.Bytes.Length > 0)
        {
            array.Bytes.CopyTo(tensor.bytes);
        }

        return tensor;
    }

    /// <summary>
    /// Reads a tensor in the format of TorchSharp: its type, its shape, and its elements as they lie in memory.
    /// </summary>
    /// <exception cref="FormatException">It is none.</exception>
    /// <exception cref="EndOfStreamException">The file is cut off.</exception>
    public static Tensor ReadTorchSharp(BinaryReader reader)
    {
        var type = (ScalarType)reader.Read7BitEncodedInt64();
        long dimensions = reader.Read7BitEncodedInt64(), left = reader.BaseStream.Length - reader.BaseStream.Position;
        bool isComplex = type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
        if ((!Types.ContainsKey(type) && !isComplex) || dimensions is < 0 or > 64)
        {
            throw new FormatException("There is no such type or shape.");
        }

        long[] shape = new long[dimensions];
        double bytes = isComplex && type == ScalarType.ComplexFloat64 ? 16 : ElementSize(type);
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = reader.Read7BitEncodedInt64();
            bytes *= shape[i];
        }

        if (shape.Any(size => size < 0) || bytes > left || bytes > int.MaxValue)
        {
            throw new EndOfStreamException("The elements end before they are all there.");
        }

        Tensor tensor = empty(shape, dtype: type);
        if (bytes > 0)
        {
            reader.BaseStream.ReadExactly(tensor.bytes);
        }

        return isComplex ? view_as_real(tensor) : tensor;
    }

    private static long ElementSize(ScalarType type) => type switch
    {
        ScalarType.Bool or ScalarType.Byte or ScalarType.Int8 => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        _ => 8,
    };

    private static void Write(Tensor tensor, Stream stream)
    {
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor real = tensor.is_complex() ? view_as_real(tensor.detach().resolve_conj()) : tensor.detach();
        Tensor flat = real.contiguous().reshape(-1);

        // A span has no more than 2³¹ bytes.
        for (long first = 0; first < flat.numel(); first += WrittenAtOnce)
        {
            using Tensor some = flat.narrow(0, first, Math.Min(WrittenAtOnce, flat.numel() - first));
            stream.Write(MemoryMarshal.AsBytes((ReadOnlySpan<byte>)some.bytes));
        }
    }
}
