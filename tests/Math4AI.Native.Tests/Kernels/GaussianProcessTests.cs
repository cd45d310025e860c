using Math4AI.Fitting.Models;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.LinearAlgebra;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;

namespace Math4AI.Tests.Kernels;

public class GaussianProcessTests
{
    private static readonly Matrix<double> X = Matrix<double>.Build.Dense(40, 1, (i, _) => 0.25 * i);
    private static readonly Vector<double> Y = X.Column(0).Map(Math.Sin) + 0.1 * Vector<double>.Build.Random(40, 3);

    [Fact]
    public void The_evidence_is_the_log_density_of_a_multivariate_normal_distribution()
    {
        Kernel kernel = Kernel.Rbf(1.2);
        GaussianProcessFit fit = new GaussianProcess
        {
            Kernel = kernel,
            NoiseVariance = 0.04,
            Standardize = false,
            Optimize = false,
        }.Fit(X, Y);
        double scale = MathNet.Numerics.Statistics.Statistics.StandardDeviation(Y);
        Matrix<double> covariance = (kernel.Gram(X) + 0.04 * Matrix<double>.Build.DenseIdentity(40)) * scale * scale;
        Vector<double> residuals = Y - Y.Average();
        double expected = -0.5 * (residuals * covariance.Solve(residuals)) - 0.5 * Math.Log(covariance.Determinant())
            - 20 * Math.Log(2 * Math.PI);
        Assert.Equal(expected, fit.LogEvidence, 1e-8 * Math.Abs(expected));
    }

    [Fact]
    public void Predictions_are_those_of_the_conditional_normal_distribution()
    {
        Kernel kernel = Kernel.Matern52(1.2);
        GaussianProcessFit fit = new GaussianProcess
        {
            Kernel = kernel,
            NoiseVariance = 0.04,
            Standardize = false,
            Optimize = false,
        }.Fit(X, Y);
        Matrix<double> at = Matrix<double>.Build.DenseOfColumnArrays([0.1, 3.3, 12.0]);
        double scale = MathNet.Numerics.Statistics.Statistics.StandardDeviation(Y);
        Matrix<double> noisy = kernel.Gram(X) + 0.04 * Matrix<double>.Build.DenseIdentity(40),
            cross = kernel.Gram(at, X);
        Vector<double> mean = cross * noisy.Solve(Y - Y.Average()) + Y.Average();
        Matrix<double> covariance = (kernel.Gram(at) - cross * noisy.Solve(cross.Transpose())) * scale * scale;
        GaussianProcessPrediction found = fit.Predict(at);
        Assert.Equal(0.0, (mean - found.Mean).InfinityNorm(), 1e-10);
        Assert.Equal(0.0, (covariance.Diagonal().PointwiseSqrt() - found.FunctionDeviation).InfinityNorm(), 1e-8);
        Assert.Equal(0.0, (covariance - fit.Covariance(at)).InfinityNorm(), 1e-10);
    }

    [Fact]
    public void Each_sample_left_out_is_predicted_as_by_a_process_without_it()
    {
        var process = new GaussianProcess
        {
            Kernel = Kernel.Rbf(0.8),
            NoiseVariance = 0.05,
            Standardize = false,
            Optimize = false,
            Mean = Model.FromFormula("a + 0*x", "x"),
            MeanStart = Vector<double>.Build.DenseOfArray([0.2]),
        };
        GaussianProcessFit all = process.Fit(X, Y);
        double scale = MathNet.Numerics.Statistics.Statistics.StandardDeviation(Y);
        int[] others = [.. Enumerable.Range(0, 40).Where(i => i != 17)];
        Vector<double> y = Vector<double>.Build.Dense(39, i => Y[others[i]]);
        double spread = MathNet.Numerics.Statistics.Statistics.StandardDeviation(y);
        Matrix<double> x = Matrix<double>.Build.Dense(39, 1, (i, _) => X[others[i], 0]);
        GaussianProcessFit without = (process with
        {
            // The same variances in the targets' unit, though the deviation of 39 targets is another.
            Kernel = scale * scale / (spread * spread) * Kernel.Rbf(0.8),
            NoiseVariance = 0.05 * scale * scale / (spread * spread),
        }).Fit(x, y);
        GaussianProcessPrediction left = all.LeaveOneOut(), predicted = without.Predict(X.SubMatrix(17, 1, 0, 1));
        Assert.Equal(predicted.Mean[0], left.Mean[17], 1e-10);
        Assert.Equal(predicted.Deviation[0], left.Deviation[17], 1e-10);
    }

    [Fact]
    public void The_search_ends_where_the_gradient_of_the_evidence_vanishes_and_above_its_start()
    {
        var process = new GaussianProcess { Kernel = 1.0 * Kernel.Rbf(1.0) };
        GaussianProcessFit fit = process.Fit(X, Y), start = (process with { Optimize = false }).Fit(X, Y);
        Assert.True(fit.LogEvidence > start.LogEvidence);
        Assert.True(fit.Search!.IsConverged, fit.Search.Termination.ToString());
        Assert.True(fit.Search.GradientNorm < 1e-5);
        Assert.InRange(Math.Sqrt(fit.NoiseVariance), 0.05, 0.2);
    }

    [Fact]
    public void A_search_that_ends_where_rounding_hides_the_evidence_has_converged()
    {
        // Almost no noise: the last digits of the evidence are lost in a covariance of condition 10⁹.
        Matrix<double> x = Matrix<double>.Build.Random(150, 2, 6);
        Vector<double> y =
            Vector<double>.Build.Dense(150, i => Math.Sin(2.0 * x[i, 0]) * x[i, 1] + 1e-4 * Math.Cos(1e4 * i));
        GaussianProcessFit fit = new GaussianProcess { Kernel = 1.0 * Kernel.Matern52(1.0, 1.0), Starts = 1 }.Fit(x, y);
        Assert.True(fit.Search!.IsConverged, fit.Search.Termination.ToString());
    }

    [Fact]
    public void A_search_steps_back_from_where_the_slope_is_not_finite()
    {
        var search = new EvidenceSearch(new HalfKnown(), 1, new MinimizerOptions { MaxIterations = 50 }, 2, 1);
        Minimum found = search.From([0.0], CancellationToken.None);
        Assert.InRange(found.Parameters[0], 0.5, 2.0);
        Assert.True(double.IsFinite(found.Cost));
        ArithmeticException e =
            Assert.Throws<ArithmeticException>(() => search.From([30.0], CancellationToken.None));
        Assert.Contains("begin with other hyperparameters", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_gradient_of_the_evidence_is_that_of_autodiff()
    {
        Matrix<double> x = Matrix<double>.Build.Random(60, 2, 6);
        Vector<double> y = x.Column(0).Map(Math.Sin);
        Kernel kernel = 1.3 * Kernel.Rbf(0.7, 1.9);
        var evidence = new Evidence(ProcessSamples.AsGiven(x, y), kernel);
        double[] at = Evidence.Pack(kernel.Parameters, Math.Log(0.2), []), gradient = new double[4];
        double value = evidence.Gradient(at, gradient);

        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor theta = torch.tensor(at, requires_grad: true),
            points = x.AsTensor() / theta.slice(0, 1, 3, 1).exp();
        torch.Tensor squares = (points.unsqueeze(1) - points.unsqueeze(0)).square().sum(-1);
        torch.Tensor covariance =
            theta[0].exp() * (-0.5 * squares).exp() + theta[3].exp() * torch.eye(60, dtype: torch.float64);
        torch.Tensor factor = torch.linalg.cholesky(covariance), whitened = torch.linalg.solve_triangular(
            factor, y.AsTensor().unsqueeze(1), upper: false);
        torch.Tensor cost =
            0.5 * whitened.square().sum() + factor.diagonal().log().sum() + 30.0 * Math.Log(2.0 * Math.PI);
        cost.backward();
        double[] expected = [.. theta.grad!.data<double>()];
        Assert.Equal(cost.item<double>(), value, 1e-9);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i], gradient[i], 1e-9 * Math.Max(1.0, Math.Abs(expected[i])));
        }
    }

    [Fact]
    public void The_parts_of_a_sum_add_up_and_each_is_the_conditional_normal_distribution_of_its_own_kernel()
    {
        Kernel slow = Kernel.Rbf(3.0), season = 0.5 * Kernel.Periodic(1.1);
        GaussianProcessFit fit = new GaussianProcess
        {
            Kernel = 2.0 * (slow + season),
            NoiseVariance = 0.04,
            Standardize = false,
            Optimize = false,
        }
            .Fit(X, Y);
        Matrix<double> at = Matrix<double>.Build.DenseOfColumnArrays([0.1, 3.3, 12.0]);
        Assert.Equal(2, fit.Kernel.Terms.Count);
        GaussianProcessPrediction first = fit.PredictPart(0, at), second = fit.PredictPart(1, at);
        Assert.Equal(0.0, (first.Mean + second.Mean + Y.Average() - fit.Predict(at).Mean).InfinityNorm(), 1e-10);

        double scale = MathNet.Numerics.Statistics.Statistics.StandardDeviation(Y);
        Matrix<double> noisy = 2.0 * (slow.Gram(X) + season.Gram(X)) + 0.04 * Matrix<double>.Build.DenseIdentity(40);
        Matrix<double> cross = 2.0 * season.Gram(at, X),
            covariance = 2.0 * season.Gram(at) - cross * noisy.Solve(cross.Transpose());
        Assert.Equal(0.0, (covariance.Diagonal().PointwiseSqrt() * scale - second.Deviation).InfinityNorm(), 1e-8);
        Assert.Equal(0.0, (cross * noisy.Solve(Y - Y.Average()) - second.Mean).InfinityNorm(), 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>(() => fit.PredictPart(2, at));
    }

    [Fact]
    public void Draws_of_a_part_have_its_mean_and_deviation()
    {
        GaussianProcessFit fit = new GaussianProcess
        {
            Kernel = Kernel.Rbf(3.0) + 0.5 * Kernel.Periodic(1.1),
            NoiseVariance = 0.04,
            Standardize = false,
            Optimize = false,
        }.Fit(X, Y);
        Matrix<double> at = Matrix<double>.Build.DenseOfColumnArrays([0.1, 3.3]);
        const int Draws = 20_000;
        Matrix<double> draws = fit.DrawPart(1, at, Draws, seed: 7);
        GaussianProcessPrediction part = fit.PredictPart(1, at);
        for (int i = 0; i < 2; i++)
        {
            // Five standard errors of a mean and of a deviation over the draws.
            Assert.Equal(part.Mean[i], draws.Row(i).Average(), 5.0 * part.Deviation[i] / Math.Sqrt(Draws));
            double deviation = MathNet.Numerics.Statistics.Statistics.StandardDeviation(draws.Row(i));
            Assert.Equal(part.Deviation[i], deviation, 5.0 * part.Deviation[i] / Math.Sqrt(2.0 * Draws));
        }
    }

    [Fact]
    public void Length_scales_are_in_the_inputs_own_units_and_infinite_for_what_the_kernel_does_not_see()
    {
        Matrix<double> x = Matrix<double>.Build.Random(40, 3, 9);
        GaussianProcessFit Fit(Kernel kernel, bool standardize) => new GaussianProcess
        {
            Kernel = kernel,
            Standardize = standardize,
            Optimize = false,
        }.Fit(x, Y);
        Assert.All(Fit(2.0 * Kernel.Rbf(0.5), false).LengthScales!, scale => Assert.Equal(0.5, scale, 1e-12));
        IReadOnlyList<double> found = Fit(2.0 * Kernel.Rbf(0.25, 0.5).On(2, 0), false).LengthScales!;
        Assert.Equal(0.5, found[0], 1e-12);
        Assert.Equal(double.PositiveInfinity, found[1]);
        Assert.Equal(0.25, found[2], 1e-12);
        Assert.Null(Fit(Kernel.Rbf(0.7) + Kernel.Rbf(7.0), false).LengthScales);
        double deviation = MathNet.Numerics.Statistics.Statistics.StandardDeviation(x.Column(1));
        Assert.Equal(0.7 * deviation, Fit(Kernel.Rbf(0.7), true).LengthScales![1], 1e-12);
    }

    [Fact]
    public void Coverage_is_the_share_of_targets_within_their_intervals()
    {
        Vector<double> ones = Vector<double>.Build.Dense(4, 1.0), zeros = Vector<double>.Build.Dense(4);
        var prediction = new GaussianProcessPrediction(zeros, ones, ones);
        Vector<double> targets = Vector<double>.Build.DenseOfArray([0.5, -1.5, 2.5, -0.1]);
        Assert.Equal(0.5, prediction.Coverage(targets, 0.68));
        Assert.Equal(0.75, prediction.Coverage(targets, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => prediction.Coverage(targets, 1.0));
        Assert.Throws<ArgumentException>(() => prediction.Coverage(zeros.SubVector(0, 2), 0.5));
    }

    [Fact]
    public void A_law_and_what_it_misses_are_told_apart()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(80, 1, (i, _) => 0.1 * i);
        Vector<double> y = x.Column(0).Map(value => 3.0 * value + 1.0 + 0.5 * Math.Sin(4.0 * value))
            + 0.02 * Vector<double>.Build.Random(80, 4);
        GaussianProcessFit fit = new GaussianProcess
        {
            Mean = Model.FromFormula("a*x + b", "x"),
            Kernel = 0.1 * Kernel.Rbf(0.2),
        }.Fit(x, y);
        Assert.Equal(3.0, fit.MeanParameters[0], 0.1);
        Vector<double> predicted = fit.Predict(Matrix<double>.Build.Dense(1, 1, 4.05)).Mean;
        Assert.Equal(3.0 * 4.05 + 1.0 + 0.5 * Math.Sin(4.0 * 4.05), predicted[0], 0.05);
    }

    [Fact]
    public void Draws_have_the_mean_and_the_covariance_of_the_posterior()
    {
        GaussianProcessFit fit = new GaussianProcess
        {
            Kernel = Kernel.Rbf(0.8),
            Optimize = false,
            Standardize = false,
        }.Fit(X, Y);
        Matrix<double> at = Matrix<double>.Build.DenseOfColumnArrays([0.1, 3.3, 11.0]);
        const int Draws = 20_000;
        Matrix<double> draws = fit.Draw(at, Draws, seed: 7), covariance = fit.Covariance(at);
        Vector<double> mean = fit.Predict(at).Mean;
        for (int i = 0; i < 3; i++)
        {
            // Five standard errors of a mean and of a variance over the draws.
            Assert.Equal(mean[i], draws.Row(i).Average(), 5.0 * Math.Sqrt(covariance[i, i] / Draws));
            double variance = MathNet.Numerics.Statistics.Statistics.Variance(draws.Row(i));
            Assert.Equal(covariance[i, i], variance, 5.0 * covariance[i, i] * Math.Sqrt(2.0 / Draws));
        }
    }

    [Fact]
    public void Repeated_rows_without_noise_are_refused_in_one_sentence()
    {
        Matrix<double> twice = X.Stack(X);
        Vector<double> y = Vector<double>.Build.Dense(80, i => Y[i % 40]);
        ArithmeticException e = Assert.Throws<ArithmeticException>(
            () => new GaussianProcess
            {
                Kernel = Kernel.Rbf(100.0),
                NoiseVariance = 1e-18,
                Standardize = false,
            }.Fit(twice, y));
        Assert.Contains("raise NoiseVariance", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_that_grows_along_an_input_is_found_and_the_gradient_is_its_difference_quotient()
    {
        // The deviation of the noise is 0.02 e^(2x), -1 < x < 1; the other input does not matter.
        Matrix<double> x = Matrix<double>.Build.Random(300, 2, new MathNet.Numerics.Distributions.ContinuousUniform(
            -1.0, 1.0, new Random(4)));
        Vector<double> normal = Vector<double>.Build.Random(300, 5);
        Vector<double> y = Vector<double>.Build.Dense(
            300, i => Math.Sin(3.0 * x[i, 1]) + 0.02 * Math.Exp(2.0 * x[i, 0]) * normal[i]);
        var process = new GaussianProcess { Standardize = false, Starts = 1, NoiseSlopes = [0.0, 0.0] };
        GaussianProcessFit fit = process.Fit(x, y);
        Assert.Equal(4.0, fit.NoiseSlopes[0], 0.5);
        Assert.Equal(0.0, fit.NoiseSlopes[1], 0.5);
        Matrix<double> at = Matrix<double>.Build.DenseOfRowArrays([-0.9, 0.2], [0.9, 0.2]);
        Vector<double> deviations = fit.NoiseVarianceAt(at).PointwiseSqrt();
        Assert.Equal(0.02 * Math.Exp(-1.8), deviations[0], 0.001);
        Assert.Equal(0.02 * Math.Exp(1.8), deviations[1], 0.02);
        GaussianProcessFit same = (process with { NoiseSlopes = null }).Fit(x, y);
        Assert.True(fit.LogEvidence > same.LogEvidence + 100.0);
        Assert.Equal(
            (process with { NoiseSlopes = [0.0, 0.0], Optimize = false }).Fit(x, y).Predict(at).Deviation,
            (process with { NoiseSlopes = null, Optimize = false }).Fit(x, y).Predict(at).Deviation);

        Kernel kernel = 0.7 * Kernel.Rbf(0.8, 0.5);
        var evidence = new Evidence(ProcessSamples.AsGiven(x, y), kernel, 2);
        double[] start = Evidence.Pack(kernel.Parameters, Math.Log(0.02), [], 1.5, -0.3), gradient = new double[6];
        evidence.Gradient(start, gradient);
        for (int i = 0; i < 6; i++)
        {
            double[] ahead = [.. start], behind = [.. start];
            ahead[i] += 1e-4;
            behind[i] -= 1e-4;
            double difference = (evidence.Value(ahead) - evidence.Value(behind)) / 2e-4;
            Assert.Equal(difference, gradient[i], 1e-5 * Math.Max(1.0, Math.Abs(difference)));
        }

        Assert.Throws<ArgumentException>(() => (process with { NoiseSlopes = [0.0] }).Fit(x, y));
    }

    [Fact]
    public void Known_noise_of_each_sample_weighs_it()
    {
        Vector<double> variances = Vector<double>.Build.Dense(40, i => i == 20 ? 1e6 : 1e-4);
        Vector<double> y = Y.Clone();
        y[20] = 50.0;
        GaussianProcessFit fit = new GaussianProcess
        {
            Kernel = Kernel.Rbf(1.0),
            NoiseVariance = 1e-8,
            Optimize = false,
            Standardize = false,
        }
            .Fit(X, y, variances);
        Assert.Equal(Math.Sin(5.0), fit.Predict(X.SubMatrix(20, 1, 0, 1)).Mean[0], 0.2);
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    public void The_units_of_inputs_and_targets_do_not_matter(double unit)
    {
        Matrix<double> at = Matrix<double>.Build.DenseOfColumnArrays([0.6, 4.1]);
        var process = new GaussianProcess { Kernel = Kernel.Rbf(0.5), Starts = 1 };
        GaussianProcessFit expected = process.Fit(X, Y), ofTargets = process.Fit(X, Y * unit),
            ofInputs = process.Fit(X * unit, Y);
        GaussianProcessPrediction plain = expected.Predict(at), scaled = ofTargets.Predict(at),
            moved = ofInputs.Predict(at * unit);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(plain.Mean[i], scaled.Mean[i] / unit, 1e-4);
            Assert.Equal(plain.Deviation[i], scaled.Deviation[i] / unit, 1e-4);
            Assert.Equal(plain.Mean[i], moved.Mean[i], 1e-4);
            Assert.Equal(expected.Draw(at, 1)[i, 0], ofTargets.Draw(at, 1)[i, 0] / unit, 1e-3);
        }
    }

    /// <summary>(θ − 3)², whose slope is no number beyond 2.</summary>
    private sealed class HalfKnown : Cost
    {
        public override int Parameters => 1;

        public override double Value(ReadOnlySpan<double> parameters) => Math.Pow(parameters[0] - 3.0, 2);

        public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            gradient[0] = parameters[0] <= 2.0 ? 2.0 * (parameters[0] - 3.0) : double.NaN;
            return Value(parameters);
        }
    }
}
