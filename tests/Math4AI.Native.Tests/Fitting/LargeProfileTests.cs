using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>Profiles of many observations.</summary>
public sealed class LargeProfileTests
{
    [Fact]
    public void The_profile_of_many_observations_along_its_tangent_is_that_of_fits_at_its_ends()
    {
        const int Count = 100_000;
        Matrix<double> x = Matrix<double>.Build.Dense(Count, 1, (i, _) => 5.0 * i / Count);
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("a*exp(-b*x)+c", "x"),
            Inputs = x,
            Targets = x.Column(0).MapIndexed(
                (i, at) => 3.0 * Math.Exp(-0.7 * at) + 1.0 + 0.3 * Math.Sin(i * 7.1), Zeros.Include),
        }.Fit(new Dictionary<string, double> { ["a"] = 2, ["b"] = 1, ["c"] = 0 });
        foreach ((double value, double root) in fit.Profile("b").Where((_, i) => i is 0 or 20))
        {
            FitProblem held = fit.Problem with { Fixed = new Dictionary<string, double> { ["b"] = value } };
            double rise = held.Fit(new Dictionary<string, double>
            {
                ["a"] = 3,
                ["c"] = 1,
            }).Minimum.Cost - fit.Minimum.Cost;
            double variance = fit.ResidualSumOfSquares / fit.DegreesOfFreedom;
            Assert.Equal(Math.Sqrt(rise / variance), Math.Abs(root), 1e-3);
        }
    }
}
