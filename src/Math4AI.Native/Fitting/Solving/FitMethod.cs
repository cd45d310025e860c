using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// How the cost of a fit is minimised, whichever way its derivatives are had: by the method that was asked for, or by
/// variable projection around it. Where a distance is flat far from its minimum, another one leads there; a corner is
/// rounded first, and less and less, since a residual that happens to be 0 would otherwise stay 0.
/// </summary>
internal static class FitMethod
{
    private static readonly double[] RoundedWidths = [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8];

    // Of the noise's scale, the start is above what a fit of the start would give: from above it is found from
    // everywhere.
    private const double StartOfScale = 1.5;

    // Beside the outputs' own rounding: a corner that is rounded within the first is as sharp as it can be told.
    private const double MinWidth = 16.0;
    private const double FirstUnsureWidth = 1024.0;

    /// <param name="settings">What was asked for.</param>
    /// <param name="unknowns">Which parameters are searched.</param>
    /// <param name="all">θ to begin at.</param>
    /// <param name="spreadOf">A typical |f − y| at some θ, and a typical |f|.</param>
    /// <param name="costOf">The cost with other settings.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public static Minimum Minimize(
        FitProblem settings,
        FreeParameters unknowns,
        double[] all,
        Func<double[], (double Spread, double Size)> spreadOf,
        Func<FitProblem, Cost> costOf,
        CancellationToken cancellation)
    {
        Minimizer method = settings.Minimizer ?? Minimizer.Auto();
        if (settings.Linear.Count > 0)
        {
            int[] linear = [.. Enumerable.Range(0, unknowns.Free.Count).Where(
                j => settings.Linear.Contains(unknowns.Names[unknowns.Free[j]]))];
            method = linear.Length > 0 ? Minimizer.VariableProjection(linear, settings.Minimizer) : method;
        }

        (double spread, double size) = spreadOf(all);
        Vector<double> start = Vector<double>.Build.Dense(unknowns.Of(all, Math.Log(StartOfScale * spread)));
        if (settings.Distance.Preliminary is { } preliminary)
        {
            start = Run(settings with { Distance = preliminary }).Parameters;
        }

        bool hasCorner = settings.Distance.HasCorner || settings.Priors.Values.Any(prior => prior.HasCorner);
        if (!hasCorner)
        {
            Minimum only = Run(settings);
            return settings.Distance.HasEdge
                ? DistanceEdge.Improved(settings, only, start, costOf, RunFrom)
                : only;
        }

        Minimum? found = null;
        foreach (double width in RoundedWidths)
        {
            // From a far start the residuals are large at first, and what is narrow beside them is wide beside the
            // noise.
            (double here, size) = spreadOf(unknowns.Completed(start.AsArray()));
            spread = Math.Min(spread, here);
            if (found is not null && width * spread < MinWidth * settings.Model.Epsilon * size)
            {
                break;
            }

            FitProblem rounded = settings with
            {
                Distance = settings.Distance.Rounded(width * spread),
                Priors = settings.Priors.ToDictionary(pair => pair.Key, pair => pair.Value.Rounded(width)),
            };
            Minimum next = Run(rounded);
            if (found is { IsConverged: true } && !next.IsConverged
                && width * spread < FirstUnsureWidth * settings.Model.Epsilon * size)
            {
                // The outputs' own rounding already hides on which side of the corner they are: no minimum can be told
                // from the one before.
                break;
            }

            found = next;
            start = found.Parameters;
        }

        return found! with { Cost = costOf(settings).Value(start.AsArray()) };

        Minimum Run(FitProblem stage) => RunFrom(stage, start);

        Minimum RunFrom(FitProblem stage, Vector<double> from) =>
            method.Minimize(costOf(stage), from, settings.Options, cancellation);
    }

    /// <summary>The medians of |f − y| and of |f| of samples that count; 1 and 0 if there is none.</summary>
    public static (double Spread, double Size) Spread(
        ReadOnlySpan<double> predicted, Vector<double> observed, Vector<double>? weights)
    {
        List<double> differences = new(predicted.Length), sizes = new(predicted.Length);
        for (int i = 0; i < predicted.Length; i++)
        {
            bool counts = weights is null || weights[i % weights.Count] > 0.0;
            if (counts && Math.Abs(predicted[i] - observed[i]) is var difference && double.IsFinite(difference))
            {
                differences.Add(difference);
                sizes.Add(Math.Abs(predicted[i]));
            }
        }

        differences.Sort();
        sizes.Sort();
        int middle = sizes.Count / 2;
        return sizes.Count == 0 ? (1.0, 0.0) : (differences[middle] > 0.0 ? differences[middle] : 1.0, sizes[middle]);
    }
}
