namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Newton's method in a trust region: the step minimizes gᵀp + ½ pᵀHp over ‖p‖ ≤ Δ by conjugate gradients with
/// Hessian-vector products, which stop at the boundary or along negative curvature. The method of
/// <c>scipy.optimize.minimize(method="trust-ncg")</c>. Source: T. Steihaug, "The conjugate gradient method and trust
/// regions in large scale optimization", SIAM Journal on Numerical Analysis 20 (1983).
/// </summary>
internal sealed class TrustRegionNewton : Minimizer
{
    private const int MaxSteps = 2000;
    private const double LargestRadius = 1e10;

    public override string Name => "trust-newton";

    protected override Minimum Run(Iteration iteration, double[] parameters) =>
        new Search(iteration, parameters).Run();

    private sealed class Search(Iteration iteration, double[] parameters)
    {
        private readonly double[] gradient = new double[parameters.Length];
        private readonly double[] next = new double[parameters.Length];
        private readonly double[] nextGradient = new double[parameters.Length];
        private readonly QuadraticModel model = new(iteration, parameters.Length);
        private double cost;
        private double radius = 1.0 + Cost.Norm(parameters);

        public Minimum Run()
        {
            cost = iteration.Gradient(parameters, gradient);
            if (!double.IsFinite(cost))
            {
                return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
            }

            while (true)
            {
                double gradientNorm = iteration.GradientNorm(parameters, gradient);
                if (iteration.EndBeforeStep(parameters, cost, gradientNorm, MaxSteps) is { } end)
                {
                    return end;
                }

                double predicted = model.Minimize(parameters, gradient, radius);
                if (!TryMove(predicted, gradientNorm)
                    && (radius <= 1e-16 * (1e-300 + Cost.Norm(parameters)) || !(predicted > 0.0)))
                {
                    return iteration.Finish(Termination.NoProgress, parameters, cost, gradientNorm);
                }
            }
        }

        /// <summary>
        /// Takes the model's step if it lowers the cost, and fits the radius to how well it was predicted.
        /// </summary>
        private bool TryMove(double predicted, double gradientNorm)
        {
            for (int i = 0; i < next.Length; i++)
            {
                next[i] = parameters[i] + model.Step[i];
            }

            double there = iteration.Gradient(next, nextGradient);
            double ratio = (cost - there) / predicted;
            bool isNoise = predicted <= 1e-14 * Math.Abs(cost)
                && iteration.GradientNorm(next, nextGradient) < gradientNorm;
            double length = Cost.Norm(model.Step);
            if (!double.IsFinite(there) || (!(ratio > 0.25) && !isNoise))
            {
                radius = 0.25 * Math.Min(length, radius);
            }
            else if (ratio > 0.75 && length > 0.99 * radius)
            {
                radius = Math.Min(2.0 * radius, LargestRadius);
            }

            if (!double.IsFinite(there) || !(ratio > 1e-4 || isNoise))
            {
                return false;
            }

            next.CopyTo(parameters, 0);
            nextGradient.CopyTo(gradient, 0);
            cost = there;
            return true;
        }
    }

    /// <summary>Minimizes the quadratic model in the trust region by Steihaug's conjugate gradients.</summary>
    private sealed class QuadraticModel(Iteration iteration, int count)
    {
        private readonly double[] residual = new double[count];
        private readonly double[] direction = new double[count];
        private readonly double[] image = new double[count];
        private readonly double[] stepImage = new double[count];

        public double[] Step { get; } = new double[count];

        /// <summary>Finds the step; returns the decrease of the model.</summary>
        public double Minimize(double[] parameters, double[] gradient, double radius)
        {
            Array.Clear(Step);
            Array.Clear(stepImage);
            for (int i = 0; i < count; i++)
            {
                residual[i] = gradient[i];
                direction[i] = -gradient[i];
            }

            double size = Cost.Norm(gradient);
            double tolerance = size * Math.Min(0.1, Math.Sqrt(size));
            double square = Cost.Dot(residual, residual);
            for (int k = 0; k < 2 * count + 10; k++)
            {
                iteration.Cost.HessianVector(parameters, direction, image);
                double curvature = Cost.Dot(direction, image);
                double length = square / curvature;
                double boundary = ToBoundary(radius);
                if (!(curvature > 0.0) || length >= boundary)
                {
                    Advance(boundary);
                    break;
                }

                Advance(length);
                double before = square;
                square = Cost.Dot(residual, residual);
                if (Math.Sqrt(square) <= tolerance)
                {
                    break;
                }

                Turn(square / before);
            }

            return -Cost.Dot(gradient, Step) - 0.5 * Cost.Dot(Step, stepImage);
        }

        private void Turn(double share)
        {
            for (int i = 0; i < count; i++)
            {
                direction[i] = share * direction[i] - residual[i];
            }
        }

        private void Advance(double length)
        {
            for (int i = 0; i < count; i++)
            {
                Step[i] += length * direction[i];
                stepImage[i] += length * image[i];
                residual[i] += length * image[i];
            }
        }

        /// <summary>Returns the τ ≥ 0 for which ‖step + τ direction‖ = Δ.</summary>
        private double ToBoundary(double radius)
        {
            double a = Cost.Dot(direction, direction);
            double b = Cost.Dot(Step, direction);
            double c = Cost.Dot(Step, Step) - radius * radius;
            return (-b + Math.Sqrt(Math.Max(0.0, b * b - a * c))) / a;
        }
    }
}
