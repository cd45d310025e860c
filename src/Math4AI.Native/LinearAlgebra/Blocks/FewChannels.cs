using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Data;

namespace Math4AI.LinearAlgebra.Blocks;

/// <summary>
/// One to four channels of a block, each where it lies: in the source's own memory where it lends it, else in a copy.
/// With so few, a loop that takes up each sample once and does everything with it runs at the speed of the memory.
/// </summary>
/// <remarks>A channel that is not there shows the first one; whoever sums over all four ignores its sums.</remarks>
internal readonly unsafe ref struct FewChannels
{
    /// <summary>Gives the largest number of channels.</summary>
    public const int MaxCount = 4;

    private static readonly int Width = Vector512<double>.Count;

    private FewChannels(ISampleSource source, ReadOnlySpan<double> copy, long start, int count)
    {
        Count = source.Channels;
        First = Channel(source, copy, 0, start, count);
        Second = Channel(source, copy, 1, start, count);
        Third = Channel(source, copy, 2, start, count);
        Fourth = Channel(source, copy, 3, start, count);
    }

    /// <summary>Gets the number of channels.</summary>
    public int Count { get; }

    public ReadOnlySpan<double> First { get; }

    public ReadOnlySpan<double> Second { get; }

    public ReadOnlySpan<double> Third { get; }

    public ReadOnlySpan<double> Fourth { get; }

    /// <summary>Returns the channels of a block that <see cref="ReadIfNotLent"/> has read.</summary>
    public static FewChannels Of(ISampleSource source, ReadOnlySpan<double> block, long start, int count) =>
        new(source, source.Lend(0, start, count).IsEmpty ? block : [], start, count);

    /// <summary>Reads a block of a source that does not lend it.</summary>
    public static void ReadIfNotLent(ISampleSource source, long start, int count, Span<double> block)
    {
        if (source.Lend(0, start, count).IsEmpty)
        {
            source.Read(start, count, block);
        }
    }

    /// <summary>Computes first += Σ (y − s) and second += Σ (y − s)(y − s)ᵀ.</summary>
    /// <param name="shift">s, one number a channel.</param>
    /// <param name="first">One number a channel.</param>
    /// <param name="second">Channels × channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddMoments(ReadOnlySpan<double> shift, Span<double> first, Span<double> second)
    {
        int channels = Count;
        double* shifts = stackalloc double[MaxCount];
        Vector512<double>* sums = stackalloc Vector512<double>[MaxCount];
        Vector512<double>* products = stackalloc Vector512<double>[MaxCount * MaxCount];
        new Span<byte>(products, sizeof(Vector512<double>) * MaxCount * MaxCount).Clear();
        new Span<byte>(sums, sizeof(Vector512<double>) * MaxCount).Clear();
        for (int i = 0; i < MaxCount; i++)
        {
            shifts[i] = shift[i < channels ? i : 0];
        }

        int whole = First.Length - First.Length % Width;
        fixed (double* a = First, b = Second, c = Third, d = Fourth)
        {
            AddVectors(a, b, c, d, shifts, whole, sums, products);
            double* rest = stackalloc double[MaxCount];
            for (int t = whole; t < First.Length; t++)
            {
                (rest[0], rest[1], rest[2], rest[3]) =
                    (a[t] - shifts[0], b[t] - shifts[1], c[t] - shifts[2], d[t] - shifts[3]);
                for (int i = 0; i < channels; i++)
                {
                    first[i] += rest[i];
                    for (int j = i; j < channels; j++)
                    {
                        second[i * channels + j] += rest[i] * rest[j];
                    }
                }
            }
        }

        for (int i = 0; i < channels; i++)
        {
            first[i] += Vector512.Sum(sums[i]);
            for (int j = i; j < channels; j++)
            {
                second[i * channels + j] += Vector512.Sum(products[i * MaxCount + j]);
                second[j * channels + i] = second[i * channels + j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddVectors(
        double* a, double* b, double* c, double* d, double* shifts, int count, Vector512<double>* sums,
        Vector512<double>* products)
    {
        Vector512<double> shiftA = Vector512.Create(shifts[0]), shiftB = Vector512.Create(shifts[1]);
        Vector512<double> shiftC = Vector512.Create(shifts[2]), shiftD = Vector512.Create(shifts[3]);
        Vector512<double> sumA = default, sumB = default, sumC = default, sumD = default;
        Vector512<double> aa = default, ab = default, ac = default, ad = default, bb = default;
        Vector512<double> bc = default, bd = default, cc = default, cd = default, dd = default;
        for (int t = 0; t < count; t += Width)
        {
            Vector512<double> x = Vector512.Load(a + t) - shiftA, y = Vector512.Load(b + t) - shiftB;
            Vector512<double> z = Vector512.Load(c + t) - shiftC, w = Vector512.Load(d + t) - shiftD;
            sumA += x;
            sumB += y;
            sumC += z;
            sumD += w;
            aa = Vector512.FusedMultiplyAdd(x, x, aa);
            ab = Vector512.FusedMultiplyAdd(x, y, ab);
            ac = Vector512.FusedMultiplyAdd(x, z, ac);
            ad = Vector512.FusedMultiplyAdd(x, w, ad);
            bb = Vector512.FusedMultiplyAdd(y, y, bb);
            bc = Vector512.FusedMultiplyAdd(y, z, bc);
            bd = Vector512.FusedMultiplyAdd(y, w, bd);
            cc = Vector512.FusedMultiplyAdd(z, z, cc);
            cd = Vector512.FusedMultiplyAdd(z, w, cd);
            dd = Vector512.FusedMultiplyAdd(w, w, dd);
        }

        (sums[0], sums[1], sums[2], sums[3]) = (sumA, sumB, sumC, sumD);
        (products[0], products[1], products[2], products[3]) = (aa, ab, ac, ad);
        (products[5], products[6], products[7], products[10]) = (bb, bc, bd, cc);
        (products[11], products[15]) = (cd, dd);
    }

    private static ReadOnlySpan<double> Channel(
        ISampleSource source, ReadOnlySpan<double> copy, int channel, long start, int count)
    {
        int there = channel < source.Channels ? channel : 0;
        return copy.IsEmpty ? source.Lend(there, start, count) : copy.Slice(there * count, count);
    }
}
