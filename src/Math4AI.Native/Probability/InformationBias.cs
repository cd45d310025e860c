using MathNet.Numerics;
using MathNet.Numerics.Random;

namespace Math4AI.Probability;

/// <summary>
/// Judges by the samples themselves how far an estimate of information is off on average: by what the estimator says of
/// the same columns where they are independent (each but the first permuted), of which the truth is 0, and by how much
/// it changes from halves of the samples to all of them, since bias falls with their number. The larger of the two is
/// taken: it is a size, and no correction, since the bias of dependent columns is not that of independent ones. What
/// halves differ by among each other is the standard error.
/// </summary>
internal static class InformationBias
{
    private const int Permutations = 4;
    private const int Seed = 1;
    private const int Splits = 6;
    private const int MaxSplitSamples = 1000;

    // An estimate that grows by this from halves of the samples to all of them has far to go. Where one column is a
    // function of the other, it grows by log 2, however many samples there are.
    private static readonly double FarToGo = Math.Log(2.0) / 3.0;

    /// <summary>Judges an estimate from neighbors.</summary>
    /// <param name="found">The estimate.</param>
    /// <param name="least">The fewest samples that the estimator takes.</param>
    /// <param name="values">The columns.</param>
    /// <param name="estimate">Estimates from some rows of each column, as many of each.</param>
    /// <param name="hasNull">Whether permuted columns have no information on each other.</param>
    public static Estimate Judge(
        Estimate found, int least, IReadOnlyList<double[]> values, Func<int[][], double> estimate,
        bool hasNull = true)
    {
        int samples = values[0].Length, columns = values.Count;

        // Without ties the estimate is far too small where the information is large, and nearly unbiased elsewhere:
        // halves that differ by less than its error say nothing.
        bool hasTies = values.Any(column => column.Distinct().Count() < samples);
        var random = new MersenneTwister(Seed, threadSafe: false);
        double ofNull = hasTies && hasNull ? OfNull(samples, columns, estimate, random) : 0.0;
        double growth = samples / 2 < least ? 0.0 : found.Value - OfHalves(samples, columns, estimate, random);
        double error = samples / 2 < least || AreCounted(values, least) ? found.StandardError
            : Math.Max(found.StandardError, ErrorOfHalves(samples, columns, estimate, random));
        bool grows = growth > 2.0 * error;
        return found with
        {
            StandardError = error,
            Bias = Math.Max(ofNull, hasTies || grows ? Math.Abs(growth) : 0.0),
            IsLowerBound = grows && growth > FarToGo,
        };
    }

    /// <summary>Judges the bias of an estimate from counts.</summary>
    /// <param name="value">The estimate.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="least">The fewest samples that the estimator takes.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="estimate">Estimates from some rows of each column, as many of each.</param>
    /// <param name="hasNull">Whether permuted columns have no information on each other.</param>
    public static double Of(
        double value, int samples, int least, int columns, Func<int[][], double> estimate, bool hasNull = true)
    {
        var random = new MersenneTwister(Seed, threadSafe: false);
        double ofNull = hasNull ? OfNull(samples, columns, estimate, random) : 0.0;
        return samples / 2 < least ? ofNull
            : Math.Max(ofNull, Math.Abs(OfHalves(samples, columns, estimate, random) - value));
    }

    /// <summary>Whether every sample has its neighbors among its equals.</summary>
    private static bool AreCounted(IReadOnlyList<double[]> values, int least)
    {
        int[] codes = Entropy.Codes(values[0]);
        for (int j = 1; j < values.Count; j++)
        {
            codes = Entropy.Codes<(int, double)>([.. codes.Zip(values[j])]);
        }

        return codes.CountBy(code => code).All(group => group.Value >= least);
    }

    private static double OfNull(
        int samples, int columns, Func<int[][], double> estimate, MersenneTwister random)
    {
        int[] all = [.. Enumerable.Range(0, samples)];
        return Math.Abs(Enumerable.Range(0, Permutations).Average(_ => estimate(
            [.. Enumerable.Range(0, columns).Select(
                j => j == 0 ? all : Combinatorics.GeneratePermutation(samples, random))])));
    }

    private static double OfHalves(
        int samples, int columns, Func<int[][], double> estimate, MersenneTwister random)
    {
        (double first, double second) =
            Halves(Combinatorics.GeneratePermutation(samples, random), columns, estimate);
        return 0.5 * (first + second);
    }

    /// <summary>
    /// The standard error by how much halves of the samples, or of some, differ: near samples have neighbors in common,
    /// so that their contributions spread by less than the estimate does.
    /// </summary>
    private static double ErrorOfHalves(
        int samples, int columns, Func<int[][], double> estimate, MersenneTwister random)
    {
        int used = Math.Min(samples, MaxSplitSamples);
        double variance = Enumerable.Range(0, Splits).Average(_ =>
        {
            (double first, double second) =
                Halves(Combinatorics.GeneratePermutation(samples, random)[..used], columns, estimate);
            return 0.25 * (first - second) * (first - second);
        });
        return Math.Sqrt(variance * used / samples);
    }

    private static (double First, double Second) Halves(int[] rows, int columns, Func<int[][], double> estimate)
    {
        double Of(int[] half) => estimate([.. Enumerable.Repeat(half, columns)]);
        return (Of(rows[..(rows.Length / 2)]), Of(rows[(rows.Length / 2)..]));
    }
}
