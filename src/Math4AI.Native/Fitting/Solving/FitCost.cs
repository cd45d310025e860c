using Math4AI.Fitting.Distances;
using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// The cost of a fit over its free parameters, and log s where the distance has a scale. Each sample becomes the
/// residual r = d′ √(w/2d″) with the row J = √(w d″/2) ∂f/∂θ, so that 2 Jᵀr is the gradient of the cost and 2 JᵀJ its
/// Gauss–Newton Hessian, whatever the distance; scale and priors add rows of the same kind.
/// </summary>
internal sealed class FitCost : SquaresCost, IFitCost
{
    private readonly Matrix<double> inputs;
    private readonly FitTargets targets;
    private readonly double[] values;
    private readonly double[] slopes;

    public FitCost(FitProblem problem)
    {
        Problem = problem;
        Unknowns = new FreeParameters(problem);
        inputs = problem.Inputs!;
        targets = problem.Targets!;
        values = new double[targets.Values.Count];
        slopes = new double[checked(values.Length * Unknowns.Names.Count)];
        Bounds = Unknowns.Bounds;
    }

    private FitProblem Problem { get; }

    public FreeParameters Unknowns { get; }

    /// <summary>
    /// The observed numbers, of all samples; those of a sample with several stand apart by the number of samples.
    /// </summary>
    public int Samples => values.Length;

    public int Observations => targets.Columns * (Problem.Weights?.Count(weight => weight > 0.0) ?? targets.Samples);

    public override int Parameters => Unknowns.Count;

    public override int Residuals => (HasScale ? 2 : 1) * Samples + Unknowns.Priors.Count(prior => prior is not null);

    private bool HasScale => Problem.Distance.HasScale;

    public bool HasRows => true;

    public IFitCost With(FitProblem settings) => new FitCost(Of(settings));

    public Minimum Minimize(double[] all, CancellationToken cancellation) =>
        FitMethod.Minimize(
            Problem,
            Unknowns,
            all,
            Spread,
            settings => ReferenceEquals(settings, Problem) ? this : new FitCost(settings),
            cancellation);

    public void VisitRows(ReadOnlySpan<double> parameters, IFitCost.TakeRows take)
    {
        double[] residuals = new double[Residuals], jacobian = new double[checked(Residuals * Parameters)];
        double cost = Linearize(parameters, residuals, jacobian);
        take(cost, Samples, residuals, jacobian);
    }

    public void VisitSlopes(ReadOnlySpan<double> parameters, IFitCost.TakeSlopes take)
    {
        Problem.Model.Evaluate(inputs, Unknowns.Complete(parameters), values, slopes);
        Matrix<double> jacobian = Matrix<double>.Build.Dense(
            Samples, Unknowns.Free.Count, (i, j) => slopes[Unknowns.Free[j] * Samples + i]);
        double[] weights = [.. values.Select((_, i) => Problem.Weights?[i % targets.Samples] ?? 1.0)];
        take(values, targets.Values, weights, jacobian);
    }

    public override double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
    {
        bool isDerived = !jacobian.IsEmpty;
        Problem.Model.Evaluate(inputs, Unknowns.Complete(parameters), values, isDerived ? slopes : []);
        double logScale = HasScale ? parameters[^1] : 0.0;
        double cost = 0.0;
        int[] free = [.. Unknowns.Free];
        double[] observed = targets.Values.AsArray() ?? targets.Values.ToArray();
        int rows = Residuals, samples = Samples;
        jacobian.Clear();
        for (int i = 0; i < samples; i++)
        {
            double weight = Problem.Weights?[i % targets.Samples] ?? 1.0;
            Expansion expansion = Problem.Distance.Expand(values[i], observed[i], logScale);
            if (!(expansion.Curvature > 0.0))
            {
                expansion = expansion.Convex(values[i] - observed[i]);
            }

            cost += weight * expansion.Value;
            double root = PriorRows.Of(weight * expansion.Slope, weight * expansion.Curvature, out residuals[i]);
            if (isDerived)
            {
                ScaleSlopes(i, root, free, jacobian, rows);
            }

            if (HasScale)
            {
                root = PriorRows.Of(
                    weight * expansion.ScaleSlope, weight * expansion.ScaleCurvature, out residuals[samples + i]);
                if (isDerived)
                {
                    jacobian[free.Length * rows + samples + i] = root;
                }
            }
        }

        return cost + PriorRows.Add(Unknowns, (HasScale ? 2 : 1) * Samples, parameters, residuals, jacobian);
    }

    /// <summary>Row i of J: the slopes of the model, times a root.</summary>
    private void ScaleSlopes(int i, double root, int[] free, Span<double> jacobian, int rows)
    {
        for (int j = 0; j < free.Length; j++)
        {
            jacobian[j * rows + i] = root * slopes[free[j] * values.Length + i];
        }
    }

    /// <summary>The medians of |f − y| and of |f|, of samples that count.</summary>
    public (double Spread, double Size) Spread(double[] all)
    {
        Problem.Model.Evaluate(inputs, all, values, []);
        return FitMethod.Spread(values, targets.Values, Problem.Weights);
    }

    /// <summary>Other settings with the samples of this cost, which may be a block of theirs.</summary>
    private FitProblem Of(FitProblem settings) =>
        settings with { Source = null, Inputs = inputs, Targets = targets, Weights = Problem.Weights };
}
