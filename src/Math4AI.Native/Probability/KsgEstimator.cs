using Math4AI.Probability.Neighbors;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability;

/// <summary>
/// The estimator of Kraskov, Stögbauer and Grassberger, for columns that have ties too. Where more samples than one lie
/// on the surface of the box to the k-th neighbor, as with rounded, ordinal or repeated values, all k̃ in the closed
/// box are counted, as W. Gao, S. Kannan, S. Oh and P. Viswanath do in "Estimating mutual information for
/// discrete-continuous mixtures", NeurIPS 30 (2017), with ψ(c + 1 − k/c) of each count c: ψ(c) where the box ends with
/// the k-th neighbor, ψ(c + 1), whose mean is log λ for a Poisson count, where it holds many more.
/// </summary>
internal sealed class KsgEstimator
{
    // Differences of rounded numbers differ in their last digits.
    private const double Rounding = 1e-10;

    // A value stands apart from a continuous rest if it is so many times as frequent as its neighbors and k.
    private const int Apart = 4;

    private readonly int neighbor;
    private readonly KsgVariant variant;
    private readonly double[][] columns;
    private readonly double[][] sorted;
    private readonly Matrix<double> rows;

    public KsgEstimator(Matrix<double> samples, int neighbor, KsgVariant variant)
        : this(samples, [], neighbor, variant)
    {
    }

    /// <summary>Takes the samples, of which some columns may be numbers of classes.</summary>
    public KsgEstimator(
        Matrix<double> samples, IReadOnlyList<bool> areClasses, int neighbor, KsgVariant variant = KsgVariant.Cubes)
    {
        (this.neighbor, this.variant) = (neighbor, variant);
        columns = Prepared(samples, areClasses, neighbor);
        sorted = [.. columns.Select(column => Entropy.Sorted(column))];
        rows = Matrix<double>.Build.DenseOfColumnArrays(columns);
    }

    private KsgEstimator(KsgEstimator other, int[][] orders)
    {
        (neighbor, variant, sorted) = (other.neighbor, other.variant, other.sorted);
        columns = [.. other.columns.Zip(orders, (column, order) => Array.ConvertAll(order, row => column[row]))];
        rows = Matrix<double>.Build.DenseOfColumnArrays(columns);
    }

    private int Samples => rows.RowCount;

    /// <summary>The same columns, each with its samples in another order: their scales and ranks stay.</summary>
    public KsgEstimator Reordered(int[][] orders) => new(this, orders);

    /// <summary>The share of each sample in the estimate; the mean of all is it.</summary>
    public double[] Contributions(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        (int[] firsts, int[] groupOf, int[] sizes) = Groups();
        var search = new NeighborSearch(rows, NeighborNorm.Maximum);
        int[] searched = [.. Enumerable.Range(0, firsts.Length).Where(g => sizes[g] <= neighbor)];
        bool isDistinct = firsts.Length == Samples;
        NearestNeighbors? near = isDistinct ? search.Nearest(neighbor, progress, cancellation)
            : searched.Length == 0 ? null
            : search.Nearest(
                Matrix<double>.Build.DenseOfRows(searched.Select(g => rows.Row(firsts[g]))),
                Math.Min(neighbor + 1, Samples), progress, cancellation);
        double[] distances = new double[firsts.Length], found = new double[firsts.Length];
        for (int q = 0; q < searched.Length; q++)
        {
            distances[searched[q]] = near!.Distances(q)[^1];
        }

        bool[] isTied = [.. Enumerable.Range(0, firsts.Length).Select(g => IsTied(firsts[g], distances[g]))];
        int[] tied = [.. Enumerable.Range(0, firsts.Length).Where(g => isTied[g])];
        int[] counts = search.CountWithin(
            [.. tied.Select(g => firsts[g])], [.. tied.Select(g => distances[g] * (1.0 + Rounding))],
            cancellation);
        for (int t = 0; t < tied.Length; t++)
        {
            found[tied[t]] = OfTied(firsts[tied[t]], distances[tied[t]], counts[t]);
        }

        for (int q = 0; q < searched.Length; q++)
        {
            int g = searched[q];
            found[g] = isTied[g] ? found[g] : Of(firsts[g], distances[g], near!.Of(q));
        }

        double constant = (columns.Length - 1) * SpecialFunctions.DiGamma(Samples);
        return [.. groupOf.Select(g => found[g] + constant)];
    }

    /// <summary>Whether more than one sample lies on the surface, seen along each variable.</summary>
    private bool IsTied(int sample, double distance)
    {
        int onSurface = 0;
        for (int j = 0; j < columns.Length; j++)
        {
            onSurface += Within(sorted[j], columns[j][sample], distance * (1.0 + Rounding), isClosed: true)
                - Within(sorted[j], columns[j][sample], distance * (1.0 - Rounding), isClosed: false);
        }

        return distance == 0.0 || onSurface > 1;
    }

    private double OfTied(int sample, double distance, int joint)
    {
        double sum = Smoothed(joint);
        for (int j = 0; j < columns.Length; j++)
        {
            sum -= Smoothed(Within(sorted[j], columns[j][sample], distance * (1.0 + Rounding), isClosed: true));
        }

        return sum;
    }

    private double Smoothed(int count) => Smoothed(count, neighbor);

    /// <summary>ψ(c + 1 − k/c).</summary>
    internal static double Smoothed(int count, int neighbor) =>
        SpecialFunctions.DiGamma(count + (count > neighbor ? 1.0 - (double)neighbor / count : 0.0));

    private double Of(int sample, double distance, ReadOnlySpan<int> neighbors)
    {
        if (variant == KsgVariant.Cubes)
        {
            double sum = SpecialFunctions.DiGamma(neighbor);
            for (int j = 0; j < columns.Length; j++)
            {
                sum -= SpecialFunctions.DiGamma(
                    Within(sorted[j], columns[j][sample], distance, isClosed: false) + 1.0);
            }

            return sum;
        }

        double boxes = SpecialFunctions.DiGamma(neighbor) - (columns.Length - 1.0) / neighbor;
        for (int j = 0; j < columns.Length; j++)
        {
            double side = 0.0;
            foreach (int other in neighbors)
            {
                side = Math.Max(side, Math.Abs(columns[j][other] - columns[j][sample]));
            }

            boxes -= SpecialFunctions.DiGamma(
                Math.Max(1, Within(sorted[j], columns[j][sample], side, isClosed: true)));
        }

        return boxes;
    }

    /// <summary>
    /// A sample of each distinct row, the place of each sample's row among them, and how often each is.
    /// </summary>
    private (int[] Firsts, int[] GroupOf, int[] Sizes) Groups()
    {
        int[] all = [.. Enumerable.Range(0, Samples)], ones = [.. Enumerable.Repeat(1, Samples)];
        if (sorted.Any(column => !Enumerable.Range(1, column.Length - 1).Any(i => column[i] == column[i - 1])))
        {
            return (all, all, ones);
        }

        int[] order = [.. all];
        Array.Sort(order, (a, b) =>
        {
            for (int j = 0; j < columns.Length; j++)
            {
                int sign = columns[j][a].CompareTo(columns[j][b]);
                if (sign != 0)
                {
                    return sign;
                }
            }

            return a.CompareTo(b);
        });
        var firsts = new List<int>();
        var sizes = new List<int>();
        int[] groupOf = new int[Samples];
        foreach (int sample in order)
        {
            if (firsts.Count == 0 || columns.Any(column => column[sample] != column[firsts[^1]]))
            {
                firsts.Add(sample);
                sizes.Add(0);
            }

            groupOf[sample] = firsts.Count - 1;
            sizes[^1]++;
        }

        return firsts.Count == Samples ? (all, all, ones) : ([.. firsts], groupOf, [.. sizes]);
    }

    /// <summary>
    /// The columns in one scale. Classes are farther from each other than any two numbers, so that a box holds several
    /// only where a class has fewer samples than neighbors are asked for.
    /// </summary>
    internal static double[][] Prepared(Matrix<double> samples, IReadOnlyList<bool> areClasses, int neighbor)
    {
        double apart = 4.0 * Math.Sqrt(samples.RowCount);
        return [.. samples.EnumerateColumns().Select((column, j) => j < areClasses.Count && areClasses[j]
            ? Array.ConvertAll(column.ToArray(), code => apart * code)
            : Standardized(SetApart(column.ToArray(), neighbor)))];
    }

    /// <summary>
    /// Moves values that stand out of a continuous rest, as the 0 of amounts that are often none, beyond its range: a
    /// map that can be undone leaves the information as it is, and no box then holds both.
    /// </summary>
    private static double[] SetApart(double[] column, int neighbor)
    {
        // Most columns have no value that is so frequent, which a sort tells faster than groups do.
        if (!HasRun(Entropy.Sorted(column), Apart * neighbor))
        {
            return column;
        }

        (double Value, int Count)[] values =
            [.. column.GroupBy(x => x).Select(group => (group.Key, group.Count())).OrderBy(each => each.Key)];
        int CountAt(int i) => i >= 0 && i < values.Length ? values[i].Count : 0;
        double[] apart = [.. Enumerable.Range(0, values.Length)
            .Where(i => values[i].Count > Apart * neighbor * Math.Max(1, Math.Max(CountAt(i - 1), CountAt(i + 1))))
            .Select(i => values[i].Value)];
        if (apart.Length == 0 || values.Length <= apart.Length + neighbor)
        {
            return column;
        }

        double last = values[^1].Value, range = last - values[0].Value;
        return [.. column.Select(x => Array.BinarySearch(apart, x) is >= 0 and int place
            ? last + (place + 1) * range
            : x)];
    }

    /// <summary>Whether a sorted column has a value more often than so many times.</summary>
    private static bool HasRun(double[] sorted, int times)
    {
        for (int i = times; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - times])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The estimate does not change with the scale of a variable, but its variance does.</summary>
    private static double[] Standardized(double[] column)
    {
        double mean = column.Average();
        double deviation = Math.Sqrt(column.Sum(x => (x - mean) * (x - mean)) / column.Length);
        return [.. column.Select(x => deviation > 0.0 ? (x - mean) / deviation : x - mean)];
    }

    /// <summary>
    /// Counts the samples within a distance of a value, without the value itself. It compares differences, as the tree
    /// does: value + distance is rounded.
    /// </summary>
    internal static int Within(double[] sorted, double value, double distance, bool isClosed)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            double below = value - sorted[middle];
            (low, high) = (isClosed ? below <= distance : below < distance) ? (low, middle) : (middle + 1, high);
        }

        int first = low;
        high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            double above = sorted[middle] - value;
            (low, high) = (isClosed ? above > distance : above >= distance) ? (low, middle) : (middle + 1, high);
        }

        // Among equal samples the distance to the k-th neighbour may be 0.
        return Math.Max(0, low - first - 1);
    }
}
