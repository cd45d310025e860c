namespace Math4AI.Probability.Sampling;

/// <summary>How far one chain is.</summary>
/// <param name="Done">The steps that are done, of its warm-up and of its draws.</param>
/// <param name="Warmup">How many of all steps are warm-up.</param>
/// <param name="Steps">How many steps there are.</param>
/// <param name="Divergences">How many draws ended in a divergence.</param>
public readonly record struct ChainProgress(int Done, int Warmup, int Steps, int Divergences)
{
    /// <summary>Gets whether the chain still adapts.</summary>
    public bool IsWarmingUp => Done < Warmup;

    /// <summary>Gets the share of the steps that is done, 0 … 1.</summary>
    public double Share => (double)Done / Steps;
}

/// <summary>How far the chains of a sampler are.</summary>
/// <param name="Chains">Each chain.</param>
public sealed record SamplingProgress(IReadOnlyList<ChainProgress> Chains)
{
    /// <summary>Gets the share of all steps that is done, 0 … 1.</summary>
    public double Share => Chains.Average(chain => chain.Share);
}

/// <summary>Counts the steps of chains that run beside each other, and reports each hundredth of them.</summary>
internal sealed class SamplingCounter(IProgress<SamplingProgress>? progress, int chains, int warmup, int draws)
{
    private const int Reports = 100;

    private readonly int[] done = new int[chains];
    private readonly int[] divergences = new int[chains];
    private readonly long each = Math.Max(1, (long)chains * (warmup + draws) / Reports);
    private long all;

    /// <summary>Counts a step of a chain.</summary>
    /// <param name="chain">The number of the chain.</param>
    /// <param name="isDivergent">Whether it is a draw that ended in a divergence.</param>
    public void Step(int chain, bool isDivergent)
    {
        // Only the thread of the chain writes its own counts.
        Volatile.Write(ref done[chain], done[chain] + 1);
        Volatile.Write(ref divergences[chain], divergences[chain] + (isDivergent ? 1 : 0));
        long now = Interlocked.Increment(ref all);
        if (progress is not null && (now % each == 0 || now == (long)chains * (warmup + draws)))
        {
            progress.Report(new SamplingProgress([.. Enumerable.Range(0, chains).Select(i => new ChainProgress(
                Volatile.Read(ref done[i]), warmup, warmup + draws, Volatile.Read(ref divergences[i])))]));
        }
    }
}
