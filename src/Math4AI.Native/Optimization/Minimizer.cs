using System.Diagnostics;
using Math4AI.Optimization.Constraints;
using Math4AI.Optimization.LeastSquares;
using Math4AI.Optimization.Minimizers;
using Math4AI.Optimization.Search;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization;

/// <summary>
/// A method that finds θ* = argmin C(θ). Every method is a value; <see cref="Minimize(Cost, Vector{double}, MinimizerOptions?, CancellationToken)"/>
/// is the one verb.
/// </summary>
public abstract class Minimizer
{
    /// <summary>The method's name, as the command line and the result have it.</summary>
    public abstract string Name { get; }

    /// <summary>The methods by name, each with its default settings.</summary>
    public static IReadOnlyDictionary<string, Func<Minimizer>> Methods { get; } = new Dictionary<string, Func<Minimizer>>
    {
        ["auto"] = Auto,
        ["lm"] = () => LevenbergMarquardt(),
        ["gauss-newton"] = GaussNewton,
        ["bfgs"] = Bfgs,
        ["lbfgs"] = () => Lbfgs(),
        ["lbfgsb"] = () => LbfgsB(),
        ["trust-newton"] = TrustRegionNewton,
        ["cg"] = NonlinearConjugateGradient,
        ["gradient-descent"] = () => GradientDescent(),
        ["adam"] = () => Adam(),
        ["nelder-mead"] = NelderMead,
    };

    /// <summary>Whether the method keeps to <see cref="Cost.Bounds"/>.</summary>
    public virtual bool KeepsBounds => false;

    /// <summary>
    /// Chooses by the problem's shape: Levenberg–Marquardt for sums of squares, in memory or by blocks; otherwise L-BFGS-B within bounds, BFGS for up
    /// to 200 parameters and L-BFGS above. The result's method says which.
    /// </summary>
    public static Minimizer Auto() => new Auto();

    /// <inheritdoc cref="LeastSquares.LevenbergMarquardt"/>
    /// <param name="acceleration">Whether steps bend along the geodesic (one more evaluation of r each).</param>
    public static Minimizer LevenbergMarquardt(bool acceleration = true) => new LevenbergMarquardt(acceleration);

    /// <inheritdoc cref="LeastSquares.VariableProjection"/>
    /// <param name="linear">The numbers of the parameters that the residuals are linear in.</param>
    /// <param name="inner">The method for the others; null for Levenberg–Marquardt.</param>
    public static Minimizer VariableProjection(IReadOnlyList<int> linear, Minimizer? inner = null)
    {
        ArgumentNullException.ThrowIfNull(linear);
        return new VariableProjection(linear, inner ?? LevenbergMarquardt());
    }

    /// <inheritdoc cref="Minimizers.StochasticAdam"/>
    /// <param name="epochs">How often every block is used.</param>
    /// <param name="rate">The first step's size, in the parameters' unit.</param>
    /// <param name="seed">Of the blocks' order.</param>
    public static Minimizer MiniBatches(int epochs = 20, double rate = 1e-2, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        return new StochasticAdam(rate, epochs, seed);
    }

    /// <inheritdoc cref="LeastSquares.GaussNewton"/>
    public static Minimizer GaussNewton() => new GaussNewton();

    /// <inheritdoc cref="Minimizers.Bfgs"/>
    public static Minimizer Bfgs() => new Bfgs();

    /// <inheritdoc cref="Minimizers.Lbfgs"/>
    /// <param name="memory">The pairs of step and gradient change that are kept, 1 or more.</param>
    public static Minimizer Lbfgs(int memory = 10) => new Lbfgs(memory);

    /// <inheritdoc cref="Constraints.LbfgsB"/>
    /// <param name="memory">The pairs of step and gradient change that are kept, 1 or more.</param>
    public static Minimizer LbfgsB(int memory = 10) => new LbfgsB(memory);

    /// <inheritdoc cref="Minimizers.TrustRegionNewton"/>
    public static Minimizer TrustRegionNewton() => new TrustRegionNewton();

    /// <inheritdoc cref="Minimizers.NonlinearConjugateGradient"/>
    public static Minimizer NonlinearConjugateGradient() => new NonlinearConjugateGradient();

    /// <inheritdoc cref="Minimizers.GradientDescent"/>
    /// <param name="rate">The step along −∇C.</param>
    /// <param name="momentum">The share of the last step that is kept, 0 to less than 1.</param>
    /// <param name="nesterov">Whether the gradient is taken where the momentum leads.</param>
    public static Minimizer GradientDescent(double rate = 1e-3, double momentum = 0.9, bool nesterov = true) =>
        new GradientDescent(rate, momentum, nesterov);

    /// <inheritdoc cref="Minimizers.Adam"/>
    /// <param name="rate">The largest step of a parameter.</param>
    /// <param name="weightDecay">Shrinks θ by rate · weightDecay each step, apart from the gradient (AdamW).</param>
    public static Minimizer Adam(double rate = 1e-2, double weightDecay = 0.0) => new Adam(rate, weightDecay);

    /// <inheritdoc cref="Minimizers.NelderMead"/>
    public static Minimizer NelderMead() => new NelderMead();

    /// <inheritdoc cref="Search.MultiStart"/>
    /// <param name="box">Where the starts are spread; finite on both sides.</param>
    /// <param name="starts">How many starts.</param>
    /// <param name="local">The method that goes on from each; null for <see cref="Auto"/>.</param>
    public static Minimizer MultiStart(Bounds box, int starts = 64, Minimizer? local = null) =>
        new MultiStart(box, starts, local ?? Auto());

    /// <inheritdoc cref="Constraints.AugmentedLagrangian"/>
    /// <param name="equalities">g(θ) = 0; null for none.</param>
    /// <param name="inequalities">h(θ) ≤ 0; null for none.</param>
    /// <param name="inner">The method for the unconstrained problems; null for <see cref="Auto"/>.</param>
    public static Minimizer AugmentedLagrangian(
        Constraint? equalities, Constraint? inequalities = null, Minimizer? inner = null) =>
        new AugmentedLagrangian(equalities, inequalities, inner ?? Auto());

    /// <summary>Finds a minimum from a start.</summary>
    /// <param name="cost">C.</param>
    /// <param name="start">θ₀; moved into the bounds where it is outside.</param>
    /// <param name="options">Tolerances and limits.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">The start has another number of parameters than the cost, or is not finite.</exception>
    /// <exception cref="NotSupportedException">The method does not suit the cost, such as one that knows no bounds.</exception>
    public Minimum Minimize(
        Cost cost, Vector<double> start, MinimizerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(cost);
        ArgumentNullException.ThrowIfNull(start);
        options ??= new MinimizerOptions();
        options.Check();
        if (start.Count != cost.Parameters)
        {
            throw new ArgumentException($"The start has {start.Count} parameters, and the cost {cost.Parameters}.", nameof(start));
        }

        int bad = start.ToList().FindIndex(value => !double.IsFinite(value));
        if (bad >= 0)
        {
            throw new ArgumentException($"Parameter {bad + 1} of the start is {start[bad]}, not a finite number.", nameof(start));
        }

        double[] parameters = start.ToArray();
        if (cost.Bounds is { } bounds)
        {
            bounds.Check(parameters.Length);
            bounds.Project(parameters);
            if (!KeepsBounds)
            {
                throw new NotSupportedException(
                    $"The method '{Name}' knows no bounds; use Levenberg–Marquardt for sums of squares, or L-BFGS-B.");
            }
        }

        long began = Stopwatch.GetTimestamp();
        Minimum minimum = Run(new Iteration(Name, cost, options, cancellation), parameters);
        return minimum with { Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds };
    }

    /// <summary>Iterates from θ₀, which it may overwrite.</summary>
    private protected abstract Minimum Run(Iteration iteration, double[] parameters);

    /// <summary>The whole of another method's run, as part of this one.</summary>
    private protected static Minimum RunWithin(Minimizer method, Iteration iteration, double[] parameters) =>
        RunWithin(method, iteration, iteration.Cost, parameters);

    /// <summary>The same on another cost.</summary>
    private protected static Minimum RunWithin(Minimizer method, Iteration iteration, Cost cost, double[] parameters) =>
        method.Run(new Iteration(method.Name, cost, iteration.Options, iteration.Cancellation), parameters);
}
