using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability.Neighbors;

/// <summary>
/// Finds, by a k-d tree, each sample's k nearest neighbours in the maximum norm, in O(log n). Source: J. Bentley,
/// "Multidimensional binary search trees used for associative searching", Communications of the ACM 18 (1975).
/// </summary>
internal sealed class NeighborTree
{
    private const int LeafSize = 12;

    private readonly double[][] columns;
    private readonly int[] order;
    private readonly int neighbour;
    private readonly double[] nearest;
    private readonly int[] neighbours;
    private readonly double[] point;

    public NeighborTree(Matrix<double> samplesByVariables, int neighbour)
    {
        int n = samplesByVariables.RowCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbour, 1);
        if (n <= neighbour)
        {
            throw new ArgumentException($"{n} samples are too few for the neighbour number {neighbour}.");
        }

        columns = samplesByVariables.ToColumnArrays();
        if (columns.Any(column => column.Any(x => !double.IsFinite(x))))
        {
            throw new ArgumentException("The samples must be finite.");
        }

        order = [.. Enumerable.Range(0, n)];
        this.neighbour = neighbour;
        nearest = new double[neighbour];
        neighbours = new int[neighbour];
        point = new double[columns.Length];
        Build(0, n, 0);
    }

    /// <summary>Returns the distance of a sample to its k-th neighbour.</summary>
    public double DistanceToNeighbour(int sample)
    {
        Array.Fill(nearest, double.PositiveInfinity);
        for (int axis = 0; axis < columns.Length; axis++)
        {
            point[axis] = columns[axis][sample];
        }

        Search(sample, 0, order.Length, 0);
        return nearest[^1];
    }

    /// <summary>Gets the k neighbours of the sample of the last call, nearest first.</summary>
    public ReadOnlySpan<int> Neighbours => neighbours;

    private void Build(int start, int end, int depth)
    {
        if (end - start <= LeafSize)
        {
            return;
        }

        int axis = depth % columns.Length, middle = (start + end) / 2;
        Array.Sort(order, start, end
            - start, Comparer<int>.Create((a, b) => columns[axis][a].CompareTo(columns[axis][b])));
        Build(start, middle, depth + 1);
        Build(middle + 1, end, depth + 1);
    }

    private void Search(int sample, int start, int end, int depth)
    {
        if (end - start <= LeafSize)
        {
            for (int i = start; i < end; i++)
            {
                Offer(sample, order[i]);
            }

            return;
        }

        int axis = depth % columns.Length, middle = (start + end) / 2;
        double beside = point[axis] - columns[axis][order[middle]];
        Offer(sample, order[middle]);
        (int near, int nearEnd, int far, int farEnd) = beside < 0.0
            ? (start, middle, middle + 1, end)
            : (middle + 1, end, start, middle);
        Search(sample, near, nearEnd, depth + 1);
        if (Math.Abs(beside) <= nearest[^1])
        {
            Search(sample, far, farEnd, depth + 1);
        }
    }

    private void Offer(int sample, int other)
    {
        if (other == sample)
        {
            return;
        }

        double distance = 0.0;
        for (int axis = 0; axis < columns.Length; axis++)
        {
            distance = Math.Max(distance, Math.Abs(point[axis] - columns[axis][other]));
        }

        int at = neighbour - 1;
        if (distance >= nearest[at])
        {
            return;
        }

        for (; at > 0 && nearest[at - 1] > distance; at--)
        {
            nearest[at] = nearest[at - 1];
            neighbours[at] = neighbours[at - 1];
        }

        nearest[at] = distance;
        neighbours[at] = other;
    }
}
