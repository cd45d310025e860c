using Math4AI.Audio;
using Math4AI.Learning;
using Math4AI.Separation;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Build;

/// <summary>The README's example, so that it is compiled and run.</summary>
internal static class ReadmeExample
{
    public static void Run(Matrix<double> x, Vector<double> y)
    {
        Recording mixture = Recording.Read("left.wav", "middle.wav", "right.wav");
        var separation = Separator.MinimumMutualInformation().Separate(mixture);
        separation.Sources.Save("sources.wav");

        Recording tomorrow = Recording.Read("tomorrow.wav");
        separation.Unmixing.Apply(tomorrow).Save("tomorrow-sources.wav");

        var line = new FitProblem { Model = Model.FromFormula("a*exp(-b*x) + c", "x"), Inputs = x, Targets = y };
        FitResult fit = line.Fit(new Dictionary<string, double> { ["a"] = 3, ["b"] = 1, ["c"] = 0 });
        Console.WriteLine($"b = {fit.Parameters[1]:G4} ± {fit.StandardErrors[1]:G2}");
    }
}
