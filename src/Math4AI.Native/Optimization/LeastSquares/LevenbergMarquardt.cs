using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Blocks;

namespace Math4AI.Optimization.LeastSquares;

/// <summary>
/// Levenberg–Marquardt for sums of squares: the step v minimizes ‖r + J v‖² + λ ‖D v‖², by a QR decomposition of (J; √λ
/// D), never of JᵀJ; D holds the largest norms that the columns of J have had. λ falls after a step, the more the
/// better the linear model predicted it, and rises ever faster after steps that do not lower the cost. Where a step
/// gains less than predicted, geodesic acceleration bends it, δ = v + a/2 with (JᵀJ + λD²) a = −Jᵀ r_vv, as long as
/// 2‖a‖ ≤ ¾‖v‖; r_vv, the second derivative of r along v, is computed from the residuals at the end of the straight
/// step. Solves the problems of <c>scipy.optimize.leastsq</c>, also with bounds. Sources: J. Moré, "The
/// Levenberg–Marquardt algorithm: implementation and theory" (1978); H. Nielsen, "Damping parameter in Marquardt's
/// method", IMM-REP-1999-05; M. Transtrum and J. Sethna, "Improvements to the Levenberg–Marquardt algorithm for
/// nonlinear least-squares minimization", arXiv:1201.5885 (2012).
/// </summary>
internal sealed class LevenbergMarquardt(bool acceleration) : Minimizer
{
    private const int MaxSteps = 1000;
    private const double FirstDamping = 1e-4;
    private const double Reward = 0.1;
    private const double Penalty = 3.0;
    private const double MaxDamping = 1e40;
    private const double MinDamping = 1e-60;

    // A step that gains this share of what the linear model predicts needs no acceleration.
    private const double AsPredicted = 0.5;

    // A reduction below this share of the cost is lost in rounding, and the predicted one is more accurate.
    private const double Measurable = 1e-12;

    // At this share of the cost, parameters are within 10⁻¹² of their standard errors.
    private const double Exhausted = 1e-24;

    // A change of the residuals below this share of them is rounding.
    private const double Lost = 1e-12;

    // A column of J of which less than this share is independent of the others is a combination of them.
    private const double Dependent = 1e-13;

    // Below this share of the first cost, or of 1, a problem is solved exactly.
    private const double Nothing = 1e-28;

    public override string Name => "lm";

    public override bool KeepsBounds => true;

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        if (iteration.Cost is not SquaresCost cost)
        {
            throw new NotSupportedException(
                "Levenberg–Marquardt needs a sum of squares; use BFGS or L-BFGS for other costs.");
        }

        var here = new Point(cost, parameters);
        here.Linearize(iteration);
        return here.IsFinite()
            ? Run(iteration, cost, here)
            : iteration.Finish(Termination.BadStart, parameters, here.Cost, double.NaN);
    }

    private Minimum Run(Iteration iteration, SquaresCost cost, Point here)
    {
        var next = new Point(cost, new double[here.Parameters.Length]);
        var bent = new Point(cost, new double[here.Parameters.Length]);
        var step = new Step(cost);
        double nothing = Nothing * Math.Min(1.0, Math.Abs(here.Cost));
        double damping = FirstDamping;
        double lastPredicted = double.PositiveInfinity;
        step.Factor(here);
        while (!(Math.Abs(here.Cost) <= nothing || step.Cosine(here) <= iteration.Options.GradientTolerance * 1e-3))
        {
            if (!iteration.TryStep(here.Parameters, MaxSteps))
            {
                return Finish(iteration, Termination.IterationLimit, here);
            }

            bool isEnd = step.MaxGain <= Measurable * step.Size;
            if (isEnd && !StepAtEnd(iteration, step, here, next, ref lastPredicted))
            {
                break;
            }

            if (!isEnd && !StepDown(iteration, step, here, ref next, ref bent, ref damping))
            {
                return Finish(iteration, Termination.NoProgress, here);
            }

            bool isLast = !isEnd && step.IsSmall(iteration, here) && step.MaxGain < 1e-8 * step.Size;
            (here, next) = (next, here);
            step.Factor(here);
            if (isLast)
            {
                break;
            }
        }

        return FinishAtRest(iteration, step, here, nothing);
    }

    /// <summary>
    /// Takes a plain Gauss–Newton step near the minimum; false where it gains no more than the one before.
    /// </summary>
    private static bool StepAtEnd(Iteration iteration, Step step, Point here, Point next, ref double lastPredicted)
    {
        double predicted = step.Solve(here, MinDamping);
        if (predicted > 0.9 * lastPredicted || predicted <= Exhausted * step.Size)
        {
            return false;
        }

        lastPredicted = predicted;
        step.Take(here, next);
        next.Linearize(iteration);
        return next.IsFinite() && !(next.Cost > here.Cost + 1e3 * Measurable * step.Size);
    }

    /// <summary>Raises the damping until a step lowers the cost; false where none does.</summary>
    private bool StepDown(
        Iteration iteration, Step step, Point here, ref Point next, ref Point bent, ref double damping)
    {
        double raise = Penalty;
        while (damping <= MaxDamping)
        {
            double predicted = step.Solve(here, damping);
            step.Take(here, next);
            double cost = next.Evaluate(iteration);
            if (acceleration && double.IsFinite(cost) && here.Cost - cost < AsPredicted * predicted
                && step.Bend(here, next))
            {
                step.Take(here, bent);
                if (bent.Evaluate(iteration) < cost)
                {
                    (next, bent) = (bent, next);
                    cost = next.Cost;
                }
            }

            if (cost < here.Cost && next.Linearize(iteration))
            {
                double gain = Math.Min((here.Cost - cost) / predicted, 1.0);
                damping = Math.Max(MinDamping, damping * Math.Max(Reward, 1.0 - Math.Pow(2.0 * gain - 1.0, 3)));
                return true;
            }

            if (step.IsSmall(iteration, here))
            {
                return false;
            }

            damping *= raise;
            raise *= 2.0;
        }

        return false;
    }

    /// <summary>
    /// A point where a parameter has lost its influence is no minimum: it has drifted to where the cost is flat.
    /// </summary>
    private static Minimum FinishAtRest(Iteration iteration, Step step, Point at, double nothing) =>
        Finish(
            iteration,
            Math.Abs(at.Cost) > nothing && step.HasLostInfluence ? Termination.Undetermined : Termination.Converged,
            at);

    private static Minimum Finish(Iteration iteration, Termination termination, Point at)
    {
        double[] gradient = new double[at.Parameters.Length];
        at.Gradient(gradient);
        return iteration.Finish(termination, at.Parameters, at.Cost, iteration.GradientNorm(at.Parameters, gradient));
    }

    /// <summary>θ with r and J there.</summary>
    private sealed class Point(SquaresCost cost, double[] parameters)
    {
        public double[] Parameters { get; } = parameters;

        public double Cost { get; private set; }

        public double[] Residuals { get; } = new double[cost.Residuals];

        public double[] Jacobian { get; } = new double[checked(cost.Residuals * cost.Parameters)];

        public ReadOnlySpan<double> Column(int j) => Jacobian.AsSpan(j * Residuals.Length, Residuals.Length);

        public double Evaluate(Iteration iteration) => Cost = iteration.Linearize(Parameters, Residuals, []);

        public bool Linearize(Iteration iteration)
        {
            Cost = iteration.Linearize(Parameters, Residuals, Jacobian);
            return IsFinite();
        }

        public bool IsFinite()
        {
            double sum = Cost;
            foreach (double value in Jacobian)
            {
                sum += value * 0.0;
            }

            return double.IsFinite(sum);
        }

        public void Gradient(Span<double> gradient)
        {
            for (int j = 0; j < gradient.Length; j++)
            {
                gradient[j] = 2.0 * Optimization.Cost.Dot(Column(j), Residuals);
            }
        }
    }

    /// <summary>The step from a point, and what it is made of.</summary>
    private sealed class Step(SquaresCost cost)
    {
        private readonly int count = cost.Parameters;
        private readonly StreamedQr factors = new(cost.Parameters);
        private readonly StreamedQr damped = new(cost.Parameters);
        private readonly double[] scale = new double[cost.Parameters];
        private readonly double[] norms = new double[cost.Parameters];
        private readonly double[] diagonal = new double[cost.Parameters];
        private readonly double[] velocity = new double[cost.Parameters];
        private readonly double[] bend = new double[cost.Parameters];
        private readonly double[] moved = new double[cost.Parameters];
        private readonly double[] gradient = new double[cost.Parameters];
        private readonly double[] second = new double[cost.Residuals];

        /// <summary>‖r‖², which for a plain sum of squares is the cost.</summary>
        public double Size { get; private set; }

        /// <summary>By how much the linear model can lower the cost at most, ‖Qᵀr‖².</summary>
        public double MaxGain => Optimization.Cost.Dot(factors.Right, factors.Right);

        /// <summary>
        /// Whether a parameter could double and the residuals would not notice, though no bound holds it; or whether
        /// the others can undo whatever it does.
        /// </summary>
        public bool HasLostInfluence { get; private set; }

        /// <summary>Decomposes J, without the columns of parameters that a bound holds.</summary>
        public void Factor(Point here)
        {
            here.Gradient(gradient);
            HasLostInfluence = false;
            double size = Optimization.Cost.Norm(here.Residuals);
            Size = size * size;
            for (int j = 0; j < count; j++)
            {
                norms[j] = Optimization.Cost.Norm(here.Column(j));
                scale[j] = Math.Max(scale[j], norms[j]);
                if (IsHeld(here, j))
                {
                    here.Jacobian.AsSpan(j * here.Residuals.Length, here.Residuals.Length).Clear();
                    norms[j] = 0.0;
                    gradient[j] = 0.0;
                }
                else
                {
                    HasLostInfluence |= norms[j] <= Lost * scale[j]
                        && norms[j] * Math.Abs(here.Parameters[j]) <= Lost * size;
                }
            }

            factors.Clear();
            factors.Add(here.Jacobian, here.Residuals);
            for (int j = 0; j < count; j++)
            {
                HasLostInfluence |= norms[j] > 0.0 && Math.Abs(factors[j, j]) <= Dependent * norms[j];
            }
        }

        /// <summary>max_j |J_jᵀ r| / (‖J_j‖ ‖r‖).</summary>
        public double Cosine(Point here)
        {
            double size = Optimization.Cost.Norm(here.Residuals);
            double largest = 0.0;
            for (int j = 0; j < count; j++)
            {
                if (norms[j] > 0.0)
                {
                    largest = Math.Max(largest, Math.Abs(0.5 * gradient[j]) / (norms[j] * size));
                }
            }

            return largest;
        }

        /// <summary>v, and by how much the linear model says that it lowers the cost.</summary>
        public double Solve(Point here, double damping)
        {
            double root = Math.Sqrt(damping);
            for (int j = 0; j < count; j++)
            {
                diagonal[j] = root * (scale[j] > 0.0 ? scale[j] : 1.0);
            }

            damped.CopyFrom(factors);
            damped.AddDiagonal(diagonal);
            damped.Solve(velocity);
            double stretch = 0.0;
            for (int j = 0; j < count; j++)
            {
                velocity[j] = -velocity[j];
                stretch += velocity[j] * velocity[j] * diagonal[j] * diagonal[j];
            }

            Array.Clear(bend);

            // ‖r‖² − ‖r + Jv‖² = ‖Jv‖² + 2λ‖Dv‖², since v solves the damped normal equations.
            return factors.SquareOfImage(velocity) + 2.0 * stretch;
        }

        /// <summary>
        /// a, from the residuals where v leads: r_vv ≈ 2 (r(θ + v) − r − J v); false where v leads too far for it to
        /// hold.
        /// </summary>
        public bool Bend(Point here, Point there)
        {
            for (int i = 0; i < second.Length; i++)
            {
                second[i] = there.Residuals[i] - here.Residuals[i];
            }

            for (int j = 0; j < count; j++)
            {
                ReadOnlySpan<double> column = here.Column(j);
                for (int i = 0; i < second.Length; i++)
                {
                    second[i] -= velocity[j] * column[i];
                }
            }

            for (int j = 0; j < count; j++)
            {
                bend[j] = -2.0 * Optimization.Cost.Dot(here.Column(j), second);
            }

            damped.SolveNormal(bend);
            double straight = 0.0, bent = 0.0;
            for (int j = 0; j < count; j++)
            {
                straight += velocity[j] * velocity[j] * diagonal[j] * diagonal[j];
                bent += bend[j] * bend[j] * diagonal[j] * diagonal[j];
            }

            return 4.0 * bent <= 0.5625 * straight;
        }

        /// <summary>next = here + v + a/2, within the bounds.</summary>
        public void Take(Point here, Point next)
        {
            for (int j = 0; j < count; j++)
            {
                next.Parameters[j] = here.Parameters[j] + velocity[j] + 0.5 * bend[j];
            }

            cost.Bounds?.Project(next.Parameters);
            for (int j = 0; j < count; j++)
            {
                moved[j] = next.Parameters[j] - here.Parameters[j];
            }
        }

        public bool IsSmall(Iteration iteration, Point here) => iteration.IsSmall(moved, here.Parameters);

        private bool IsHeld(Point here, int j) =>
            cost.Bounds is { } bounds && bounds.Holds(j, here.Parameters[j], gradient[j]);
    }
}
