
namespace Math4AI.Separation.Information;

/// <summary>
/// Finds the two directions in which two white signals depend least: they minimize J(θ₁, θ₂) = H(θ₁) + H(θ₂) − log
/// |sin(θ₁ − θ₂)|, the mutual information up to a constant, and need not be orthogonal. Both densities are symmetric,
/// or neither is; the two cases are weighed by their evidence, tempered.
/// </summary>
internal static class PairSearch
{
    private const int Directions = EntropyCurve.Directions;
    private const double SymmetricShare = 0.1;
    private const double Temper = 0.25;

    // Pairs of directions whose likelihood is below e⁻⁷ of the best are not considered.
    private const double Plausible = 7.0;
    private const int MaxCandidates = 200;
    private const int EnoughCandidates = 12;

    private static readonly double[] LogSine =
        [.. Enumerable.Range(0, Directions).Select(i => Math.Log(Math.Sin(i * Math.PI / Directions) + 1e-12))];

    private static readonly double[] Sine =
        [.. Enumerable.Range(0, Directions).Select(i => Math.Sin(i * Math.PI / Directions))];

    /// <summary>
    /// Finds the directions that minimize J, by a grid and parabolas; returns the decrease of J from (0, π/2) too.
    /// </summary>
    public static (double First, double Second, double Gain) Minimum(EntropyCurve curve, int samples)
    {
        (int bestI, int bestJ, double best) = (0, 0, double.PositiveInfinity);
        for (int i = 0; i < Directions; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double value = Dependence(curve, samples, i, j);
                (bestI, bestJ, best) = value < best ? (i, j, value) : (bestI, bestJ, best);
            }
        }

        double first = bestI + Vertex(k => Dependence(curve, samples, Wrap(bestI + k), bestJ));
        double second = bestJ + Vertex(k => Dependence(curve, samples, bestI, Wrap(bestJ + k)));
        return (first * Math.PI / Directions, second * Math.PI / Directions,
            Dependence(curve, samples, Directions / 2, 0) - best);
    }

    /// <summary>
    /// Finds the directions with the smallest expected Amari error over all plausible ones, weighted by e^(−nJ). With
    /// many samples these are the directions that minimize J.
    /// </summary>
    public static (double First, double Second) MinExpectedError(EntropyCurve curve, int samples)
    {
        List<(double Value, int I, int J)> candidates = PlausibleDirections(curve, samples);
        if (candidates.Count < EnoughCandidates)
        {
            (double one, double two, _) = Minimum(curve, samples);
            return (one, two);
        }

        if (candidates.Count > MaxCandidates)
        {
            double step = (double)candidates.Count / MaxCandidates;
            candidates = [.. Enumerable.Range(0, MaxCandidates).Select(k => candidates[(int)(k * step)])];
        }

        double best = candidates[0].Value, smallest = double.PositiveInfinity;
        (int I, int J) chosen = default;
        foreach ((_, int i, int j) in candidates)
        {
            double error = 0.0;
            foreach ((double value, int k, int l) in candidates)
            {
                error += Math.Exp(-samples * (value - best)) * AmariError(i, j, k, l);
            }

            (smallest, chosen) = error < smallest ? (error, (i, j)) : (smallest, chosen);
        }

        return (chosen.I * Math.PI / Directions, chosen.J * Math.PI / Directions);
    }

    private static List<(double Value, int I, int J)> PlausibleDirections(EntropyCurve curve, int samples)
    {
        var all = new List<(double Value, int I, int J)>();
        for (int i = 0; i < Directions; i++)
        {
            for (int j = 0; j < i; j++)
            {
                all.Add((Dependence(curve, samples, i, j), i, j));
            }
        }

        double best = all.Min(each => each.Value);
        return [.. all.Where(each => (each.Value - best) * samples < Plausible).OrderBy(each => each.Value)
            .ThenBy(each => each.I)];
    }

    private static double Dependence(EntropyCurve curve, int samples, int i, int j)
    {
        double any = curve.Any[i] + curve.Any[j];
        if (curve.Symmetric.Length > 0)
        {
            double symmetric = curve.Symmetric[i] + curve.Symmetric[j];
            double least = Math.Min(any, symmetric), rate = Temper * samples;
            any = least - Math.Log(
                (1.0 - SymmetricShare) * Math.Exp(-rate * (any - least))
                + SymmetricShare * Math.Exp(-rate * (symmetric - least))) / rate;
        }

        return any - LogSine[Math.Abs(i - j)];
    }

    /// <summary>Computes the Amari error, up to a factor, of directions (i, j) if (k, l) are the true ones.</summary>
    private static double AmariError(int i, int j, int k, int l)
    {
        double p = Sine[Math.Abs(i - l)], q = Sine[Math.Abs(i - k)], r = Sine[Math.Abs(j - l)],
            s = Sine[Math.Abs(j - k)];
        return Ratio(p, q) + Ratio(r, s) + Ratio(p, r) + Ratio(q, s);
    }

    private static double Ratio(double x, double y) => Math.Min(x, y) / (Math.Max(x, y) + 1e-12);

    private static int Wrap(int direction) => (direction + Directions) % Directions;

    /// <summary>Returns where the parabola through −1, 0 and 1 has its minimum, within one step.</summary>
    private static double Vertex(Func<int, double> value)
    {
        (double before, double at, double after) = (value(-1), value(0), value(1));
        double bend = before - 2.0 * at + after;
        return bend > 0.0 ? Math.Clamp(0.5 * (before - after) / bend, -0.5, 0.5) : 0.0;
    }
}
