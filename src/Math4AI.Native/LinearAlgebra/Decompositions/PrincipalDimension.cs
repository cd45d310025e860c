using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>How many principal components the samples support.</summary>
internal static class PrincipalDimension
{
    /// <summary>The number from 1 to d − 1 with the highest evidence; 1 of one channel.</summary>
    /// <param name="variances">All d of them, descending and positive.</param>
    /// <param name="samples">The number of samples.</param>
    public static int Minka(Vector<double> variances, double samples) =>
        Enumerable.Range(1, Math.Max(1, variances.Count - 1)).MaxBy(count => Evidence(variances, samples, count));

    /// <summary>The leading variances that exceed a quantile of those of independent normal channels.</summary>
    public static int Parallel(PrincipalComponentsFit fit, double level, int draws, int seed)
    {
        int count = fit.Variances.Count;
        double[][] chance = new double[draws][];
        Vector<double> deviations = fit.ChannelVariances.PointwiseSqrt();
        for (int draw = 0; draw < draws; draw++)
        {
            var random = new MersenneTwister(unchecked(seed * 1_000_003 + draw), threadSafe: false);
            Matrix<double> factor = WishartFactor(fit.Mean.Count, fit.Samples - 1, random);
            Vector<double> values = ThinSvd.SingularValues(factor.MultiplyColumns(deviations));
            chance[draw] = [.. values.Select(value => value * value / (fit.Samples - 1))];
        }

        int place = Math.Min(draws - 1, (int)Math.Ceiling(level * draws) - 1);
        int leading = 0;
        while (leading < count && leading < chance[0].Length
            && fit.Variances[leading] > chance.Select(values => values[leading]).Order().ElementAt(place))
        {
            leading++;
        }

        return leading;
    }

    /// <summary>
    /// log p(samples | k directions), up to a number that does not depend on k: Minka's equations 77 to 80.
    /// </summary>
    private static double Evidence(Vector<double> variances, double samples, int count)
    {
        int channels = variances.Count;
        if (count >= channels)
        {
            return double.NegativeInfinity;
        }

        double noise = variances.SubVector(count, channels - count).Average();
        double sum = -count * Math.Log(2.0);
        for (int i = 1; i <= count; i++)
        {
            double half = (channels - i + 1) / 2.0;
            sum += SpecialFunctions.GammaLn(half) - half * Math.Log(Math.PI);
            sum -= 0.5 * samples * Math.Log(variances[i - 1]);
        }

        double free = channels * count - count * (count + 1) / 2.0;
        sum -= 0.5 * samples * (channels - count) * Math.Log(noise);
        sum += 0.5 * (free + count) * Math.Log(2.0 * Math.PI) - 0.5 * count * Math.Log(samples);
        for (int i = 0; i < count; i++)
        {
            for (int j = i + 1; j < channels; j++)
            {
                double other = j < count ? variances[j] : noise;
                double curvature = (1.0 / other - 1.0 / variances[i]) * (variances[i] - variances[j]);
                sum -= 0.5 * (Math.Log(Math.Max(curvature, double.Epsilon)) + Math.Log(samples));
            }
        }

        return sum;
    }

    /// <summary>
    /// A matrix F with FᵀF distributed as the sum of squares of normal samples: a triangle by Bartlett's decomposition,
    /// or the samples themselves where they are fewer than the channels.
    /// </summary>
    private static Matrix<double> WishartFactor(int channels, double samples, MersenneTwister random)
    {
        if (samples < channels)
        {
            return Matrix<double>.Build.Dense((int)samples, channels, (_, _) => Normal.Sample(random, 0.0, 1.0));
        }

        return Matrix<double>.Build.Dense(channels, channels, (i, j) =>
            i == j ? Math.Sqrt(ChiSquared.Sample(random, samples - i))
            : i < j ? Normal.Sample(random, 0.0, 1.0) : 0.0);
    }
}
