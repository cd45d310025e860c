
namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Nonlinear conjugate gradients: d = −∇C + β d_before, with the β of Hager and Zhang, β = (y − 2 d yᵀy / dᵀy)ᵀ∇C /
/// dᵀy, kept above their lower bound. Source: W. Hager and H. Zhang, "A new conjugate gradient method with guaranteed
/// descent and an efficient line search", SIAM Journal on Optimization 16 (2005).
/// </summary>
internal sealed class NonlinearConjugateGradient : Minimizer
{
    private const int MaxSteps = 20_000;
    private const double Curvature = 0.1;

    public override string Name => "cg";

    protected override Minimum Run(Iteration iteration, double[] parameters) =>
        new Descent(iteration, parameters, new Conjugate(parameters.Length), Curvature).Run(MaxSteps);

    private sealed class Conjugate(int count) : IDirection
    {
        private readonly double[] last = new double[count];
        private double share;
        private double scale = 1.0;
        private bool isEmpty = true;

        public void Reset() => isEmpty = true;

        public void Choose(ReadOnlySpan<double> gradient, Span<double> direction)
        {
            // Scaled so that the unit step of the line search is as long as the last step.
            for (int i = 0; i < count; i++)
            {
                direction[i] = isEmpty ? -gradient[i] : scale * (share * last[i] - gradient[i]);
            }
        }

        public void Learn(ReadOnlySpan<double> step, ReadOnlySpan<double> change, ReadOnlySpan<double> gradient)
        {
            double along = Cost.Dot(step, change);
            double square = Cost.Dot(change, change);
            isEmpty = !(along > 0.0);
            if (isEmpty)
            {
                return;
            }

            double toward = Cost.Dot(step, gradient);
            share = (Cost.Dot(change, gradient) - 2.0 * square * toward / along) / along;
            double bound = -1.0 / (Cost.Norm(step) * Math.Min(0.01, Cost.Norm(gradient)));
            share = Math.Max(share, bound);
            scale = along / square;
            step.CopyTo(last);
        }
    }
}
