using MathNet.Numerics.Random;

namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Adam on mini-batches: each step follows the gradient of one block, in a new random order in every epoch; the rate
/// falls to zero along half a cosine. It ends after its epochs, as near to the minimum as the noise of the blocks
/// allows. Sources: as <see cref="Adam"/>, and I. Loshchilov and F. Hutter,
/// "SGDR: stochastic gradient descent with warm restarts", ICLR (2017), for the rate.
/// </summary>
internal sealed class StochasticAdam(double rate, int epochs, int seed) : Minimizer
{
    public override string Name => "adam-mini-batch";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        BlockCost cost = iteration.Cost as BlockCost ?? throw new NotSupportedException(
            "Mini-batches need a cost that is a sum over blocks; use Adam for other costs.");
        int blocks = cost.Blocks;
        int steps = iteration.Options.MaxIterations ?? (int)Math.Min(int.MaxValue, (long)epochs * blocks);
        var moments = new AdamMoments(parameters.Length);
        double[] gradient = new double[parameters.Length], before = [.. parameters];
        var random = new MersenneTwister(seed, threadSafe: false);
        int[] order = [.. Enumerable.Range(0, blocks)];
        for (int step = 0; iteration.TryStep(parameters, steps); step++)
        {
            if (step % blocks == 0)
            {
                random.Shuffle(order);
            }

            double value = Estimate(cost, order[step % blocks], parameters, gradient);
            if (double.IsFinite(value) && double.IsFinite(Cost.Norm(gradient)))
            {
                parameters.CopyTo(before, 0);
                moments.Step(parameters, gradient, 0.5 * rate * (1.0 + Math.Cos(Math.PI * step / steps)));
            }
            else if (step == 0)
            {
                return iteration.Finish(Termination.BadStart, parameters, value, double.NaN);
            }
            else
            {
                // Back to where the cost was finite.
                before.CopyTo(parameters, 0);
                moments.Clear();
            }
        }

        double all = iteration.Gradient(parameters, gradient), norm = iteration.GradientNorm(parameters, gradient);
        return iteration.Finish(
            iteration.IsFlat(norm, all) ? Termination.Converged : Termination.IterationLimit, parameters, all, norm);
    }

    /// <summary>
    /// Evaluates one block, and estimates the gradient of the whole cost as if all blocks were like it.
    /// </summary>
    private static double Estimate(BlockCost cost, int block, double[] parameters, double[] gradient)
    {
        Array.Clear(gradient);
        double value = cost.Evaluate(block, parameters, gradient);
        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] *= cost.Blocks;
        }

        return value;
    }
}
