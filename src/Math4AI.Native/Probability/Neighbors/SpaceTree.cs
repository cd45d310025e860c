namespace Math4AI.Probability.Neighbors;

/// <summary>
/// A k-d tree: halves the samples at the median of the channel in which they spread most, until few are left. A search
/// takes O(log n) steps in few dimensions, and nears n in many. Source: J. Bentley, "Multidimensional binary search
/// trees used for associative searching", Communications of the ACM 18 (1975); bounds by S. Arya, D. Mount, "Algorithms
/// for fast vector quantization" (1993).
/// </summary>
internal sealed class SpaceTree : INeighborFinder
{
    private const int LeafSize = 16;

    private readonly int channels;
    private readonly bool isMaximum;
    private readonly int[] order;

    // The samples in the order of the tree, and for each the channel that divides where it is the median of its part.
    private readonly double[] points;
    private readonly int[] axes;

    /// <summary>Builds the tree.</summary>
    /// <param name="samples">Sample after sample.</param>
    /// <param name="channels">The numbers of each sample.</param>
    /// <param name="isMaximum">Whether the distance is that of the maximum norm.</param>
    public SpaceTree(double[] samples, int channels, bool isMaximum)
    {
        this.channels = channels;
        this.isMaximum = isMaximum;
        int count = samples.Length / channels;
        order = [.. Enumerable.Range(0, count)];
        axes = new int[count];
        Build(samples, 0, count);
        points = new double[samples.Length];
        for (int i = 0; i < count; i++)
        {
            samples.AsSpan(order[i] * channels, channels).CopyTo(points.AsSpan(i * channels));
        }
    }

    public void Find(ReadOnlySpan<double> queries, ReadOnlySpan<NeighborCollector> collectors)
    {
        Span<double> offsets = channels <= 64 ? stackalloc double[channels] : new double[channels];
        for (int i = 0; i < collectors.Length; i++)
        {
            offsets.Clear();
            Search(queries.Slice(i * channels, channels), 0, order.Length, 0.0, offsets, collectors[i]);
        }
    }

    private void Build(double[] samples, int start, int end)
    {
        while (end - start > LeafSize)
        {
            int axis = WidestAxis(samples, start, end), middle = (start + end) / 2;
            Select(samples, axis, start, end - 1, middle);
            axes[middle] = axis;
            Build(samples, start, middle);
            start = middle + 1;
        }
    }

    private int WidestAxis(double[] samples, int start, int end)
    {
        int widest = 0;
        double most = -1.0;
        for (int axis = 0; axis < channels; axis++)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            for (int i = start; i < end; i++)
            {
                double value = samples[order[i] * channels + axis];
                low = Math.Min(low, value);
                high = Math.Max(high, value);
            }

            if (high - low > most)
            {
                (widest, most) = (axis, high - low);
            }
        }

        return widest;
    }

    /// <summary>
    /// Brings the sample of rank k to its place, with none larger before it and none smaller after it.
    /// </summary>
    private void Select(double[] samples, int axis, int low, int high, int k)
    {
        while (low < high)
        {
            double pivot = samples[order[(low + high) / 2] * channels + axis];
            int i = low, j = high;
            while (i <= j)
            {
                while (samples[order[i] * channels + axis] < pivot)
                {
                    i++;
                }

                while (samples[order[j] * channels + axis] > pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (order[i], order[j]) = (order[j], order[i]);
                    i++;
                    j--;
                }
            }

            (low, high) = k <= j ? (low, j) : k >= i ? (i, high) : (k, k);
        }
    }

    private void Search(
        ReadOnlySpan<double> query, int start, int end, double least, Span<double> offsets, NeighborCollector collector)
    {
        while (end - start > LeafSize)
        {
            int middle = (start + end) / 2, axis = axes[middle];
            Offer(query, middle, collector);
            double beside = query[axis] - points[middle * channels + axis];
            (int near, int nearEnd, int far, int farEnd) = beside < 0.0
                ? (start, middle, middle + 1, end)
                : (middle + 1, end, start, middle);
            Search(query, near, nearEnd, least, offsets, collector);
            double before = offsets[axis];
            least = isMaximum
                ? Math.Max(least, Math.Abs(beside))
                : least - before * before + beside * beside;

            // Rounding must not hide a sample that lies on the bound.
            if (least * (1.0 - 1e-12) > collector.Bound)
            {
                return;
            }

            offsets[axis] = beside;
            Search(query, far, farEnd, least, offsets, collector);
            offsets[axis] = before;
            return;
        }

        for (int i = start; i < end; i++)
        {
            Offer(query, i, collector);
        }
    }

    private void Offer(ReadOnlySpan<double> query, int place, NeighborCollector collector)
    {
        ReadOnlySpan<double> point = points.AsSpan(place * channels, channels);
        double distance = isMaximum ? Largest(query, point) : Distance.Square(query, point);
        if (distance <= collector.Bound)
        {
            collector.Offer(order[place], distance);
        }
    }

    private static double Largest(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double largest = 0.0;
        for (int i = 0; i < x.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(x[i] - y[i]));
        }

        return largest;
    }
}
