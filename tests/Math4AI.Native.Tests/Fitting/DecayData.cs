using Math4AI.Fitting;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>Samples of an exponential decay with normal noise, whose parameters are known.</summary>
internal static class DecayData
{
    public static readonly Vector<double> Truth = Vector<double>.Build.Dense([5.0, 0.7, 1.0]);

    public static readonly Model Decay = Model.FromFormula("a*exp(-b*x) + c", "x");

    public static FitProblem Simulate(int seed, int samples = 50, double noise = 0.2)
    {
        var random = new MersenneTwister(seed);
        Matrix<double> x = Matrix<double>.Build.Dense(samples, 1, (i, _) => 6.0 * i / (samples - 1));
        return new FitProblem
        {
            Model = Decay,
            Inputs = x,
            Targets = Decay.Evaluate(x, Truth)
                + Vector<double>.Build.Dense(samples, _ => Normal.Sample(random, 0.0, noise)),
        };
    }

    public static Dictionary<string, double> Start(double a = 3.0, double b = 1.0, double c = 0.0) =>
        new() { ["a"] = a, ["b"] = b, ["c"] = c };
}
