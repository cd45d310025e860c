using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Parameters that enter linearly are left to linear least squares.</summary>
public class VariableProjectionTests
{
    [Theory]
    [InlineData("Misra1a", "b1")]
    [InlineData("BoxBOD", "b1")]
    [InlineData("Lanczos3", "b1", "b3", "b5")]
    [InlineData("Gauss1", "b1", "b3", "b6")]
    [InlineData("ENSO", "b1", "b2", "b3", "b5", "b6", "b8", "b9")]
    [InlineData("Hahn1", "b1", "b2", "b3", "b4")]
    [InlineData("Thurber", "b1", "b2", "b3", "b4")]
    [InlineData("Kirby2", "b1", "b2", "b3")]
    public void Certified_values_are_found_without_a_start_for_what_is_linear(string name, params string[] linear)
    {
        NistRegression set = NistRegression.Read(Repository.Data("nist", name + ".dat"));
        foreach (IReadOnlyDictionary<string, double> start in set.Starts)
        {
            FitResult fit = (set.Problem with { Linear = linear })
                .Fit(start.Where(pair => !linear.Contains(pair.Key)).ToDictionary(
                    pair => pair.Key, pair => pair.Value));
            FitResult all = set.Problem.Fit(start);
            string figures = $"{fit.Minimum.Iterations} steps, with all parameters searched {all.Minimum.Iterations}; "
                + $"{set.ParameterDigits(fit):0.0} digits, {fit.Minimum.Termination}";
            TestContext.Current.TestOutputHelper!.WriteLine(figures);
            Assert.True(
                fit.Minimum.IsConverged && set.ParameterDigits(fit) >= 8.0 && set.DeviationDigits(fit) >= 6.0, figures);
        }
    }

    [Fact]
    public void Where_all_is_linear_nothing_is_searched()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(30, 1, (i, _) => 0.1 * i);
        Vector<double> y = x.Column(0).Map(v => 1.0 + v - 0.3 * v * v + 0.01 * Math.Sin(40.0 * v));
        var problem = new FitProblem
        {
            Model = Model.FromFormula("a + b*x + c*x^2", "x"),
            Inputs = x,
            Targets = y,
            Linear = ["a", "b", "c"],
        };
        FitResult fit = problem.Fit();
        Assert.Equal(Termination.Direct, fit.Minimum.Termination);
        Matrix<double> design = Matrix<double>.Build.Dense(30, 3, (i, j) => Math.Pow(x[i, 0], j));
        Assert.True((fit.Parameters - design.QR().Solve(y)).AbsoluteMaximum() < 1e-12);
        FitResult undetermined = (problem with { Model = Model.FromFormula("a + b*x + c*2*x", "x") }).Fit();
        Assert.Equal(Termination.Undetermined, undetermined.Minimum.Termination);
    }

    [Fact]
    public void Bounds_of_what_is_searched_hold()
    {
        NistRegression set = NistRegression.Read(Repository.Data("nist", "Misra1a.dat"));
        FitProblem bounded = set.Problem with
        {
            Bounds = new Dictionary<string, (double, double)> { ["b2"] = (6e-4, 1.0) },
        };
        FitResult full = bounded.Fit(set.Starts[0]), projected = (bounded with { Linear = ["b1"] }).Fit(set.Starts[0]);
        Assert.Equal(6e-4, projected.Parameters[1], 1e-15);
        Assert.Equal(full.Parameters[0], projected.Parameters[0], 1e-6);
    }

    [Theory]
    [InlineData("b2")]
    [InlineData("b1", "b2")]
    public void What_is_not_linear_is_not_taken_for_it(params string[] linear)
    {
        NistRegression set = NistRegression.Read(Repository.Data("nist", "Misra1a.dat"));
        Assert.Throws<ArgumentException>(() => (set.Problem with { Linear = linear }).Fit(set.Starts[0]));
    }

    [Fact]
    public void A_distance_that_is_not_squared_has_no_linear_parameters()
    {
        NistRegression set = NistRegression.Read(Repository.Data("nist", "Misra1a.dat"));
        Assert.Throws<ArgumentException>(
            () => (set.Problem with { Linear = ["b1"], Distance = Distance.Huber() }).Fit(set.Starts[0]));
    }
}
