using Math4AI.Optimization;

namespace Math4AI.Learning;

/// <summary>
/// Fits without a start: Sobol points over the bounds, or, where a side is open, over both signs and all magnitudes from 10⁻⁵ to
/// 10⁴. Each is tried for a few steps, and the best ones go on to the end.
/// </summary>
internal static class StartSearch
{
    private const int FirstSteps = 40;
    private const int Finalists = 5;
    private const double Decades = 9.0;
    private const double Smallest = 1e-5;

    public static Minimum Minimize(FitCost cost, FitProblem problem, int starts, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(starts, 1);
        int dimensions = Math.Min(cost.Free.Count, SobolSequence.MostDimensions);
        var sequence = new SobolSequence(dimensions);
        double[] unit = new double[dimensions];
        double[] all = [.. cost.Names.Select(name => problem.Fixed.GetValueOrDefault(name, 1.0))];
        var options = new MinimizerOptions { MaxIterations = FirstSteps };
        var tried = new List<Minimum>();
        sequence.Next(unit);
        for (int start = 0; start < starts; start++)
        {
            sequence.Next(unit);
            for (int j = 0; j < dimensions; j++)
            {
                all[cost.Free[j]] = Place(unit[j], problem.Bounds.GetValueOrDefault(
                    cost.Names[cost.Free[j]], (double.NegativeInfinity, double.PositiveInfinity)));
            }

            tried.Add(new FitCost(problem with { Options = options }).Minimize(all, cancellation));
        }

        Minimum best = tried
            .Where(minimum => double.IsFinite(minimum.Cost))
            .OrderBy(minimum => minimum.Cost)
            .Take(Finalists)
            .Select(minimum => cost.Minimize(cost.Complete(minimum.Parameters.AsArray()), cancellation))
            .OrderBy(minimum => minimum.IsConverged ? 0 : 1)
            .OrderBy(minimum => Math.Round(Math.Log(Math.Max(double.Epsilon, Math.Abs(minimum.Cost))), 6))
            .FirstOrDefault()
            ?? throw new ArgumentException(
                "The model is not finite at any of the starts that were tried: give a start, or bounds.");
        return best with
        {
            Method = $"multi-start, {best.Method}",
            Iterations = best.Iterations + tried.Sum(minimum => minimum.Iterations),
            Evaluations = best.Evaluations + tried.Sum(minimum => minimum.Evaluations),
            GradientEvaluations = best.GradientEvaluations + tried.Sum(minimum => minimum.GradientEvaluations),
        };
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
