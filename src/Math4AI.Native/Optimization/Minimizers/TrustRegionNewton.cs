namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Newton's method in a trust region: the step minimises gᵀp + ½ pᵀHp over ‖p‖ ≤ Δ by conjugate gradients with
/// Hessian-vector products, which stop at the border or where H bends down. Equals
/// <c>scipy.optimize.minimize(method="trust-ncg")</c>. Source: T. Steihaug, "The conjugate gradient method and trust
/// regions in large scale optimization", SIAM Journal on Numerical Analysis 20 (1983).
/// </summary>
internal sealed class TrustRegionNewton : Minimizer
{
    private const int MaxSteps = 2000;
    private const double LargestRadius = 1e10;

    public override string Name => "trust-newton";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        int count = parameters.Length;
        double[] gradient = new double[count], next = new double[count], nextGradient = new double[count];
        var model = new QuadraticModel(iteration, count);
        double cost = iteration.Gradient(parameters, gradient);
        if (!double.IsFinite(cost))
        {
            return iteration.Finish(Termination.BadStart, parameters, cost, double.NaN);
        }

        double radius = 1.0 + Cost.Norm(parameters);
        while (true)
        {
            double gradientNorm = iteration.GradientNorm(parameters, gradient);
            if (iteration.IsFlat(gradientNorm, cost))
            {
                return iteration.Finish(Termination.Converged, parameters, cost, gradientNorm);
            }

            if (!iteration.TryStep(parameters, MaxSteps))
            {
                return iteration.Finish(Termination.IterationLimit, parameters, cost, gradientNorm);
            }

            double predicted = model.Minimize(parameters, gradient, radius);
            for (int i = 0; i < count; i++)
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

            if (double.IsFinite(there) && (ratio > 1e-4 || isNoise))
            {
                next.CopyTo(parameters, 0);
                nextGradient.CopyTo(gradient, 0);
                cost = there;
            }
            else if (radius <= 1e-16 * (1e-300 + Cost.Norm(parameters)) || !(predicted > 0.0))
            {
                return iteration.Finish(Termination.NoProgress, parameters, cost, gradientNorm);
            }
        }
    }

    /// <summary>Steihaug's conjugate gradients.</summary>
    private sealed class QuadraticModel(Iteration iteration, int count)
    {
        private readonly double[] residual = new double[count];
        private readonly double[] direction = new double[count];
        private readonly double[] image = new double[count];
        private readonly double[] stepImage = new double[count];

        public double[] Step { get; } = new double[count];

        /// <summary>Finds the step; returns by how much the model falls.</summary>
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
            double enough = size * Math.Min(0.1, Math.Sqrt(size));
            double square = Cost.Dot(residual, residual);
            for (int k = 0; k < 2 * count + 10; k++)
            {
                iteration.Cost.HessianVector(parameters, direction, image);
                double curvature = Cost.Dot(direction, image);
                double length = square / curvature;
                double border = ToBorder(radius);
                if (!(curvature > 0.0) || length >= border)
                {
                    Advance(border);
                    break;
                }

                Advance(length);
                double before = square;
                square = Cost.Dot(residual, residual);
                if (Math.Sqrt(square) <= enough)
                {
                    break;
                }

                for (int i = 0; i < count; i++)
                {
                    direction[i] = square / before * direction[i] - residual[i];
                }
            }

            return -Cost.Dot(gradient, Step) - 0.5 * Cost.Dot(Step, stepImage);
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

        /// <summary>τ ≥ 0 of ‖step + τ direction‖ = Δ.</summary>
        private double ToBorder(double radius)
        {
            double a = Cost.Dot(direction, direction);
            double b = Cost.Dot(Step, direction);
            double c = Cost.Dot(Step, Step) - radius * radius;
            return (-b + Math.Sqrt(Math.Max(0.0, b * b - a * c))) / a;
        }
    }
}
