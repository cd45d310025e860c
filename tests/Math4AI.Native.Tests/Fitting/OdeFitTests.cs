using Math4AI.Calculus.DifferentialEquations;
using Math4AI.Fitting;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using static TorchSharp.torch;

namespace Math4AI.Tests.Fitting;

/// <summary>Fits of differential equations, against fits of their closed forms.</summary>
public class OdeFitTests : TemporaryFolder
{
    private const string Chain = "dA = -k1*A; dB = k1*A - k2*B";
    private const string ChainFormula = "A0*exp(-k1*t); B0*exp(-k2*t) + k1*A0/(k2 - k1)*(exp(-k1*t) - exp(-k2*t))";

    private static readonly Dictionary<string, double> Start = new()
    {
        ["k1"] = 0.5,
        ["k2"] = 0.2,
        ["A0"] = 4,
        ["B0"] = 0.1,
    };

    private static FitProblem Simulated(Model model)
    {
        var random = new MersenneTwister(5);
        Matrix<double> times = Matrix<double>.Build.Dense(30, 1, (i, _) => 0.4 * i);
        Model truth = Model.FromFormula(ChainFormula, "t");
        double[] theta =
            [.. truth.ParameterNames.Select(name => name switch { "A0" => 5.0, "k1" => 0.8, "B0" => 0.5, _ => 0.3 })];
        Matrix<double> exact = truth.EvaluateAll(times, Vector<double>.Build.Dense(theta));
        return new FitProblem
        {
            Model = model,
            Inputs = times,
            Targets = exact.Map(value => value + Normal.Sample(random, 0.0, 0.05)),
        };
    }

    private static void Agree(FitResult expected, FitResult actual, double tolerance)
    {
        Assert.True(actual.IsConverged, actual.Minimum.Termination.ToString());
        foreach (string name in expected.Names)
        {
            Assert.InRange(Math.Abs(actual[name].Value / expected[name].Value - 1.0), 0.0, tolerance);
            Assert.InRange(Math.Abs(actual[name].StandardError / expected[name].StandardError - 1.0), 0.0, tolerance);
        }
    }

    [Theory]
    [InlineData(OdeMethod.Explicit)]
    [InlineData(OdeMethod.Stiff)]
    public void A_chain_of_reactions_has_the_parameters_and_errors_of_its_closed_form(OdeMethod method)
    {
        FitResult closed = Simulated(Model.FromFormula(ChainFormula, "t")).Fit(Start);
        var options = new OdeModelOptions { Integration = new OdeOptions { Method = method } };
        Agree(closed, Simulated(Model.FromOde(Chain, "a; b ~ A; B", options)).Fit(Start), 1e-7);
    }

    [Fact]
    public void A_function_of_tensors_gives_the_same_fit()
    {
        FitResult closed = Simulated(Model.FromFormula(ChainFormula, "t")).Fit(Start);
        var coarse = new OdeModelOptions { Integration = new OdeOptions { RelativeTolerance = 1e-8 } };
        Model model = Model.OfOde(
            ["A", "B"], ["k1", "k2"], (_, y, p) => stack([-p["k1"] * y["A"], p["k1"] * y["A"] - p["k2"] * y["B"]]),
            options: coarse);
        Agree(closed, Simulated(model).Fit(Start), 1e-5);
    }

    [Fact]
    public void What_is_observed_of_tensors_may_be_any_function_of_time_states_and_parameters()
    {
        Matrix<double> times = Matrix<double>.Build.DenseOfColumnArrays([0.5, 1.0, 2.0]);
        var coarse = new OdeModelOptions { Integration = new OdeOptions { RelativeTolerance = 1e-8 } };
        Model tensors = Model.OfOde(["A"], ["k", "s"], (_, y, p) => stack([-p["k"] * y["A"]]),
            (t, y, p) => p["s"] * y["A"] * t, options: coarse);
        Model formula = Model.FromFormula("s*A0*exp(-k*t)*t", "t");
        Vector<double> ofTensors = Vector<double>.Build.DenseOfArray([0.7, 2.0, 3.0]);
        Vector<double> ofFormula = Vector<double>.Build.Dense(
            [.. formula.ParameterNames.Select(name => ofTensors[tensors.ParameterNames.ToList().IndexOf(name)])]);
        Assert.Equal(["k", "s", "A0"], tensors.ParameterNames);
        Assert.True((tensors.Evaluate(times, ofTensors) - formula.Evaluate(times, ofFormula)).AbsoluteMaximum() < 1e-6);
        Matrix<double> found = tensors.Jacobian(times, ofTensors), exact = formula.Jacobian(times, ofFormula);
        foreach (string name in formula.ParameterNames)
        {
            Vector<double> difference = found.Column(tensors.ParameterNames.ToList().IndexOf(name))
                - exact.Column(formula.ParameterNames.ToList().IndexOf(name));
            Assert.True(difference.AbsoluteMaximum() < 1e-6);
        }
    }

    [Fact]
    public void Initial_values_may_be_fixed_or_expressions_of_parameters()
    {
        FitProblem problem = Simulated(Model.FromOde(Chain, "A; B", new OdeModelOptions
        {
            Initial = new Dictionary<string, string> { ["A"] = "10*share", ["B"] = "share" },
        }));
        Assert.Equal(["k1", "k2", "share"], problem.Model.ParameterNames);
        FitResult fit = problem.Fit(new Dictionary<string, double> { ["k1"] = 0.5, ["k2"] = 0.2, ["share"] = 0.3 });
        FitResult closed = (problem with
        {
            Model = Model.FromFormula(ChainFormula.Replace("A0", "(10*share)", StringComparison.Ordinal)
            .Replace("B0", "share", StringComparison.Ordinal), "t")
        }).Fit(new Dictionary<string, double> { ["k1"] = 0.5, ["k2"] = 0.2, ["share"] = 0.3 });
        Agree(closed, fit, 1e-7);
    }

    [Fact]
    public void Derivatives_of_a_nonlinear_stiff_system_are_those_of_differences()
    {
        Model model = Model.FromOde("y' = v; v' = mu*(1 - y^2)*v - y", "y; v");
        Matrix<double> times = Matrix<double>.Build.DenseOfColumnArrays([0.5, 5.0, 40.0]);
        double[] theta = [30.0, 2.0, 0.1];
        Assert.Equal(["mu", "y0", "v0"], model.ParameterNames);
        Matrix<double> jacobian = model.Jacobian(times, Vector<double>.Build.Dense(theta));
        for (int j = 0; j < theta.Length; j++)
        {
            double step = 1e-4 * theta[j];
            Vector<double> At(double side) =>
                Vector<double>.Build.Dense([.. theta.Select((value, k) => k == j ? value + side * step : value)]);
            Matrix<double> difference =
                (model.EvaluateAll(times, At(1)) - model.EvaluateAll(times, At(-1))) / (2 * step);
            Vector<double> expected = Vector<double>.Build.Dense(difference.ToColumnMajorArray());
            Assert.True((jacobian.Column(j) - expected).L2Norm() < 1e-4 * (1e-2 + expected.L2Norm()), $"{j}");
        }
    }

    [Fact]
    public void The_rates_of_Robertsons_reactions_are_found_from_all_three_concentrations()
    {
        Model model = Model.FromOde(
            "dA = -p*A + q*B*C; dB = p*A - q*B*C - r*B^2; dC = r*B^2",
            "A; 1e4*B; C",
            new OdeModelOptions { Initial = new Dictionary<string, string> { ["A"] = "1", ["B"] = "0", ["C"] = "0" } });
        Assert.Equal(["p", "q", "r"], model.ParameterNames);
        Matrix<double> times = Matrix<double>.Build.Dense(25, 1, (i, _) => 0.01 * Math.Pow(1e6, i / 24.0));
        Vector<double> truth = Vector<double>.Build.DenseOfArray([0.04, 1e4, 3e7]);
        FitProblem problem = new() { Model = model, Inputs = times, Targets = model.EvaluateAll(times, truth) };
        FitResult fit = problem.Fit(Vector<double>.Build.DenseOfArray([0.06, 0.7e4, 4e7]));
        Assert.All(fit.Parameters.PointwiseDivide(truth), ratio => Assert.Equal(1.0, ratio, 1e-6));
    }

    [Fact]
    public void A_table_gives_times_and_several_measured_columns()
    {
        string path = In("ab.csv");
        FitProblem simulated = Simulated(Model.FromFormula(ChainFormula, "t"));
        Matrix<double> y = simulated.Targets!.ToMatrix();
        File.WriteAllLines(path, Enumerable.Range(0, 30).Select(i => FormattableString.Invariant(
            $"{simulated.Inputs![i, 0]:R},{y[i, 0]:R},{y[i, 1]:R}")).Prepend("t,a,b"));
        FitProblem read = FitProblem.ReadOde(path, Chain, Formula.Parse("a; b ~ A; B"));
        Agree(simulated.Fit(Start), read.Fit(Start), 1e-7);
    }

    [Theory]
    [InlineData("A = -k*A", "A")]
    [InlineData("dA = -k*A; dA = 1", "A")]
    [InlineData("dA = -k*", "A")]
    public void Equations_that_cannot_be_read_are_refused(string equations, string observed) =>
        Assert.Throws<FormulaException>(() => Model.FromOde(equations, observed));

    [Fact]
    public void Times_before_the_start_and_wrong_initial_values_are_refused()
    {
        Model model = Model.FromOde("dA = -k*A", "A", new OdeModelOptions { StartTime = 2.0 });
        Assert.Throws<ArgumentException>(
            () => model.EvaluateAll(
                Matrix<double>.Build.DenseOfColumnArrays([1.0]), Vector<double>.Build.Dense(2, 1.0)));
        Assert.Throws<ArgumentException>(() => Model.FromOde(
            "dA = -k*A", "A", new OdeModelOptions { Initial = new Dictionary<string, string> { ["C"] = "1" } }));
    }
}
