using Math4AI.LinearAlgebra;

namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// BFGS: d = −B ∇C, where B approaches the inverse Hessian, B⁺ = (I − ρ s yᵀ) B (I − ρ y sᵀ) + ρ s sᵀ with step s,
/// gradient change y and ρ = 1/yᵀs; the first B is scaled by sᵀy/yᵀy. The method of
/// <c>scipy.optimize.minimize(method="BFGS")</c>. Source: J. Nocedal and S. Wright, "Numerical Optimization", 2nd ed.,
/// algorithm 6.1.
/// </summary>
internal sealed class Bfgs : Minimizer
{
    private const int MaxSteps = 5000;
    private const double Curvature = 0.9;

    public override string Name => "bfgs";

    protected override Minimum Run(Iteration iteration, double[] parameters) =>
        new Descent(iteration, parameters, new InverseHessian(parameters.Length), Curvature).Run(MaxSteps);

    private sealed class InverseHessian(int count) : IDirection
    {
        private readonly double[] inverse = new double[count * count];
        private readonly double[] image = new double[count];
        private bool isEmpty = true;

        public void Reset() => isEmpty = true;

        public void Choose(ReadOnlySpan<double> gradient, Span<double> direction)
        {
            for (int i = 0; i < count; i++)
            {
                direction[i] = isEmpty ? -gradient[i] : -Cost.Dot(inverse.AsSpan(i * count, count), gradient);
            }
        }

        public void Learn(ReadOnlySpan<double> step, ReadOnlySpan<double> change, ReadOnlySpan<double> gradient)
        {
            double curvature = Cost.Dot(step, change);
            if (!(curvature > 1e-300))
            {
                return;
            }

            if (isEmpty)
            {
                Array.Clear(inverse);
                double scale = curvature / Cost.Dot(change, change);
                for (int i = 0; i < count; i++)
                {
                    inverse[i * count + i] = scale;
                }

                isEmpty = false;
            }

            for (int i = 0; i < count; i++)
            {
                image[i] = Cost.Dot(inverse.AsSpan(i * count, count), change);
            }

            double factor = (1.0 + Cost.Dot(change, image) / curvature) / curvature;
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < count; j++)
                {
                    inverse[i * count + j] += factor * step[i] * step[j]
                        - (step[i] * image[j] + image[i] * step[j]) / curvature;
                }
            }
        }
    }
}
