using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization.Constraints;

/// <summary>Constraints on parameters: their values g(θ), m numbers, and the Jacobian ∂g/∂θ, m × k.</summary>
/// <param name="Values">g(θ).</param>
/// <param name="Jacobian">∂g/∂θ.</param>
public sealed record Constraint(
    Func<Vector<double>, Vector<double>> Values, Func<Vector<double>, Matrix<double>> Jacobian);

/// <summary>
/// Minimizes under g(θ) = 0 and h(θ) ≤ 0 by a sequence of unconstrained problems, C + Σ (λ_i g_i + ½ρ g_i²) + Σ (max(0,
/// μ_i + ρ h_i)² − μ_i²)/2ρ, after each of which the multipliers are updated, λ ← λ + ρ g. Any minimizer solves them.
/// Source: J. Nocedal and S. Wright, "Numerical Optimization", 2nd ed., section 17.3; the inequalities after R. T.
/// Rockafellar (1973).
/// </summary>
internal sealed class AugmentedLagrangian(Constraint? equalities, Constraint? inequalities, Minimizer inner) : Minimizer
{
    private const int MaxRounds = 60;
    private const double Feasible = 1e-9;

    public override string Name => $"augmented Lagrangian, {inner.Name}";

    public override bool KeepsBounds => inner.KeepsBounds;

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        var problem = new Penalized(iteration.Cost, equalities, inequalities) { Bounds = iteration.Cost.Bounds };
        var at = Vector<double>.Build.Dense(parameters);
        problem.Start(at);
        double violation = problem.Violation(at);
        int steps = 0, evaluations = 0, gradients = 0;
        Minimum found;
        bool isFeasible;
        int round = 0;
        do
        {
            found = inner.Minimize(problem, at, iteration.Options, iteration.Cancellation);
            steps += found.Iterations;
            evaluations += found.Evaluations;
            gradients += found.GradientEvaluations;
            at = found.Parameters;
            double before = violation;
            violation = problem.Violation(at);
            isFeasible = violation <= Feasible;
            problem.Follow(at);
            if (violation > 0.25 * before)
            {
                problem.Penalty *= 10.0;
            }
        }
        while (!isFeasible && ++round < (iteration.Options.MaxIterations ?? MaxRounds));

        return found with
        {
            Method = Name,
            Cost = iteration.Value(at.AsArray()),
            Termination = !isFeasible ? Termination.IterationLimit : found.Termination,
            Iterations = steps,
            Evaluations = evaluations,
            GradientEvaluations = gradients,
        };
    }

    private sealed class Penalized(Cost cost, Constraint? equalities, Constraint? inequalities) : Cost
    {
        private Vector<double>? equal;
        private Vector<double>? unequal;

        public double Penalty { get; set; } = 10.0;

        public override int Parameters => cost.Parameters;

        public void Start(Vector<double> at)
        {
            equal = equalities?.Values(at).Multiply(0.0);
            unequal = inequalities?.Values(at).Multiply(0.0);
        }

        /// <summary>Returns the largest |g_i| or |max(h_i, −μ_i/ρ)|, the violation of the constraints.</summary>
        public double Violation(Vector<double> at)
        {
            double violation = equalities?.Values(at).AbsoluteMaximum() ?? 0.0;
            if (inequalities is not null)
            {
                Vector<double> h = inequalities.Values(at);
                for (int i = 0; i < h.Count; i++)
                {
                    violation = Math.Max(violation, Math.Abs(Math.Max(h[i], -unequal![i] / Penalty)));
                }
            }

            return violation;
        }

        public void Follow(Vector<double> at)
        {
            if (equalities is not null)
            {
                equal = equal! + equalities.Values(at) * Penalty;
            }

            if (inequalities is not null)
            {
                unequal = (unequal! + inequalities.Values(at) * Penalty).Map(value => Math.Max(0.0, value));
            }
        }

        public override double Value(ReadOnlySpan<double> parameters)
        {
            var at = Vector<double>.Build.Dense(parameters.ToArray());
            return cost.Value(parameters) + Penalties(at, null);
        }

        public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            var at = Vector<double>.Build.Dense(parameters.ToArray());
            double value = cost.Gradient(parameters, gradient);
            Vector<double> change = Vector<double>.Build.Dense(gradient.Length);
            value += Penalties(at, change);
            for (int i = 0; i < gradient.Length; i++)
            {
                gradient[i] += change[i];
            }

            return value;
        }

        private double Penalties(Vector<double> at, Vector<double>? gradient)
        {
            double sum = 0.0;
            if (equalities is not null)
            {
                Vector<double> g = equalities.Values(at);
                sum += equal! * g + 0.5 * Penalty * (g * g);
                gradient?.Add(equalities.Jacobian(at).TransposeThisAndMultiply(equal! + Penalty * g), gradient);
            }

            if (inequalities is not null)
            {
                Vector<double> pushed =
                    (unequal! + Penalty * inequalities.Values(at)).Map(value => Math.Max(0.0, value));
                sum += (pushed * pushed - unequal! * unequal!) / (2.0 * Penalty);
                gradient?.Add(inequalities.Jacobian(at).TransposeThisAndMultiply(pushed), gradient);
            }

            return sum;
        }
    }
}
