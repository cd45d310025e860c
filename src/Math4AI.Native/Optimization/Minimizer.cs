using System.Diagnostics;
using Math4AI.Optimization.Constraints;
using Math4AI.Optimization.LeastSquares;
using Math4AI.Optimization.Minimizers;
using Math4AI.Optimization.Search;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Optimization;

/// <summary>
/// Represents a method that finds a minimum θ* = argmin C(θ) from a start. A class of your own derives from it, has a
/// name and implements <see cref="Run"/>; it then works wherever the built-in ones do, in <c>FitSettings.Minimizer</c>
/// too.
/// </summary>
public abstract class Minimizer
{
    /// <summary>Gets the method's name, as the command line and <see cref="Minimum.Method"/> have it.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the methods that can be chosen by name, each with its default settings.</summary>
    public static IReadOnlyDictionary<string, Func<Minimizer>> Methods { get; } =
        new Dictionary<string, Func<Minimizer>>
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

    /// <summary>
    /// Gets whether the method stays within <see cref="Cost.Bounds"/>. One that does not is never given a cost with
    /// bounds.
    /// </summary>
    public virtual bool KeepsBounds => false;

    /// <summary>
    /// Creates the method that chooses by the problem's shape: Levenberg–Marquardt for sums of squares, in memory or by
    /// blocks; otherwise L-BFGS-B within bounds, BFGS for up to 200 parameters and L-BFGS above. The result's method
    /// says which it was.
    /// </summary>
    public static Minimizer Auto() => new Auto();

    /// <summary>
    /// Creates Levenberg–Marquardt, for sums of squares with or without bounds: each step minimizes ‖r + J v‖² + λ ‖D
    /// v‖² by a QR decomposition, where D holds the largest norms that the columns of J have had, and λ rises until the
    /// cost falls. Equals <c>scipy.optimize.leastsq</c>, with bounds. Sources: J. Moré, "The Levenberg–Marquardt
    /// algorithm: implementation and theory" (1978); M. Transtrum and J. Sethna, arXiv:1201.5885 (2012), for the
    /// acceleration.
    /// </summary>
    /// <param name="acceleration">Whether steps bend along the geodesic, for one more evaluation of r each.</param>
    public static Minimizer LevenbergMarquardt(bool acceleration = true) => new LevenbergMarquardt(acceleration);

    /// <summary>
    /// Creates variable projection, for sums of squares whose residuals are linear in some parameters: those are found
    /// by linear least squares at every step and need no start; only the others are searched. Sources: G. Golub and V.
    /// Pereyra, SIAM J. Numer. Anal. 10 (1973); L. Kaufman, BIT 15 (1975).
    /// </summary>
    /// <param name="linear">The indices, from 0, of the parameters that the residuals are linear in.</param>
    /// <param name="inner">The method for the other parameters; null for Levenberg–Marquardt.</param>
    public static Minimizer VariableProjection(IReadOnlyList<int> linear, Minimizer? inner = null)
    {
        ArgumentNullException.ThrowIfNull(linear);
        return new VariableProjection(linear, inner ?? LevenbergMarquardt());
    }

    /// <summary>
    /// Creates Adam on one block of a <see cref="BlockCost"/> at a time, in random order, with a rate that falls to
    /// zero along a cosine: for costs over more samples than are worth a full pass each step.
    /// </summary>
    /// <param name="epochs">How often every block is used, 1 or more.</param>
    /// <param name="rate">The size of the first step, in the parameters' unit.</param>
    /// <param name="seed">The seed of the blocks' order.</param>
    public static Minimizer MiniBatches(int epochs = 20, double rate = 1e-2, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        return new StochasticAdam(rate, epochs, seed);
    }

    /// <summary>
    /// Creates Gauss–Newton, for sums of squares: each step minimizes ‖r + J δ‖² and is halved until the cost falls.
    /// Fast where the residuals are nearly linear; Levenberg–Marquardt is safer. Source: J. Nocedal and S. Wright,
    /// "Numerical Optimization", 2nd ed., section 10.3.
    /// </summary>
    public static Minimizer GaussNewton() => new GaussNewton();

    /// <summary>
    /// Creates BFGS, for smooth costs of up to some hundred parameters: d = −B ∇C, where B approaches the inverse
    /// Hessian, with a strong Wolfe line search. Source: J. Nocedal and S. Wright, "Numerical Optimization", 2nd ed.,
    /// algorithm 6.1.
    /// </summary>
    public static Minimizer Bfgs() => new Bfgs();

    /// <summary>
    /// Creates L-BFGS, for smooth costs of many parameters: memory and work are proportional to their number. Source:
    /// D. Liu and J. Nocedal, Mathematical Programming 45 (1989).
    /// </summary>
    /// <param name="memory">How many pairs of step and gradient change are kept, 1 or more.</param>
    public static Minimizer Lbfgs(int memory = 10) => new Lbfgs(memory);

    /// <summary>
    /// Creates L-BFGS within bounds: parameters on a bound that would leave the box are held, and the others take a
    /// projected step. Solves the problems of <c>scipy.optimize.minimize(method="L-BFGS-B")</c>. Source: D. Bertsekas,
    /// SIAM Journal on Control and Optimization 20 (1982).
    /// </summary>
    /// <param name="memory">How many pairs of step and gradient change are kept, 1 or more.</param>
    public static Minimizer LbfgsB(int memory = 10) => new LbfgsB(memory);

    /// <summary>
    /// Creates Newton's method in a trust region, by conjugate gradients with Hessian-vector products. Equals
    /// <c>scipy.optimize.minimize(method="trust-ncg")</c>. Source: T. Steihaug, SIAM Journal on Numerical Analysis 20
    /// (1983).
    /// </summary>
    public static Minimizer TrustRegionNewton() => new TrustRegionNewton();

    /// <summary>
    /// Creates nonlinear conjugate gradients, for smooth costs of very many parameters. Source: W. Hager and H. Zhang,
    /// SIAM Journal on Optimization 16 (2005).
    /// </summary>
    public static Minimizer NonlinearConjugateGradient() => new NonlinearConjugateGradient();

    /// <summary>
    /// Creates gradient descent with momentum, v ← μ v − η ∇C, θ ← θ + v. Source: I. Sutskever, J. Martens, G. Dahl, G.
    /// Hinton, "On the importance of initialization and momentum in deep learning", ICML (2013).
    /// </summary>
    /// <param name="rate">η, the step along −∇C.</param>
    /// <param name="momentum">μ, the share of the last step that is kept, from 0 to below 1.</param>
    /// <param name="nesterov">Whether the gradient is taken at θ + μ v rather than at θ.</param>
    public static Minimizer GradientDescent(double rate = 1e-3, double momentum = 0.9, bool nesterov = true) =>
        new GradientDescent(rate, momentum, nesterov);

    /// <summary>
    /// Creates Adam, θ ← θ − η m̂ / (√v̂ + ε) from running means of the gradient and its square; with weight decay it
    /// is AdamW. Sources: D. Kingma and J. Ba, ICLR (2015); I. Loshchilov and F. Hutter, ICLR (2019).
    /// </summary>
    /// <param name="rate">η, the largest step of a parameter.</param>
    /// <param name="weightDecay">Shrinks θ by rate · weightDecay each step, apart from the gradient.</param>
    public static Minimizer Adam(double rate = 1e-2, double weightDecay = 0.0) => new Adam(rate, weightDecay);

    /// <summary>
    /// Creates the simplex of Nelder and Mead, for costs without a gradient and few parameters. Source: J. Nelder and
    /// R. Mead, The Computer Journal 7 (1965).
    /// </summary>
    public static Minimizer NelderMead() => new NelderMead();

    /// <summary>
    /// Creates a search from many starts: the given one and Sobol points spread over a box; the lowest minimum wins.
    /// Where the box of a parameter has one sign and spans more than two decades, the points are spread by its
    /// logarithm.
    /// </summary>
    /// <param name="box">Where the starts are spread; finite on both sides.</param>
    /// <param name="starts">The number of starts, 1 or more.</param>
    /// <param name="local">The method that runs from each start; null for <see cref="Auto"/>.</param>
    public static Minimizer MultiStart(Bounds box, int starts = 64, Minimizer? local = null) =>
        new MultiStart(box, starts, local ?? Auto());

    /// <summary>
    /// Creates the augmented Lagrangian, for minima under constraints g(θ) = 0 and h(θ) ≤ 0: a sequence of
    /// unconstrained problems, after each of which the multipliers are updated. Source: J. Nocedal and S. Wright,
    /// "Numerical Optimization", 2nd ed., section 17.3.
    /// </summary>
    /// <param name="equalities">g(θ) = 0; null for none.</param>
    /// <param name="inequalities">h(θ) ≤ 0; null for none.</param>
    /// <param name="inner">The method for the unconstrained problems; null for <see cref="Auto"/>.</param>
    public static Minimizer AugmentedLagrangian(
        Constraint? equalities, Constraint? inequalities = null, Minimizer? inner = null) =>
        new AugmentedLagrangian(equalities, inequalities, inner ?? Auto());

    /// <summary>Finds a minimum from a start.</summary>
    /// <param name="cost">The cost C.</param>
    /// <param name="start">The start θ₀; where it is outside of the bounds, the nearest point inside is taken.</param>
    /// <param name="options">Tolerances, limits and progress; null for the defaults.</param>
    /// <param name="cancellation">Stops the run between two steps.</param>
    /// <returns>The minimum; where none was found, the best point, with a <see cref="Termination"/> that says
    /// why.</returns>
    /// <exception cref="ArgumentException">The start has another number of parameters than the cost, or is not
    /// finite.</exception>
    /// <exception cref="NotSupportedException">The method does not suit the cost, such as one that knows no
    /// bounds.</exception>
    public Minimum Minimize(
        Cost cost, Vector<double> start, MinimizerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(cost);
        ArgumentNullException.ThrowIfNull(start);
        options ??= new MinimizerOptions();
        if (start.Count != cost.Parameters)
        {
            throw new ArgumentException(
                $"The start has {start.Count} parameters, and the cost {cost.Parameters}.", nameof(start));
        }

        int bad = start.ToList().FindIndex(value => !double.IsFinite(value));
        if (bad >= 0)
        {
            throw new ArgumentException(
                $"Parameter {bad + 1} of the start is {start[bad]}, not a finite number.", nameof(start));
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
        Minimum minimum = Run(new Iteration(Name, cost, parameters, options, cancellation), parameters);
        return minimum with { Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds };
    }

    /// <summary>
    /// Minimizes from a start that lies within the bounds. An implementation evaluates the cost through <paramref
    /// name="iteration"/>, asks <see cref="Iteration.TryStep"/> before every step, and returns what <see
    /// cref="Iteration.Finish"/> makes of its last point.
    /// </summary>
    /// <param name="iteration">The cost, the options, and the counts of the work.</param>
    /// <param name="parameters">The start θ₀, k numbers; the method may overwrite them.</param>
    protected abstract Minimum Run(Iteration iteration, double[] parameters);

    /// <summary>
    /// Runs another method on the same cost, as a part of this run; its work is counted in its own result.
    /// </summary>
    /// <param name="method">The other method.</param>
    /// <param name="iteration">This run.</param>
    /// <param name="parameters">The start, within the bounds; it may be overwritten.</param>
    protected static Minimum RunWithin(Minimizer method, Iteration iteration, double[] parameters)
    {
        ArgumentNullException.ThrowIfNull(iteration);
        return RunWithin(method, iteration, iteration.Cost, parameters);
    }

    /// <summary>
    /// Runs another method on another cost, as a part of this run; its work is counted in its own result.
    /// </summary>
    /// <param name="method">The other method.</param>
    /// <param name="iteration">This run.</param>
    /// <param name="cost">The cost to minimize.</param>
    /// <param name="parameters">The start, within the bounds of the cost; it may be overwritten.</param>
    protected static Minimum RunWithin(Minimizer method, Iteration iteration, Cost cost, double[] parameters)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(iteration);
        return method.Run(
            new Iteration(method.Name, cost, parameters, iteration.Options, iteration.Cancellation), parameters);
    }
}
