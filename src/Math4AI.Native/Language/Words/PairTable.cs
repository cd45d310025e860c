using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Math4AI.Language.Words;

/// <summary>Sums for pairs of numbers, in a hash table.</summary>
internal sealed class PairTable
{
    /// <summary>A pair and its sum lie together: a look for them costs one miss of the caches.</summary>
    private Entry[] entries = new Entry[1 << 16];
    private int count;

    /// <summary>Adds to the sum of a pair.</summary>
    /// <param name="first">The first number, from 0.</param>
    /// <param name="second">The second.</param>
    /// <param name="amount">What is added, above 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int first, int second, ulong amount)
    {
        ulong key = ((ulong)first << 32) | (uint)second;
        ref Entry entry = ref entries[Slot(key)];
        if (entry.Sum == 0)
        {
            entry.Key = key;
            count++;
        }

        entry.Sum += amount;
        if (count > entries.Length / 2)
        {
            Grow();
        }
    }

    /// <summary>Tells of all pairs, in no order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForEach(Action<int, int, ulong> tell)
    {
        foreach (Entry entry in entries)
        {
            if (entry.Sum > 0)
            {
                tell((int)(entry.Key >> 32), (int)(uint)entry.Key, entry.Sum);
            }
        }
    }

    /// <summary>All pairs with their sums, for other processes.</summary>
    public byte[] ToBytes()
    {
        ulong[] all = new ulong[2 * count];
        int at = 0;
        foreach (Entry entry in entries.Where(entry => entry.Sum > 0))
        {
            (all[at], all[at + 1]) = (entry.Key, entry.Sum);
            at += 2;
        }

        return MemoryMarshal.AsBytes<ulong>(all).ToArray();
    }

    /// <summary>Adds such pairs.</summary>
    public void AddBytes(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> all = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int at = 0; at < all.Length; at += 2)
        {
            Add((int)(all[at] >> 32), (int)(uint)all[at], all[at + 1]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Slot(ulong key)
    {
        int mask = entries.Length - 1;
        int slot = (int)((key * 0x9E3779B97F4A7C15UL) >> 32) & mask;
        while (entries[slot].Sum > 0 && entries[slot].Key != key)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        Entry[] old = entries;
        int size = old.Length < 1 << 30 ? 2 * old.Length : throw new InvalidOperationException(
            "The text has more different pairs of words than can be counted: allow fewer words (MaxWords), or ask for "
            + "more occurrences of a word (MinCount).");
        entries = new Entry[size];
        foreach (Entry entry in old)
        {
            if (entry.Sum > 0)
            {
                entries[Slot(entry.Key)] = entry;
            }
        }
    }

    /// <summary>A pair, and its sum; 0 where there is none.</summary>
    private struct Entry
    {
        public ulong Key;
        public ulong Sum;
    }
}
