using System.Buffers.Binary;
using System.Numerics;

namespace Math4AI.Reporting.Charts;

/// <summary>
/// The hash that a browser asks for in a content security policy. The one of System.Security.Cryptography needs
/// OpenSSL, without which .NET ends the process; a page is written on a bare system too.
/// </summary>
/// <remarks>Source: NIST, FIPS 180-4, Secure Hash Standard, 2015, sections 4.1.2, 5.1.1 and 6.2.</remarks>
internal static class Sha256
{
    private const int BlockLength = 64;

    private static readonly int[] Primes =
        [.. Enumerable.Range(2, 310).Where(n => Enumerable.Range(2, n - 2).All(divisor => n % divisor != 0))];

    // The first 32 bits behind the point of the cube roots of the first 64 primes.
    private static readonly uint[] Constants = [.. Primes.Select(prime => Fraction(Math.Cbrt(prime)))];

    /// <summary>Returns the 32 bytes of the hash.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> content)
    {
        // Behind the content: one bit, zeros, and the number of bits, up to a whole number of blocks.
        byte[] padded = new byte[(content.Length + sizeof(ulong) + BlockLength) / BlockLength * BlockLength];
        content.CopyTo(padded);
        padded[content.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(
            padded.AsSpan(padded.Length - sizeof(ulong)), 8UL * (ulong)content.Length);

        // The first 32 bits behind the point of the square roots of the first eight primes.
        uint[] state = [.. Primes.Take(8).Select(prime => Fraction(Math.Sqrt(prime)))];
        for (int start = 0; start < padded.Length; start += BlockLength)
        {
            Add(state, Schedule(padded.AsSpan(start, BlockLength)));
        }

        byte[] hash = new byte[sizeof(uint) * state.Length];
        for (int i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(sizeof(uint) * i), state[i]);
        }

        return hash;
    }

    private static uint Fraction(double root) => (uint)((root - Math.Floor(root)) * 4294967296.0);

    private static uint[] Schedule(ReadOnlySpan<byte> block)
    {
        uint[] words = new uint[Constants.Length];
        for (int t = 0; t < words.Length; t++)
        {
            words[t] = t < 16
                ? BinaryPrimitives.ReadUInt32BigEndian(block[(sizeof(uint) * t)..])
                : SmallSigma(words[t - 2], 17, 19, 10) + words[t - 7]
                    + SmallSigma(words[t - 15], 7, 18, 3) + words[t - 16];
        }

        return words;
    }

    private static void Add(uint[] state, uint[] words)
    {
        (uint a, uint b, uint c, uint d) = (state[0], state[1], state[2], state[3]);
        (uint e, uint f, uint g, uint h) = (state[4], state[5], state[6], state[7]);
        for (int t = 0; t < words.Length; t++)
        {
            uint choice = (e & f) ^ (~e & g);
            uint majority = (a & b) ^ (a & c) ^ (b & c);
            uint first = h + Sigma(e, 6, 11, 25) + choice + Constants[t] + words[t];
            uint second = Sigma(a, 2, 13, 22) + majority;
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        ReadOnlySpan<uint> added = [a, b, c, d, e, f, g, h];
        for (int i = 0; i < state.Length; i++)
        {
            state[i] += added[i];
        }
    }

    private static uint Sigma(uint x, int first, int second, int third) =>
        BitOperations.RotateRight(x, first) ^ BitOperations.RotateRight(x, second)
        ^ BitOperations.RotateRight(x, third);

    private static uint SmallSigma(uint x, int first, int second, int shift) =>
        BitOperations.RotateRight(x, first) ^ BitOperations.RotateRight(x, second) ^ (x >> shift);
}
