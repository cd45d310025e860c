using System.Numerics;
using System.Text;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Texts;

/// <summary>Counts of terms at places that a hash gives, with its sign.</summary>
internal sealed class HashedFeatures : FeatureMap<IReadOnlyList<string>>
{
    private readonly int features;
    private readonly int length;

    public HashedFeatures(int features, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        (this.features, this.length) = (features, length);
    }

    public override string Formula => $"hashing:{features}:{length}";

    public override FittedFeatures<IReadOnlyList<string>> Fit(IReadOnlyList<string> training) =>
        new Fitted(features, length);

    public override FittedFeatures<IReadOnlyList<string>> Restore(FeatureState state) => new Fitted(features, length);

    /// <summary>MurmurHash3 of 32 bits, seed 0. Source: A. Appleby, SMHasher, MurmurHash3 (public domain).</summary>
    internal static int Hash(ReadOnlySpan<byte> bytes)
    {
        const uint First = 0xCC9E2D51, Second = 0x1B873593;
        uint hash = 0;
        int at = 0;
        for (; at + 4 <= bytes.Length; at += 4)
        {
            hash ^= BitOperations.RotateLeft(BitConverter.ToUInt32(bytes.Slice(at, 4)) * First, 15) * Second;
            hash = BitOperations.RotateLeft(hash, 13) * 5 + 0xE6546B64;
        }

        uint tail = 0;
        for (int i = bytes.Length - 1; i >= at; i--)
        {
            tail = (tail << 8) | bytes[i];
        }

        hash ^= BitOperations.RotateLeft(tail * First, 15) * Second;
        hash ^= (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return (int)(hash ^ (hash >> 16));
    }

    private sealed class Fitted(int features, int length) : FittedFeatures<IReadOnlyList<string>>
    {
        public override FeatureState State => FeatureState.Empty;

        public override Matrix<double> Apply(IReadOnlyList<string> samples)
        {
            ArgumentNullException.ThrowIfNull(samples);
            Matrix<double> counts = Matrix<double>.Build.Dense(samples.Count, features);
            for (int i = 0; i < samples.Count; i++)
            {
                foreach (string term in Terms.Words(samples[i], length))
                {
                    int hash = Hash(Encoding.UTF8.GetBytes(term));
                    counts[i, (int)(Math.Abs((long)hash) % features)] += hash >= 0 ? 1.0 : -1.0;
                }
            }

            return counts;
        }

        public override IReadOnlyList<string> Names(IReadOnlyList<string> inputs) =>
            [.. Enumerable.Range(0, features).Select(place => $"hash {place}")];
    }
}
