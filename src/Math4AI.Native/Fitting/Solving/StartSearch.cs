using System.Diagnostics;
using Math4AI.Fitting.Samples;
using Math4AI.Optimization;
using Math4AI.Optimization.Search;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// Fits without a start: Sobol points over the bounds, or, where a side is open, over both signs and all magnitudes
/// from 10⁻⁵ to 10⁴. Each is tried for a few steps, on a part of the data where there is much, and the best ones go on
/// to the end. Of equally good ends the one with the smaller parameters is taken: among frequencies that samples cannot
/// tell apart, the lowest.
/// </summary>
internal static class StartSearch
{
    private const int FirstSteps = 40;
    private const int Finalists = 12;
    private const int EnoughSamples = 2000;
    private const double SameCost = 1e-6;
    private const double Decades = 9.0;
    private const double Smallest = 1e-5;

    public static Minimum Minimize(IFitCost cost, FitProblem problem, int starts, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(starts, 1);
        long began = Stopwatch.GetTimestamp();
        IReadOnlyList<string> names = cost.Unknowns.Names;
        int[] searched = [.. cost.Unknowns.Free.Where(i => !problem.Linear.Contains(names[i])).Take(SobolSequence.MaxDimensions)];
        double[] all = [.. names.Select(name => problem.Fixed.GetValueOrDefault(name, 1.0))];
        if (searched.Length == 0)
        {
            return cost.Minimize(all, cancellation);
        }

        var sequence = new SobolSequence(searched.Length);
        double[] unit = new double[searched.Length];
        var options = new MinimizerOptions { MaxIterations = FirstSteps };
        FitProblem screened = Part(problem);
        var tried = new List<Minimum>();
        sequence.Next(unit);
        for (int start = 0; start < starts; start++)
        {
            sequence.Next(unit);
            for (int j = 0; j < searched.Length; j++)
            {
                all[searched[j]] = Place(
                    unit[j], problem.Bounds.GetValueOrDefault(names[searched[j]], (double.NegativeInfinity, double.PositiveInfinity)));
            }

            tried.Add((screened with { Options = options }).Cost().Minimize(all, cancellation));
        }

        IFitCost part = screened.Cost();
        Minimum[] finalists =
        [
            .. tried.Where(minimum => double.IsFinite(minimum.Cost)).OrderBy(minimum => minimum.Cost).Take(Finalists)
                .Select(minimum => part.Minimize([.. part.Unknowns.Complete(minimum.Parameters.AsArray())], cancellation)),
        ];
        if (finalists.Length == 0)
        {
            throw new ArgumentException(
                "The model is not finite at any of the starts that were tried: give a start, or bounds.");
        }

        double least = finalists.Min(minimum => minimum.Cost);
        Minimum best = finalists
            .Where(minimum => minimum.Cost <= least + SameCost * Math.Abs(least))
            .OrderBy(minimum => minimum.IsConverged ? 0 : 1)
            .ThenBy(minimum => minimum.Parameters.Sum(value => Math.Log(1.0 + Math.Abs(value))))
            .First();
        if (screened != problem)
        {
            best = cost.Minimize([.. cost.Unknowns.Complete(best.Parameters.AsArray())], cancellation);
        }

        return best with
        {
            Method = $"multi-start, {best.Method}",
            Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds,
            Iterations = best.Iterations + tried.Sum(minimum => minimum.Iterations),
            Evaluations = best.Evaluations + tried.Sum(minimum => minimum.Evaluations),
            GradientEvaluations = best.GradientEvaluations + tried.Sum(minimum => minimum.GradientEvaluations),
        };
    }

    /// <summary>Evenly spread samples, where there are more than enough.</summary>
    private static FitProblem Part(FitProblem problem)
    {
        long samples = problem.SampleCount;
        if (samples <= 2 * EnoughSamples)
        {
            return problem;
        }

        long[] spread = [.. Enumerable.Range(0, EnoughSamples).Select(i => samples * i / EnoughSamples)];
        return problem.Source is null ? problem.Select([.. spread.Select(i => (int)i)]) : Read(problem, spread);
    }

    /// <summary>Some of the samples of a source, in memory.</summary>
    private static FitProblem Read(FitProblem problem, long[] samples)
    {
        IFitBlocks blocks = problem.Blocks();
        FitProblem[] parts =
        [
            .. samples.GroupBy(sample => (int)(sample / problem.Source!.BlockLength)).Select(group => problem.Of(blocks.Read(group.Key))
                .Select([.. group.Select(sample => (int)(sample % problem.Source!.BlockLength))])),
        ];
        Matrix<double> inputs = parts.Select(part => part.Inputs!).Aggregate((above, below) => above.Stack(below));
        Matrix<double> targets = parts.Select(part => part.Targets!.ToMatrix()).Aggregate((above, below) => above.Stack(below));
        Vector<double>? weights = problem.Source!.WeightColumn is null
            ? null
            : Vector<double>.Build.Dense([.. parts.SelectMany(part => part.Weights!)]);
        return problem.Of(new FitBlock(inputs, targets, weights));
    }

    private static double Place(double share, (double Lower, double Upper) box)
    {
        if (double.IsFinite(box.Lower) && double.IsFinite(box.Upper))
        {
            return box.Lower + share * (box.Upper - box.Lower);
        }

        if (double.IsFinite(box.Lower) || double.IsFinite(box.Upper))
        {
            double size = Smallest * Math.Pow(10.0, Decades * share);
            return double.IsFinite(box.Lower) ? box.Lower + size : box.Upper - size;
        }

        double signed = 2.0 * share - 1.0;
        return Math.CopySign(Smallest * Math.Pow(10.0, Decades * Math.Abs(signed)), signed);
    }
}
