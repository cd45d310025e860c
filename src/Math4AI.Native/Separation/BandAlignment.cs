using Math4AI.LinearAlgebra;

namespace Math4AI.Separation;

/// <summary>
/// The order of the sources in every band that makes their powers rise and fall together over all bands: each band takes the order
/// that agrees best with the sum of all, in turn; every band is tried as the start, and the best agreement wins. Source: H. Sawada,
/// S. Araki, S. Makino, "Measuring dependence of bin-wise separated signals for permutation alignment in frequency-domain BSS",
/// ISCAS (2007).
/// </summary>
internal static unsafe class BandAlignment
{
    private const int MostRounds = 8;

    /// <summary>The order of each band: which of its sources comes first, second, ….</summary>
    /// <param name="shapes">How the sources' powers move in each band, source after source.</param>
    /// <param name="sources">The number of sources.</param>
    /// <param name="stride">The numbers of one source.</param>
    public static int[][] Solve(double[][] shapes, int sources, int stride)
    {
        int[][] orders = [.. Permutations.Of(sources)];
        double[][][] permuted = [.. shapes.Select(shape => orders.Select(order => Permute(shape, order, stride)).ToArray())];
        (double Agreement, int[] Chosen) best = (double.NegativeInfinity, []);
        foreach (double[] start in shapes)
        {
            (double agreement, int[] chosen) = AlignTo(start, permuted);
            best = agreement > best.Agreement + 1e-9 ? (agreement, chosen) : best;
        }

        return [.. best.Chosen.Select(order => orders[order])];
    }

    private static (double Agreement, int[] Chosen) AlignTo(double[] start, double[][][] permuted)
    {
        double[] centre = start;
        int[] chosen = [];
        for (int round = 0; round < MostRounds; round++)
        {
            int[] next = [.. permuted.Select(candidates => Best(candidates, centre))];
            if (next.SequenceEqual(chosen))
            {
                break;
            }

            chosen = next;
            centre = new double[start.Length];
            for (int band = 0; band < permuted.Length; band++)
            {
                AddTo(centre, permuted[band][chosen[band]]);
            }
        }

        return (Dot(centre, centre), chosen);
    }

    private static double[] Permute(double[] shape, int[] order, int stride) =>
        [.. order.SelectMany(source => shape.AsSpan(source * stride, stride).ToArray())];

    private static int Best(double[][] candidates, double[] centre)
    {
        int best = 0;
        double most = double.NegativeInfinity;
        for (int k = 0; k < candidates.Length; k++)
        {
            double value = Dot(candidates[k], centre);
            (best, most) = value > most ? (k, value) : (best, most);
        }

        return best;
    }

    private static void AddTo(double[] sum, double[] values)
    {
        fixed (double* s = sum, v = values)
        {
            BlockKernels.AddScaled(1.0, v, s, sum.Length);
        }
    }

    private static double Dot(double[] x, double[] y)
    {
        fixed (double* a = x, b = y)
        {
            return BlockKernels.Dot(a, b, x.Length);
        }
    }
}
