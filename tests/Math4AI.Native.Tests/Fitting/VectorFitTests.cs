using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using TorchSharp;
using Linear = TorchSharp.Modules.Linear;

namespace Math4AI.Tests.Fitting;

/// <summary>Models with several outputs, the distances between vectors, and modules of TorchSharp.</summary>
public class VectorFitTests
{
    public static TheoryData<string, double[], double[]> VectorDistances() => new()
    {
        { "categorical", [0.3, -1.2, 2.0], [1.0] },
        { "categorical", [700.0, -700.0], [0.0] },
        { "heteroscedastic", [0.3, -1.2], [1.5] },
        { "euclidean", [0.3, -1.2, 2.0], [1.0, 4.0, -2.0] },
    };

    [Theory]
    [MemberData(nameof(VectorDistances))]
    public void The_slopes_of_a_distance_of_vectors_are_its_derivatives(
        string name, double[] predicted, double[] observed)
    {
        var distance = (VectorDistance)Distance.Parse(name);
        distance.Check(observed, predicted.Length);
        double[] slopes = new double[predicted.Length], unused = new double[predicted.Length];
        distance.Expand(predicted, observed, slopes);
        for (int i = 0; i < predicted.Length; i++)
        {
            const double Step = 1e-6;
            double[] moved = [.. predicted];
            moved[i] = predicted[i] + Step;
            double ahead = distance.Expand(moved, observed, unused);
            moved[i] = predicted[i] - Step;
            Assert.Equal((ahead - distance.Expand(moved, observed, unused)) / (2.0 * Step), slopes[i], 1e-8);
        }
    }

    [Fact]
    public void Two_responses_with_parameters_of_their_own_are_two_fits()
    {
        Matrix<double> x = Grid(40);
        Model both = Model.FromFormula("a*exp(-b*x); c/(1 + d*x)", "x");
        Assert.Equal(2, both.Outputs);
        Matrix<double> y = both.EvaluateAll(x, V(3.0, 0.8, 2.0, 0.5)) + Noise(40, 2, 0.05, 1);
        FitResult joint = new FitProblem { Model = both, Inputs = x, Targets = y }.Fit(Start(both, 1.0, 1.0, 1.0, 1.0));
        FitResult first = Alone("a*exp(-b*x)", 0), second = Alone("c/(1 + d*x)", 1);
        double[] apart = [.. first.Parameters, .. second.Parameters];
        Assert.True(joint.Parameters.Zip(apart, (p, q) => Math.Abs(p - q)).Max() < 1e-7, $"{joint.Parameters}");
        Assert.Equal(first.ResidualSumOfSquares + second.ResidualSumOfSquares, joint.ResidualSumOfSquares, 1e-12);
        Assert.Equal(76, joint.DegreesOfFreedom);

        FitResult Alone(string formula, int column)
        {
            Model model = Model.FromFormula(formula, "x");
            return new FitProblem { Model = model, Inputs = x, Targets = y.Column(column) }.Fit(Start(model, 1.0, 1.0));
        }
    }

    [Fact]
    public void Two_responses_that_share_a_parameter_know_it_better_than_one()
    {
        Matrix<double> x = Grid(40);
        Model both = Model.FromFormula("a*exp(-b*x); a*x*exp(-b*x)", "x");
        Matrix<double> y = both.EvaluateAll(x, V(3.0, 0.8)) + Noise(40, 2, 0.05, 2);
        FitResult joint = new FitProblem { Model = both, Inputs = x, Targets = y }.Fit(Start(both, 1.0, 1.0));
        Model one = Model.FromFormula("a*exp(-b*x)", "x");
        FitResult alone = new FitProblem { Model = one, Inputs = x, Targets = y.Column(0) }.Fit(Start(one, 1.0, 1.0));
        Assert.True(joint.StandardErrors[1] < alone.StandardErrors[1]);
        Assert.InRange(joint.Parameters[1] - 0.8, -4.0 * joint.StandardErrors[1], 4.0 * joint.StandardErrors[1]);
    }

    [Fact]
    public void Lambdas_and_formulas_with_several_outputs_have_the_same_values_and_derivatives()
    {
        Model formula = Model.FromFormula("a*exp(-b*x); a*b + sin(x*b)", "x");
        Model lambda = Model.Of(
            ["x"],
            ["a", "b"],
            (x, p) => torch.stack(
                [p["a"] * torch.exp(-p["b"] * x["x"]), p["a"] * p["b"] + torch.sin(x["x"] * p["b"])], 1),
            outputs: 2);
        Matrix<double> inputs = Grid(17);
        Vector<double> at = V(1.3, 0.4);
        Assert.True((formula.EvaluateAll(inputs, at) - lambda.EvaluateAll(inputs, at)).InfinityNorm() < 1e-14);
        Assert.True((formula.Jacobian(inputs, at) - lambda.Jacobian(inputs, at)).InfinityNorm() < 1e-13);
    }

    [Fact]
    public void Classes_without_inputs_have_the_log_odds_of_their_shares()
    {
        double[] classes = [0, 1, 1, 2, 2, 2, 2, 1, 2, 0];
        Model model = Model.FromFormula("0*x; p; q", "x");
        FitResult fit = new FitProblem
        {
            Model = model,
            Inputs = Matrix<double>.Build.Dense(10, 1, 1.0),
            Targets = Vector<double>.Build.Dense(classes),
            Distance = Distance.Categorical,
        }.Fit(Start(model, 0.0, 0.0));
        Assert.Equal(Math.Log(3.0 / 2.0), fit.Parameters[0], 1e-7);
        Assert.Equal(Math.Log(5.0 / 2.0), fit.Parameters[1], 1e-7);
        Assert.Equal(2 * Math.Log(0.2) + 3 * Math.Log(0.3) + 5 * Math.Log(0.5), fit.LogLikelihood, 1e-10);

        // The variance of a log-odds of two counts is 1/n₁ + 1/n₀.
        Assert.Equal(Math.Sqrt(1.0 / 3.0 + 1.0 / 2.0), fit.StandardErrors[0], 1e-6);
        Assert.Equal(Math.Sqrt(1.0 / 5.0 + 1.0 / 2.0), fit.StandardErrors[1], 1e-6);
    }

    [Fact]
    public void Two_classes_are_a_logistic_regression()
    {
        var random = new MersenneTwister(4);
        Matrix<double> x = Matrix<double>.Build.Dense(300, 1, (_, _) => Normal.Sample(random, 0.0, 1.0));
        Vector<double> y =
            x.Column(0).Map(v => random.NextDouble() < 1.0 / (1.0 + Math.Exp(-(0.5 + 1.5 * v))) ? 1.0 : 0.0);
        Model two = Model.FromFormula("0*x; a + b*x", "x"), one = Model.FromFormula("a + b*x", "x");
        FitResult categorical = new FitProblem
        {
            Model = two,
            Inputs = x,
            Targets = y,
            Distance = Distance.Categorical,
        }.Fit(Start(two, 0, 0));
        FitResult binary = new FitProblem
        {
            Model = one,
            Inputs = x,
            Targets = y,
            Distance = Distance.BinaryCrossEntropy,
        }.Fit(Start(one, 0, 0));
        Assert.True((categorical.Parameters - binary.Parameters).AbsoluteMaximum() < 1e-6);
        Assert.True((categorical.Covariance - binary.Covariance).InfinityNorm() < 1e-6);
        Assert.Equal(binary.LogLikelihood, categorical.LogLikelihood, 1e-8);
    }

    [Fact]
    public void Mean_and_variance_are_found_together_where_the_noise_grows()
    {
        Matrix<double> x = Grid(4000);
        var random = new MersenneTwister(5);
        Vector<double> y =
            x.Column(0).Map(v => 2.0 + 0.5 * v + Math.Exp(0.5 * (-4.0 + v)) * Normal.Sample(random, 0.0, 1.0));
        Model model = Model.FromFormula("a + b*x; u + v*x", "x");
        FitResult fit = new FitProblem { Model = model, Inputs = x, Targets = y, Distance = Distance.Heteroscedastic }
            .Fit(Start(model, 0.0, 0.0, 0.0, 0.0));
        double[] truth = [2.0, 0.5, -4.0, 1.0];
        Assert.All(Enumerable.Range(0, 4), j =>
            Assert.InRange((fit.Parameters[j] - truth[j]) / fit.StandardErrors[j], -4.0, 4.0));

        // Fisher's information of u and v is ½ Σ (1, x)(1, x)ᵀ.
        Matrix<double> information =
            Matrix<double>.Build.Dense(2, 2, (i, j) => 0.5 * x.Column(0).Sum(v => Math.Pow(v, i + j)));
        Assert.Equal(Math.Sqrt(information.Inverse()[1, 1]), fit.StandardErrors[3], 0.05 * fit.StandardErrors[3]);

        FitResult squares = new FitProblem { Model = Model.FromFormula("a + b*x", "x"), Inputs = x, Targets = y }
            .Fit(new Dictionary<string, double> { ["a"] = 0.0, ["b"] = 0.0 });
        Assert.True(fit.StandardErrors[0] < 0.5 * squares.StandardErrors[0]);
        Assert.Throws<NotSupportedException>(() => fit.Leverage);
    }

    [Fact]
    public void The_least_sum_of_Euclidean_distances_is_the_geometric_median()
    {
        // Of the corners of a triangle whose angles are less than 120° it is Fermat's point, from which all sides
        // subtend 120°.
        Matrix<double> corners = Matrix<double>.Build.DenseOfRowArrays([0.0, 0.0], [4.0, 0.0], [1.0, 3.0]);
        Model point = Model.FromFormula("p + 0*x; q + 0*x", "x");
        FitResult fit = new FitProblem
        {
            Model = point,
            Inputs = Matrix<double>.Build.Dense(3, 1),
            Targets = corners,
            Distance = Distance.Euclidean,
        }.Fit(Start(point, 1.0, 1.0));
        for (int i = 0; i < 3; i++)
        {
            Vector<double> a = corners.Row(i) - fit.Parameters, b = corners.Row((i + 1) % 3) - fit.Parameters;
            Assert.Equal(-0.5, a * b / (a.L2Norm() * b.L2Norm()), 1e-5);
        }

        Assert.Equal(corners.EnumerateRows().Sum(row => (row - fit.Parameters).L2Norm()), fit.Minimum.Cost, 1e-12);
    }

    [Fact]
    public void A_module_that_is_linear_finds_the_least_squares_solution_and_keeps_it()
    {
        Matrix<double> x = Noise(200, 3, 1.0, 7);
        Vector<double> y = x * V(1.0, -2.0, 0.5) + 0.7 + Noise(200, 1, 0.1, 8).Column(0);
        using Linear module = torch.nn.Linear(3, 1, dtype: torch.float64);
        FitResult fit = new FitProblem { Model = Model.Of(module, ["a", "b", "c"]), Inputs = x, Targets = y }.Fit();
        Matrix<double> design = x.Append(Matrix<double>.Build.Dense(200, 1, 1.0));
        Vector<double> exact = design.QR().Solve(y);
        Assert.True((fit.Parameters - exact).AbsoluteMaximum() < 1e-7, $"{fit.Parameters}");
        Assert.True((torch.from_array(exact.SubVector(0, 3).ToArray()) - module.weight!.detach().reshape(3)).abs().max()
            .item<double>() < 1e-7);
        double variance = (y - design * exact) * (y - design * exact) / 196.0;
        Assert.Equal(
            Math.Sqrt(variance * design.TransposeThisAndMultiply(design).Inverse()[1, 1]), fit.StandardErrors[1],
            1e-6 * fit.StandardErrors[1]);
        Assert.Equal("weight[0]", fit.Names[0]);
    }

    [Fact]
    public void A_network_learns_a_curve()
    {
        torch.random.manual_seed(3);
        Matrix<double> x = Grid(200) - 3.0;
        Vector<double> y = x.Column(0).PointwiseSin();
        using TorchSharp.Modules.Sequential network = torch.nn.Sequential(
            torch.nn.Linear(1, 12, dtype: torch.float64), torch.nn.Tanh(),
            torch.nn.Linear(12, 1, dtype: torch.float64));
        FitResult fit = new FitProblem { Model = Model.Of(network, ["x"]), Inputs = x, Targets = y }.Fit();
        Assert.True(Math.Sqrt(fit.ResidualSumOfSquares / 200.0) < 1e-3,
            $"{fit.ResidualSumOfSquares} {fit.Minimum.Termination}");
    }

    [Theory]
    [InlineData("categorical", "a + b*x; a*x", new[] { 0.0, 1.0, 2.0 })]
    [InlineData("categorical", "a + b*x", new[] { 0.0, 1.0, 1.0 })]
    [InlineData("heteroscedastic", "a + b*x", new[] { 0.0, 1.0, 1.0 })]
    [InlineData("euclidean", "a + b*x; a*x", new[] { 0.0, 1.0, 1.0 })]
    [InlineData("squared", "a + b*x; a*x", new[] { 0.0, 1.0, 1.0 })]
    public void Observations_that_do_not_suit_distance_and_outputs_are_refused(
        string distance, string formula, double[] y)
    {
        Model model = Model.FromFormula(formula, "x");
        Assert.Throws<ArgumentException>(() => new FitProblem
        {
            Model = model,
            Inputs = Grid(3),
            Targets = Vector<double>.Build.Dense(y),
            Distance = Distance.Parse(distance),
        }.Fit(new Dictionary<string, double> { ["a"] = 1.0, ["b"] = 1.0 }));
    }

    private static Matrix<double> Grid(int samples) =>
        Matrix<double>.Build.Dense(samples, 1, (i, _) => 6.0 * i / (samples - 1));

    private static Matrix<double> Noise(int rows, int columns, double size, int seed)
    {
        var random = new MersenneTwister(seed);
        return Matrix<double>.Build.Dense(rows, columns, (_, _) => Normal.Sample(random, 0.0, size));
    }

    private static Vector<double> V(params double[] values) => Vector<double>.Build.Dense(values);

    private static Dictionary<string, double> Start(Model model, params double[] values) =>
        model.ParameterNames.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
}
