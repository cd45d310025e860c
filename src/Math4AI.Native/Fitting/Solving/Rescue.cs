using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Starts;
using Math4AI.Optimization;
using MathNet.Numerics.Random;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// What is tried where a least-squares fit from a given start did not converge: the parameters that the model is linear
/// in are left to linear least squares, which takes the curved valleys between them and the others out of the way.
/// </summary>
internal static class Rescue
{
    // How far beside the start the model is looked at for what is linear in it.
    private const double Beside = 0.1;

    /// <summary>The better of a minimum and one by variable projection from the same start.</summary>
    public static Minimum Improved(FitProblem problem, Minimum minimum, double[] start, CancellationToken cancellation)
    {
        bool isPossible = problem.Distance.Noise == NoiseModel.LeastSquares && problem.Model.HasJacobian
            && problem.Source is null
            && problem.Linear.Count == 0 && problem.Options?.MaxIterations is null
            && problem.Minimizer is null or { Name: "auto" };
        if (minimum.IsConverged || minimum.Termination == Termination.BadStart || !isPossible)
        {
            return minimum;
        }

        var random = new MersenneTwister(1, threadSafe: false);
        IReadOnlyList<string> names = problem.Model.ParameterNames;
        int[] found = LinearParameters.Find(
            problem, () => [.. start.Select(value =>
                value + Beside * (random.NextDouble() - 0.5) * (value == 0.0 ? 1.0 : value))]);
        string[] linear = [.. found.Select(j => names[j])
            .Where(name => !problem.Bounds.ContainsKey(name) && !problem.Priors.ContainsKey(name))];
        if (linear.Length == 0 || linear.Length + problem.Fixed.Count == names.Count)
        {
            return minimum;
        }

        Minimum other = (problem with { Linear = linear }).Cost().Minimize(start, cancellation);
        return (other.IsConverged && other.Cost <= minimum.Cost ? other : minimum) with
        {
            Iterations = minimum.Iterations + other.Iterations,
            Evaluations = minimum.Evaluations + other.Evaluations,
            GradientEvaluations = minimum.GradientEvaluations + other.GradientEvaluations,
        };
    }
}
