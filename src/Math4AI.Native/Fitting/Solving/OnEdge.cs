using Math4AI.Fitting.Distances;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>The predictions that stand at the edge of what a distance allows, and would move with θ.</summary>
internal sealed class OnEdge
{
    private const double NearEdge = 1e-8;
    private const double Significant = 1e-6;
    private const double Negligible = 1e-12;

    // A step along ∂f/∂θ leads to an edge, but only a part of the way where f fades to it.
    private const double Reached = 1e-3;

    private readonly Vector<double> largest;

    private OnEdge(Vector<double> largest) => this.largest = largest;

    /// <summary>∂f/∂θ of each prediction, and 1 where the edge is below it, −1 where it is above.</summary>
    public List<(Vector<double> Slopes, double Side)> Rows { get; } = [];

    /// <summary>The step of θ to the edge.</summary>
    public required Vector<double> Step { get; init; }

    /// <summary>Whether they hold every parameter that they depend on.</summary>
    public bool AreAlone
    {
        get
        {
            IReadOnlyDictionary<int, double> alone = Alone();
            return Rows.All(row => Moves(row.Slopes, Negligible).All(alone.ContainsKey));
        }
    }

    /// <summary>Finds them.</summary>
    /// <param name="cost">The cost.</param>
    /// <param name="distance">The distance.</param>
    /// <param name="minimum">θ.</param>
    public static OnEdge At(IFitCost cost, Distance distance, Vector<double> minimum)
    {
        double[] at = minimum.ToArray();
        var found = new OnEdge(Largest(cost, at)) { Step = Vector<double>.Build.Dense(minimum.Count) };
        double[] gaps = found.Approach(cost, distance, at);
        if (gaps.All(double.IsInfinity))
        {
            return found;
        }

        int sample = 0;
        cost.VisitSlopes((minimum + found.Step).ToArray(), (predicted, observed, _, jacobian) =>
        {
            for (int i = 0; i < predicted.Length; i++)
            {
                double gap = gaps[sample++];
                if (Math.Abs(distance.EdgeGap(predicted[i], observed[i])) <= Reached * Math.Abs(gap)
                    && double.IsFinite(gap))
                {
                    bool isAbove = double.IsFinite(distance.Expand(predicted[i] + NearEdge, observed[i], 0.0).Value);
                    found.Rows.Add((jacobian.Row(i), isAbove ? 1.0 : -1.0));
                }
            }
        });
        return found;
    }

    /// <summary>
    /// Sets the step that takes all predictions near the edge to it; returns their gaps, infinite for others.
    /// </summary>
    private double[] Approach(IFitCost cost, Distance distance, double[] at)
    {
        int count = largest.Count;
        Matrix<double> squares = Matrix<double>.Build.Dense(count, count);
        Vector<double> pull = Vector<double>.Build.Dense(count);
        var gaps = new List<double>();
        cost.VisitSlopes(at, (predicted, observed, weights, jacobian) =>
        {
            for (int i = 0; i < predicted.Length; i++)
            {
                double gap = distance.EdgeGap(predicted[i], observed[i]);
                Vector<double> row = jacobian.Row(i);
                bool isNear = weights[i] > 0.0 && Math.Abs(gap) <= NearEdge && Moves(row, Significant).Length > 0;
                gaps.Add(isNear ? gap : double.PositiveInfinity);
                if (isNear)
                {
                    squares.Add(row.OuterProduct(row), squares);
                    pull.Subtract(row * gap, pull);
                }
            }
        });
        if (!gaps.All(double.IsInfinity))
        {
            (squares.PseudoInverse() * pull).CopySubVectorTo(Step, 0, 0, count);
        }

        return [.. gaps];
    }

    /// <summary>
    /// The parameters that predictions depend on alone, or beside parameters that are held in this way already, and
    /// the sides on which they are free.
    /// </summary>
    public IReadOnlyDictionary<int, double> Alone()
    {
        var alone = new Dictionary<int, double>();
        for (bool isNew = true; isNew;)
        {
            isNew = false;
            foreach ((Vector<double> slopes, double side) in Rows)
            {
                int[] moving = [.. Moves(slopes, Negligible).Where(j => !alone.ContainsKey(j))];
                isNew |= moving.Length == 1 && alone.TryAdd(moving[0], side * Math.Sign(slopes[moving[0]]));
            }
        }

        return alone;
    }

    /// <summary>The parameters that a prediction moves with, beside a share of the largest slope of each.</summary>
    private int[] Moves(Vector<double> slopes, double share) =>
        [.. Enumerable.Range(0, slopes.Count).Where(
            j => largest[j] > 0.0 && Math.Abs(slopes[j]) > share * largest[j])];

    private static Vector<double> Largest(IFitCost cost, double[] at)
    {
        Vector<double> largest = Vector<double>.Build.Dense(cost.Unknowns.Free.Count);
        cost.VisitSlopes(at, (_, _, weights, jacobian) =>
        {
            for (int i = 0; i < weights.Length; i++)
            {
                for (int j = 0; j < largest.Count && weights[i] > 0.0; j++)
                {
                    largest[j] = Math.Max(largest[j], Math.Abs(jacobian[i, j]));
                }
            }
        });
        return largest;
    }
}
