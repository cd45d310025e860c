using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Math4AI.Data;
using Math4AI.Data.Arrays;

namespace Math4AI.Language.Words;

/// <summary>
/// The forms of files that word vectors come in. word2vec's text has a line with the numbers of words and dimensions
/// and a line a word; its binary form has the same first line, and for each word its bytes, a space and float32
/// numbers; GloVe's text has no first line; safetensors holds <c>vectors</c>, and <c>words</c> as bytes, a line each.
/// </summary>
internal static class WordVectorFile
{
    private const string OfText = "; of a text, vectors are found first (words TEXT -o VECTORS)";
    private const string Vectors = "vectors", Words = "words";
    private const int MaxWord = 1 << 16;

    /// <summary>Writes vectors in the form of an extension.</summary>
    public static void Write(WordVectors vectors, string path, string extension)
    {
        if (extension == ".safetensors")
        {
            byte[] words = Encoding.UTF8.GetBytes(string.Join('\n', vectors.Words));
            Safetensors.Write(path, [
                (Vectors, RawArray.Of([vectors.Words.Count, vectors.Dimensions], vectors.Values.ToArray())),
                (Words, new RawArray("U8", [words.Length], words.Length, stream => stream.Write(words))),
            ]);
            return;
        }

        using FileStream file = File.Create(path);
        using var stream = new BufferedStream(file, 1 << 16);
        if (extension != ".glove")
        {
            stream.Write(Encoding.UTF8.GetBytes($"{vectors.Words.Count} {vectors.Dimensions}\n"));
        }

        for (int word = 0; word < vectors.Words.Count; word++)
        {
            ReadOnlySpan<float> vector = vectors.Values.Slice(word * vectors.Dimensions, vectors.Dimensions);
            stream.Write(Encoding.UTF8.GetBytes(vectors.Words[word]));
            if (extension == ".bin")
            {
                stream.Write(" "u8);
                stream.Write(MemoryMarshal.AsBytes(vector));
            }
            else
            {
                foreach (float value in vector)
                {
                    stream.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {value:R}")));
                }
            }

            stream.Write("\n"u8);
        }
    }

    /// <summary>Reads vectors in any of the forms.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the message says where.</exception>
    public static WordVectors Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        if (GzipFile.IsPacked(file))
        {
            throw new InvalidDataException($"{path} is compressed by gzip: unpack it first (gunzip).");
        }

        byte[] head = new byte[Math.Min(MaxWord, file.Length)];
        file.ReadExactly(head);
        file.Position = 0;
        try
        {
            if (head.Length > 8 && head[8] == '{' && BitConverter.ToUInt64(head) < (ulong)file.Length)
            {
                return ReadSafetensors(path);
            }

            return ReadLines(path, file, head);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads word2vec's forms, which may begin with their size, and GloVe's.</summary>
    private static WordVectors ReadLines(string path, FileStream file, byte[] head)
    {
        int end = Array.IndexOf(head, (byte)'\n');
        string[] first = Encoding.UTF8.GetString(head, 0, Math.Max(0, end)).Split(
            ' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        bool hasSize = first.Length == 2 && long.TryParse(first[0], CultureInfo.InvariantCulture, out _)
            && long.TryParse(first[1], CultureInfo.InvariantCulture, out _);
        if (!hasSize)
        {
            return ReadText(path, sizes: null);
        }

        (long words, long dimensions) = (
            long.Parse(first[0], CultureInfo.InvariantCulture), long.Parse(first[1], CultureInfo.InvariantCulture));
        if (words < 1 || dimensions < 1 || words > file.Length || dimensions > file.Length
            || words * dimensions > file.Length)
        {
            throw new InvalidDataException(
                $"{path} is cut off or damaged: {words} vectors of {dimensions} numbers do not fit in it.");
        }

        file.Position = end + 1;
        return IsText(head.AsSpan(end + 1), (int)dimensions)
            ? ReadText(path, (words, dimensions))
            : ReadBinary(path, file, (int)words, (int)dimensions);
    }

    /// <summary>
    /// Whether the first line has a word and numbers: the bytes of float32 are almost never digits, signs and spaces.
    /// </summary>
    private static bool IsText(ReadOnlySpan<byte> rest, int dimensions)
    {
        int space = rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> numbers = space < 0 ? [] : rest[(space + 1)..];
        int end = numbers.IndexOf((byte)'\n');
        numbers = end < 0 ? numbers : numbers[..end];
        return numbers.Length >= Math.Min(dimensions, MaxWord / 2)
            && !numbers.ContainsAnyExcept(SearchValues.Create("0123456789+-.eE \t\r"u8));
    }

    private static WordVectors ReadSafetensors(string path)
    {
        IReadOnlyDictionary<string, (string Type, long[] Shape, byte[] Bytes)> all = Safetensors.ReadRaw(path, out _);
        if (!all.TryGetValue(Words, out (string Type, long[] Shape, byte[] Bytes) words) || words.Type != "U8"
            || !all.TryGetValue(Vectors, out (string Type, long[] Shape, byte[] Bytes) vectors)
            || vectors is not { Type: "F32", Shape.Length: 2 })
        {
            throw new InvalidDataException(
                $"{path} holds no word vectors: '{Vectors}' of F32, words × dimensions, and '{Words}' of U8 are "
                + "needed.");
        }

        string[] names = Encoding.UTF8.GetString(words.Bytes).Split('\n');
        return names.Length == vectors.Shape[0]
            ? new WordVectors(names, MemoryMarshal.Cast<byte, float>(vectors.Bytes).ToArray())
            : throw new InvalidDataException($"{path} has {names.Length} words and {vectors.Shape[0]} vectors.");
    }

    private static WordVectors ReadText(string path, (long Words, long Dimensions)? sizes)
    {
        var words = new List<string>();
        var values = new List<float>();
        int? dimensions = (int?)sizes?.Dimensions;
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if ((number == 1 && sizes is not null) || string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            string[] parts = line.TrimEnd().Split(' ');
            dimensions ??= parts.Length - 1;
            if (dimensions < 1 || parts.Length <= dimensions)
            {
                throw new InvalidDataException($"{path}, line {number}: a word and "
                    + (dimensions < 1 ? $"its numbers are needed{OfText}." : $"{dimensions} numbers are needed."));
            }

            // Some words of GloVe's files contain spaces.
            int first = parts.Length - dimensions.Value;
            words.Add(string.Join(' ', parts[..first]));
            foreach (string part in parts[first..])
            {
                values.Add(float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
                    ? value
                    : throw new InvalidDataException($"{path}, line {number}: '{part}' is no number"
                        + (number == 1 ? $"{OfText}." : ".")));
            }
        }

        if (words.Count == 0 || (sizes is { } wanted && wanted.Words != words.Count))
        {
            throw new InvalidDataException(
                $"{path} is cut off or damaged: it has {words.Count} "
                + $"vectors{(sizes is { } s ? $" of {s.Words}" : "")}.");
        }

        return new WordVectors(words, [.. values]);
    }

    private static WordVectors ReadBinary(string path, FileStream file, int count, int dimensions)
    {
        using var stream = new BufferedStream(file, 1 << 16);
        string[] words = new string[count];
        float[] values = new float[checked(count * dimensions)];
        var word = new List<byte>();
        for (int i = 0; i < count; i++)
        {
            word.Clear();
            int next;
            while ((next = stream.ReadByte()) != ' ')
            {
                if (next < 0 || word.Count > MaxWord)
                {
                    throw new InvalidDataException($"{path} is cut off or damaged in vector {i + 1} of {count}.");
                }

                // The form has a line break behind each vector, or none.
                if (next != '\n' || word.Count > 0)
                {
                    word.Add((byte)next);
                }
            }

            words[i] = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(word));
            Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan(i * dimensions, dimensions));
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw new InvalidDataException($"{path} is cut off or damaged in vector {i + 1} of {count}.");
            }
        }

        return new WordVectors(words, values);
    }
}
