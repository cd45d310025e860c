using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// How the cost of a fit is minimised, whichever way its derivatives are had: by the method that was asked for, or by variable
/// projection around it. Where a distance is flat far from its minimum, another one leads there; a corner is rounded first, and
/// less and less, since a residual that happens to be 0 would otherwise stay 0.
/// </summary>
internal static class FitMethod
{
    private static readonly double[] RoundedWidths = [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8];

    // Of the noise's scale, the start is above what a fit of the start would give: from above it is found from everywhere.
    private const double StartOfScale = 1.5;

    /// <param name="settings">What was asked for.</param>
    /// <param name="unknowns">Which parameters are searched.</param>
    /// <param name="all">θ to begin at.</param>
    /// <param name="spreadOf">A typical |f − y| at some θ.</param>
    /// <param name="costOf">The cost with other settings.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static Minimum Minimize(
        FitSettings settings,
        FreeParameters unknowns,
        double[] all,
        Func<double[], double> spreadOf,
        Func<FitSettings, Cost> costOf,
        CancellationToken cancellation)
    {
        Minimizer method = settings.Minimizer ?? Minimizer.Auto();
        if (settings.Linear.Count > 0)
        {
            int[] linear = [.. Enumerable.Range(0, unknowns.Free.Count).Where(j => settings.Linear.Contains(unknowns.Names[unknowns.Free[j]]))];
            method = linear.Length > 0 ? Minimizer.VariableProjection(linear, settings.Minimizer) : method;
        }

        double spread = spreadOf(all);
        Vector<double> start = Vector<double>.Build.Dense(unknowns.Of(all, Math.Log(StartOfScale * spread)));
        if (settings.Distance.Preliminary is { } preliminary)
        {
            start = method.Minimize(costOf(settings with { Distance = preliminary }), start, settings.Options, cancellation).Parameters;
        }

        bool hasCorner = settings.Distance.Rounded(1.0) is not null || settings.Priors.Values.Any(prior => prior.Rounded(1.0) is not null);
        if (!hasCorner)
        {
            return method.Minimize(costOf(settings), start, settings.Options, cancellation);
        }

        Minimum? found = null;
        foreach (double width in RoundedWidths)
        {
            // From a far start the residuals are large at first, and what is narrow beside them is wide beside the noise.
            spread = Math.Min(spread, spreadOf(unknowns.Completed(start.AsArray())));
            FitSettings rounded = settings with
            {
                Distance = settings.Distance.Rounded(width * spread) ?? settings.Distance,
                Priors = settings.Priors.ToDictionary(pair => pair.Key, pair => pair.Value.Rounded(width) ?? pair.Value),
            };
            found = method.Minimize(costOf(rounded), start, settings.Options, cancellation);
            start = found.Parameters;
        }

        return found! with { Cost = costOf(settings).Value(start.AsArray()) };
    }

    /// <summary>The median of |f − y| of samples that count; 1 where there is none.</summary>
    public static double Spread(ReadOnlySpan<double> predicted, Vector<double> observed, Vector<double>? weights)
    {
        var sizes = new List<double>(predicted.Length);
        for (int i = 0; i < predicted.Length; i++)
        {
            bool counts = weights is null || weights[i % weights.Count] > 0.0;
            if (counts && Math.Abs(predicted[i] - observed[i]) is var size && double.IsFinite(size))
            {
                sizes.Add(size);
            }
        }

        sizes.Sort();
        return sizes.Count > 0 && sizes[sizes.Count / 2] is var median and > 0.0 ? median : 1.0;
    }
}
