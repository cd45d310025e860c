using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Separation;
using Math4AI.Separation.Live;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Build;

/// <summary>The README's example, so that it is compiled and run.</summary>
internal static class ReadmeExample
{
    public static FitResult Run()
    {
        Console.WriteLine(Math4AI.Runtime.Compute.Provider);    // Mkl

        Recording mixture = Recording.Read("left.wav", "middle.wav", "right.wav");
        var separation = Separator.MinimumMutualInformation().Separate(mixture);
        separation.Sources.Save("sources.wav");

        Recording tomorrow = Recording.Read("tomorrow.wav");
        separation.Unmixing.Apply(tomorrow).Save("tomorrow-sources.wav");

        FitProblem line = FitProblem.Read("rough.csv", "y ~ a*exp(-b*x) + c") with { Distance = Distance.Absolute };
        FitResult fit = line.Fit(new Dictionary<string, double> { ["a"] = 1, ["b"] = 1, ["c"] = 0 });
        Console.WriteLine(fit["b"]);                 // b = 0.740 ± 0.042
        return fit;
    }

    public static (FitResult InMemory, FitResult InBlocks) Fits(
        Matrix<double> x, Vector<double> y, Matrix<double> future, ISampleSource file)
    {
        // x and future: matrices, samples × inputs; y: a vector; file: samples in a file of any size, from
        // SampleFile.Open
        var problem = new FitProblem
        {
            Model = Model.FromFormula("a*exp(-b*x) + c", "x"),
            Inputs = x,
            Targets = y,
            Linear = ["a", "c"],
        };
        FitResult decay = problem.Fit(new Dictionary<string, double> { ["b"] = 1 });
        Interval slope = decay["b"].Interval(0.95);
        Prediction ahead = decay.Predict(future);    // ahead.Mean, ahead.Confidence, ahead.Observation

        var stream = new FitProblem
        {
            Model = problem.Model,
            Source = new() { Samples = file, InputColumns = [0], TargetColumns = [1] },
        };
        FitResult same = stream.Fit(new Dictionary<string, double> { ["a"] = 3, ["b"] = 1, ["c"] = 0 });
        return slope.Lower <= slope.Upper && ahead.Mean.Count == future.RowCount
            ? (decay, same)
            : throw new InvalidOperationException();
    }

    public static void Stream(PlanarBlock input, PlanarBlock output)
    {
        var separator = new StreamingSeparator(channels: 2, sampleRate: 48000);
        separator.Process(input, output);       // a PlanarBlock has the spans of all channels; or SeparateAsync(blocks)
    }
}
