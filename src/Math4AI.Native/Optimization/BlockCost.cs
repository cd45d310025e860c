using Math4AI.Runtime;

namespace Math4AI.Optimization;

/// <summary>
/// A cost that is a sum over blocks of samples, C(θ) = Σ_b C_b(θ): of data in memory, of a file larger than memory, or
/// of one mini-batch at a time. Sums are added in the order of the blocks, so that the bits do not depend on the
/// threads.
/// </summary>
public abstract class BlockCost : Cost
{
    /// <summary>The number of blocks.</summary>
    public abstract int Blocks { get; }

    /// <summary>Whether several threads may evaluate blocks at once.</summary>
    public virtual bool IsParallel => true;

    /// <summary>C_b(θ), and its gradient where it is asked for.</summary>
    /// <param name="block">b, from 0.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="gradient">∂C_b/∂θ; empty where it is not asked for.</param>
    public abstract double Evaluate(int block, ReadOnlySpan<double> parameters, Span<double> gradient);

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> parameters) => Sum(parameters, []);

    /// <inheritdoc/>
    public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient) => Sum(parameters, gradient);

    private double Sum(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double[] theta = parameters.ToArray(), costs = new double[Blocks];
        int length = gradient.Length, batch = IsParallel ? Compute.Threads : 1;
        double[][] gradients = [.. Enumerable.Range(0, batch).Select(_ => new double[length])];
        double sum = 0.0;
        gradient.Clear();

        // So many blocks at once as there are threads: a gradient for each of them is all the memory that it takes.
        for (int first = 0; first < Blocks; first += batch)
        {
            int start = first, count = Math.Min(batch, Blocks - first);
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = batch }, i =>
                costs[start + i] = Evaluate(start + i, theta, gradients[i]));
            for (int i = 0; i < count; i++)
            {
                sum += costs[start + i];
                for (int j = 0; j < length; j++)
                {
                    gradient[j] += gradients[i][j];
                }
            }
        }

        return sum;
    }
}
