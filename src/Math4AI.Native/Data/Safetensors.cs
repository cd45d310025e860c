using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Math4AI.Data;

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
    private const long MostElements = 1L << 31;
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
            file.Write(MemoryMarshal.AsBytes<float>(array.Values));
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
            foreach (JsonProperty entry in json.RootElement.EnumerateObject().Where(entry => entry.Name != Metadata))
            {
                arrays.Add(entry.Name, ReadArray(path, file, start, entry));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no safetensors file: its header cannot be read.", e);
        }

        return arrays;
    }

    private static NamedArray ReadArray(string path, FileStream file, long start, JsonProperty entry)
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

        bool isInside = offsets.Length == 2 && offsets[0] >= 0 && offsets[1] >= offsets[0] && offsets[1] <= file.Length - start
            && offsets[1] - offsets[0] == sizeof(float) * count;
        if (!isInside)
        {
            throw new InvalidDataException($"{path} says that '{entry.Name}' lies where it cannot: the file is damaged or cut off.");
        }

        float[] values = new float[count];
        file.Position = start + offsets[0];
        file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return new NamedArray(shape, values);
    }
}
