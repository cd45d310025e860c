using Math4AI.Probability.Neighbors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Maps;

/// <summary>Says how far neighbors on a map are neighbors in the data.</summary>
/// <param name="Trustworthiness">
/// 1 − 2 / (n k (2n − 3k − 1)) Σ (r(i, j) − k) over the points j that are among the k nearest of i on the map but not
/// in the data, with r the rank of j among the neighbors of i in the data: 1 if there is no false neighbor, about 0.5
/// for a map by chance. Samples at one distance share the best rank of them, so that copies of a row are no false
/// neighbors; without such, equals <c>sklearn.manifold.trustworthiness</c>. Source: J. Venna, S. Kaski, "Neighborhood
/// preservation in nonlinear projection methods", ICANN 2001.
/// </param>
/// <param name="Kept">The share of the k nearest in the data that are among the k nearest on the map.</param>
/// <param name="Neighbors">k.</param>
public sealed record MapQuality(double Trustworthiness, double Kept, int Neighbors)
{
    private const int MaxPoints = 2000;

    /// <summary>
    /// Compares the neighbors of every sample; of 2,000 that are evenly spread where there are more.
    /// </summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="positions">Samples × coordinates of the map.</param>
    /// <param name="neighbors">k; fewer where there are not twice as many samples.</param>
    /// <exception cref="ArgumentException">
    /// The numbers of samples differ, there are fewer than three, or one is not finite.
    /// </exception>
    public static MapQuality Of(Matrix<double> samples, Matrix<double> positions, int neighbors = 12)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        int count = samples.RowCount;
        if (positions.RowCount != count || count < 3)
        {
            throw new ArgumentException(
                $"There are {count} samples and {positions.RowCount} points: the same number is needed, and at least "
                + "3.");
        }

        int k = Math.Min(neighbors, (count - 1) / 2), checkedPoints = Math.Min(count, MaxPoints);
        int[] points = [.. Enumerable.Range(0, checkedPoints).Select(i => (int)((long)count * i / checkedPoints))];
        var search = new NeighborSearch(samples);
        int[][] inData = Near(search, samples, points, k);
        int[][] onMap = Near(new NeighborSearch(positions), positions, points, k);
        int[][] ranks = search.Ranks(points, [.. onMap.Select((near, i) => near.Except(inData[i]).ToArray())]);
        long kept = (long)k * points.Length - ranks.Sum(of => of.Count(rank => rank > k));
        long excess = ranks.Sum(of => of.Sum(rank => Math.Max(0L, rank - k)));
        double worst = (double)points.Length * k * (2.0 * count - 3.0 * k - 1.0) / 2.0;
        return new MapQuality(1.0 - excess / worst, (double)kept / points.Length / k, k);
    }

    /// <summary>
    /// Computes the share of the k nearest points on a map that have the label of the point itself: 1 where groups do
    /// not mix.
    /// </summary>
    /// <param name="positions">Points × coordinates.</param>
    /// <param name="labels">The label of each point.</param>
    /// <param name="neighbors">k, below the number of points.</param>
    /// <exception cref="ArgumentException">There is another number of labels, or there are too few points.</exception>
    public static double NeighborHits<T>(Matrix<double> positions, IReadOnlyList<T> labels, int neighbors = 1)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != positions.RowCount)
        {
            throw new ArgumentException(
                $"There are {positions.RowCount} points and {labels.Count} labels.", nameof(labels));
        }

        NearestNeighbors near = new NeighborSearch(positions).Nearest(neighbors);
        return Enumerable.Range(0, near.Queries).Average(i =>
            near.Of(i).ToArray().Average(other => Equals(labels[other], labels[i]) ? 1.0 : 0.0));
    }

    /// <summary>The k nearest of some samples, without themselves.</summary>
    private static int[][] Near(NeighborSearch search, Matrix<double> samples, int[] points, int k)
    {
        if (points.Length == samples.RowCount)
        {
            NearestNeighbors near = search.Nearest(k);
            return [.. points.Select(point => near.Of(point).ToArray())];
        }

        Matrix<double> chosen =
            Matrix<double>.Build.Dense(points.Length, samples.ColumnCount, (i, j) => samples[points[i], j]);
        NearestNeighbors others = search.Nearest(chosen, k + 1);
        return
        [
            .. points.Select((point, i) =>
                others.Of(i).ToArray().Where(other => other != point).Take(k).ToArray()),
        ];
    }
}
