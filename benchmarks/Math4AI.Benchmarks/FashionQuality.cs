using System.Diagnostics;
using System.Globalization;
using Math4AI.Data.Images;
using Math4AI.Features;
using Math4AI.Kernels.Machines;
using Math4AI.Training.Learners;

namespace Math4AI.Benchmarks;

/// <summary>
/// Histograms of oriented gradients and a support vector machine on Fashion-MNIST: 60,000 images to learn from, and the
/// accuracy on the 10,000 that chose nothing. The published accuracy of such a machine is 0.926.
/// </summary>
internal static class FashionQuality
{
    private const int HeldOut = 10_000;

    /// <param name="words">
    /// The folder of the data set, a formula of features, how many images to learn from, and <c>held-out</c> for the
    /// last 10,000 images of the training part in place of the test part, to choose features by; or nothing.
    /// </param>
    public static int Run(string[] words)
    {
        string folder = words.Length > 0 ? words[0] : "/usr/share/datasets/fashion-mnist";
        string formula = words.Length > 1 ? words[1] : "hog:9:4:2";
        var all = ImageSet.Read(Path.Combine(folder, "train-images-idx3-ubyte.gz"));
        bool isHeldOut = words is [.., "held-out"];
        int most = isHeldOut ? all.Count - HeldOut : all.Count;
        int count = words.Length > 2 ? Math.Min(most, int.Parse(words[2], CultureInfo.InvariantCulture)) : most;
        ImageSet train = all.Select([.. Enumerable.Range(0, count)]);
        ImageSet test = isHeldOut
            ? all.Select([.. Enumerable.Range(most, HeldOut)])
            : ImageSet.Read(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"));
        long start = Stopwatch.GetTimestamp();
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        FittedFeatures<ImageSet> features = ImageFeatures.Names.Parse(formula).Fit(train);
        LearnerSamples samples = LearnerSamples.Of(features.Apply(train), train.Labels, train.Classes.Count);
        var learner = (SupportVectorLearner)new SupportVectorLearner
        {
            HasProbabilities = false,
            MaxSearchSamples = 6000,
        }.Choose(samples).Learner;
        double chosen = Stopwatch.GetElapsedTime(start).TotalMinutes;
        var fit = (SupportVectorClassifierFit)learner.Fit(samples);
        double fitted = Stopwatch.GetElapsedTime(start).TotalMinutes;
        int[] predicted = fit.Predict(features.Apply(test));
        double right = predicted.Where((of, i) => of == test.Labels[i]).Count() / (double)predicted.Length;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{formula}, {samples.Inputs.ColumnCount} features; γ {learner.Gamma:G3}, C {learner.Penalty:G3}; "
            + $"{fit.SupportVectors.Count} vectors; accuracy {right:0.0000}; minutes: {chosen:0.0} to features and "
            + $"settings, {fitted - chosen:0.0} to fit, {Stopwatch.GetElapsedTime(start).TotalMinutes - fitted:0.0} to "
            + $"predict; CPU {(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMinutes:0.0} min"));
        return 0;
    }
}
