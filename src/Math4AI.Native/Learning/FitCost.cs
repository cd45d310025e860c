using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Learning;

/// <summary>
/// The cost of a fit over its free parameters, and log s where the distance has a scale. Each sample becomes the residual
/// r = d′ √(w/2d″) with the row J = √(w d″/2) ∂f/∂θ, so that 2 Jᵀr is the gradient of the cost and 2 JᵀJ its Gauss–Newton Hessian,
/// whatever the distance; scale and priors add rows of the same kind.
/// </summary>
internal sealed class FitCost : SquaresCost
{
    private static readonly double[] RoundedWidths = [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8];

    private readonly int[] free;
    private readonly Prior?[] priors;
    private readonly double[] theta;
    private readonly double[] values;
    private readonly double[] slopes;

    public FitCost(FitProblem problem)
    {
        Problem = problem;
        Names = problem.Model.ParameterNames;
        free = [.. Enumerable.Range(0, Names.Count).Where(i => !problem.Fixed.ContainsKey(Names[i]))];
        priors = [.. free.Select(i => problem.Priors.GetValueOrDefault(Names[i]))];
        theta = [.. Names.Select(name => problem.Fixed.GetValueOrDefault(name))];
        values = new double[problem.Targets.Count];
        slopes = new double[checked(values.Length * Names.Count)];
        if (problem.Bounds.Count > 0)
        {
            Bounds = new Bounds(
                Vector<double>.Build.Dense(Parameters, i => Side(i, double.NegativeInfinity, box => box.Lower)),
                Vector<double>.Build.Dense(Parameters, i => Side(i, double.PositiveInfinity, box => box.Upper)));
        }
    }

    public FitProblem Problem { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The numbers of the parameters that are free.</summary>
    public IReadOnlyList<int> Free => free;

    public int Samples => values.Length;

    /// <summary>The samples whose weight is not 0.</summary>
    public int WeightedSamples => Problem.Weights?.Count(weight => weight > 0.0) ?? Samples;

    public override int Parameters => free.Length + (HasScale ? 1 : 0);

    public override int Residuals => (HasScale ? 2 : 1) * Samples + priors.Count(prior => prior is not null);

    private bool HasScale => Problem.Distance.HasScale;

    /// <summary>All of θ from the free parameters.</summary>
    public double[] Complete(ReadOnlySpan<double> parameters)
    {
        for (int j = 0; j < free.Length; j++)
        {
            theta[free[j]] = parameters[j];
        }

        return theta;
    }

    /// <summary>The free part of θ; log s begins at the spread of the residuals.</summary>
    public double[] Start(double[] all)
    {
        double[] start = new double[Parameters];
        for (int j = 0; j < free.Length; j++)
        {
            start[j] = all[free[j]];
        }

        if (HasScale)
        {
            start[^1] = Math.Log(1.5 * Spread(all));
        }

        return start;
    }

    /// <summary>
    /// Finds the minimum from θ. A distance with a corner is rounded first, and less and less, since a residual that happens to be
    /// 0 would otherwise stay 0.
    /// </summary>
    public Minimum Minimize(double[] all, CancellationToken cancellation)
    {
        Minimizer method = Problem.Minimizer ?? Minimizer.Auto();
        Vector<double> start = Vector<double>.Build.Dense(Start(all));
        if (Problem.Distance.Preliminary is { } preliminary)
        {
            start = method.Minimize(new FitCost(Problem with { Distance = preliminary }), start, Problem.Options, cancellation).Parameters;
        }

        if (Problem.Distance.Rounded(1.0) is null)
        {
            return method.Minimize(this, start, Problem.Options, cancellation);
        }

        Minimum? found = null;
        double unit = Spread(all);
        foreach (double width in RoundedWidths)
        {
            var rounded = new FitCost(Problem with { Distance = Problem.Distance.Rounded(width * unit)! });
            found = method.Minimize(rounded, start, Problem.Options, cancellation);
            start = found.Parameters;
        }

        return found! with { Cost = Value(start.AsArray()) };
    }

    public override double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
    {
        bool isDerived = !jacobian.IsEmpty;
        Problem.Model.Evaluate(Problem.Inputs, Complete(parameters), values, isDerived ? slopes : []);
        double logScale = HasScale ? parameters[^1] : 0.0;
        double cost = 0.0;
        jacobian.Clear();
        for (int i = 0; i < Samples; i++)
        {
            double weight = Problem.Weights?[i] ?? 1.0;
            Expansion expansion = Problem.Distance.Expand(values[i], Problem.Targets[i], logScale);
            cost += weight * expansion.Value;
            double root = Row(weight * expansion.Slope, weight * expansion.Curvature, out residuals[i]);
            if (isDerived)
            {
                for (int j = 0; j < free.Length; j++)
                {
                    jacobian[j * Residuals + i] = root * slopes[free[j] * Samples + i];
                }
            }

            if (HasScale)
            {
                root = Row(weight * expansion.ScaleSlope, weight * expansion.ScaleCurvature, out residuals[Samples + i]);
                if (isDerived)
                {
                    jacobian[free.Length * Residuals + Samples + i] = root;
                }
            }
        }

        return cost + AddPriors(parameters, residuals, jacobian);
    }

    /// <summary>The median of |f − y|.</summary>
    private double Spread(double[] all)
    {
        Problem.Model.Evaluate(Problem.Inputs, all, values, []);
        double[] sizes = [.. values.Zip(Problem.Targets, (f, y) => Math.Abs(f - y)).Where(double.IsFinite).Order()];
        return sizes.Length > 0 && sizes[sizes.Length / 2] is var median and > 0.0 ? median : 1.0;
    }

    /// <summary>r = d′ √(1/2d″), and √(d″/2), which the row of J is scaled by.</summary>
    private static double Row(double slope, double curvature, out double residual)
    {
        double root = Math.Sqrt(0.5 * curvature);
        residual = root > 0.0 ? 0.5 * slope / root : 0.0;
        return root;
    }

    private double AddPriors(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
    {
        double cost = 0.0;
        int row = (HasScale ? 2 : 1) * Samples;
        for (int j = 0; j < free.Length; j++)
        {
            if (priors[j] is { } prior)
            {
                Expansion expansion = prior.Expand(parameters[j]);
                cost += expansion.Value;
                double root = Row(expansion.Slope, expansion.Curvature, out residuals[row]);
                if (!jacobian.IsEmpty)
                {
                    jacobian[j * Residuals + row] = root;
                }

                row++;
            }
        }

        return cost;
    }

    private double Side(int i, double open, Func<(double Lower, double Upper), double> side) =>
        i < free.Length && Problem.Bounds.TryGetValue(Names[free[i]], out (double Lower, double Upper) box) ? side(box) : open;
}
