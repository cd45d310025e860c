using Math4AI.Optimization.LeastSquares;

namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Chooses the method by the shape of the problem. Where Levenberg–Marquardt does not reach a minimum, it is tried
/// again without its acceleration, and then Newton's method in a trust region.
/// </summary>
internal sealed class Auto : Minimizer
{
    private const int FewParameters = 200;

    public override string Name => "auto";

    public override bool KeepsBounds => true;

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        Minimum? best = null;
        int steps = 0, evaluations = 0, gradients = 0;
        Minimizer[] methods = For(iteration.Cost);
        foreach (Minimizer method in methods)
        {
            Try(method, parameters);
            if (best!.IsConverged || best.Termination == Termination.BadStart
                || iteration.Options.MaxIterations is not null)
            {
                break;
            }
        }

        if (best!.IsConverged && methods.Length > 2 && best.Method == methods[2].Name)
        {
            // Newton's method found the valley; Levenberg–Marquardt gets the last digits from the residuals.
            Try(methods[0], [.. best.Parameters]);
        }

        return best with { Iterations = steps, Evaluations = evaluations, GradientEvaluations = gradients };

        void Try(Minimizer method, double[] start)
        {
            Minimum found = RunWithin(method, iteration, [.. start]);
            steps += found.Iterations;
            evaluations += found.Evaluations;
            gradients += found.GradientEvaluations;
            best = best is null || IsBetter(found, best) ? found : best;
        }
    }

    private static Minimizer[] For(Cost cost) =>
        cost is SquaresCost && cost.Bounds is null
            ? [LevenbergMarquardt(), LevenbergMarquardt(acceleration: false), TrustRegionNewton()]
        : cost is SquaresCost ? [LevenbergMarquardt(), LevenbergMarquardt(acceleration: false)]
        : cost is BlockSquaresCost ? [new BlockLevenbergMarquardt()]
        : cost.Bounds is not null ? [LbfgsB()]
        : cost.Parameters <= FewParameters ? [Bfgs()]
        : [Lbfgs()];

    private static bool IsBetter(Minimum found, Minimum best) =>
        found.Cost < best.Cost - 1e-9 * Math.Abs(best.Cost)
        || (found.IsConverged && best.Termination != Termination.Undetermined
            && found.Cost <= best.Cost + 1e-9 * Math.Abs(best.Cost));
}
