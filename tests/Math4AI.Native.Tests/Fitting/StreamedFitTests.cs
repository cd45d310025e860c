using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>A fit to samples that come in blocks is the fit to all of them at once.</summary>
[Collection(nameof(ProcessSettings))]
public sealed class StreamedFitTests : TemporaryFolder
{
    private static readonly Model Decay = Model.FromFormula("a*exp(-b*x) + c", "x");

    private static readonly Dictionary<string, double> Start = new() { ["a"] = 3.0, ["b"] = 1.0, ["c"] = 0.0 };

    [Theory]
    [InlineData("squared")]
    [InlineData("huber:0.3")]
    [InlineData("absolute")]
    [InlineData("laplace")]
    [InlineData("student:3")]
    [InlineData("gaussian")]
    public void Blocks_give_the_fit_in_memory(string distance)
    {
        Matrix<double> samples = Samples(1000);
        FitResult whole = InMemory(samples, Distance.Parse(distance)).Fit(Start);
        FitResult blocks = InBlocks(new MatrixSampleSource(samples), Distance.Parse(distance), 64).Fit(Start);
        double unit = whole.StandardErrors.Where(error => error > 0.0).Min();
        Assert.True((whole.Parameters - blocks.Parameters).AbsoluteMaximum() < 1e-5 * unit, $"{whole.Parameters} "
            + $"{blocks.Parameters}");
        Assert.Equal(whole.Minimum.Cost, blocks.Minimum.Cost, 1e-9 * Math.Abs(whole.Minimum.Cost));
        Assert.True((whole.StandardErrors - blocks.StandardErrors).AbsoluteMaximum() < 1e-4 * unit);
        Assert.Equal(1000, blocks.Observations);
    }

    [Fact]
    public void Weights_bounds_priors_and_fixed_parameters_hold_in_blocks()
    {
        Matrix<double> samples = Samples(500);
        FitProblem problem = InMemory(samples, Distance.Squared) with
        {
            Weights = samples.Column(2),
            Bounds = new Dictionary<string, (double, double)> { ["b"] = (0.75, 2.0) },
            Priors = new Dictionary<string, Prior> { ["a"] = Prior.Normal(4.0, 0.5) },
        };
        FitProblem blocks = InBlocks(new MatrixSampleSource(samples), Distance.Squared, 37) with
        {
            Source = Source(samples, 37) with { WeightColumn = 2 },
            Bounds = problem.Bounds,
            Priors = problem.Priors,
        };
        FitResult whole = problem.Fit(Start);
        FitResult streamed = blocks.Fit(Start);
        Assert.Equal(0.75, streamed.Parameters[1], 1e-12);
        Assert.True((whole.Parameters - streamed.Parameters).AbsoluteMaximum() < 1e-7,
            $"{whole.Parameters} {streamed.Parameters}");
        Assert.True((whole.StandardErrors - streamed.StandardErrors).AbsoluteMaximum() < 1e-7,
            $"{whole.StandardErrors} {streamed.StandardErrors}");

        // A prior of a parameter that its bound holds is no noise either.
        var both = new Dictionary<string, Prior> { ["b"] = Prior.Normal(0.5, 0.02) };
        Assert.True(((problem with
        {
            Priors = both,
        }).Fit(Start).StandardErrors - (blocks with { Priors = both }).Fit(Start).StandardErrors)
            .AbsoluteMaximum() < 1e-7);

        var held = new Dictionary<string, double> { ["c"] = 1.2 };
        Assert.True(((problem with
        {
            Fixed = held,
        }).Fit(Start).Parameters - (blocks with { Fixed = held }).Fit(Start).Parameters)
            .AbsoluteMaximum() < 1e-7);
    }

    [Fact]
    public void A_file_is_fitted_block_by_block_with_the_same_bits_on_any_number_of_threads()
    {
        Matrix<double> samples = Samples(20_000);
        string path = In("samples.npy");
        NpyWriter.Write(path, samples);
        using var file = new NpySource(path, rowsAreSamples: true);
        FitProblem problem = InBlocks(file, Distance.Squared, 1000);
        FitResult fit = problem.Fit(Start);
        Assert.True(
            (InMemory(samples, Distance.Squared).Fit(Start).Parameters - fit.Parameters).AbsoluteMaximum() < 1e-9);
        int threads = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            Assert.Equal(fit.Parameters, problem.Fit(Start).Parameters);
        }
        finally
        {
            Compute.Threads = threads;
        }
    }

    [Fact]
    public void Distances_of_vectors_are_summed_over_blocks()
    {
        Matrix<double> samples = Samples(600);
        Model model = Model.FromFormula("a + b*x; c", "x");
        FitResult fit = new FitProblem
        {
            Model = model,
            Distance = Distance.Heteroscedastic,
            Source = Source(samples, 100),
        }.Fit(Start);
        FitResult whole = new FitProblem
        {
            Model = model,
            Distance = Distance.Heteroscedastic,
            Inputs = samples.SubMatrix(0, 600, 0, 1),
            Targets = samples.Column(1),
        }.Fit(Start);
        Assert.True(
            (whole.Parameters - fit.Parameters).AbsoluteMaximum() < 1e-6, $"{whole.Parameters} {fit.Parameters}");
        Assert.True((whole.StandardErrors - fit.StandardErrors).AbsoluteMaximum() < 1e-6);
    }

    [Fact]
    public void Mini_batches_come_as_near_to_the_minimum_as_their_noise_allows()
    {
        Matrix<double> samples = Samples(20_000);
        FitProblem problem = InBlocks(new MatrixSampleSource(samples), Distance.Squared, 200);
        FitResult exact = problem.Fit(Start);
        FitResult few = (problem with { Minimizer = Minimizer.MiniBatches(30) }).Fit(Start);
        Assert.All(Enumerable.Range(0, 3), j =>
            Assert.InRange((few.Parameters[j] - exact.Parameters[j]) / exact.StandardErrors[j], -1.0, 1.0));
        Assert.Equal(few.Parameters, (problem with { Minimizer = Minimizer.MiniBatches(30) }).Fit(Start).Parameters);
    }

    [Fact]
    public void A_streamed_fit_has_all_that_a_fit_in_memory_has()
    {
        Matrix<double> samples = Samples(1000);
        foreach (Distance distance in new[] { Distance.Squared, Distance.Gaussian, Distance.Laplace })
        {
            FitResult whole = InMemory(samples, distance).Fit(Start);
            FitResult blocks = InBlocks(new MatrixSampleSource(samples), distance, 64).Fit(Start);
            Assert.Equal(whole.ResidualSumOfSquares, blocks.ResidualSumOfSquares, 1e-6);
            Assert.Equal(whole.RSquared, blocks.RSquared, 1e-8);
            Assert.Equal(whole.Aic, blocks.Aic, 1e-6);
            Assert.True((whole.Residuals - blocks.Residuals).AbsoluteMaximum() < 1e-5);
            Assert.True((whole.Leverage - blocks.Leverage).AbsoluteMaximum() < 1e-5);
            double unit = whole.StandardErrors[1];
            Assert.True(
                (whole.SandwichCovariance - blocks.SandwichCovariance).Enumerate().Max(Math.Abs) < 1e-3 * unit * unit);
            Matrix<double> x = Matrix<double>.Build.Dense(1, 1, 2.0);
            Assert.Equal(whole.Predict(x).Observation[0].Upper, blocks.Predict(x).Observation[0].Upper, 1e-5);
            Assert.Equal(whole.ProfileInterval("b").Lower, blocks.ProfileInterval("b").Lower, 1e-3 * unit);
        }

        FitResult fit = InBlocks(new MatrixSampleSource(samples), Distance.Gaussian, 250).Fit(Start);
        Vector<double> drawn = fit.Bootstrap(100).StandardErrors;
        Assert.All(drawn.Zip(fit.StandardErrors, (a, b) => a / b), ratio => Assert.InRange(ratio, 0.75, 1.3));
        Assert.Equal(fit.Bootstrap(20).StandardErrors, fit.Bootstrap(20).StandardErrors);
    }

    [Fact]
    public void One_block_is_a_fit_in_memory_bit_for_bit_and_needs_no_start()
    {
        Matrix<double> samples = Samples(300);
        FitResult whole = InMemory(samples, Distance.Squared).Fit(Start);
        FitProblem blocks = InBlocks(new MatrixSampleSource(samples), Distance.Squared, 300);
        FitResult one = blocks.Fit(Start);
        Assert.Equal(whole.Parameters, one.Parameters);
        Assert.Equal(whole.StandardErrors, one.StandardErrors);
        Assert.Equal(whole.CooksDistance, one.CooksDistance);
        FitResult linear = (blocks with { Linear = ["a", "c"] }).Fit(new Dictionary<string, double> { ["b"] = 1.0 });
        Assert.True((whole.Parameters - linear.Parameters).AbsoluteMaximum() < 1e-7);
        FitResult found = (blocks with { Source = Source(samples, 64) }).Fit();
        Assert.True((whole.Parameters - found.Parameters).AbsoluteMaximum() < 1e-6, $"{found}");
    }

    [Fact]
    public void Samples_are_in_memory_or_in_a_source_and_not_in_both()
    {
        Matrix<double> samples = Samples(20);
        FitProblem problem = InMemory(samples, Distance.Squared);
        Assert.Throws<ArgumentException>(() => (problem with { Source = Source(samples, 5) }).Fit(Start));
        Assert.Throws<ArgumentException>(() => new FitProblem { Model = Decay }.Fit(Start));
    }

    [Fact]
    public void A_sample_that_is_no_number_is_named()
    {
        Matrix<double> samples = Samples(500);
        samples[321, 0] = double.NaN;
        ArgumentException refused = Assert.ThrowsAny<ArgumentException>(
            () => InBlocks(new MatrixSampleSource(samples), Distance.Squared, 64).Fit(Start));
        Assert.Contains("Sample 322", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => (InBlocks(new MatrixSampleSource(samples), Distance.Squared, 64) with
        {
            Source = Source(samples, 64) with { TargetColumns = [3] },
        }).Fit(Start));
    }

    private static FitProblem InMemory(Matrix<double> samples, Distance distance) => new()
    {
        Model = Decay,
        Distance = distance,
        Inputs = samples.SubMatrix(0, samples.RowCount, 0, 1),
        Targets = samples.Column(1),
    };

    private static FitProblem InBlocks(ISampleSource samples, Distance distance, int blockLength) => new()
    {
        Model = Decay,
        Distance = distance,
        Source = Source(samples, blockLength),
    };

    private static FitSource Source(Matrix<double> samples, int blockLength) =>
        Source(new MatrixSampleSource(samples), blockLength);

    private static FitSource Source(ISampleSource samples, int blockLength) =>
        new() { Samples = samples, InputColumns = [0], TargetColumns = [1], BlockLength = blockLength };

    /// <summary>x, y and w.</summary>
    private static Matrix<double> Samples(int count)
    {
        var random = new MersenneTwister(11);
        return Matrix<double>.Build.DenseOfRowArrays(Enumerable.Range(0, count).Select(_ =>
        {
            double x = 6.0 * random.NextDouble();
            return new[] { x, 5.0 * Math.Exp(-0.7 * x) + 1.0 + Normal.Sample(random, 0.0, 0.2), 0.5
                + random.NextDouble() };
        }));
    }
}
