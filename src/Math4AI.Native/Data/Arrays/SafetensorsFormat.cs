using System.Buffers.Binary;

namespace Math4AI.Data.Arrays;

/// <summary>The arrays of a safetensors file.</summary>
internal sealed class SafetensorsFormat : NamedArraysFormat
{
    public override string Name => "safetensors (.safetensors)";

    // The format has no magic bytes, but the length of its header, and the brace that begins it.
    public override bool Matches(ReadOnlySpan<byte> start) =>
        start.Length > sizeof(ulong) && start[sizeof(ulong)] == '{'
        && BinaryPrimitives.ReadUInt64LittleEndian(start) is > 1 and <= Safetensors.MaxHeaderBytes;

    protected override IReadOnlyList<NumberArray> ReadArrays(string path) =>
        Safetensors.ReadNumbers(path) is { Count: > 0 } arrays
        ? arrays
        : throw new InvalidDataException($"{path} holds no array.");
}
