namespace Math4AI.Probability;

/// <summary>
/// Finds whole rows that were written again, which no measurement repeats: each is one sample, and counted as several
/// it makes independent variables look dependent. Rows of rounded, ordinal or discrete variables repeat by themselves,
/// and are no copies.
/// </summary>
internal static class CopiedRows
{
    // Of fewer, chance and copies cannot be told apart.
    private const int LeastRepeated = 10;
    private const int LeastDistinct = 20;

    // Among copies of a continuous variable, hardly any neighbors are one least step apart, and hardly any rows share
    // its value without being copies. On a grid there are twice as many of the former as of repeated values, or all.
    private const double Chance = 0.5;

    // Rows that are no list come so many times at most, on average, unless all come as often.
    private const int MostTimes = 4;

    // A step that is larger than the least by less is one.
    private const double OneStep = 1.5;
    private const double Rounding = 1e-9;

    // Gaps of unrelated values are in such a ratio to the next seldom, those of a grid that was mapped mostly.
    private const double NearlyEqual = 1.25;
    private const double SmoothShare = 0.4;

    /// <summary>The rows without the copies, in their order; null where there is none that is certain.</summary>
    /// <param name="columns">The variables; NaN where a value is missing.</param>
    /// <param name="areClasses">Which of them are numbers of classes; none by default.</param>
    public static int[]? Distinct(IReadOnlyList<double[]> columns, IReadOnlyList<bool>? areClasses = null)
    {
        if (columns.Count == 0 || columns[0].Length < LeastDistinct + LeastRepeated || columns.Any(HasNoTies))
        {
            return null;
        }

        (List<int> firsts, List<int> sizes) = Groups(columns);
        int repeated = sizes.Count(size => size > 1);
        if (firsts.Count < LeastDistinct || repeated < LeastRepeated)
        {
            return null;
        }

        Layout[] layouts = [.. Enumerable.Range(0, columns.Count).Where(j => areClasses is null || !areClasses[j])
            .Select(j => Layout.Of([.. firsts.Select(row => columns[j][row])]))];
        double most = Chance * repeated;
        bool IsContinuous(Layout of) => of.Shared <= most && of.Steps <= most && !of.IsSmooth;

        // A grid with as many values as there are rows may be the discrete variable that the others are functions of,
        // unless each of its values comes more evenly than chance has it.
        bool IsSource(Layout of) => of.Values == firsts.Count && (of.Steps > most || of.IsSmooth)
            && !IsEven(sizes, of.Steps > most ? of.Cells : 0.0);
        // One column alone, or rows that come many times, may be a list of things, such as the engines of cars with
        // their sizes: of such a list some come far more often than others.
        int continuous = layouts.Count(IsContinuous);
        bool isList = sizes.Max() > 2 && !IsEven(sizes, 0.0)
            && (continuous < 2 || columns[0].Length > MostTimes * firsts.Count);
        return continuous > 0 && !isList && !layouts.Any(IsSource) ? [.. firsts.Order()] : null;
    }

    private static bool IsEven(List<int> sizes, double cells)
    {
        if (sizes.TrueForAll(size => size == sizes[0]))
        {
            return true;
        }

        if (cells <= 0.0)
        {
            return false;
        }

        // Counts of Poisson's have a variance that is their mean.
        double mean = sizes.Sum() / cells;
        return sizes.Sum(size => (double)size * size) / cells - mean * mean < Chance * mean;
    }

    private static bool HasNoTies(double[] column)
    {
        double[] sorted = Sorted(column);
        return !Enumerable.Range(1, sorted.Length - 1).Any(i => sorted[i].Equals(sorted[i - 1]));
    }

    private static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>The first of each kind of row, and how many there are.</summary>
    private static (List<int> Firsts, List<int> Sizes) Groups(IReadOnlyList<double[]> columns)
    {
        int Compare(int a, int b)
        {
            for (int j = 0; j < columns.Count; j++)
            {
                int sign = columns[j][a].CompareTo(columns[j][b]);
                if (sign != 0)
                {
                    return sign;
                }
            }

            return 0;
        }

        int[] order = [.. Enumerable.Range(0, columns[0].Length)];
        Array.Sort(order, (a, b) => Compare(a, b) is not 0 and int sign ? sign : a.CompareTo(b));
        var firsts = new List<int>();
        var sizes = new List<int>();
        foreach (int row in order)
        {
            if (firsts.Count == 0 || Compare(firsts[^1], row) != 0)
            {
                firsts.Add(row);
                sizes.Add(0);
            }

            sizes[^1]++;
        }

        return (firsts, sizes);
    }

    /// <summary>How the values of distinct rows lie.</summary>
    /// <param name="Values">The number of different ones.</param>
    /// <param name="Shared">The rows whose value another row has too.</param>
    /// <param name="Steps">The neighbors that are one least step apart.</param>
    /// <param name="Cells">The number of least steps in their range, and one.</param>
    /// <param name="IsSmooth">Whether gaps change little from one to the next.</param>
    private readonly record struct Layout(int Values, int Shared, int Steps, double Cells, bool IsSmooth)
    {
        public static Layout Of(double[] values)
        {
            double[] sorted = Sorted(values.Where(value => !double.IsNaN(value)));
            if (sorted.Length == 0)
            {
                return new Layout(0, 0, 0, 0.0, false);
            }

            double range = sorted[^1] - sorted[0];
            double[] gaps = [.. sorted.Zip(sorted.Skip(1), (low, high) => high - low)];
            bool IsTie(int i) => i >= 0 && i < gaps.Length && gaps[i] <= Rounding * range;
            int shared = Enumerable.Range(0, sorted.Length).Count(i => IsTie(i - 1) || IsTie(i));
            double[] steps = [.. gaps.Where(gap => gap > Rounding * range)];
            if (steps.Length == 0)
            {
                return new Layout(1, shared, 0, 1.0, false);
            }

            double least = steps.Min();
            int alike = steps.Zip(steps.Skip(1), (one, next) => Math.Max(one / next, next / one))
                .Count(ratio => ratio < NearlyEqual);
            return new Layout(
                steps.Length + 1, shared, steps.Count(step => step <= OneStep * least),
                Math.Round(range / least) + 1.0, alike > SmoothShare * (steps.Length - 1));
        }
    }
}
