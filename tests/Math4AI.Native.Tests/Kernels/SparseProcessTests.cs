using Math4AI.Fitting.Models;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Kernels.GaussianProcesses.Sparse;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public sealed class SparseProcessTests : TemporaryFolder
{
    private static readonly Matrix<double> X = Matrix<double>.Build.Random(300, 2, new Normal(0.0, 1.0, new Random(3)));

    private static readonly Vector<double> Y = Vector<double>.Build.Dense(
        300, i => Math.Sin(2.0 * X[i, 0]) * X[i, 1])
        + Vector<double>.Build.Random(300, new Normal(0.0, 0.1, new Random(4)));

    private static readonly Kernel Given = 1.2 * Kernel.Matern52(0.8, 1.1);

    private static readonly SparseGaussianProcess Fixed =
        new() { Kernel = Given, NoiseVariance = 0.02, Optimize = false, Standardize = false };

    private static readonly GaussianProcess Exact =
        new() { Kernel = Given, NoiseVariance = 0.02, Optimize = false, Standardize = false };

    private static readonly int[] InducingCounts = [5, 20, 80, 300];

    [Fact]
    public void With_every_sample_an_inducing_point_it_is_the_exact_process()
    {
        Matrix<double> points = Matrix<double>.Build.Dense(5, 2, (i, j) => 0.4 * i - 0.7 * j);
        Vector<double> noise = Vector<double>.Build.Dense(300, i => 0.001 * (i % 5));
        GaussianProcessFit exact = Exact.Fit(X, Y, noise);
        SparseGaussianProcessFit sparse = (Fixed with { InducingCount = 300 }).Fit(X, Y, noise);
        Assert.Equal(300, sparse.InducingCount);
        Assert.Equal(exact.LogEvidence, sparse.LogEvidence, 1e-6);
        Assert.Equal(0.0, (exact.Predict(points).Mean - sparse.Predict(points).Mean).InfinityNorm(), 1e-7);
        Assert.Equal(0.0, (exact.Predict(points).Deviation - sparse.Predict(points).Deviation).InfinityNorm(), 1e-7);
    }

    [Fact]
    public void The_bound_lies_below_the_evidence_and_rises_with_inducing_points()
    {
        double exact = Exact.Fit(X, Y).LogEvidence;
        double[] bounds =
            [.. InducingCounts.Select(count => (Fixed with { InducingCount = count }).Fit(X, Y).LogEvidence)];
        Assert.Equal(bounds.Order(), bounds);
        Assert.True(bounds[2] < exact);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(300)]
    public void The_gradient_of_the_bound_is_its_difference_quotient(int inducing)
    {
        // More samples than a block holds.
        Matrix<double> x = X.Stack(X + 0.3).Stack(X - 0.5);
        Vector<double> y = x.Column(0).Map(Math.Sin);
        var samples = new ProcessSamples(
            x, y, Vector<double>.Build.Dense(900, i => 0.01 * (i % 3)), false, Model.FromFormula("a*u + b*v", "u", "v"),
            [0.1, 0.2]);
        KernelSamples points = samples.Inputs.Range(100, inducing);
        Kernel kernel = Given + 0.3 * Kernel.Linear(0.7);
        var evidence = new SparseEvidence(samples, kernel, points, CancellationToken.None);
        double[] at = Evidence.Pack(kernel.Parameters, Math.Log(0.05), [0.1, 0.2]), gradient = new double[at.Length];
        evidence.Gradient(at, gradient);
        for (int i = 0; i < at.Length; i++)
        {
            double[] ahead = [.. at], behind = [.. at];
            ahead[i] += 1e-4;
            behind[i] -= 1e-4;
            double difference = (evidence.Value(ahead) - evidence.Value(behind)) / 2e-4;
            Assert.Equal(difference, gradient[i], 1e-5 * Math.Max(1.0, Math.Abs(difference)));
        }
    }

    [Fact]
    public void A_law_and_what_it_misses_are_found_from_many_samples_as_by_the_exact_process()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(1500, 1, (i, _) => 0.01 * i);
        Vector<double> y = x.Column(0).Map(value => 3.0 * value + Math.Sin(value))
            + Vector<double>.Build.Random(1500, new Normal(0.0, 0.1, new Random(5)));
        var sparse = new SparseGaussianProcess
        {
            InducingCount = 40,
            MaxSearchSamples = 600,
            Mean = Model.FromFormula("a*x", "x"),
            Kernel = 1.0 * Kernel.Rbf(0.5),
        };
        SparseGaussianProcessFit fit = sparse.Fit(x, y);
        Assert.Null(fit.Warning);
        GaussianProcessPrediction found = fit.Predict(x);
        Vector<double> truth = x.Column(0).Map(value => 3.0 * value + Math.Sin(value));
        Assert.True((found.Mean - truth).InfinityNorm() < 0.1);
        Assert.Equal(0.01, fit.NoiseVariance, 0.002);
        fit.Save(In("model"));
        SparseGaussianProcessFit read = SparseGaussianProcessFit.Load(In("model"));
        Assert.Equal(found.Mean, read.Predict(x).Mean);
        Assert.Equal(found.Deviation, read.Predict(x).Deviation);
        Assert.Equal(fit.ToString(), read.ToString());
    }

    /// <summary>Equation 2.42 of Rasmussen and Williams in full matrices, Q + D or, of every sample, K + D.</summary>
    [Theory]
    [InlineData(25)]
    [InlineData(120)]
    public void Predictions_carry_the_uncertainty_of_the_means_parameters(int inducing)
    {
        const int Count = 120;
        Matrix<double> x = X.SubMatrix(0, Count, 0, 2);
        Vector<double> y = 2.0 * x.Column(0) + x.Column(1).Map(Math.Sin) + 0.1 * Y.SubVector(0, Count);
        Vector<double> known = Vector<double>.Build.Dense(Count, i => 0.002 * (i % 3));
        SparseGaussianProcessFit fit = new SparseGaussianProcess
        {
            InducingCount = inducing,
            Mean = Model.FromFormula("a*u + exp(b*v)", "u", "v"),
            Kernel = Given,
            Standardize = false,
        }.Fit(x, y, known);
        Matrix<double> at = Matrix<double>.Build.DenseOfArray(
            new[,] { { 0.1, 0.2 }, { 1.0, -1.0 }, { 60.0, 2.0 }, { -0.3, 3.0 } });
        double unit = fit.Scales.Target * fit.Scales.Target;
        Matrix<double> points = fit.State.Landmarks.Points.ToMatrix(), inner = fit.Kernel.Gram(points);
        Matrix<double> Covariance(Matrix<double> left, Matrix<double> right) => inducing == Count
            ? fit.Kernel.Gram(left, right)
            : fit.Kernel.Gram(left, points) * inner.Solve(fit.Kernel.Gram(points, right));
        Matrix<double> whole = unit * Covariance(x, x)
            + Matrix<double>.Build.DiagonalOfDiagonalVector(known + fit.NoiseVariance);
        Matrix<double> cross = unit * Covariance(x, at), solved = whole.Solve(cross);
        Vector<double> beta = Vector<double>.Build.DenseOfEnumerable(fit.MeanParameters);
        Matrix<double> design = fit.Scales.Mean!.Jacobian(x, beta);
        Matrix<double> rest = fit.Scales.Mean.Jacobian(at, beta).Transpose() - design.TransposeThisAndMultiply(solved);
        Matrix<double> information = design.TransposeThisAndMultiply(whole.Solve(design));
        Vector<double> expected = unit * fit.Kernel.Diagonal(at) - (cross.TransposeThisAndMultiply(solved)
            - rest.TransposeThisAndMultiply(information.Solve(rest))).Diagonal();
        Vector<double> found = fit.Predict(at).FunctionDeviation;
        for (int i = 0; i < at.RowCount; i++)
        {
            Assert.Equal(1.0, found[i] / Math.Sqrt(expected[i]), 1e-6);
        }

        Assert.Equal(0.0, (information * fit.MeanCovariance() - Matrix<double>.Build.DenseIdentity(2)).L2Norm(), 1e-6);
        fit.Save(In("carried"));
        Assert.Equal(found, SparseGaussianProcessFit.Load(In("carried")).Predict(at).FunctionDeviation);
        Assert.Throws<InvalidOperationException>(() => (Fixed with { InducingCount = 5 }).Fit(X, Y).MeanCovariance());
    }

    [Fact]
    public void Inducing_points_end_where_they_determine_every_sample()
    {
        Matrix<double> repeated = Matrix<double>.Build.Dense(200, 1, (i, _) => i % 7);
        SparseGaussianProcessFit fit = (Fixed with { Kernel = Kernel.Rbf(0.5), InducingCount = 100 }).Fit(
            repeated, repeated.Column(0), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(7, fit.InducingCount);
        Assert.Equal(0.0, (fit.Predict(repeated).Mean - repeated.Column(0)).InfinityNorm(), 0.01);
    }
}
