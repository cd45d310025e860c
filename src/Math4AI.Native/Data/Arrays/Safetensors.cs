using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Math4AI.Data.Arrays;

/// <summary>An array of float32 with a shape.</summary>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Values">Its elements, the last dimension fastest.</param>
public sealed record NamedArray(IReadOnlyList<long> Shape, float[] Values);

/// <summary>
/// The format safetensors: eight bytes with the length of a JSON header, the header with type, shape and place of every
/// array, and the arrays. Nothing in it can run. Source: huggingface/safetensors, "Format". Booleans, integers,
/// float16, bfloat16, float32 and float64 are read and written. Complex numbers (C64) are read as pairs of float32 in a
/// last dimension of 2, and written so. What is written here carries a checksum of its arrays, which is looked at where
/// there is one: a byte that a disk has changed would be another number.
/// </summary>
public static class Safetensors
{
    internal const int MaxHeaderBytes = 100 << 20;

    private const long MaxElements = 0x7FFFFFC7;
    private const int WrittenAtOnce = 1 << 26;
    private const int WidenedAtOnce = 1 << 16;
    private const string Metadata = "__metadata__";
    private const string Checksum = "xxh128";

    /// <summary>Writes arrays.</summary>
    /// <param name="path">The file; it is overwritten.</param>
    /// <param name="arrays">The arrays by name.</param>
    /// <param name="metadata">Texts by name that travel with them.</param>
    public static void Write(
        string path, IReadOnlyDictionary<string, NamedArray> arrays,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        Write(path, arrays.Select(array => (array.Key, RawArray.Of(array.Value.Shape, array.Value.Values))), metadata);
    }

    /// <summary>Writes arrays of float64, row-major.</summary>
    internal static void WriteNumbers(string path, IReadOnlyList<NumberArray> arrays) =>
        Write(path, arrays.Select(array => (array.Name, RawArray.Of(array.Shape, array.Values))));

    /// <summary>Writes arrays of any type.</summary>
    /// <param name="path">The file; it is overwritten.</param>
    /// <param name="arrays">The arrays by different names.</param>
    /// <param name="metadata">Texts by name that travel with them.</param>
    internal static void Write(
        string path, IEnumerable<(string Name, RawArray Array)> arrays,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        (string Name, RawArray Array)[] all = [.. arrays];
        var texts = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>());
        var hash = new XxHash128();
        using FileStream file = File.Create(path);

        // The checksum stands before what it is of: its place is taken first.
        WriteHeader();
        using (var hashed = new HashedStream(file, hash))
        {
            foreach ((string name, RawArray array) in all)
            {
                AddTo(hash, name, array.Type, array.Shape);
                array.Write(hashed);
            }
        }

        file.Position = 0;
        WriteHeader();

        void WriteHeader()
        {
            texts[Checksum] = TextOf(hash);
            using MemoryStream header = Header(all, texts);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            file.Write(length);
            header.WriteTo(file);
        }
    }

    /// <summary>Reads all arrays as they lie in the file, and the texts that travel with them.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, cut off, or holds another type of number; the message says what.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static IReadOnlyDictionary<string, (string Type, long[] Shape, byte[] Bytes)> ReadRaw(
        string path, out IReadOnlyDictionary<string, string> metadata)
    {
        using FileStream file = File.OpenRead(path);
        return ReadPlaces(file, path, out metadata).ToDictionary(place => place.Name, place =>
        {
            byte[] bytes = new byte[place.Count * place.Type.Size];
            file.Position = place.From;
            file.ReadExactly(bytes);
            return (place.TypeName, place.Shape, bytes);
        });
    }

    /// <summary>Reads all arrays, rounded to float32 where their numbers have more digits.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, cut off, or holds another type of number; the message says what.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, NamedArray> Read(string path) => Read(path, out _);

    /// <summary>Reads all arrays, rounded to float32, and the texts that travel with them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">The texts by name.</param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, cut off, or holds another type of number; the message says what.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, NamedArray> Read(
        string path, out IReadOnlyDictionary<string, string> metadata)
    {
        using FileStream file = File.OpenRead(path);
        return ReadPlaces(file, path, out metadata).ToDictionary(
            place => place.Name, place => new NamedArray(place.Shape, ReadSingles(file, place)));
    }

    /// <summary>Reads all arrays, widened to float64.</summary>
    /// <exception cref="InvalidDataException">As above.</exception>
    internal static IReadOnlyList<NumberArray> ReadNumbers(string path)
    {
        using FileStream file = File.OpenRead(path);
        return [.. ReadPlaces(file, path, out _).Select(place =>
        {
            double[] values = new double[place.Count];
            for (int first = 0; first < values.Length; first += WidenedAtOnce)
            {
                ReadDoubles(file, place, first, values.AsSpan(first, Math.Min(WidenedAtOnce, values.Length - first)));
            }

            return new NumberArray(place.Name, place.Shape, IsFortranOrder: false, place.Type.Epsilon, values);
        })];
    }

    /// <summary>
    /// Creates the header of a file: names, types, shapes and positions, padded so that the arrays begin at a multiple
    /// of eight bytes.
    /// </summary>
    private static MemoryStream Header(
        IEnumerable<(string Name, RawArray Array)> arrays, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = new MemoryStream();
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
            foreach ((string name, RawArray array) in arrays)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", array.Type);
                WriteNumbers(json, "shape", array.Shape);
                WriteNumbers(json, "data_offsets", [at, at + array.ByteCount]);
                json.WriteEndObject();
                at += array.ByteCount;
            }

            json.WriteEndObject();
        }

        while (header.Length % 8 != 0)
        {
            header.WriteByte((byte)' ');
        }

        return header;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    /// <summary>Reads the positions of all arrays, in the order of the file.</summary>
    private static Place[] ReadPlaces(FileStream file, string path, out IReadOnlyDictionary<string, string> metadata)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        if (file.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length)
        {
            throw new InvalidDataException(
                $"{path} is not a safetensors file: it is shorter than its header's length.");
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > MaxHeaderBytes || (long)headerLength > file.Length - length.Length)
        {
            throw new InvalidDataException(
                $"{path} is not a safetensors file: its header would be {headerLength} bytes long.");
        }

        byte[] header = new byte[headerLength];
        file.ReadExactly(header);
        try
        {
            using JsonDocument json = JsonDocument.Parse(header);
            metadata = json.RootElement.TryGetProperty(Metadata, out JsonElement texts)
                ? texts.EnumerateObject().ToDictionary(
                    text => text.Name, text => text.Value.GetString() ?? string.Empty)
                : new Dictionary<string, string>();
            long start = length.Length + header.Length;
            Place[] places =
            [
                .. json.RootElement.EnumerateObject().Where(entry => entry.Name != Metadata)
                    .Select(entry => PlaceOf(path, start, file.Length, entry)).OrderBy(place => place.From),
            ];
            RequireApart(path, places);
            RequireUnchanged(file, path, places, metadata);
            metadata = metadata.Where(text => text.Key != Checksum).ToDictionary();
            return places;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is not a safetensors file: its header cannot be read.", e);
        }
    }

    /// <summary>Refuses arrays that overlap, with which a small file could request any amount of memory.</summary>
    private static void RequireApart(string path, Place[] places)
    {
        if (places.DistinctBy(place => place.Name).Count() < places.Length)
        {
            throw new InvalidDataException($"{path} names an array twice: the file is damaged.");
        }

        for (int i = 1; i < places.Length; i++)
        {
            if (places[i].From < places[i - 1].From + places[i - 1].Count * places[i - 1].Type.Size)
            {
                throw new InvalidDataException($"{path} says that '{places[i].Name}' lies where '{places[i - 1].Name}' "
                    + "does: the file is damaged.");
            }
        }
    }

    /// <summary>Refuses arrays that are not those that the checksum is of, where there is one.</summary>
    private static void RequireUnchanged(
        FileStream file, string path, Place[] places, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Checksum, out string? written))
        {
            return;
        }

        var hash = new XxHash128();
        byte[] some = new byte[1 << 16];
        foreach (Place place in places)
        {
            AddTo(hash, place.Name, place.TypeName, place.Shape);
            file.Position = place.From;
            for (long left = place.Count * place.Type.Size; left > 0;)
            {
                Span<byte> next = some.AsSpan(0, (int)Math.Min(left, some.Length));
                file.ReadExactly(next);
                hash.Append(next);
                left -= next.Length;
            }
        }

        if (TextOf(hash) != written)
        {
            throw new InvalidDataException($"{path} is damaged: its arrays are not those of its checksum, "
                + $"'{Checksum}'; take another copy, or make it again.");
        }
    }

    private static void AddTo(XxHash128 hash, string name, string type, IEnumerable<long> shape) =>
        hash.Append(Encoding.UTF8.GetBytes($"{name} {type} ({string.Join(',', shape)})"));

    private static string TextOf(XxHash128 hash) => Convert.ToHexStringLower(hash.GetCurrentHash());

    private static float[] ReadSingles(FileStream file, Place place)
    {
        float[] values = new float[place.Count];
        double[] widened = new double[place.Type == NumberType.Float32 ? 0 : Math.Min(WidenedAtOnce, values.Length)];
        for (int first = 0, count; first < values.Length; first += count)
        {
            if (place.Type == NumberType.Float32 && BitConverter.IsLittleEndian)
            {
                count = Math.Min(WrittenAtOnce, values.Length - first);
                file.Position = place.From + sizeof(float) * (long)first;
                file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(first, count)));
                continue;
            }

            count = Math.Min(widened.Length, values.Length - first);
            ReadDoubles(file, place, first, widened.AsSpan(0, count));
            TensorPrimitives.ConvertTruncating<double, float>(widened.AsSpan(0, count), values.AsSpan(first));
        }

        return values;
    }

    private static void ReadDoubles(FileStream file, Place place, int first, Span<double> values)
    {
        Span<byte> bytes = place.Type.RoomIn(values);
        file.Position = place.From + (long)first * place.Type.Size;
        file.ReadExactly(bytes);
        place.Type.Widen(bytes, values);
    }

    /// <summary>
    /// Reads the type, shape and position of an array, and checks them against the length of the file.
    /// </summary>
    private static Place PlaceOf(string path, long start, long end, JsonProperty entry)
    {
        const string Complex = "C64";
        string? typeName = entry.Value.GetProperty("dtype").GetString();
        bool isComplex = typeName == Complex;
        typeName = isComplex ? "F32" : typeName;
        NumberType type = NumberType.OfSafetensors(typeName)
            ?? throw new InvalidDataException(
                $"{path} holds '{entry.Name}' as {typeName}, which is not a type of number that can be read.");
        long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        shape = isComplex ? [.. shape, 2L] : shape;
        long[] offsets =
            [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        long count = 1;
        foreach (long size in shape)
        {
            // Each factor is checked, so that the product cannot overflow.
            count = size < 0 || size > MaxElements || count * size > MaxElements
                ? throw new InvalidDataException(
                    $"{path} says that '{entry.Name}' has the shape ({string.Join(", ", shape)}).")
                : count * size;
        }

        bool isInside = offsets.Length == 2 && offsets[0] >= 0 && offsets[1] >= offsets[0] && offsets[1] <= end - start
            && offsets[1] - offsets[0] == type.Size * count;
        return isInside
            ? new Place(entry.Name, type, typeName!, shape, count, start + offsets[0])
            : throw new InvalidDataException(
                $"{path} says that '{entry.Name}' lies where it cannot: the file is damaged or cut off.");
    }

    /// <summary>The position of an array in its file.</summary>
    private sealed record Place(string Name, NumberType Type, string TypeName, long[] Shape, long Count, long From);
}
