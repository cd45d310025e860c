using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Linear;
using Math4AI.Fitting.Models;
using Math4AI.LinearAlgebra.Solves;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

public class LinearFitTests
{
    private static (Matrix<double> X, Vector<double> Classes, Vector<double> Numbers) Draw(int samples, int inputs)
    {
        var random = new MersenneTwister(1);
        Matrix<double> x =
            Matrix<double>.Build.Dense(samples, inputs, (_, j) => Normal.Sample(random, 0.1 * j, 1.0 + 0.2 * j));
        Vector<double> w = Vector<double>.Build.Dense(inputs, j => 0.5 * Math.Cos(j));
        Vector<double> f = x * w + 0.3;
        Vector<double> classes = Vector<double>.Build.DenseOfEnumerable(
            f.Select(value => random.NextDouble() < 1.0 / (1.0 + Math.Exp(-value)) ? 1.0 : 0.0));
        return (x, classes, f + Vector<double>.Build.Dense(samples, _ => Normal.Sample(random, 0.0, 1.0)));
    }

    [Theory]
    [InlineData(500, 3, 1.0)]
    [InlineData(500, 3, 0.0)]
    [InlineData(200_000, 10, 5.0)]
    public void Logistic_regression_meets_its_equations(int samples, int inputs, double penalty)
    {
        (Matrix<double> x, Vector<double> y, _) = Draw(samples, inputs);
        LinearFit fit = new LogisticRegression { Penalty = penalty }.Fit(x, y);
        Assert.True(fit.IsConverged, $"{fit.GradientNorm} after {fit.Passes} passes");
        Vector<double> rest = (x * fit.Weights + fit.Intercept).Map(f => 1.0 / (1.0 + Math.Exp(-f)), Zeros.Include) - y;
        Vector<double> gradient = x.TransposeThisAndMultiply(rest) + penalty * fit.Weights;
        double scale = x.TransposeThisAndMultiply(y - 0.5).L2Norm();
        Assert.True(
            gradient.L2Norm() <= 2e-7 * scale && Math.Abs(rest.Sum()) <= 2e-7 * scale, $"{gradient.L2Norm() / scale}");
    }

    [Fact]
    public void Ridge_and_least_squares_equal_their_solutions_by_other_ways()
    {
        (Matrix<double> x, _, Vector<double> y) = Draw(5000, 6);
        Matrix<double> withOnes = x.Append(Matrix<double>.Build.Dense(5000, 1, 1.0));
        LinearFit least = new RidgeRegression { Penalty = 0.0 }.Fit(x, y);
        Vector<double> expected = LeastSquares.Solve(withOnes, y).Solution.Column(0);
        Assert.True((least.Weights - expected.SubVector(0, 6)).AbsoluteMaximum() < 1e-10);
        Assert.Equal(expected[6], least.Intercept, 1e-10);
        LinearFit ridge = new RidgeRegression { Penalty = 50.0 }.Fit(x, y);
        Matrix<double> penalty = Matrix<double>.Build.Diagonal(7, 7, i => i < 6 ? 50.0 : 0.0);
        Vector<double> direct =
            (withOnes.TransposeThisAndMultiply(withOnes) + penalty).Solve(withOnes.TransposeThisAndMultiply(y));
        Assert.True((ridge.Weights - direct.SubVector(0, 6)).AbsoluteMaximum() < 1e-10);
    }

    [Fact]
    public void The_compiled_fit_of_the_same_model_agrees()
    {
        (Matrix<double> x, Vector<double> y, _) = Draw(400, 2);
        LinearFit ours = new LogisticRegression { Penalty = 0.0 }.Fit(x, y);
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("b + u*x1 + v*x2", "x1", "x2"),
            Inputs = x,
            Targets = y,
            Distance = Distance.BinaryCrossEntropy,
        }.Fit(new Dictionary<string, double> { ["b"] = 0.0, ["u"] = 0.0, ["v"] = 0.0 });
        Assert.Equal(fit.Parameters[0], ours.Intercept, 1e-6);
        Assert.Equal(fit.Parameters[1], ours.Weights[0], 1e-6);
    }

    [Fact]
    public void Classes_other_than_0_and_1_are_refused()
    {
        (Matrix<double> x, _, Vector<double> y) = Draw(20, 2);
        Assert.Throws<ArgumentException>(() => new LogisticRegression().Fit(x, y));
        Assert.Throws<ArgumentException>(() => new RidgeRegression().Fit(x, y.SubVector(0, 10)));
    }
}
