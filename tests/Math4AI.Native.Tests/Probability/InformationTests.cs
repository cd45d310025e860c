using Math4AI.Probability;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Probability;

/// <summary>Entropies and mutual informations that are known in closed form.</summary>
public class InformationTests
{
    private const int Samples = 4000;

    private static double[] Draw(Func<Random, double> draw, int seed = 1)
    {
        var random = new MersenneTwister(seed);
        return [.. Enumerable.Range(0, Samples).Select(_ => draw(random))];
    }

    public static TheoryData<string> Densities() => ["normal", "uniform", "exponential", "laplace"];

    [Theory]
    [MemberData(nameof(Densities))]
    public void Entropies_of_known_densities_are_met(string name)
    {
        (double[] samples, double expected) = name switch
        {
            "normal" => (Draw(r => Normal.Sample(r, 3, 2)), 0.5 * Math.Log(2 * Math.PI * Math.E) + Math.Log(2)),
            "uniform" => (Draw(r => 5 * r.NextDouble()), Math.Log(5)),
            "exponential" => (Draw(r => Exponential.Sample(r, 1)), 1.0),
            _ => (Draw(r => Laplace.Sample(r, 0, 1)), 1.0 + Math.Log(2)),
        };
        Matrix<double> column = Matrix<double>.Build.Dense(Samples, 1, samples);
        Assert.Equal(expected, Entropy.Spacings(samples), 0.06);
        Assert.Equal(expected, Entropy.Kernel(samples), name is "exponential" ? 0.1 : 0.06);
        Assert.Equal(expected, Entropy.NearestNeighbour(column), 0.07);
    }

    [Theory]
    [InlineData(2, KsgVariant.Cubes)]
    [InlineData(3, KsgVariant.Cubes)]
    [InlineData(5, KsgVariant.Cubes)]
    [InlineData(2, KsgVariant.Boxes)]
    [InlineData(3, KsgVariant.Boxes)]
    public void Total_correlation_of_correlated_Gaussians_is_met(int variables, KsgVariant variant)
    {
        const double Correlation = 0.6;
        Matrix<double> covariance =
            Matrix<double>.Build.Dense(variables, variables, (i, j) => i == j ? 1.0 : Correlation);
        var random = new MersenneTwister(2);
        Matrix<double> factor = covariance.Cholesky().Factor;
        Matrix<double> samples =
            Matrix<double>.Build.Dense(Samples, variables, (_, _) => Normal.Sample(random, 0, 1)) * factor.Transpose();
        double expected = -0.5 * Math.Log(covariance.Determinant());
        // Both see the same chance correlations; the truth is met within what they allow, about 0.03 for five
        // variables.
        Assert.Equal(expected, MutualInformation.Gaussian(samples), 0.09);
        Assert.Equal(MutualInformation.Gaussian(samples), MutualInformation.Ksg(samples, variant: variant), 0.06);
    }

    [Fact]
    public void The_density_and_the_score_of_normal_samples_are_those_of_a_normal_variable()
    {
        const double Mean = 3.0, Deviation = 2.0;
        const int Count = 200_000;
        var normal =
            new MathNet.Numerics.Distributions.Normal(Mean, Deviation, new MathNet.Numerics.Random.MersenneTwister(1));
        DensityCurve curve = DensityCurve.Of([.. normal.Samples().Take(Count)]);
        double step = curve.Values[1] - curve.Values[0];
        Assert.Equal(1.0, step * curve.Density.Sum(), 1e-3);
        for (int i = 0; i < curve.Values.Count; i++)
        {
            double z = (curve.Values[i] - Mean) / Deviation;
            if (Math.Abs(z) < 2.0)
            {
                Assert.Equal(normal.Density(curve.Values[i]), curve.Density[i], 0.03 * normal.Density(Mean));

                // Six standard deviations of f′/f at the kernel's width h, 1/√(4√π N h³ f).
                double width = 1.035 * Math.Pow(Count, -0.2), height = Deviation * normal.Density(curve.Values[i]);
                double chance = 1.0 / Math.Sqrt(4.0 * Math.Sqrt(Math.PI) * Count * width * width * width * height);
                Assert.Equal(z / Deviation, curve.Score[i], 6.0 * chance / Deviation);
            }
        }
    }

    [Fact]
    public void A_rotated_square_has_the_information_of_its_marginals_triangles()
    {
        // Uniform on a square turned by 45°: I = 2 (½ + log √2) − 2 log ... of two triangular densities and the
        // square's area.
        var random = new MersenneTwister(3);
        Matrix<double> square = Matrix<double>.Build.Dense(Samples, 2, (_, _) => random.NextDouble() - 0.5);
        double root = Math.Sqrt(0.5);
        Matrix<double> turned = square * Matrix<double>.Build.DenseOfRowArrays([root, root], [-root, root]);
        // A triangular density of half width √½ has the entropy ½ + log √½; the square has log 1 = 0.
        Assert.Equal(2.0 * (0.5 + Math.Log(root)), MutualInformation.Ksg(turned), 0.05);
        Assert.Equal(0.0, MutualInformation.Ksg(square), 0.03);
    }

    [Fact]
    public void Permutations_tell_dependence_from_chance()
    {
        var random = new MersenneTwister(4);
        Matrix<double> independent = Matrix<double>.Build.Dense(300, 2, (_, _) => Normal.Sample(random, 0, 1));
        Matrix<double> dependent = independent.Clone();
        dependent.SetColumn(1, dependent.Column(0).PointwisePower(2) + 0.3 * dependent.Column(1));
        Assert.True(MutualInformation.Test(independent).PValue > 0.05);
        Assert.Equal(0.01, MutualInformation.Test(dependent).PValue, 1e-12);
    }

    [Fact]
    public void Permutations_of_runs_do_not_take_signals_that_change_slowly_for_dependent_ones()
    {
        // Two independent signals, each nearly the same from sample to sample: a few values, met again and again.
        int refused = 0, refusedByRuns = 0;
        for (int seed = 1; seed <= 20; seed++)
        {
            var random = new MersenneTwister(seed);
            double[] Slow()
            {
                double[] signal = new double[320];
                for (int t = 1; t < signal.Length; t++)
                {
                    signal[t] = (t % 16 == 0 ? 0.0 : 0.95 * signal[t - 1]) + Normal.Sample(random, 0, 1);
                }

                return signal;
            }

            Matrix<double> signals = Matrix<double>.Build.DenseOfColumnArrays(Slow(), Slow());
            refused += MutualInformation.Test(signals, 39).PValue <= 0.05 ? 1 : 0;
            refusedByRuns += MutualInformation.Test(signals, 39, run: 16).PValue <= 0.05 ? 1 : 0;
        }

        Assert.True(refused > 4, $"{refused} of 20 refused where samples count as independent");
        Assert.True(refusedByRuns <= 4, $"{refusedByRuns} of 20 refused where runs do");
    }

    [Fact]
    public void Shifts_take_independent_signals_that_swell_slowly_for_independent_and_mixed_ones_for_dependent()
    {
        // Noise whose loudness changes over hundreds of samples, much more slowly than runs of 16 hold.
        const int Seeds = 150;
        double[] shifted = new double[Seeds];
        int refusedByRuns = 0, found = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new MersenneTwister(seed);
            double[] Swelling()
            {
                double[] signal = new double[480];
                double level = Normal.Sample(random, 0, 1);
                for (int t = 0; t < signal.Length; t++)
                {
                    level = 0.99 * level + Math.Sqrt(1.0 - 0.99 * 0.99) * Normal.Sample(random, 0, 1);
                    signal[t] = Math.Exp(1.5 * level) * Normal.Sample(random, 0, 1);
                }

                return signal;
            }

            double[] one = Swelling(), two = Swelling();
            Matrix<double> signals = Matrix<double>.Build.DenseOfColumnArrays(one, two);
            shifted[seed - 1] = MutualInformation.TestOverTime(signals, 39, seed).PValue;
            refusedByRuns += MutualInformation.Test(signals, 39, run: 16).PValue <= 0.05 ? 1 : 0;
            if (seed <= 20)
            {
                double scale = signals.Column(1).L2Norm() / signals.Column(0).L2Norm();
                signals.SetColumn(1, [.. two.Zip(one, (x, y) => x + scale * y)]);
                found += MutualInformation.TestOverTime(signals, 39).PValue <= 0.05 ? 1 : 0;
            }
        }

        // Binomial: 5 % of 150 are 7.5 with a deviation of 2.7, and uniform values have a mean of 0.5 ± 0.024.
        int refused = shifted.Count(p => p <= 0.05);
        Assert.True(refused <= 15, $"{refused} of {Seeds} refused, {refusedByRuns} by runs");
        Assert.Equal(0.5, shifted.Average(), 0.08);
        Assert.True(refusedByRuns > 15, $"{refusedByRuns} of {Seeds} refused where runs are permuted");
        Assert.True(found >= 18, $"{found} of 20 mixtures found");
    }

    [Fact]
    public void Discrete_and_mixed_informations_are_met()
    {
        var random = new MersenneTwister(5);
        int[] classes = [.. Enumerable.Range(0, Samples).Select(_ => random.Next(3))];
        int[] same = [.. classes.Select(c => 2 - c)];
        Assert.Equal(Math.Log(3), MutualInformation.Discrete(classes, same), 5e-3);
        Assert.Equal(0.0, MutualInformation.Discrete(classes, [.. classes.Select(_ => random.Next(4))]), 5e-3);
        double[] apart = [.. classes.Select(c => c + 0.5 * random.NextDouble())];
        double[] alike = [.. classes.Select(_ => random.NextDouble())];
        Assert.Equal(Math.Log(3), MutualInformation.Mixed(classes, apart), 0.02);
        Assert.Equal(0.0, MutualInformation.Mixed(classes, alike), 0.03);
    }

    [Fact]
    public void Samples_that_have_no_density_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Entropy.Kernel([1.0, 1.0, 1.0]));
        double[] equal = [.. Enumerable.Repeat(0.1, 10)];
        Assert.Throws<ArgumentException>(() => Entropy.Kernel(equal));
        Assert.Throws<ArgumentException>(() => Entropy.Spacings(equal));
        Assert.Throws<ArgumentException>(() => Entropy.Spacings([double.NaN, 1.0]));
        Assert.Throws<ArgumentException>(() => Entropy.NearestNeighbour(Matrix<double>.Build.Dense(20, 1, 1.0)));
    }

    [Fact]
    public void Turning_a_square_back_takes_away_the_information_of_its_turning()
    {
        var random = new MersenneTwister(6);
        Matrix<double> square = Matrix<double>.Build.Dense(Samples, 2, (_, _) => random.NextDouble() - 0.5);
        double root = Math.Sqrt(0.5);
        Matrix<double> turn = Matrix<double>.Build.DenseOfRowArrays([root, root], [-root, root]);

        // I of the turned square is 2 (½ + log √½); a scale beside the rotation changes nothing.
        double expected = -2.0 * (0.5 + Math.Log(root));
        Assert.Equal(expected, MutualInformation.Change(square * turn.Transpose(), turn.Transpose()), 0.05);
        Assert.Equal(expected, MutualInformation.Change(square * turn.Transpose(), 7.0 * turn.Transpose()), 0.05);
        Assert.Equal(0.0, MutualInformation.Change(square, Matrix<double>.Build.DenseIdentity(2)), 1e-12);
        Assert.Throws<ArgumentException>(() => MutualInformation.Change(square, Matrix<double>.Build.Dense(2, 2, 1.0)));
    }

    public static TheoryData<string> Estimators() =>
        ["gaussian entropy", "spacings", "kernel", "neighbours", "gaussian", "cubes", "boxes", "change",
            "discrete", "mixed"];

    [Theory]
    [MemberData(nameof(Estimators))]
    public void Standard_errors_are_the_spread_over_many_data_sets(string name)
    {
        const int Sets = 200, Count = 400;
        var random = new MersenneTwister(8);
        Matrix<double> mixing = Matrix<double>.Build.DenseOfRowArrays([1.0, 0.4], [0.3, 1.0]);
        var estimates = new List<Estimate>();
        for (int set = 0; set < Sets; set++)
        {
            Matrix<double> y =
                Matrix<double>.Build.Dense(Count, 2, (_, _) => Laplace.Sample(random, 0, 1)) * mixing.Transpose();
            double[] one = y.Column(0).ToArray();
            int[] signs = [.. y.Column(1).Select(x => Math.Sign(x - 0.5))];
            estimates.Add(name switch
            {
                "gaussian entropy" => Entropy.Gaussian(y),
                "spacings" => Entropy.Spacings(one),
                "kernel" => Entropy.Kernel(one),
                "neighbours" => Entropy.NearestNeighbour(y),
                "gaussian" => MutualInformation.Gaussian(y),
                "cubes" => MutualInformation.Ksg(y),
                "boxes" => MutualInformation.Ksg(y, variant: KsgVariant.Boxes),
                "change" => MutualInformation.Change(y, mixing.Inverse()),
                "discrete" => MutualInformation.Discrete<int, int>([.. one.Select(x => (int)Math.Floor(x))], signs),
                _ => MutualInformation.Mixed(signs, one),
            });
        }

        double spread = MathNet.Numerics.Statistics.Statistics.StandardDeviation(estimates.Select(each => each.Value));
        Assert.InRange(estimates.Average(each => each.StandardError) / spread, 0.7, 1.4);
    }
}
