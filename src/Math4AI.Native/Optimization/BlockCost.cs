using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Optimization;

/// <summary>
/// Represents a cost that is a sum over blocks of samples, C(θ) = Σ_b C_b(θ): of data in memory, of a file larger than
/// memory, or of one mini-batch at a time. The terms are added in the order of the blocks, so that the result does not
/// depend on the timing of threads.
/// </summary>
public abstract class BlockCost : Cost
{
    /// <summary>Gets the number of blocks.</summary>
    public abstract int Blocks { get; }

    /// <summary>Gets whether several threads may evaluate blocks at once.</summary>
    public virtual bool IsParallel => true;

    /// <summary>
    /// Gets the processes that share the blocks: each evaluates its share of them, and the sums are added. All have the
    /// same blocks and minimize in the same way. The default is this process alone.
    /// </summary>
    public virtual ProcessGroup Processes => ProcessGroup.Single;

    /// <summary>Computes C_b(θ), and its gradient if it is wanted.</summary>
    /// <param name="block">b, from 0.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="gradient">∂C_b/∂θ; empty if it is not wanted.</param>
    public abstract double Evaluate(int block, ReadOnlySpan<double> parameters, Span<double> gradient);

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> parameters) => Sum(parameters, []);

    /// <inheritdoc/>
    public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient) =>
        Sum(parameters, gradient);

    private double Sum(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double[] theta = parameters.ToArray(), costs = new double[Blocks];
        int length = gradient.Length, batch = IsParallel ? Compute.Threads : 1;
        double[][] gradients = [.. Enumerable.Range(0, batch).Select(_ => new double[length])];
        double sum = 0.0;
        gradient.Clear();
        (long firstOwn, long endOwn) = Processes.Share(Blocks);

        // As many blocks at once as there are threads: the memory is one gradient for each.
        for (int first = (int)firstOwn; first < endOwn; first += batch)
        {
            int start = first, count = Math.Min(batch, (int)endOwn - first);
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

        return Processes.Count == 1 ? sum : SumOverProcesses(sum, gradient);
    }

    private double SumOverProcesses(double cost, Span<double> gradient)
    {
        double[] all = [cost, .. gradient];
        Processes.Sum(all);
        all.AsSpan(1).CopyTo(gradient);
        return all[0];
    }
}
