using MathNet.Numerics;
using MathNet.Numerics.Random;

namespace Math4AI.Probability;

/// <summary>
/// Judges by the samples themselves how far an estimate of information is off on average: by what the estimator says of
/// the same columns where they are independent (each but the first permuted), of which the truth is 0, and by how much
/// it changes from halves of the samples to all of them, since bias falls with their number. The larger of the two is
/// taken: it is a size, and no correction, since the bias of dependent columns is not that of independent ones.
/// </summary>
internal static class InformationBias
{
    private const int Permutations = 4;
    private const int Seed = 1;

    /// <summary>Judges an estimate.</summary>
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
        int[] all = [.. Enumerable.Range(0, samples)];
        double bias = !hasNull ? 0.0 : Math.Abs(Enumerable.Range(0, Permutations).Average(_ => estimate(
            [.. Enumerable.Range(0, columns).Select(
                j => j == 0 ? all : Combinatorics.GeneratePermutation(samples, random))])));
        if (samples / 2 < least)
        {
            return bias;
        }

        int[] mixed = Combinatorics.GeneratePermutation(samples, random);
        double halves = new[] { mixed[..(samples / 2)], mixed[(samples / 2)..] }.Average(
            half => estimate([.. Enumerable.Repeat(half, columns)]));
        return Math.Max(bias, Math.Abs(halves - value));
    }
}
