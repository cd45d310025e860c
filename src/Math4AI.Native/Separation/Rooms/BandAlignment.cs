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
internal static unsafe class BandAlignment
{
    private const int MaxRounds = 8;

    /// <summary>
    /// Powers of sources become logarithms without the mean over time and that over the sources, of unit norm, in
    /// place.
    /// </summary>
    /// <param name="powers">Source after source, relative to each source's mean.</param>
    /// <param name="sources">The number of sources.</param>
    /// <param name="stride">The numbers of one source.</param>
    /// <param name="frames">Those of them that count.</param>
    public static void ToShape(double[] powers, int sources, int stride, int frames)
    {
        for (int n = 0; n < sources; n++)
        {
            Span<double> row = powers.AsSpan(n * stride, frames);
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

    /// <summary>Finds the order of the sources in each band.</summary>
    /// <param name="shapes">How the sources' powers move in each band, source after source.</param>
    /// <param name="sources">The number of sources.</param>
    /// <param name="stride">The numbers of one source.</param>
    public static int[][] Solve(ReadOnlySpan<double[]> shapes, int sources, int stride)
    {
        int[][] orders = [.. Permutations.Of(sources)];
        int[] best = new int[shapes.Length], chosen = new int[shapes.Length];
        double[] centre = new double[sources * stride];
        double most = double.NegativeInfinity;
        foreach (double[] start in shapes)
        {
            start.AsSpan(0, centre.Length).CopyTo(centre);
            double agreement = AlignTo(centre, shapes, orders, stride, chosen);
            if (agreement > most + 1e-9)
            {
                most = agreement;
                chosen.CopyTo(best, 0);
            }
        }

        return [.. best.Select(order => orders[order])];
    }

    /// <summary>The agreement that is reached from a centre, which moves on the way.</summary>
    private static double AlignTo(
        double[] centre, ReadOnlySpan<double[]> shapes, int[][] orders, int stride, int[] chosen)
    {
        Array.Fill(chosen, -1);
        for (int round = 0; round < MaxRounds; round++)
        {
            bool isSame = true;
            for (int band = 0; band < shapes.Length; band++)
            {
                int next = Best(shapes[band], orders, stride, centre);
                isSame &= next == chosen[band];
                chosen[band] = next;
            }

            if (isSame)
            {
                break;
            }

            Array.Clear(centre);
            for (int band = 0; band < shapes.Length; band++)
            {
                AddTo(centre, shapes[band], orders[chosen[band]], stride);
            }
        }

        fixed (double* c = centre)
        {
            return BlockKernels.Dot(c, c, centre.Length);
        }
    }

    /// <summary>The order in which a band is most like the centre.</summary>
    private static int Best(double[] shape, int[][] orders, int stride, double[] centre)
    {
        int sources = orders[0].Length;
        Span<double> likeness = stackalloc double[sources * sources];
        fixed (double* s = shape, c = centre)
        {
            for (int pair = 0; pair < likeness.Length; pair++)
            {
                likeness[pair] = BlockKernels.Dot(s + pair / sources * stride, c + pair % sources * stride, stride);
            }
        }

        int best = 0;
        double most = double.NegativeInfinity;
        for (int k = 0; k < orders.Length; k++)
        {
            double value = 0.0;
            for (int n = 0; n < sources; n++)
            {
                value += likeness[orders[k][n] * sources + n];
            }

            (best, most) = value > most ? (k, value) : (best, most);
        }

        return best;
    }

    private static void AddTo(double[] sum, double[] shape, int[] order, int stride)
    {
        fixed (double* to = sum, from = shape)
        {
            for (int n = 0; n < order.Length; n++)
            {
                BlockKernels.AddScaled(1.0, from + order[n] * stride, to + n * stride, stride);
            }
        }
    }
}
