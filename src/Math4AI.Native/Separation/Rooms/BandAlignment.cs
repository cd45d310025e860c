using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Separation.Quality;

namespace Math4AI.Separation.Rooms;

/// <summary>
/// The order of the sources in every band that makes their powers rise and fall together over all bands: each band
/// takes the order that agrees best with the sum of all, in turn; every band is tried as the start, and the best
/// agreement wins. Source: H. Sawada, S. Araki, S. Makino, "Measuring dependence of bin-wise separated signals for
/// permutation alignment in frequency-domain BSS", ISCAS (2007).
/// </summary>
internal sealed unsafe class BandAlignment
{
    private const int MaxRounds = 8;

    private readonly int[][] orders;
    private readonly int[] best;
    private readonly int[] chosen;
    private readonly double[] center;
    private int stride;

    /// <summary>Allocates the memory; nothing is allocated later.</summary>
    /// <param name="sources">The number of sources.</param>
    /// <param name="maxStride">The largest count of numbers of one source in a shape.</param>
    /// <param name="maxBands">The largest number of bands.</param>
    public BandAlignment(int sources, int maxStride, int maxBands)
    {
        orders = [.. Permutations.Of(sources)];
        (best, chosen) = (new int[maxBands], new int[maxBands]);
        center = new double[sources * maxStride];
    }

    /// <summary>
    /// Turns powers of sources into logarithms without the mean over time and that over the sources, of unit norm, in
    /// place.
    /// </summary>
    /// <param name="powers">Source after source, relative to each source's mean.</param>
    /// <param name="sources">The number of sources.</param>
    /// <param name="stride">The numbers of one source.</param>
    /// <param name="frames">Those of them that count.</param>
    public static void ToShape(Span<double> powers, int sources, int stride, int frames)
    {
        for (int n = 0; n < sources; n++)
        {
            Span<double> row = powers.Slice(n * stride, frames);
            double mean = 0.0;
            for (int t = 0; t < frames; t++)
            {
                row[t] = Math.Log(Math.Max(0.0, row[t]) + 1e-3);
                mean += row[t] / frames;
            }

            for (int t = 0; t < frames; t++)
            {
                row[t] -= mean;
            }
        }

        double square = 0.0;
        for (int t = 0; t < frames; t++)
        {
            double mean = 0.0;
            for (int n = 0; n < sources; n++)
            {
                mean += powers[n * stride + t] / sources;
            }

            for (int n = 0; n < sources; n++)
            {
                powers[n * stride + t] -= mean;
                square += powers[n * stride + t] * powers[n * stride + t];
            }
        }

        double scale = 1.0 / (Math.Sqrt(square) + 1e-12);
        for (int i = 0; i < powers.Length; i++)
        {
            powers[i] *= scale;
        }
    }

    /// <summary>Gets the numbers of one shape.</summary>
    private int Length => orders[0].Length * stride;

    /// <summary>Returns the order of the sources in a band, found by <see cref="Solve"/>.</summary>
    public int[] Order(int band) => orders[best[band]];

    /// <summary>Finds the order of the sources in each band.</summary>
    /// <param name="shapes">How the sources' powers move in each band, source after source.</param>
    /// <param name="strideOfShapes">The numbers of one source in a shape.</param>
    /// <param name="maxStarts">The most bands to start from, which are spread over all.</param>
    public void Solve(ReadOnlySpan<double[]> shapes, int strideOfShapes, int maxStarts = int.MaxValue)
    {
        stride = strideOfShapes;
        double highest = double.NegativeInfinity;
        int starts = Math.Min(maxStarts, shapes.Length);
        for (int start = 0; start < starts; start++)
        {
            shapes[(int)((long)shapes.Length * start / starts)].AsSpan(0, Length).CopyTo(center);
            double agreement = AlignToCenter(shapes);
            if (agreement > highest + 1e-9)
            {
                highest = agreement;
                chosen.AsSpan(0, shapes.Length).CopyTo(best);
            }
        }
    }

    /// <summary>Computes the agreement that is reached from the center, which moves on the way.</summary>
    private double AlignToCenter(ReadOnlySpan<double[]> shapes)
    {
        Array.Fill(chosen, -1);
        for (int round = 0; round < MaxRounds; round++)
        {
            bool isSame = true;
            for (int band = 0; band < shapes.Length; band++)
            {
                int next = Best(shapes[band]);
                isSame &= next == chosen[band];
                chosen[band] = next;
            }

            if (isSame)
            {
                break;
            }

            Array.Clear(center, 0, Length);
            for (int band = 0; band < shapes.Length; band++)
            {
                AddToCenter(shapes[band], orders[chosen[band]]);
            }
        }

        fixed (double* c = center)
        {
            return BlockKernels.Dot(c, c, Length);
        }
    }

    /// <summary>Finds the order in which a band is most like the center.</summary>
    private int Best(double[] shape)
    {
        int sources = orders[0].Length;
        Span<double> likeness = stackalloc double[sources * sources];
        fixed (double* s = shape, c = center)
        {
            for (int pair = 0; pair < likeness.Length; pair++)
            {
                likeness[pair] = BlockKernels.Dot(s + pair / sources * stride, c + pair % sources * stride, stride);
            }
        }

        int nearest = 0;
        double highest = double.NegativeInfinity;
        for (int k = 0; k < orders.Length; k++)
        {
            double value = 0.0;
            for (int n = 0; n < sources; n++)
            {
                value += likeness[orders[k][n] * sources + n];
            }

            (nearest, highest) = value > highest ? (k, value) : (nearest, highest);
        }

        return nearest;
    }

    private void AddToCenter(double[] shape, int[] order)
    {
        fixed (double* to = center, from = shape)
        {
            for (int n = 0; n < order.Length; n++)
            {
                BlockKernels.AddScaled(1.0, from + order[n] * stride, to + n * stride, stride);
            }
        }
    }
}
