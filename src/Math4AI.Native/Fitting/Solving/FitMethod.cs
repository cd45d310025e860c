using Math4AI.Fitting.Distances;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// How the cost of a fit is minimised, whichever way its derivatives are had: by the method that was asked for, or by
/// variable projection around it. Where a distance is flat far from its minimum, another one leads there; a corner is
/// rounded first, and less and less, since a residual that happens to be 0 would otherwise stay 0.
/// </summary>
internal sealed class FitMethod
{
    private static readonly double[] RoundedWidths = [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8];

    // Of the noise's scale, the start is above what a fit of the start would give: from above it is found from
    // everywhere.
    private const double StartOfScale = 1.5;

    // Beside the outputs' own rounding: a corner that is rounded within the first is as sharp as it can be told.
    private const double MinWidth = 16.0;
    private const double FirstUnsureWidth = 1024.0;

    // Powers and products of smaller numbers stay well within float64.
    private const double Usual = 1e15;

    private readonly FitProblem settings;
    private readonly FreeParameters unknowns;
    private readonly Func<double[], (double Spread, double Size)> spreadOf;
    private readonly Func<FitProblem, Cost> costOf;
    private readonly Minimizer method;
    private readonly CancellationToken cancellation;
    private readonly List<Minimum> stages = [];

    private FitMethod(
        FitProblem settings,
        FreeParameters unknowns,
        Func<double[], (double Spread, double Size)> spreadOf,
        Func<FitProblem, Cost> costOf,
        CancellationToken cancellation)
    {
        (this.settings, this.unknowns, this.spreadOf, this.costOf, this.cancellation) =
            (settings, unknowns, spreadOf, costOf, cancellation);
        int[] linear = [.. Enumerable.Range(0, unknowns.Free.Count).Where(
            j => settings.Linear.Contains(unknowns.Names[unknowns.Free[j]]))];
        method = linear.Length > 0
            ? Minimizer.VariableProjection(linear, settings.Minimizer)
            : settings.Minimizer ?? Minimizer.Auto();
    }

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
        CancellationToken cancellation) =>
        new FitMethod(settings, unknowns, spreadOf, costOf, cancellation).InStages(all);

    /// <summary>The last stage's minimum, with the work of all of them.</summary>
    private Minimum InStages(double[] all) => From(all) with
    {
        Iterations = stages.Sum(stage => stage.Iterations),
        Evaluations = stages.Sum(stage => stage.Evaluations),
        GradientEvaluations = stages.Sum(stage => stage.GradientEvaluations),
    };

    private Minimum From(double[] all)
    {
        double spread = spreadOf(all).Spread;
        Vector<double> start = Vector<double>.Build.Dense(unknowns.Of(all, Math.Log(StartOfScale * spread)));
        if (settings.Distance.Preliminary is { } preliminary)
        {
            start = Run(settings with { Distance = preliminary }, start).Parameters;
        }

        if (settings.Distance.HasCorner || settings.Priors.Values.Any(prior => prior.HasCorner))
        {
            return ToCorner(start, spread);
        }

        Minimum found = Run(settings, start);
        return settings.Distance.HasEdge
            ? DistanceEdge.Improved(settings, found, start, costOf, Run)
            : found;
    }

    /// <summary>The minimum of a cost with a corner, which is rounded less and less.</summary>
    private Minimum ToCorner(Vector<double> start, double spread)
    {
        Minimum? found = null;
        foreach (double width in RoundedWidths)
        {
            // From a far start the residuals are large at first, and what is narrow beside them is wide beside the
            // noise.
            (double here, double size) = spreadOf(unknowns.Completed(start.AsArray()));
            spread = Math.Min(spread, here);
            double rounding = settings.Model.Epsilon * size;
            if (found is not null && width * spread < MinWidth * rounding)
            {
                break;
            }

            FitProblem rounded = settings with
            {
                Distance = settings.Distance.Rounded(width * spread),
                Priors = settings.Priors.ToDictionary(pair => pair.Key, pair => pair.Value.Rounded(width)),
            };
            Minimum next = Run(rounded, start);
            if (found is { IsConverged: true } && !next.IsConverged && width * spread < FirstUnsureWidth * rounding)
            {
                // The outputs' own rounding already hides on which side of the corner they are: no minimum can be told
                // from the one before.
                break;
            }

            found = next;
            start = found.Parameters;
        }

        return found! with { Cost = costOf(settings).Value(start.AsArray()) };
    }

    private Minimum Run(FitProblem stage, Vector<double> from)
    {
        stages.Add(IsExtreme(stage)
            ? UnitCost.Minimize(method, costOf(stage), from, settings.Options, cancellation)
            : method.Minimize(costOf(stage), from, settings.Options, cancellation));
        return stages[^1];
    }

    /// <summary>Whether least squares of these samples may leave the range of float64.</summary>
    public static bool IsExtreme(FitProblem stage) =>
        stage.Distance.Noise == NoiseModel.LeastSquares && stage.Priors.Count == 0
        && stage is { Inputs: { } inputs, Targets: { } targets }
        && (inputs.Exists(IsFarFromOne, Zeros.AllowSkip) || targets.Values.Exists(IsFarFromOne, Zeros.AllowSkip));

    private static bool IsFarFromOne(double value) => value != 0.0 && Math.Abs(value) is < 1.0 / Usual or > Usual;

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
