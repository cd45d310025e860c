using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>
/// Numbers of which a share is left out at random, and the others grow by 1/(1 − share). Which ones depends on a key
/// and on their place alone, so that the way back finds them again, and threads need not agree. Source: N. Srivastava
/// et al., JMLR 15 (2014); the bits are those of a multiplying hash with shifts (the constants are C. Wellons').
/// </summary>
/// <param name="Share">The share, from 0 to below 1.</param>
/// <param name="Key">The key; other keys leave out others.</param>
internal readonly record struct LeftOut(double Share, ulong Key)
{
    private const ulong Mixing = 0x9E3779B97F4A7C15;

    /// <summary>Gets whether anything is left out.</summary>
    public bool IsAny => Share > 0.0;

    /// <summary>Leaves numbers out.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="count">Their number.</param>
    /// <param name="place">The place of the first; places are counted modulo 2³².</param>
    /// <param name="site">Which part of a network they are in: each leaves out others.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void From(float* x, int count, long place, int site)
    {
        ulong key = Mixed(Key + (ulong)(site + 1) * Mixing);
        (uint first, uint factor) = ((uint)key, (uint)(key >> 32) | 1);
        uint below = (uint)Math.Min(uint.MaxValue, Share * 4294967296.0);
        float scale = (float)(1.0 / (1.0 - Share));
        int i = 0;
        Vector<uint> places = Vector<uint>.Indices + new Vector<uint>(unchecked((uint)place));
        for (; i <= count - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            Vector<uint> bits = Hash((places ^ new Vector<uint>(first)) * new Vector<uint>(factor));
            Vector<float> kept = Vector.ConditionalSelect(
                Vector.AsVectorSingle(Vector.GreaterThanOrEqual(bits, new Vector<uint>(below))),
                new Vector<float>(scale), Vector<float>.Zero);
            (Vector.Load(x + i) * kept).Store(x + i);
            places += new Vector<uint>((uint)Vector<uint>.Count);
        }

        for (; i < count; i++)
        {
            Vector<uint> one = Hash(new Vector<uint>(unchecked(((uint)(place + i) ^ first) * factor)));
            x[i] *= one[0] >= below ? scale : 0.0f;
        }
    }

    /// <summary>Returns rows of which a share is left out.</summary>
    /// <param name="rows">texts × length × width.</param>
    /// <param name="site">As above.</param>
    public unsafe Tensor From(Tensor rows, int site)
    {
        if (!IsAny)
        {
            return rows;
        }

        float[] kept = new float[rows.numel()];
        Array.Fill(kept, 1.0f);
        fixed (float* at = kept)
        {
            From(at, kept.Length, 0, site);
        }

        return rows * tensor(kept, rows.shape);
    }

    private static Vector<uint> Hash(Vector<uint> x)
    {
        x ^= x >>> 16;
        x *= new Vector<uint>(0x7feb352dU);
        x ^= x >>> 15;
        x *= new Vector<uint>(0x846ca68bU);
        return x ^ (x >>> 16);
    }

    private static ulong Mixed(ulong key)
    {
        key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9;
        key = (key ^ (key >> 27)) * 0x94D049BB133111EB;
        return key ^ (key >> 31);
    }
}
