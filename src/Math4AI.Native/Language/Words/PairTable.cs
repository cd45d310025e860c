using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.Runtime;

namespace Math4AI.Language.Words;

/// <summary>
/// Sums for pairs of numbers, in a hash table with 64 bits a pair: its two numbers, and of its sum as many of the low
/// bits as there is room for; what is more is kept apart, for few pairs.
/// </summary>
internal sealed class PairTable
{
    private readonly int numberBits;
    private readonly int sumBits;
    private readonly ulong sumMask;
    private readonly Dictionary<ulong, ulong> beyond = [];
    private ulong[] entries = new ulong[1 << 16];
    private int count;

    /// <summary>Makes a table without pairs.</summary>
    /// <param name="numbers">The numbers of pairs are from 0 to below this.</param>
    public PairTable(int numbers)
    {
        numberBits = 32 - BitOperations.LeadingZeroCount((uint)numbers);
        sumBits = 64 - 2 * numberBits;
        sumMask = (1UL << sumBits) - 1;
    }

    /// <summary>Adds to the sum of a pair.</summary>
    /// <param name="first">The first number.</param>
    /// <param name="second">The second.</param>
    /// <param name="amount">What is added, above 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int first, int second, ulong amount)
    {
        ulong key = Key(first, second);
        ref ulong entry = ref entries[Slot(key)];
        count += entry == 0 ? 1 : 0;
        ulong sum = (entry & sumMask) + amount;
        entry = (key << sumBits) | (sum & sumMask);
        if (sum > sumMask)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(beyond, key, out _) += sum & ~sumMask;
        }

        if (count > entries.Length / 10 * 7)
        {
            Grow();
        }
    }

    /// <summary>Returns the sum of a pair; 0 where there is none.</summary>
    public ulong SumOf(int first, int second) => Sum(entries[Slot(Key(first, second))]);

    /// <summary>Tells of all pairs, in no order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForEach(Action<int, int, ulong> tell)
    {
        ulong second = (1UL << numberBits) - 1;
        foreach (ulong entry in entries)
        {
            if (entry > 0)
            {
                ulong key = (entry >> sumBits) - 1;
                tell((int)(key >> numberBits), (int)(key & second), Sum(entry));
            }
        }
    }

    /// <summary>All pairs with their sums, for other processes.</summary>
    public byte[] ToBytes()
    {
        ulong[] all = new ulong[2 * (long)count];
        int at = 0;
        ForEach((first, second, sum) =>
        {
            (all[at], all[at + 1]) = ((ulong)first << 32 | (uint)second, sum);
            at += 2;
        });
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

    /// <summary>The pair as one number, not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Key(int first, int second) => (((ulong)(uint)first << numberBits) | (uint)second) + 1;

    private ulong Sum(ulong entry) =>
        (entry & sumMask) + (beyond.Count > 0 ? beyond.GetValueOrDefault(entry >> sumBits) : 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Slot(ulong key)
    {
        int mask = entries.Length - 1;
        int slot = (int)((key * 0x9E3779B97F4A7C15UL) >> 32) & mask;
        while (entries[slot] != 0 && entries[slot] >> sumBits != key)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow()
    {
        ulong[] old = entries;
        int size = old.Length < 1 << 30 ? 2 * old.Length : throw new InvalidOperationException(
            "The text has more different pairs of words than can be counted: allow fewer words (MaxWords), or ask for "
            + "more occurrences of a word (MinCount).");
        entries = LargeArray.New<ulong>(size);
        foreach (ulong entry in old)
        {
            if (entry > 0)
            {
                entries[Slot(entry >> sumBits)] = entry;
            }
        }
    }
}
