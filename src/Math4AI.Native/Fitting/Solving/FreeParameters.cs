using Math4AI.Optimization.Constraints;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// The unknowns of a fit: the parameters that no value is fixed for, and after them log s where the distance has a
/// scale; what is known of them, and what priors add to the cost.
/// </summary>
internal sealed class FreeParameters
{
    private readonly FitProblem settings;
    private readonly int[] free;
    private readonly double[] theta;

    public FreeParameters(FitProblem settings)
    {
        this.settings = settings;
        Names = settings.Model.ParameterNames;
        free = [.. Enumerable.Range(0, Names.Count).Where(i => !settings.Fixed.ContainsKey(Names[i]))];
        theta = [.. Names.Select(name => settings.Fixed.GetValueOrDefault(name))];
        Priors = [.. free.Select(i => settings.Priors.GetValueOrDefault(Names[i]))];
    }

    /// <summary>The names of all of θ.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The numbers of the parameters that are free.</summary>
    public IReadOnlyList<int> Free => free;

    /// <summary>The priors of the free parameters.</summary>
    public IReadOnlyList<Prior?> Priors { get; }

    /// <summary>The number of unknowns.</summary>
    public int Count => free.Length + (settings.Distance.HasScale ? 1 : 0);

    /// <summary>The boxes of the unknowns; null if there is none.</summary>
    public Bounds? Bounds =>
        settings.Bounds.Count == 0
            ? null
            : new Bounds(
                Vector<double>.Build.Dense(Count, i => Side(i, double.NegativeInfinity, box => box.Lower)),
                Vector<double>.Build.Dense(Count, i => Side(i, double.PositiveInfinity, box => box.Upper)));

    /// <summary>All of θ from the unknowns; the array is used again.</summary>
    public double[] Complete(ReadOnlySpan<double> unknowns)
    {
        Fill(unknowns, theta);
        return theta;
    }

    /// <summary>The same in an array of its own, for several threads at once.</summary>
    public double[] Completed(ReadOnlySpan<double> unknowns)
    {
        double[] all = (double[])theta.Clone();
        Fill(unknowns, all);
        return all;
    }

    /// <summary>The unknowns of θ.</summary>
    /// <param name="all">θ.</param>
    /// <param name="logScale">log s, where the distance has one.</param>
    public double[] Of(double[] all, double logScale)
    {
        double[] unknowns = new double[Count];
        for (int j = 0; j < free.Length; j++)
        {
            unknowns[j] = all[free[j]];
        }

        if (settings.Distance.HasScale)
        {
            unknowns[^1] = logScale;
        }

        return unknowns;
    }

    /// <summary>Computes the contribution of the priors to the cost.</summary>
    public double PriorCost(ReadOnlySpan<double> unknowns)
    {
        double cost = 0.0;
        for (int j = 0; j < free.Length; j++)
        {
            cost += Priors[j]?.Expand(unknowns[j]).Value ?? 0.0;
        }

        return cost;
    }

    /// <summary>The parameters that a side of their box holds at a minimum, with their values.</summary>
    /// <param name="cost">C.</param>
    /// <param name="minimum">Where.</param>
    public IReadOnlyDictionary<string, double> Held(IFitCost cost, ReadOnlySpan<double> minimum)
    {
        var held = new Dictionary<string, double>();
        if (Bounds is not { } box)
        {
            return held;
        }

        double[] gradient = new double[Count];
        cost.Gradient(minimum, gradient);
        for (int j = 0; j < free.Length; j++)
        {
            if (box.Holds(j, minimum[j], gradient[j]))
            {
                held[Names[free[j]]] = minimum[j];
            }
        }

        return held;
    }

    /// <summary>A matrix over the free parameters as one over all, with zeros for the fixed ones.</summary>
    public Matrix<double> Complete(Matrix<double> ofFree)
    {
        Matrix<double> all = Matrix<double>.Build.Dense(Names.Count, Names.Count);
        for (int i = 0; i < free.Length; i++)
        {
            for (int j = 0; j < free.Length; j++)
            {
                all[free[i], free[j]] = ofFree[i, j];
            }
        }

        return all;
    }

    /// <summary>A vector over the free parameters as one over all, with zeros for the fixed ones.</summary>
    public Vector<double> Complete(Vector<double> ofFree)
    {
        Vector<double> all = Vector<double>.Build.Dense(Names.Count);
        for (int i = 0; i < free.Length; i++)
        {
            all[free[i]] = ofFree[i];
        }

        return all;
    }

    private void Fill(ReadOnlySpan<double> unknowns, double[] all)
    {
        for (int j = 0; j < free.Length; j++)
        {
            all[free[j]] = unknowns[j];
        }
    }

    private double Side(int i, double open, Func<(double Lower, double Upper), double> side) =>
        i < free.Length && settings.Bounds.TryGetValue(Names[free[i]], out (double Lower, double Upper) box)
            ? side(box)
            : open;
}
