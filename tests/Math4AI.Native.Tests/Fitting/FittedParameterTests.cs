using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>A parameter by its name, with the digits that its error tells and the sign that people mean.</summary>
public sealed class FittedParameterTests
{
    private static readonly Matrix<double> X = Matrix<double>.Build.Dense(41, 1, (i, _) => 0.1 * (i - 20));

    [Fact]
    public void A_parameter_is_found_by_its_name()
    {
        FitResult fit = Line(1.0, 2.0, 0.01).Fit(Start(("a", 0.0), ("b", 0.0)));
        Assert.Equal(fit.Parameters[1], fit["b"].Value);
        Assert.Equal(fit.StandardErrors[1], fit["b"].StandardError);
        Assert.Equal(fit.Intervals(0.9)[1], fit["b"].Interval(0.9));
        Assert.Equal(fit.ProfileInterval("b"), fit["b"].ProfileInterval());
        Assert.Contains("a, b", Assert.Throws<ArgumentException>(() => fit["c"]).Message, StringComparison.Ordinal);
        FitResult held = (Line(1.0, 2.0, 0.01) with { Fixed = Start(("a", 1.0)) }).Fit(Start(("b", 0.0)));
        Assert.Equal("a = 1 (fixed)", held["a"].ToString());
    }

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(1e10, 1e3)]
    [InlineData(-2e-20, 1e-22)]
    [InlineData(3e15, 1e11)]
    public void Value_error_and_interval_share_their_last_digit(double slope, double noise)
    {
        FitResult fit = Line(0.0, slope, noise).Fit(Start(("a", 0.0), ("b", slope)));
        FittedParameter b = fit["b"];
        double error = Read(b.Format(b.StandardError));
        Assert.Equal(b.StandardError, error, 0.05 * b.StandardError);
        double place = Math.Pow(10.0, Math.Floor(Math.Log10(error)) - 1.0);
        foreach (double number in new[] { b.Value, b.Interval().Lower, b.Interval().Upper })
        {
            Assert.Equal(number, Read(b.Format(number)), 0.51 * place + 1e-15 * Math.Abs(number));
        }

        Assert.Equal($"b = {b.Format(b.Value)} ± {b.Format(b.StandardError)}", b.ToString());
        Assert.Contains(b.ToString(), fit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_model_does_not_know_the_sign_of_a_parameter_it_is_positive()
    {
        Vector<double> y =
            X.Column(0).Map(x => 3.0 * Math.Exp(-(x - 0.4) * (x - 0.4) / 2.0) + 0.01 * Math.Sin(9.0 * x));
        var peak = new FitProblem
        {
            Model = Model.FromFormula("a*exp(-(x-m)^2/(2*s^2))", "x"),
            Inputs = X,
            Targets = y,
        };
        Dictionary<string, double> start = Start(("a", 2.0), ("m", 0.0), ("s", -0.8));
        FitResult fit = peak.Fit(start);
        Assert.Equal(1.0, fit["s"].Value, 0.01);
        Assert.Equal(0.4, fit["m"].Value, 0.01);
        Assert.True(fit["s"].Interval().Lower > 0.9);

        // A bound that excludes the positive one, and a sign that the model knows, stay.
        FitResult bounded = (peak with
        {
            Bounds = new Dictionary<string, (double, double)> { ["s"] = (-9.0, 0.0) },
        }).Fit(start);
        Assert.Equal(-1.0, bounded["s"].Value, 0.01);
        Assert.Equal(-2.0, Line(1.0, -2.0, 0.01).Fit(Start(("a", 0.0), ("b", 0.0)))["b"].Value, 0.01);
    }

    [Theory]
    [InlineData("a + b*x")]
    [InlineData("a*exp(b*x)")]
    public void A_fit_to_exact_data_has_converged(string formula)
    {
        Model model = Model.FromFormula(formula, "x");
        Vector<double> y = model.Evaluate(X, Vector<double>.Build.DenseOfArray([1.25, -0.5]));
        foreach (Distance distance in new[] { Distance.Squared, Distance.Huber(), Distance.Absolute })
        {
            FitResult fit = new FitProblem { Model = model, Distance = distance, Inputs = X, Targets = y }
                .Fit(Start(("a", 1.0), ("b", 0.0)));
            Assert.True(fit.IsConverged, $"{distance.Name}: {fit}");
            Assert.Equal(-0.5, fit["b"].Value, 1e-6);
        }
    }

    private static double Read(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static Dictionary<string, double> Start(params (string Name, double Value)[] values) =>
        values.ToDictionary(pair => pair.Name, pair => pair.Value);

    private static FitProblem Line(double a, double b, double noise) => new()
    {
        Model = Model.FromFormula("a + b*x", "x"),
        Inputs = X,
        Targets = X.Column(0).Map(x => a + b * x + noise * Math.Sin(37.0 * x)),
    };
}
