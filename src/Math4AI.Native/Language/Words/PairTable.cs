using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Math4AI.Language.Words;

/// <summary>Sums for pairs of numbers, in a hash table.</summary>
internal sealed class PairTable
{
    private ulong[] keys = new ulong[1 << 16];
    private ulong[] sums = new ulong[1 << 16];
    private int count;

    /// <summary>Adds to the sum of a pair.</summary>
    /// <param name="first">The first number, from 0.</param>
    /// <param name="second">The second.</param>
    /// <param name="amount">What is added, above 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int first, int second, ulong amount)
    {
        ulong key = ((ulong)first << 32) | (uint)second;
        int slot = Slot(key);
        if (sums[slot] == 0)
        {
            keys[slot] = key;
            count++;
        }

        sums[slot] += amount;
        if (count > keys.Length / 2)
        {
            Grow();
        }
    }

    /// <summary>Tells of all pairs, in no order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForEach(Action<int, int, ulong> tell)
    {
        for (int slot = 0; slot < keys.Length; slot++)
        {
            if (sums[slot] > 0)
            {
                tell((int)(keys[slot] >> 32), (int)(uint)keys[slot], sums[slot]);
            }
        }
    }

    /// <summary>All pairs with their sums, for other processes.</summary>
    public byte[] ToBytes()
    {
        ulong[] all = new ulong[2 * count];
        int at = 0;
        for (int slot = 0; slot < keys.Length; slot++)
        {
            if (sums[slot] > 0)
            {
                (all[at], all[at + 1]) = (keys[slot], sums[slot]);
                at += 2;
            }
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
        int mask = keys.Length - 1;
        int slot = (int)((key * 0x9E3779B97F4A7C15UL) >> 32) & mask;
        while (sums[slot] > 0 && keys[slot] != key)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        (ulong[] oldKeys, ulong[] oldSums) = (keys, sums);
        int size = keys.Length < 1 << 30 ? 2 * keys.Length : throw new InvalidOperationException(
            "The text has more different pairs of words than can be counted: allow fewer words (MaxWords), or ask for "
            + "more occurrences of a word (MinCount).");
        (keys, sums) = (new ulong[size], new ulong[size]);
        for (int i = 0; i < oldKeys.Length; i++)
        {
            if (oldSums[i] > 0)
            {
                int slot = Slot(oldKeys[i]);
                (keys[slot], sums[slot]) = (oldKeys[i], oldSums[i]);
            }
        }
    }
}
