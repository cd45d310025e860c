using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Probability.Information;

/// <summary>
/// Two columns, and perhaps a third that is given, without rows that miss a value. Numbers are taken as the normal
/// scores of their ranks, which say the same of each other: a few that are far away, as of incomes, would else set the
/// unit of all distances, in which the rest are one point.
/// </summary>
internal sealed class PairSamples
{
    // Source of this number: the work that local permutations come from.
    private const int LocalNeighbors = 5;

    private readonly (double[] Values, bool AreClasses)[] columns;

    public PairSamples(IEnumerable<(double[] Values, bool AreClasses)> all)
    {
        (double[] Values, bool AreClasses)[] given = [.. all];
        int[] rows = [.. Enumerable.Range(0, given[0].Values.Length)
            .Where(row => Array.TrueForAll(given, column => double.IsFinite(column.Values[row])))];
        double[][] known = [.. given.Select(column => Array.ConvertAll(rows, row => column.Values[row]))];
        if (CopiedRows.Distinct(known, [.. given.Select(column => column.AreClasses)]) is { } distinct)
        {
            Copies = rows.Length - distinct.Length;
            rows = Array.ConvertAll(distinct, row => rows[row]);
        }

        columns = [.. given.Select(column =>
        {
            double[] values = Array.ConvertAll(rows, row => column.Values[row]);
            return (column.AreClasses ? values : Scores(values), column.AreClasses);
        })];
    }

    /// <summary>Columns without missing values, whose numbers are scores already.</summary>
    private PairSamples((double[] Values, bool AreClasses)[] columns) => this.columns = columns;

    public int Rows => columns[0].Values.Length;

    /// <summary>How many rows are left out as copies of others.</summary>
    public int Copies { get; }

    /// <summary>Whether every column is one of classes, so that they are counted.</summary>
    public bool AreCounted => Array.TrueForAll(columns, column => column.AreClasses);

    private bool HasGiven => columns.Length > 2;

    /// <summary>Some of the rows at random, or all where there are no more.</summary>
    public PairSamples Some(int most, int seed) => Rows <= most ? this : Of(
        [.. Combinatorics.GeneratePermutation(Rows, new MersenneTwister(seed, threadSafe: false)).Take(most).Order()]);

    /// <summary>I(X; Y), or I(X; Y | Z).</summary>
    public Estimate Information(
        int neighbor, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (AreCounted)
        {
            int[][] codes = [.. columns.Select(column => Entropy.Codes(column.Values))];
            return HasGiven
                ? Entropy.OfCodes(
                [
                    (1.0, Together(codes[0], codes[2])), (1.0, Together(codes[1], codes[2])),
                    (-1.0, Together(Together(codes[0], codes[1]), codes[2])), (-1.0, codes[2]),
                ])
                : Entropy.OfCodes([(1.0, codes[0]), (1.0, codes[1]), (-1.0, Together(codes[0], codes[1]))]);
        }

        Matrix<double> samples = Matrix<double>.Build.DenseOfColumnArrays(columns.Select(column => column.Values));
        bool[] areClasses = [.. columns.Select(column => column.AreClasses)];
        return Estimate.MeanOf(HasGiven
            ? new ConditionalEstimator(samples, areClasses, 1, 1, neighbor).Contributions(progress, cancellation)
            : new KsgEstimator(samples, areClasses, neighbor).Contributions(progress, cancellation));
    }

    /// <summary>
    /// The information with its bias, as <see cref="InformationBias"/> judges it; where a third is given, by halves
    /// alone, since permuted columns say about each other what it says of both.
    /// </summary>
    public Estimate Judged(int neighbor, CancellationToken cancellation)
    {
        Estimate found = Information(neighbor, null, cancellation);
        double Of(int[][] rows) => new PairSamples([.. columns.Select((column, j) =>
            (Array.ConvertAll(rows[j], row => column.Values[row]), column.AreClasses))])
            .Information(neighbor, null, cancellation).Value;
        return AreCounted
            ? found with
            {
                Bias = InformationBias.Of(found.Value, Rows, neighbor + 1, columns.Length, Of, hasNull: !HasGiven),
            }
            : InformationBias.Judge(
                found, neighbor + 1, [.. columns.Select(column => column.Values)], Of, hasNull: !HasGiven);
    }

    /// <summary>
    /// The probability of as much information where the columns are independent, by permutations of one.
    /// </summary>
    public double PValue(int permutations, int neighbor, int seed, CancellationToken cancellation)
    {
        double value = Information(neighbor, null, cancellation).Value;
        int[][]? near = HasGiven ? Near() : null;
        double OfPermuted(int permutation)
        {
            var random = new MersenneTwister(unchecked(seed * 1_000_003 + permutation + 1), threadSafe: false);
            int[] order = near is null ? Combinatorics.GeneratePermutation(Rows, random) : Local(near, random);
            (double[] Values, bool AreClasses)[] permuted =
                [(Array.ConvertAll(order, row => columns[0].Values[row]), columns[0].AreClasses), .. columns[1..]];
            return new PairSamples(permuted).Information(neighbor, null, cancellation).Value;
        }

        return SequentialTest.PValue(permutations, value, OfPermuted, cancellation);
    }

    /// <summary>Φ⁻¹((rank − ½)/n), with the mean rank of equal values.</summary>
    internal static double[] Scores(double[] values) => [.. values.Ranks(RankDefinition.Average)
        .Select(rank => Normal.InvCDF(0.0, 1.0, (rank - 0.5) / values.Length))];

    private static int[] Together(int[] first, int[] second) => Entropy.Codes<(int, int)>([.. first.Zip(second)]);

    private PairSamples Of(int[] rows) => new([.. columns.Select(column =>
        (Array.ConvertAll(rows, row => column.Values[row]), column.AreClasses))]);

    /// <summary>The rows whose given values are nearest to that of each row, itself among them.</summary>
    private int[][] Near()
    {
        (double[] values, bool areClasses) = columns[2];
        if (areClasses)
        {
            var rows = Enumerable.Range(0, Rows).GroupBy(row => values[row])
                .ToDictionary(group => group.Key, group => group.ToArray());
            return [.. values.Select(value => rows[value])];
        }

        int[] order = [.. Enumerable.Range(0, Rows)];
        Array.Sort([.. values], order);
        int[][] near = new int[Rows][];
        for (int place = 0; place < Rows; place++)
        {
            // The window of sorted values that is nearest to this one.
            double value = values[order[place]];
            int first = Math.Max(0, place - LocalNeighbors), last = Math.Min(Rows - 1, place + LocalNeighbors);
            while (last - first >= LocalNeighbors)
            {
                if (value - values[order[first]] > values[order[last]] - value)
                {
                    first++;
                }
                else
                {
                    last--;
                }
            }

            near[order[place]] = order[first..(last + 1)];
        }

        return near;
    }

    /// <summary>
    /// A permutation that moves each row to one whose given value is near, so that what depends on it alone stays.
    /// Source: J. Runge, "Conditional independence testing based on a nearest-neighbor estimator of conditional mutual
    /// information", AISTATS (2018).
    /// </summary>
    private static int[] Local(int[][] near, MersenneTwister random)
    {
        int[] permuted = new int[near.Length];
        bool[] isUsed = new bool[near.Length];
        foreach (int row in Combinatorics.GeneratePermutation(near.Length, random))
        {
            int[] choices = near[row];
            int start = random.Next(choices.Length), chosen = choices[start];
            for (int step = 0; step < choices.Length && isUsed[chosen]; step++)
            {
                chosen = choices[(start + step) % choices.Length];
            }

            permuted[row] = chosen;
            isUsed[chosen] = true;
        }

        return permuted;
    }
}
