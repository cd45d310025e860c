using Math4AI.Optimization.Constraints;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization;

/// <summary>
/// Represents one run of a minimizer: the cost, the options, and the count of the work. A <see cref="Minimizer"/>
/// evaluates the cost through it, asks it before every step whether to go on, and ends with <see cref="Finish"/>.
/// </summary>
public sealed class Iteration
{
    private readonly string method;
    private readonly double[] start;
    private readonly List<Vector<double>> path = [];
    private double lowest = double.PositiveInfinity;

    internal Iteration(
        string method, Cost cost, ReadOnlySpan<double> start, MinimizerOptions options, CancellationToken cancellation)
    {
        this.method = method;
        this.start = start.ToArray();
        (Cost, Options, Cancellation) = (cost, options, cancellation);
    }

    /// <summary>
    /// Gets the cost C. Evaluations through <see cref="Value"/> and <see cref="Gradient"/> are counted; direct ones
    /// are not.
    /// </summary>
    public Cost Cost { get; }

    /// <summary>Gets the bounds that the parameters must stay in; null where there are none.</summary>
    public Bounds? Bounds => Cost.Bounds;

    /// <summary>Gets the tolerances and limits.</summary>
    public MinimizerOptions Options { get; }

    /// <summary>Gets the token that stops the run; <see cref="TryStep"/> looks at it.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Gets the number of steps begun.</summary>
    public int Iterations { get; private set; }

    /// <summary>Gets how often the cost was evaluated without its gradient.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Gets how often the gradient, or residuals with their Jacobian, were evaluated.</summary>
    public int GradientEvaluations { get; private set; }

    /// <summary>Evaluates C(θ).</summary>
    /// <param name="parameters">θ.</param>
    /// <returns>C(θ); NaN or infinity where it is not defined.</returns>
    public double Value(ReadOnlySpan<double> parameters)
    {
        Evaluations++;
        return Note(Cost.Value(parameters));
    }

    /// <summary>Evaluates C(θ) and ∇C(θ).</summary>
    /// <param name="parameters">θ.</param>
    /// <param name="gradient">Receives ∇C(θ).</param>
    /// <returns>C(θ); NaN or infinity where it is not defined.</returns>
    public double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        GradientEvaluations++;
        return Note(Cost.Gradient(parameters, gradient));
    }

    /// <summary>Evaluates C(θ) with the residuals r and their Jacobian J.</summary>
    /// <param name="parameters">θ.</param>
    /// <param name="residuals">Receives r, N numbers.</param>
    /// <param name="jacobian">Receives J = ∂r/∂θ, N × k, column after column; empty where it is not needed.</param>
    /// <returns>C(θ); NaN or infinity where it is not defined.</returns>
    /// <exception cref="NotSupportedException">The cost is no <see cref="SquaresCost"/>.</exception>
    public double Linearize(ReadOnlySpan<double> parameters, Span<double> residuals, Span<double> jacobian)
    {
        SquaresCost squares = Cost as SquaresCost
            ?? throw new NotSupportedException(
                $"The method '{method}' needs a sum of squares; use BFGS or L-BFGS for other costs.");
        if (jacobian.IsEmpty)
        {
            Evaluations++;
        }
        else
        {
            GradientEvaluations++;
        }

        return Note(squares.Linearize(parameters, residuals, jacobian));
    }

    /// <summary>Counts an evaluation of all blocks that a method made through <see cref="Cost"/> itself.</summary>
    public void CountGradientEvaluation() => GradientEvaluations++;

    /// <summary>
    /// Begins a step: counts it, reports the progress, and keeps the point if <see cref="MinimizerOptions.KeepPath"/>
    /// is set.
    /// </summary>
    /// <param name="parameters">θ before the step.</param>
    /// <param name="maxIterations">The method's own limit, for options that set none.</param>
    /// <returns>Whether the step may be taken; if not, end with <see cref="Termination.IterationLimit"/>.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public bool TryStep(ReadOnlySpan<double> parameters, int maxIterations)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (Options.KeepPath)
        {
            path.Add(Vector<double>.Build.Dense(parameters.ToArray()));
        }

        if (Iterations >= (Options.MaxIterations ?? maxIterations))
        {
            return false;
        }

        Iterations++;
        Options.Progress?.Report(new MinimizerProgress(Iterations, lowest));
        return true;
    }

    /// <summary>Returns max |∂C/∂θ_i| over the parameters that no bound holds.</summary>
    /// <param name="parameters">θ.</param>
    /// <param name="gradient">∇C(θ).</param>
    public double GradientNorm(ReadOnlySpan<double> parameters, ReadOnlySpan<double> gradient)
    {
        double largest = 0.0;
        for (int i = 0; i < gradient.Length; i++)
        {
            if (Bounds is null || !Bounds.Holds(i, parameters[i], gradient[i]))
            {
                largest = Math.Max(largest, Math.Abs(gradient[i]));
            }
        }

        return largest;
    }

    /// <summary>
    /// Returns whether a gradient is below <see cref="MinimizerOptions.GradientTolerance"/> · max(1, |C|).
    /// </summary>
    /// <param name="gradientNorm">max |∂C/∂θ_i|.</param>
    /// <param name="cost">C(θ).</param>
    public bool IsFlat(double gradientNorm, double cost) =>
        gradientNorm <= Options.GradientTolerance * Math.Max(1.0, Math.Abs(cost));

    /// <summary>
    /// Returns whether a step is within <see cref="MinimizerOptions.StepTolerance"/> of every parameter.
    /// </summary>
    /// <param name="step">The change of θ.</param>
    /// <param name="parameters">θ.</param>
    public bool IsSmall(ReadOnlySpan<double> step, ReadOnlySpan<double> parameters)
    {
        for (int i = 0; i < step.Length; i++)
        {
            // A step that is not a number is not small.
            if (!(Math.Abs(step[i]) <= Options.StepTolerance * Math.Abs(parameters[i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Evaluates C(θ), ∇C(θ) and its norm; returns whether they are finite.</summary>
    internal bool TryGradient(double[] parameters, double[] gradient, out double cost, out double gradientNorm)
    {
        cost = Gradient(parameters, gradient);
        gradientNorm = GradientNorm(parameters, gradient);
        return double.IsFinite(cost) && double.IsFinite(gradientNorm);
    }

    /// <summary>
    /// Begins a step; or ends the run, where the gradient is flat or no further step is allowed.
    /// </summary>
    internal Minimum? EndBeforeStep(double[] parameters, double cost, double gradientNorm, int maxIterations) =>
        IsFlat(gradientNorm, cost) ? Finish(Termination.Converged, parameters, cost, gradientNorm)
            : TryStep(parameters, maxIterations) ? null
            : Finish(Termination.IterationLimit, parameters, cost, gradientNorm);

    /// <summary>
    /// Tells whether the fall of a step, and the gradient where it ended, are lost in the rounding of the cost.
    /// </summary>
    internal bool IsLostInRounding(double fall, ReadOnlySpan<double> parameters) =>
        Cost.Rounding > 0.0 && fall <= Cost.Rounding && Cost.IsFlatToRounding(parameters);

    /// <summary>
    /// Ends the run. Regardless of what the method reports, a cost that keeps falling is
    /// <see cref="Termination.Unbounded"/>, and one that is zero to rounding error is
    /// <see cref="Termination.Converged"/>.
    /// </summary>
    /// <param name="termination">How the method ended.</param>
    /// <param name="parameters">θ*.</param>
    /// <param name="cost">C(θ*).</param>
    /// <param name="gradientNorm">max |∂C/∂θ_i| at θ*; NaN where it is not known.</param>
    public Minimum Finish(Termination termination, double[] parameters, double cost, double gradientNorm)
    {
        ArgumentNullException.ThrowIfNull(termination);
        ArgumentNullException.ThrowIfNull(parameters);
        return new Minimum
        {
            Method = method,
            Parameters = Vector<double>.Build.Dense(parameters),
            Cost = cost,
            GradientNorm = gradientNorm,
            Termination = Judge(termination, parameters, cost),
            Iterations = Iterations,
            Evaluations = Evaluations,
            GradientEvaluations = GradientEvaluations,
            Path = path,
        };
    }

    private Termination Judge(Termination termination, double[] parameters, double cost)
    {
        bool isOpen = termination == Termination.Converged || termination == Termination.NoProgress
            || termination == Termination.IterationLimit;
        return isOpen && new CostFarAway(Cost, start, parameters, cost).FallsForever() ? Termination.Unbounded
            : termination == Termination.NoProgress && IsZeroToRounding(parameters, cost) ? Termination.Converged
            : isOpen && !termination.IsConverged && Cost.IsFlatToRounding(parameters) ? Termination.Converged
            : termination;
    }

    /// <summary>
    /// Returns whether rounding one parameter changes the cost by half of its value or more.
    /// </summary>
    private bool IsZeroToRounding(double[] parameters, double cost)
    {
        if (cost == 0.0)
        {
            return true;
        }

        const double LastDigits = 4.0 / (1L << 52);
        double[] moved = [.. parameters];
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = parameters[i] * (1.0 + LastDigits);
            if (Math.Abs(Cost.Value(moved) - cost) >= 0.5 * Math.Abs(cost))
            {
                return true;
            }

            moved[i] = parameters[i];
        }

        return false;
    }

    private double Note(double cost)
    {
        lowest = cost < lowest ? cost : lowest;
        return cost;
    }
}
