using System.Runtime.CompilerServices;
using System.Text;

namespace Math4AI.Language.Words;

/// <summary>Numbers for words, given by their bytes in UTF-8: a hash table without an object for each word.</summary>
internal sealed class WordTable
{
    private int[] slots = Empty(1 << 12);
    private uint[] hashes = new uint[1 << 11];
    private int[] starts = new int[(1 << 11) + 1];
    private byte[] bytes = new byte[1 << 14];

    /// <summary>Takes the first word off a text.</summary>
    /// <param name="text">The text; the word and the space before it are taken off.</param>
    /// <param name="word">The word: what stands between bytes up to a space.</param>
    /// <param name="hash">Its hash (Fowler, Noll and Vo's FNV-1a), made on the way.</param>
    /// <returns>Whether there was a word.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TakeWord(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> word, out uint hash)
    {
        int start = 0;
        while (start < text.Length && text[start] <= ' ')
        {
            start++;
        }

        ulong product = 0xCBF29CE484222325UL;
        int end = start;
        for (; end < text.Length && text[end] > ' '; end++)
        {
            product = (product ^ text[end]) * 0x100000001B3UL;
        }

        word = text[start..end];
        hash = (uint)(product ^ (product >> 32));
        text = text[end..];
        return word.Length > 0;
    }

    /// <summary>Returns the hash of a word.</summary>
    public uint HashOf(int word) => hashes[word];

    /// <summary>Gets the number of words.</summary>
    public int Count { get; private set; }

    /// <summary>Returns the bytes of a word.</summary>
    public ReadOnlySpan<byte> this[int word] => bytes.AsSpan(starts[word], starts[word + 1] - starts[word]);

    /// <summary>Returns a word.</summary>
    public string Text(int word) => Encoding.UTF8.GetString(this[word]);

    /// <summary>Returns the number of a word, or −1.</summary>
    public int Find(ReadOnlySpan<byte> word, uint hash) => slots[Slot(word, hash)];

    /// <summary>Returns the number of a word, which is added where it is new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Add(ReadOnlySpan<byte> word, uint hash)
    {
        int slot = Slot(word, hash);
        if (slots[slot] >= 0)
        {
            return slots[slot];
        }

        if (Count + 1 >= starts.Length)
        {
            Array.Resize(ref starts, 2 * Count + 3);
            Array.Resize(ref hashes, starts.Length);
        }

        int start = starts[Count];
        while (bytes.Length - start < word.Length)
        {
            Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, Array.MaxLength));
            if (bytes.Length == Array.MaxLength && bytes.Length - start < word.Length)
            {
                throw new InvalidDataException("The different words of the text have more than 2 GB.");
            }
        }

        word.CopyTo(bytes.AsSpan(start));
        (slots[slot], hashes[Count], starts[Count + 1]) = (Count, hash, start + word.Length);
        Count++;
        if (2 * Count > slots.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    private static int[] Empty(int size)
    {
        int[] slots = new int[size];
        slots.AsSpan().Fill(-1);
        return slots;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Slot(ReadOnlySpan<byte> word, uint hash)
    {
        int mask = slots.Length - 1, slot = (int)hash & mask;
        while (slots[slot] >= 0 && (hashes[slots[slot]] != hash || !word.SequenceEqual(this[slots[slot]])))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        slots = Empty(2 * slots.Length);
        int mask = slots.Length - 1;
        for (int word = 0; word < Count; word++)
        {
            int slot = (int)hashes[word] & mask;
            while (slots[slot] >= 0)
            {
                slot = (slot + 1) & mask;
            }

            slots[slot] = word;
        }
    }
}
