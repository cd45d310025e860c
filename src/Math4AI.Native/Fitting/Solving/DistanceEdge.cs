using Math4AI.Fitting.Distances;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// Minima on the edge of what a distance allows, such as a rate of 0 where nothing was counted. They are approached
/// from inside by a logarithmic barrier, d − ε log of the gap to the edge, with ε going to 0: Poisson's distance with
/// the count ε. Source: A. Fiacco and G. McCormick, "Nonlinear Programming" (1968).
/// </summary>
internal static class DistanceEdge
{
    // The second takes away what the first one's rounding leaves.
    private const int MaxSteps = 2;

    private static readonly double[] Barriers = [1e-1, 1e-3, 1e-6, 1e-10];

    /// <summary>
    /// Returns the minimum if it lies inside, and else the one on the edge that the barriers lead to.
    /// </summary>
    /// <param name="settings">The problem, whose distance has an edge.</param>
    /// <param name="found">What the search without barriers ended at.</param>
    /// <param name="start">Where it began.</param>
    /// <param name="costOf">The cost with other settings.</param>
    /// <param name="run">Minimizes with other settings from a start.</param>
    public static Minimum Improved(
        FitProblem settings,
        Minimum found,
        Vector<double> start,
        Func<FitProblem, Cost> costOf,
        Func<FitProblem, Vector<double>, Minimum> run)
    {
        if (found.Termination == Termination.BadStart || costOf(settings) is not IFitCost cost
            || (found.IsConverged && !HasAny(cost, settings.Distance, found.Parameters)))
        {
            return found;
        }

        Minimum inside = found with { Parameters = start };
        foreach (double barrier in Barriers)
        {
            inside = run(settings with { Distance = settings.Distance.Inside(barrier) }, inside.Parameters);
        }

        Minimum exact = run(settings, inside.Parameters);
        if (exact.IsConverged && !HasAny(cost, settings.Distance, exact.Parameters))
        {
            return exact;
        }

        Vector<double> onEdge = inside.Parameters;
        for (int i = 0; i < MaxSteps; i++)
        {
            OnEdge rows = OnEdge.At(cost, settings.Distance, onEdge);
            if (!rows.AreAlone)
            {
                // Of a combination of parameters the point before the edge tells how the others may move along it.
                break;
            }

            onEdge += rows.Step;
        }

        double value = cost.Value(onEdge.ToArray());
        return !inside.IsConverged ? found : inside with
        {
            Parameters = double.IsFinite(value) ? onEdge : inside.Parameters,
            Cost = double.IsFinite(value) ? value : cost.Value(inside.Parameters.ToArray()),
        };
    }

    /// <summary>
    /// The parameters that predictions at the edge hold there, with their values and the side on which they are free.
    /// </summary>
    /// <param name="cost">The cost.</param>
    /// <param name="distance">The distance.</param>
    /// <param name="minimum">Where.</param>
    public static IReadOnlyDictionary<string, (double Value, double Side)> Held(
        IFitCost cost, Distance distance, Vector<double> minimum)
    {
        var held = new Dictionary<string, (double, double)>();
        if (!distance.HasEdge || !cost.HasRows)
        {
            return held;
        }

        foreach ((int parameter, double side) in OnEdge.At(cost, distance, minimum).Alone())
        {
            held[cost.Unknowns.Names[cost.Unknowns.Free[parameter]]] = (minimum[parameter], side);
        }

        return held;
    }

    /// <summary>The number of predictions at the edge.</summary>
    /// <param name="cost">The cost.</param>
    /// <param name="distance">The distance.</param>
    /// <param name="minimum">Where.</param>
    public static int Count(IFitCost cost, Distance distance, Vector<double> minimum) =>
        distance.HasEdge && cost.HasRows ? OnEdge.At(cost, distance, minimum).Rows.Count : 0;

    private static bool HasAny(IFitCost cost, Distance distance, Vector<double> minimum) =>
        OnEdge.At(cost, distance, minimum).Rows.Count > 0;
}
