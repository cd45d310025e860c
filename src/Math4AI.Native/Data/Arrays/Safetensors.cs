using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Math4AI.LinearAlgebra;

namespace Math4AI.Data.Arrays;

/// <summary>An array of float32 with a shape.</summary>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Values">Its elements, the last dimension fastest.</param>
public sealed record NamedArray(IReadOnlyList<long> Shape, float[] Values);

/// <summary>
/// The format safetensors: eight bytes with the length of a JSON header, the header with type, shape and place of every array, and the
/// arrays. Nothing in it can run. Source: huggingface/safetensors, "Format". Only float32 is read and written.
/// </summary>
public static class Safetensors
{
    private const int MostHeaderBytes = 100 << 20;
    private const long MostElements = 0x7FFFFFC7;
    private const int AtOnce = 1 << 26;
    private const string Metadata = "__metadata__";

    /// <summary>Writes arrays.</summary>
    /// <param name="path">The file; it is overwritten.</param>
    /// <param name="arrays">The arrays by name.</param>
    /// <param name="metadata">Texts by name that travel with them.</param>
    public static void Write(
        string path, IReadOnlyDictionary<string, NamedArray> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject(Metadata);
                foreach ((string name, string text) in metadata)
                {
                    json.WriteString(name, text);
                }

                json.WriteEndObject();
            }

            long at = 0;
            foreach ((string name, NamedArray array) in arrays)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (long size in array.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += sizeof(float) * (long)array.Values.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // The arrays begin at a multiple of eight bytes.
        while (header.Length % 8 != 0)
        {
            header.WriteByte((byte)' ');
        }

        using FileStream file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        file.Write(length);
        header.WriteTo(file);
        foreach (NamedArray array in arrays.Values)
        {
            // A span has no more than 2³¹ bytes.
            for (int first = 0; first < array.Values.Length; first += AtOnce)
            {
                file.Write(MemoryMarshal.AsBytes(array.Values.AsSpan(first, Math.Min(AtOnce, array.Values.Length - first))));
            }
        }
    }

    /// <summary>Reads all arrays.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, cut off, or holds another type; the message says what.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, NamedArray> Read(string path) => Read(path, out _);

    /// <summary>Reads all arrays, and the texts that travel with them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">The texts by name.</param>
    /// <exception cref="InvalidDataException">The file is damaged, cut off, or holds another type; the message says what.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, NamedArray> Read(string path, out IReadOnlyDictionary<string, string> metadata)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> length = stackalloc byte[8];
        if (file.ReadAtLeast(length, 8, throwOnEndOfStream: false) < 8)
        {
            throw new InvalidDataException($"{path} is no safetensors file: it is shorter than its header's length.");
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > MostHeaderBytes || (long)headerLength > file.Length - 8)
        {
            throw new InvalidDataException($"{path} is no safetensors file: its header would be {headerLength} bytes long.");
        }

        byte[] header = new byte[headerLength];
        file.ReadExactly(header);
        long start = 8 + (long)headerLength;
        var arrays = new Dictionary<string, NamedArray>();
        try
        {
            using JsonDocument json = JsonDocument.Parse(header);
            metadata = json.RootElement.TryGetProperty(Metadata, out JsonElement texts)
                ? texts.EnumerateObject().ToDictionary(text => text.Name, text => text.Value.GetString() ?? string.Empty)
                : new Dictionary<string, string>();
            // Of arrays that overlapped, a small file could ask for any amount of memory.
            (string Name, long[] Shape, long From, long To)[] places =
            [
                .. json.RootElement.EnumerateObject().Where(entry => entry.Name != Metadata)
                    .Select(entry => Place(path, file.Length - start, entry)).OrderBy(place => place.From),
            ];
            for (int i = 1; i < places.Length; i++)
            {
                if (places[i].From < places[i - 1].To)
                {
                    throw new InvalidDataException($"{path} says that '{places[i].Name}' lies where '{places[i - 1].Name}' does: the file is damaged.");
                }
            }

            foreach ((string name, long[] shape, long from, long to) in places)
            {
                file.Position = start + from;
                arrays.Add(name, new NamedArray(shape, ReadValues(file, (to - from) / sizeof(float))));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no safetensors file: its header cannot be read.", e);
        }

        return arrays;
    }

    private static float[] ReadValues(FileStream file, long count)
    {
        float[] values = new float[count];
        for (int first = 0; first < values.Length; first += AtOnce)
        {
            file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(first, Math.Min(AtOnce, values.Length - first))));
        }

        return values;
    }

    /// <summary>Shape and place of an array, checked against the bytes that there are.</summary>
    private static (string Name, long[] Shape, long From, long To) Place(string path, long bytes, JsonProperty entry)
    {
        if (entry.Value.GetProperty("dtype").GetString() != "F32")
        {
            throw new InvalidDataException($"{path} holds '{entry.Name}' in another type than float32.");
        }

        long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        long count = 1;
        foreach (long size in shape)
        {
            // Each factor is checked, so that the product cannot overflow.
            count = size < 0 || size > MostElements || count * size > MostElements
                ? throw new InvalidDataException($"{path} says that '{entry.Name}' has the shape ({string.Join(", ", shape)}).")
                : count * size;
        }

        bool isInside = offsets.Length == 2 && offsets[0] >= 0 && offsets[1] >= offsets[0] && offsets[1] <= bytes
            && offsets[1] - offsets[0] == sizeof(float) * count;
        if (!isInside)
        {
            throw new InvalidDataException($"{path} says that '{entry.Name}' lies where it cannot: the file is damaged or cut off.");
        }

        return (entry.Name, shape, offsets[0], offsets[1]);
    }
}
