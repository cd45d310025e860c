using Math4AI.Probability.Neighbors;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability;

/// <summary>
/// Conditional mutual information from neighbors. Where more samples than the k-th lie on the surface of its box, in
/// all variables or in some, all in the closed box are counted, as <see cref="KsgEstimator"/> does.
/// </summary>
internal sealed class ConditionalEstimator
{
    private const double Rounding = 1e-10;

    private readonly int neighbor;
    private readonly double[][] columns;
    private readonly int[][] subspaces;

    /// <summary>Takes samples with the columns of X, Y and Z in this order.</summary>
    /// <exception cref="ArgumentException">There are too few samples, or one is not finite.</exception>
    public ConditionalEstimator(
        Matrix<double> samples, IReadOnlyList<bool> areClasses, int ofFirst, int ofSecond, int neighbor)
    {
        if (samples.RowCount <= neighbor || !samples.ForAll(double.IsFinite))
        {
            throw new ArgumentException($"More than {neighbor} finite samples are needed.", nameof(samples));
        }

        this.neighbor = neighbor;
        columns = KsgEstimator.Prepared(samples, areClasses, neighbor);
        int[] all = [.. Enumerable.Range(0, columns.Length)], given = all[(ofFirst + ofSecond)..];
        subspaces = [all, [.. all[..ofFirst], .. given], all[ofFirst..], given];
    }

    /// <summary>The share of each sample in the estimate; the mean of all is it.</summary>
    public double[] Contributions(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        NearestNeighbors near = SearchIn(subspaces[0]).Nearest(neighbor, progress, cancellation);
        int n = columns[0].Length;
        double[] radii = [.. Enumerable.Range(0, n).Select(i => near.Distances(i)[^1])];
        (int[] Closed, int[] Open)[] counts = [.. subspaces.Select(subspace => (
            Counts(subspace, [.. radii.Select(radius => radius * (1.0 + Rounding))], cancellation),
            Counts(subspace, [.. radii.Select(radius => radius * (1.0 - Rounding))], cancellation)))];
        double[] signs = [1.0, -1.0, -1.0, 1.0];
        double[] shares = new double[n];
        for (int i = 0; i < n; i++)
        {
            bool isTied = radii[i] == 0.0 || counts.Any(each => each.Closed[i] > each.Open[i] + 1);
            for (int s = 0; s < subspaces.Length; s++)
            {
                // Of continuous variables the k-th neighbor itself is not among those that are nearer.
                shares[i] += signs[s] * (isTied ? KsgEstimator.Smoothed(counts[s].Closed[i], neighbor)
                    : SpecialFunctions.DiGamma(s == 0 ? neighbor : counts[s].Open[i] + 1.0));
            }
        }

        return shares;
    }

    private NeighborSearch SearchIn(int[] subspace) => new(
        Matrix<double>.Build.DenseOfColumnArrays(subspace.Select(j => columns[j])), NeighborNorm.Maximum);

    /// <summary>The samples within a radius of each, without itself.</summary>
    private int[] Counts(int[] subspace, double[] radii, CancellationToken cancellation)
    {
        if (subspace.Length > 1)
        {
            return SearchIn(subspace).CountWithin([.. Enumerable.Range(0, radii.Length)], radii, cancellation);
        }

        double[] values = columns[subspace[0]], sorted = Entropy.Sorted(values);
        return [.. values.Select((value, i) => KsgEstimator.Within(sorted, value, radii[i], isClosed: true))];
    }
}
