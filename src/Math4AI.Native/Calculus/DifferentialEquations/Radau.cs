using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>
/// Takes one step of the implicit Runge–Kutta method Radau IIA with three stages, of order 5. The stages solve
/// Z = h (A ⊗ I) F(z + Z) by Newton's method with the matrix I − h A ⊗ ∂f/∂y, which serves y and every column of the
/// sensitivities alike. Source: E. Hairer and G. Wanner, "Solving Ordinary Differential Equations II" (1996), section
/// IV.8.
/// </summary>
internal sealed class Radau : IOdeStepper
{
    private const int Stages = 3;
    private const int MaxNewtonSteps = 12;

    // Relative changes below these are rounding. Sensitivities are differences of large terms, and so are rounded more.
    private const double MinChange = 2e-15;
    private const double MinSensitivityChange = 1e-12;

    private static readonly double Root6 = Math.Sqrt(6.0);
    private static readonly double[] Nodes = [(4.0 - Root6) / 10.0, (4.0 + Root6) / 10.0, 1.0];

    private static readonly double[,] Weights =
    {
        { (88.0 - 7.0 * Root6) / 360.0, (296.0 - 169.0 * Root6) / 1800.0, (-2.0 + 3.0 * Root6) / 225.0 },
        { (296.0 + 169.0 * Root6) / 1800.0, (88.0 + 7.0 * Root6) / 360.0, (-2.0 - 3.0 * Root6) / 225.0 },
        { (16.0 - Root6) / 36.0, (16.0 + Root6) / 36.0, 1.0 / 9.0 },
    };

    private static readonly double[] ErrorWeights =
        [(-13.0 - 7.0 * Root6) / 3.0, (-13.0 + 7.0 * Root6) / 3.0, -1.0 / 3.0];

    // The real eigenvalue of the inverse of the weights.
    private static readonly double RealEigenvalue = 3.0 + Math.Pow(3.0, 2.0 / 3.0) - Math.Pow(3.0, 1.0 / 3.0);

    private readonly AugmentedSystem system;
    private readonly double newtonTolerance;
    private readonly double sensitivityTolerance;
    private readonly double[] slope;
    private readonly double[][] stages;
    private readonly double[][] slopes;
    private readonly double[] point;

    public Radau(AugmentedSystem system, OdeOptions options)
    {
        this.system = system;
        double wanted = Math.Min(0.03, Math.Sqrt(options.RelativeTolerance));
        newtonTolerance = Math.Max(MinChange / options.RelativeTolerance, wanted);
        sensitivityTolerance = Math.Max(MinSensitivityChange / options.RelativeTolerance, wanted);
        slope = new double[system.Length];
        stages = [.. Nodes.Select(_ => new double[system.Length])];
        slopes = [.. Nodes.Select(_ => new double[system.Length])];
        point = new double[system.Length];
    }

    public double ErrorExponent => 0.25;

    public bool FindsStiffness => false;

    public double Step(double time, double step, ReadOnlySpan<double> z, bool isRepeated, Span<double> next)
    {
        system.Linearize(time, z, slope);
        int n = system.States;
        Matrix<double> jacobian = Matrix<double>.Build.Dense(n, n, system.Jacobian.ToArray());
        if (!slope.All(double.IsFinite) || !jacobian.Enumerate().All(double.IsFinite))
        {
            return double.PositiveInfinity;
        }

        LU<double> newton = Matrix<double>.Build.Dense(
            Stages * n,
            Stages * n,
            (i, j) => (i == j ? 1.0 : 0.0) - step * Weights[i / n, j / n] * jacobian[i % n, j % n]).LU();
        if (!SolveStages(newton, time, step, z))
        {
            return double.PositiveInfinity;
        }

        Add(z, stages[^1], next);
        LU<double> real = (Matrix<double>.Build.DenseIdentity(n) * (RealEigenvalue / step) - jacobian).LU();
        return ErrorNorm(real, time, step, z, isRepeated, next);
    }

    public void Accept(double step, ReadOnlySpan<double> next)
    {
    }

    private bool SolveStages(LU<double> newton, double time, double step, ReadOnlySpan<double> z)
    {
        foreach (double[] stage in stages)
        {
            Array.Clear(stage);
        }

        double before = double.NaN, statesBefore = double.NaN;
        for (int trial = 0; trial < MaxNewtonSteps; trial++)
        {
            if (!EvaluateStages(time, step, z))
            {
                return false;
            }

            (double norm, double ofStates) = TakeNewtonStep(newton, step, z);

            // The sensitivities depend on the states, and so converge after them.
            double rate = norm / before, rateOfStates = ofStates / statesBefore;
            (before, statesBefore) = (norm, ofStates);
            if (IsSolved(ofStates, rateOfStates, newtonTolerance) && IsSolved(norm, rate, sensitivityTolerance))
            {
                return true;
            }

            if ((rateOfStates >= 2.0 && ofStates > newtonTolerance) || !double.IsFinite(norm))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Evaluates F at every stage; false where it is not defined there.</summary>
    private bool EvaluateStages(double time, double step, ReadOnlySpan<double> z)
    {
        for (int stage = 0; stage < Stages; stage++)
        {
            Add(z, stages[stage], point);
            if (!system.Slope(time + Nodes[stage] * step, point, slopes[stage]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds Newton's step to the stages; returns its norm over everything, and over the states.</summary>
    private (double OfAll, double OfStates) TakeNewtonStep(LU<double> newton, double step, ReadOnlySpan<double> z)
    {
        int n = system.States;
        Matrix<double> change = newton.Solve(Matrix<double>.Build.Dense(Stages * n, system.Columns, (i, column) =>
        {
            int stage = i / n, at = column * n + i % n;
            double sum = Weights[stage, 0] * slopes[0][at] + Weights[stage, 1] * slopes[1][at]
                + Weights[stage, 2] * slopes[2][at];
            return step * sum - stages[stage][at];
        }));
        double ofAll = 0.0, ofStates = 0.0;
        for (int stage = 0; stage < Stages; stage++)
        {
            for (int i = 0; i < point.Length; i++)
            {
                slopes[stage][i] = change[stage * n + i % n, i / n];
                stages[stage][i] += slopes[stage][i];
            }

            Add(z, stages[stage], point);
            ofAll = Math.Max(ofAll, system.NormOfAll(slopes[stage], z, point));
            ofStates = Math.Max(ofStates, system.Norm(slopes[stage], z, point));
        }

        return (ofAll, ofStates);
    }

    /// <summary>
    /// Returns whether the error after a step is small enough, if the steps continue to shrink at their rate.
    /// </summary>
    private static bool IsSolved(double norm, double rate, double tolerance) =>
        norm == 0.0 || (rate < 1.0 && rate / (1.0 - rate) * norm < tolerance) || norm < 1e-3 * tolerance;

    private double ErrorNorm(
        LU<double> real, double time, double step, ReadOnlySpan<double> z, bool isRepeated, ReadOnlySpan<double> next)
    {
        double[] error = Error(real, slope, step);
        double norm = system.Norm(error, z, next);
        if (norm <= 1.0 || !isRepeated)
        {
            return norm;
        }

        // The stiff components of the first estimate are too large; a second filter damps them.
        Add(z, error, point);
        double[] filtered = new double[slope.Length];
        return system.Slope(time, point, filtered) ? system.Norm(Error(real, filtered, step), z, next) : norm;
    }

    private static void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> sum)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = x[i] + y[i];
        }
    }

    /// <summary>Computes (μ/h I − ∂f/∂y)⁻¹ (f + Zᵀe/h), for every column.</summary>
    private double[] Error(LU<double> real, double[] slopeAtStart, double step)
    {
        int n = system.States;
        Matrix<double> right = Matrix<double>.Build.Dense(n, system.Columns, (i, column) =>
        {
            int at = column * n + i;
            return slopeAtStart[at]
                + (ErrorWeights[0] * stages[0][at] + ErrorWeights[1] * stages[1][at]
                    + ErrorWeights[2] * stages[2][at]) / step;
        });
        return real.Solve(right).ToColumnMajorArray();
    }
}
