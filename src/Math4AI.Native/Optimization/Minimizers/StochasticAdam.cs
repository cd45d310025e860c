using MathNet.Numerics.Random;

namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// Adam on mini-batches: each step follows the gradient of one block, as if all blocks were like it, in another order
/// in every epoch; the rate falls to nothing along a half cosine. It ends after its epochs, at a point that is as near
/// to the minimum as the noise of the blocks allows. Sources: as <see cref="Adam"/>, and I. Loshchilov and F. Hutter,
/// "SGDR: stochastic gradient descent with warm restarts", ICLR (2017), for the rate.
/// </summary>
internal sealed class StochasticAdam(double rate, int epochs, int seed) : Minimizer
{
    private const double First = 0.9;
    private const double Second = 0.999;
    private const double Epsilon = 1e-8;

    public override string Name => "adam-mini-batch";

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        if (iteration.Cost is not BlockCost cost)
        {
            throw new NotSupportedException(
                "Mini-batches need a cost that is a sum over blocks; use Adam for other costs.");
        }

        int count = parameters.Length, blocks = cost.Blocks, most = iteration.Options.MaxIterations
            ?? (int)Math.Min(int.MaxValue, (long)epochs * blocks);
        double[] mean = new double[count], square = new double[count], gradient = new double[count],
            before = [.. parameters];
        var random = new MersenneTwister(seed, threadSafe: false);
        int[] order = [.. Enumerable.Range(0, blocks)];
        for (int step = 0; iteration.TryStep(parameters, most); step++)
        {
            if (step % blocks == 0)
            {
                random.Shuffle(order);
            }

            Array.Clear(gradient);
            double value = cost.Evaluate(order[step % blocks], parameters, gradient);
            if (!double.IsFinite(value) || !double.IsFinite(Cost.Norm(gradient)))
            {
                if (step == 0)
                {
                    return iteration.Finish(Termination.BadStart, parameters, value, double.NaN);
                }

                // Back to where the cost was finite; the means forget the steps that led away.
                before.CopyTo(parameters, 0);
                Array.Clear(mean);
                continue;
            }

            parameters.CopyTo(before, 0);
            double length = 0.5 * rate * (1.0 + Math.Cos(Math.PI * step / most));
            double firstBias = 1.0 - Math.Pow(First, step + 1), secondBias = 1.0 - Math.Pow(Second, step + 1);
            for (int i = 0; i < count; i++)
            {
                double ofAll = blocks * gradient[i];
                mean[i] += (1.0 - First) * (ofAll - mean[i]);
                square[i] += (1.0 - Second) * (ofAll * ofAll - square[i]);
                parameters[i] -= length * mean[i] / firstBias / (Math.Sqrt(square[i] / secondBias) + Epsilon);
            }
        }

        double all = iteration.Gradient(parameters, gradient), norm = iteration.GradientNorm(parameters, gradient);
        return iteration.Finish(
            iteration.IsFlat(norm, all) ? Termination.Converged : Termination.IterationLimit, parameters, all, norm);
    }
}
