using Math4AI.Fitting.Samples;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Fitting.Starts;

/// <summary>The samples that starts are tried on: all of them, or some, where there are many.</summary>
internal static class StartSamples
{
    private const int Enough = 2000;

    /// <summary>
    /// The problem on at most <see cref="Enough"/> samples. They are drawn, seeded, and not evenly spread, which would
    /// let a high frequency pass for a low one.
    /// </summary>
    public static FitProblem Of(FitProblem problem)
    {
        long samples = problem.SampleCount;
        if (samples <= 2 * Enough)
        {
            return problem.Source is null ? problem
                : Read(problem, [.. Enumerable.Range(0, (int)samples).Select(i => (long)i)]);
        }

        var random = new MersenneTwister(1, threadSafe: false);
        long[] drawn = [.. Enumerable.Range(0, Enough)
            .Select(i => (long)((i + random.NextDouble()) * samples / Enough)).Distinct()];
        return problem.Source is null ? problem.Select([.. drawn.Select(i => (int)i)]) : Read(problem, drawn);
    }

    /// <summary>Some of the samples of a source, in memory.</summary>
    private static FitProblem Read(FitProblem problem, long[] samples)
    {
        IFitBlocks blocks = problem.Blocks();
        FitProblem[] parts =
        [
            .. samples.GroupBy(sample => (int)(sample / problem.Source!.BlockLength))
                .Select(group => problem.Of(blocks.Read(group.Key))
                .Select([.. group.Select(sample => (int)(sample % problem.Source!.BlockLength))])),
        ];
        Matrix<double> inputs = parts.Select(part => part.Inputs!).Aggregate((above, below) => above.Stack(below));
        Matrix<double> targets = parts.Select(part => part.Targets!.ToMatrix())
            .Aggregate((above, below) => above.Stack(below));
        Vector<double>? weights = problem.Source!.WeightColumn is null
            ? null
            : Vector<double>.Build.Dense([.. parts.SelectMany(part => part.Weights!)]);
        return problem.Of(new FitBlock(inputs, targets, weights));
    }
}
