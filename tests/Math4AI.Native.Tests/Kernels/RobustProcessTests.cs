using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.GaussianProcesses.Laplace;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public sealed class RobustProcessTests : TemporaryFolder
{
    private static readonly Matrix<double> X = Matrix<double>.Build.Dense(40, 1, (i, _) => 0.25 * i);
    private static readonly Vector<double> Curve = X.Column(0).Map(Math.Sin);

    // Noise of a deviation of 0.1, and every ninth sample far off.
    private static readonly Vector<double> Y = Curve
        + Vector<double>.Build.Random(40, new Normal(0.0, 0.1, new Random(2)))
        + Vector<double>.Build.Dense(40, i => i % 9 == 4 ? 3.0 : 0.0);

    [Theory]
    [InlineData(4.0)]
    [InlineData(1.5)]
    [InlineData(30.0)]
    [InlineData(4.0, 0.3)]
    public void The_gradient_of_the_evidence_is_its_difference_quotient(double degrees, params double[] slopes)
    {
        Kernel kernel = 1.1 * Kernel.Rbf(0.9) + 0.2 * Kernel.Matern32(3.0);
        var samples = new KernelSamples(X, "X");
        var mode = new StudentMode([.. Y], samples, slopes.Length);
        var evidence = new LaplaceEvidence(samples, kernel, mode);
        double[] at = [.. kernel.Parameters, .. StudentMode.Pack(0.03, degrees, slopes)],
            gradient = new double[at.Length];
        evidence.Gradient(at, gradient);
        Assert.True(mode.IsConverged);
        for (int i = 0; i < at.Length; i++)
        {
            double[] ahead = [.. at], behind = [.. at];
            ahead[i] += 1e-4;
            behind[i] -= 1e-4;

            // Central differences are right to h² f‴/6, and K is off by 1e-8 of its diagonal.
            double difference = (evidence.Value(ahead) - evidence.Value(behind)) / 2e-4;
            Assert.Equal(difference, gradient[i], 1e-5);
        }
    }

    [Fact]
    public void Noise_too_small_for_float64_is_refused_where_it_is_given_and_left_behind_where_it_is_a_start()
    {
        // The median of an odd number of targets is at a distance of 0, where the weight is (ν + 1)/(ν σ²).
        Matrix<double> inputs = X.SubMatrix(0, 39, 0, 1);
        Vector<double> targets = Y.SubVector(0, 39);
        Kernel kernel = 1.3 * Kernel.Matern52(1.2);
        ArithmeticException refused = Assert.Throws<ArithmeticException>(
            () => Given(kernel, 1e-40, 4.0).Fit(inputs, targets));
        Assert.Contains("raise NoiseVariance", refused.Message, StringComparison.Ordinal);
        var search = new RobustGaussianProcess { Kernel = kernel, NoiseVariance = 1e-40, Starts = 1 };
        Assert.True(double.IsFinite(search.Fit(inputs, targets).LogEvidence));
    }

    [Fact]
    public void With_many_degrees_of_freedom_it_is_the_process_with_normal_noise()
    {
        Kernel kernel = 1.3 * Kernel.Matern52(1.2);
        RobustGaussianProcessFit fit = Given(kernel, 0.04, 1e9).Fit(X, Curve);
        double spread = fit.Targets.Spread;

        // The other process divides targets by their deviation, from their mean.
        Matrix<double> covariance = kernel.Gram(X) + 0.04 * Matrix<double>.Build.DenseIdentity(40);
        Vector<double> scaled = (Curve - fit.Targets.Level) / spread;
        double expected = -0.5 * (scaled * covariance.Solve(scaled)) - covariance.Cholesky().DeterminantLn / 2.0
            - 20.0 * Math.Log(2.0 * Math.PI) - 40.0 * Math.Log(spread);
        Assert.Equal(expected, fit.LogEvidence, 1e-5);
        Matrix<double> points = Matrix<double>.Build.Dense(3, 1, (i, _) => 0.3 + 4.2 * i);
        Matrix<double> cross = kernel.Gram(points, X);
        GaussianProcessPrediction found = fit.Predict(points);
        Vector<double> mean = cross * covariance.Solve(scaled) * spread + fit.Targets.Level;
        Assert.Equal(0.0, (mean - found.Mean).InfinityNorm(), 1e-6);
        Matrix<double> left = kernel.Gram(points) - cross * covariance.Solve(cross.Transpose());
        Assert.Equal(0.0, (left.Diagonal().PointwiseSqrt() * spread - found.FunctionDeviation).InfinityNorm(), 1e-6);
        double noise = Math.Sqrt(left[0, 0] + 0.04) * spread;
        Vector<double> density = fit.LogDensity(points, mean + noise);
        Assert.Equal(-0.5 - Math.Log(noise) - 0.5 * Math.Log(2.0 * Math.PI), density[0], 1e-5);
    }

    [Fact]
    public void Samples_far_off_do_not_draw_the_function_to_them_and_count_little()
    {
        RobustGaussianProcessFit fit = new RobustGaussianProcess().Fit(X, Y);
        Assert.Null(fit.Warning);
        double robust = (fit.Predict(X).Mean - Curve).L2Norm();
        double normal = (new GaussianProcess().Fit(X, Y).Predict(X).Mean - Curve).L2Norm();
        Assert.True(robust < 0.3 * normal, $"{robust} against {normal}");
        double[] weights = [.. fit.SampleWeights];
        double heaviest = weights.Where((_, i) => i % 9 == 4).Max();
        Assert.True(heaviest < 0.1);
        Assert.True(weights.Where((_, i) => i % 9 != 4).Min() > heaviest);
    }

    [Fact]
    public void A_search_may_start_where_the_noise_is_too_small_for_a_mode()
    {
        RobustGaussianProcess usual = Given(1.0 * Kernel.Rbf(0.5), 0.1, 4.0);
        RobustGaussianProcess tiny = usual with { NoiseVariance = 1e-12 };
        Assert.Throws<ArithmeticException>(() => tiny.Fit(X, Y));
        double expected = (usual with { Optimize = true }).Fit(X, Y).LogEvidence;

        // The density of Student's t has several modes, whose approximations differ by tenths.
        Assert.Equal(expected, (tiny with { Optimize = true }).Fit(X, Y).LogEvidence, 0.5);
    }

    [Fact]
    public void The_density_of_a_target_is_that_of_adaptive_quadrature()
    {
        RobustGaussianProcessFit fit = Given(1.3 * Kernel.Rbf(0.5), 0.02, 3.0).Fit(X, Y);
        Matrix<double> points = Matrix<double>.Build.Dense(2, 1, (i, _) => 1.1 + 20.0 * i);
        GaussianProcessPrediction at = fit.Predict(points);
        Vector<double> found = fit.LogDensity(points, Vector<double>.Build.DenseOfArray([0.4, -2.0]));
        double[] targets = [0.4, -2.0];
        for (int i = 0; i < 2; i++)
        {
            double expected = GaussKronrodRule.Integrate(
                f => Normal.PDF(at.Mean[i], at.FunctionDeviation[i], f)
                    * StudentT.PDF(f, fit.NoiseScale, fit.Degrees, targets[i]),
                at.Mean[i] - 9.0 * at.FunctionDeviation[i], at.Mean[i] + 9.0 * at.FunctionDeviation[i],
                out _, out _, 1e-11, 30);
            Assert.Equal(Math.Log(expected), found[i], 1e-8);
        }
    }

    [Fact]
    public void An_interval_holds_the_integral_of_the_density_over_it()
    {
        // ν below 2: the deviation has no end, the interval has.
        RobustGaussianProcessFit fit = Given(1.3 * Kernel.Rbf(0.5), 0.02, 1.5).Fit(X, Y);
        Matrix<double> point = Matrix<double>.Build.Dense(1, 1, 3.1);
        const int Steps = 4000;
        const double Reach = 0.4;
        double mean = fit.Predict(point).Mean[0];
        Vector<double> densities = fit.LogDensity(
            Matrix<double>.Build.Dense(Steps + 1, 1, 3.1),
            Vector<double>.Build.Dense(Steps + 1, i => mean + Reach * i / Steps)).PointwiseExp();

        // Simpson's rule, of one half.
        double level = 2.0 * Reach / Steps / 3.0
            * densities.Select((density, i) => density * (i is 0 or Steps ? 1.0 : i % 2 == 1 ? 4.0 : 2.0)).Sum();
        Vector<double> target = Vector<double>.Build.Dense(1, mean - Reach);
        Assert.InRange(level, 0.1, 0.99);
        Assert.Equal(1.0, fit.Coverage(point, target, level + 1e-7));
        Assert.Equal(0.0, fit.Coverage(point, target, level - 1e-7));
    }

    [Fact]
    public void A_process_that_was_saved_predicts_the_same_bits()
    {
        RobustGaussianProcessFit fit =
            (Given(Kernel.Matern32(0.7), 0.05, 2.5) with { NoiseSlopes = [0.1] }).Fit(X, Y);
        fit.Save(In("model"));
        RobustGaussianProcessFit read = RobustGaussianProcessFit.Load(In("model"));
        Assert.Equal(fit.Predict(X).Mean, read.Predict(X).Mean);
        Assert.Equal(fit.Predict(X).Deviation, read.Predict(X).Deviation);
        Assert.Equal(fit.LogDensity(X, Y), read.LogDensity(X, Y));
        Assert.Equal(fit.LogEvidence, read.LogEvidence);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RobustGaussianProcess { Degrees = 1.0 }.Fit(X, Y));
    }

    private static RobustGaussianProcess Given(Kernel kernel, double noise, double degrees) => new()
    {
        Kernel = kernel,
        NoiseVariance = noise,
        Degrees = degrees,
        Standardize = false,
        Optimize = false,
    };
}
