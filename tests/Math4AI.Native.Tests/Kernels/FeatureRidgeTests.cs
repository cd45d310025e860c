using Math4AI.Data.Models;
using Math4AI.Features;
using Math4AI.Fitting.Linear;
using Math4AI.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public sealed class FeatureRidgeTests : TemporaryFolder
{
    private static readonly Matrix<double> X = Matrix<double>.Build.Random(9000, 3, 1);
    private static readonly Vector<double> Y = X.Column(0).Map(Math.Sin) + 0.1 * Vector<double>.Build.Random(9000, 2);
    private static readonly Matrix<double> At = Matrix<double>.Build.Random(50, 3, 3);

    private static double Largest(Matrix<double> differences) => differences.Enumerate().Max(Math.Abs);

    [Theory]
    [InlineData("random-fourier:61:0.8")]
    [InlineData("nystroem:300:(rbf(0.8))")]
    [InlineData("nystroem:50:(rbf(40))")]
    [InlineData("standardize then nystroem:40:(2*matern32(1.5)[0,1])")]
    [InlineData("poly:2")]
    public void Block_by_block_it_is_the_ridge_regression_on_all_features_at_once(string formula)
    {
        FeatureMap<Matrix<double>> map = FeatureMap.Names.Parse(formula);
        FeatureRidgeFit fit = new FeatureRidge { Features = map, Penalty = 0.3 }.Fit(X, Y);
        FittedFeatures<Matrix<double>> features = map.Fit(X);
        LinearFit whole = new RidgeRegression { Penalty = 0.3 }.Fit(features.Apply(X), Y);
        Assert.Equal(
            0.0, Largest(fit.Predict(At) - whole.Predict(features.Apply(At)).ToColumnMatrix()), 1e-8);
    }

    [Theory]
    [InlineData("random-fourier:60:0.8", 0.0)]
    [InlineData("random-fourier:60:0.8", 1e7)]
    [InlineData("nystroem:60:(rbf(0.8))", 0.0)]
    [InlineData("nystroem:60:(rbf(0.8))", 1e4)]
    [InlineData("nystroem:60:(rbf(30))", 0.0)]
    [InlineData("nystroem:60:(2*matern52(1))", 0.0)]
    public void In_float32_predictions_are_the_same_to_its_rounding_wherever_the_inputs_lie(string formula, double far)
    {
        var ridge = new FeatureRidge { Features = FeatureMap.Names.Parse(formula) };
        Matrix<double> exact = ridge.Fit(X + far, Y).Predict(At + far);
        Matrix<double> single = (ridge with { SinglePrecision = true }).Fit(X + far, Y).Predict(At + far);
        Assert.Equal(0.0, Largest(exact - single), 2e-4);
        Assert.NotEqual(0.0, Largest(exact - single));
    }

    [Fact]
    public void With_every_sample_as_a_landmark_it_is_kernel_ridge_regression_with_an_intercept()
    {
        const int Count = 80;
        Matrix<double> x = X.SubMatrix(0, Count, 0, 3);
        Matrix<double> targets = Matrix<double>.Build.DenseOfColumnVectors(
            Y.SubVector(0, Count), 5.0 + X.Column(1).SubVector(0, Count));
        Kernel kernel = Kernel.Matern32(1.0);
        FeatureRidgeFit fit = new FeatureRidge
        {
            Features = KernelFeatures.Nystroem(kernel, Count),
            Penalty = 0.2,
        }.Fit(x, targets);

        // In the dual: the kernel of centered features, H K H with H = I − 11ᵀ/n.
        Matrix<double> center = Matrix<double>.Build.Dense(Count, Count, (i, j) => (i == j ? 1.0 : 0.0) - 1.0 / Count);
        Matrix<double> gram = center * kernel.Gram(x) * center;
        Matrix<double> alpha = (gram + 0.2 * Matrix<double>.Build.DenseIdentity(Count)).Solve(center * targets);
        Matrix<double> expected = targets - center * targets + gram * alpha;
        Assert.Equal(0.0, Largest(fit.Predict(x) - expected), 1e-10);
    }

    [Fact]
    public void A_saved_function_predicts_the_same_and_says_what_it_is()
    {
        FeatureRidgeFit fit = new FeatureRidge
        {
            Features = FeatureMap.Standardize().Then(KernelFeatures.Nystroem(Kernel.Rbf(1.0), 30)),
        }.Fit(X, Y);
        fit.Save(In("model"));
        var read = (FeatureRidgeFit)ModelFolder.Open(In("model"));
        Assert.Equal(fit.Predict(At).ToColumnMajorArray(), read.Predict(At).ToColumnMajorArray());
        Assert.Equal(fit.Formula, read.Formula);
    }

    [Fact]
    public void More_features_than_memory_holds_are_refused_with_the_figure()
    {
        var ridge = new FeatureRidge { Features = KernelFeatures.RandomFourier(200_000) };
        ArgumentException e = Assert.Throws<ArgumentException>(() => ridge.Fit(At, At));
        Assert.Contains("200000 features", e.Message, StringComparison.Ordinal);
        Assert.Contains("320 GB", e.Message, StringComparison.Ordinal);
        Assert.Contains("fewer features", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_feature_that_says_nothing_needs_a_penalty()
    {
        Matrix<double> empty = X.SubMatrix(0, 100, 0, 1).Append(Matrix<double>.Build.Dense(100, 1));
        var ridge = new FeatureRidge { Features = FeatureMap.Names.Parse("identity"), Penalty = 0.0 };
        Assert.Contains(
            "larger Penalty",
            Assert.Throws<ArithmeticException>(() => ridge.Fit(empty, Y.SubVector(0, 100))).Message,
            StringComparison.Ordinal);
    }
}
