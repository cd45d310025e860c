#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// What are the parameters of a model, and how certain are they?
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

// Fifty points of 5 e^(−0.7x) + 1, every fifth of them wrong by 8.
Matrix<double> x = Matrix<double>.Build.Dense(50, 1, (i, _) => 0.1 * i);
Vector<double> y = Vector<double>.Build.Dense(
    50, i => 5 * Math.Exp(-0.07 * i) + 1 + 0.1 * Math.Sin(i * i) + (i % 5 == 2 ? 8 : 0));
var decay = new FitProblem { Model = Model.FromFormula("a*exp(-b*x) + c", "x"), Inputs = x, Targets = y };
var start = new Dictionary<string, double> { ["a"] = 1, ["b"] = 1, ["c"] = 0 };

foreach (Distance distance in new[] { Distance.Squared, Distance.Absolute, Distance.Parse("tukey:1") })
{
    FitResult fit = (decay with { Distance = distance }).Fit(start);
    IEnumerable<string> parameters =
        fit.Names.Select((name, i) => $"{name} = {fit.Parameters[i]:0.00} ± {fit.StandardErrors[i]:0.00}");
    Console.WriteLine($"{distance.Name,-10} {string.Join(", ", parameters)}");
}
