using MathNet.Numerics.Statistics;

namespace Math4AI.Fitting.Posteriors;

/// <summary>Estimates of a hierarchy's parameters by name, from the fits of its groups.</summary>
internal sealed class PooledStart(
    Dictionary<string, double> values, Dictionary<string, double> errors, double scale)
{
    // Below it the centered form gives more effective draws a gradient, of simulated groups: see the benchmarks.
    private const double Informative = 0.65;
    private const double UnknownError = 0.1;

    /// <summary>The estimates by name: of each group's parameters, by its own samples.</summary>
    public IReadOnlyDictionary<string, double> Values => values;

    /// <summary>Near values of the parameters of a density, and about how wide each unconstrained one is.</summary>
    public (double[] Near, double[] Errors) Of(PooledDensity density)
    {
        double[] near = new double[density.Names.Count], wide = new double[near.Length];
        int extra = 2 * density.Pooled.Count;
        for (int j = extra; j < near.Length; j++)
        {
            string name = density.Names[j];
            bool isScale = !values.ContainsKey(name);
            double value = isScale ? scale : values[name];
            double error = isScale ? UnknownError * scale : errors.GetValueOrDefault(name, double.NaN);
            error = error > 0.0 && double.IsFinite(error) ? error : UnknownError * Size(value);
            (near[j], wide[j]) = PosteriorStart.Inside(value, error, density.Bounds[j]);
        }

        for (int k = 0; k < density.Pooled.Count; k++)
        {
            (_, int[] places) = density.Pooled[k];
            double[] own = [.. places.Select(place => near[extra + place])];
            double mean = own.Average(), deviation = own.Length > 1 ? own.StandardDeviation() : 0.0;
            deviation = deviation > 0.0 ? deviation : UnknownError * Size(mean);
            (near[2 * k], wide[2 * k]) =
                PosteriorStart.Inside(mean, deviation / Math.Sqrt(own.Length), density.Bounds[2 * k]);
            (near[2 * k + 1], wide[2 * k + 1]) =
                PosteriorStart.Inside(deviation, deviation / Math.Sqrt(2.0 * own.Length), density.Bounds[2 * k + 1]);
            foreach (int place in density.Centered[k] ? [] : places)
            {
                (near[extra + place], wide[extra + place]) =
                    ((near[extra + place] - near[2 * k]) / near[2 * k + 1], 1.0);
            }
        }

        return (near, wide);
    }

    /// <summary>
    /// Of each pooled parameter, whether each group determines it well beside how different the groups are, so that the
    /// form that is centered mixes better.
    /// </summary>
    public bool[] AreInformative(PooledDensity density) =>
        [.. Enumerable.Range(0, density.Pooled.Count).Select(k => Ratio(density, k) < Informative)];

    /// <summary>The largest error of a group's own estimate over the deviation of the estimates.</summary>
    public double Ratio(PooledDensity density, int pool)
    {
        string[] names =
            [.. density.Pooled[pool].Places.Select(place => density.Names[2 * density.Pooled.Count + place])];
        double[] known = [.. names.Select(name => errors[name])];
        double deviation = names.Select(name => values[name]).StandardDeviation();
        return known.All(double.IsFinite) && deviation > 0.0 ? known.Max() / deviation : double.PositiveInfinity;
    }

    private static double Size(double value) => value == 0.0 ? 1.0 : Math.Abs(value);
}
