using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// The cost of orthogonal distance regression, C(θ) = Σ_i min over δ_i of (f(x_i + δ_i, θ) − y_i)²/σ_i² +
/// Σ_j δ_ij²/s_ij², with the standard deviations σ of y and s of x. With e = f − y and g = ∂f/∂x at the minimum,
/// δ_j = −s_j² g_j e/σ², so that each sample is one residual r = e √v/σ², v = σ² + Σ g_j² s_j², with the row
/// ∂f/∂θ / √v: 2 Jᵀr is the gradient of C. Source: P. Boggs, R. Byrd and R. Schnabel, "A stable and efficient algorithm
/// for nonlinear orthogonal distance regression", SIAM J. Sci. Stat. Comput. 8 (1987).
/// </summary>
internal sealed class OrthogonalCost : SquaresCost, IFitCost
{
    private const int MaxCorrections = 200;
    private const double Tolerance = 1e-12;
    private const double MinStep = 1e-9;

    private readonly Matrix<double> inputs;
    private readonly Matrix<double> inputSigma;
    private readonly FitTargets targets;
    private readonly Vector<double> weights;

    public OrthogonalCost(FitProblem problem)
    {
        Problem = problem;
        Unknowns = new FreeParameters(problem);
        inputs = problem.Inputs!;
        inputSigma = problem.InputSigma!;
        targets = problem.Targets!;
        weights = problem.Weights!;
        Bounds = Unknowns.Bounds;
    }

    public FreeParameters Unknowns { get; }

    public int Observations => weights.Count(weight => weight > 0.0);

    public override int Parameters => Unknowns.Count;

    public override int Residuals => targets.Samples + Unknowns.Priors.Count(prior => prior is not null);

    public bool HasRows => true;

    private FitProblem Problem { get; }

    public IFitCost With(FitProblem settings) => new OrthogonalCost(Of(settings));

    public Minimum Minimize(double[] all, CancellationToken cancellation) =>
        FitMethod.Minimize(
            Problem,
            Unknowns,
            all,
            Spread,
            settings => ReferenceEquals(settings, Problem) ? this : new OrthogonalCost(settings),
            cancellation);

    public void VisitRows(ReadOnlySpan<double> parameters, IFitCost.TakeRows take)
    {
        double[] residuals = new double[Residuals], jacobian = new double[checked(Residuals * Parameters)];
        double cost = Linearize(parameters, residuals, jacobian);
        take(cost, targets.Samples, residuals, jacobian);
    }

    public void VisitSlopes(ReadOnlySpan<double> parameters, IFitCost.TakeSlopes take) =>
        throw new NotSupportedException("Errors of the inputs are for least squares.");

    /// <summary>The inputs at the minimum over δ, x + δ.</summary>
    public Matrix<double> Corrected(ReadOnlySpan<double> parameters) => Correct(Unknowns.Completed(parameters)).Inputs;

    public override double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
    {
        double[] theta = Unknowns.Completed(parameters);
        Corrections found = Correct(theta);
        int samples = targets.Samples;
        double[] slopes = jacobian.IsEmpty ? [] : new double[checked(samples * theta.Length)];
        if (!jacobian.IsEmpty)
        {
            Problem.Model.Evaluate(found.Inputs, theta, new double[samples], slopes);
            jacobian.Clear();
        }

        double cost = 0.0;
        for (int i = 0; i < samples; i++)
        {
            double error = found.Values[i] - targets[i];
            residuals[i] = Math.CopySign(Math.Sqrt(found.Costs[i]), error);
            cost += found.Costs[i];
            double root = weights[i] > 0.0 ? 1.0 / Math.Sqrt(Variance(found.Slopes, i)) : 0.0;
            for (int j = 0; j < Unknowns.Free.Count && !jacobian.IsEmpty; j++)
            {
                jacobian[j * residuals.Length + i] = root * slopes[Unknowns.Free[j] * samples + i];
            }
        }

        return cost + PriorRows.Add(Unknowns, samples, parameters, residuals, jacobian);
    }

    /// <summary>The medians of |f − y| and of |f|, of samples that count.</summary>
    private (double Spread, double Size) Spread(double[] all)
    {
        double[] values = new double[targets.Samples];
        Problem.Model.Evaluate(inputs, all, values, []);
        return FitMethod.Spread(values, targets.Values, weights);
    }

    private FitProblem Of(FitProblem settings) => settings with
    {
        Source = null,
        Inputs = inputs,
        InputSigma = inputSigma,
        Targets = targets,
        Weights = weights,
    };

    /// <summary>v = σ² + Σ g_j² s_j².</summary>
    private double Variance(double[] slopes, int i)
    {
        double variance = 1.0 / weights[i];
        for (int j = 0; j < inputs.ColumnCount; j++)
        {
            double product = slopes[j * targets.Samples + i] * inputSigma[i, j];
            variance += product * product;
        }

        return variance;
    }

    /// <summary>
    /// The minimum over δ of every sample, by Gauss–Newton steps from δ = 0, each shortened until the sample's share of
    /// the cost falls.
    /// </summary>
    private Corrections Correct(double[] theta)
    {
        int samples = targets.Samples;
        Corrections best = At(inputs.Clone(), theta);
        double[] share = new double[samples];
        Array.Fill(share, 1.0);
        for (int trial = 0; trial < MaxCorrections; trial++)
        {
            Matrix<double> moved = best.Inputs.Clone();
            bool isDone = true;
            for (int i = 0; i < samples; i++)
            {
                isDone &= share[i] < MinStep || !Move(best, moved, i, share[i]);
            }

            if (isDone)
            {
                break;
            }

            Corrections next = At(moved, theta);
            for (int i = 0; i < samples; i++)
            {
                bool isBetter = next.Costs[i] <= best.Costs[i] * (1.0 + 1e-15);
                share[i] = isBetter ? Math.Min(1.0, 2.0 * share[i]) : 0.5 * share[i];
                if (isBetter)
                {
                    best.Take(next, i);
                }
            }
        }

        return best;
    }

    /// <summary>Moves one sample towards δ_j = −s_j² g_j (e − gᵀδ)/v; whether it moves by more than rounding.</summary>
    private bool Move(Corrections from, Matrix<double> moved, int i, double share)
    {
        if (weights[i] == 0.0)
        {
            return false;
        }

        int samples = targets.Samples;
        double ahead = from.Values[i] - targets[i];
        for (int j = 0; j < inputs.ColumnCount; j++)
        {
            ahead -= from.Slopes[j * samples + i] * (from.Inputs[i, j] - inputs[i, j]);
        }

        double factor = ahead / Variance(from.Slopes, i);
        bool moves = false;
        for (int j = 0; j < inputs.ColumnCount; j++)
        {
            double s = inputSigma[i, j], at = from.Inputs[i, j];
            double to = inputs[i, j] - s * s * from.Slopes[j * samples + i] * factor;
            if (s > 0.0 && double.IsFinite(to))
            {
                moved[i, j] = at + share * (to - at);
                moves |= Math.Abs(to - at) > Tolerance * s + 1e-15 * Math.Abs(at);
            }
        }

        return moves;
    }

    private Corrections At(Matrix<double> moved, double[] theta)
    {
        int samples = targets.Samples;
        var found = new Corrections(
            moved, new double[samples], new double[samples * inputs.ColumnCount], new double[samples]);
        Problem.Model.InputJacobian(moved, theta, found.Values, found.Slopes);
        for (int i = 0; i < samples; i++)
        {
            double error = found.Values[i] - targets[i];
            found.Costs[i] = weights[i] == 0.0 ? 0.0 : weights[i] * error * error;
            for (int j = 0; j < inputs.ColumnCount && weights[i] > 0.0; j++)
            {
                double delta = moved[i, j] - inputs[i, j];
                found.Costs[i] += delta == 0.0 ? 0.0 : delta / inputSigma[i, j] * (delta / inputSigma[i, j]);
            }
        }

        return found;
    }

    /// <summary>Every sample at some δ.</summary>
    private sealed record Corrections(Matrix<double> Inputs, double[] Values, double[] Slopes, double[] Costs)
    {
        public void Take(Corrections other, int i)
        {
            Values[i] = other.Values[i];
            Costs[i] = other.Costs[i];
            for (int j = 0; j < Inputs.ColumnCount; j++)
            {
                Inputs[i, j] = other.Inputs[i, j];
                Slopes[j * Values.Length + i] = other.Slopes[j * Values.Length + i];
            }
        }
    }
}
