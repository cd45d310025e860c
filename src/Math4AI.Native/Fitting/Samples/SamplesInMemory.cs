namespace Math4AI.Fitting.Samples;

/// <summary>
/// The blocks of a problem in memory, each copied when it is first read; a few samples are one block.
/// </summary>
internal sealed class SamplesInMemory : IFitBlocks
{
    /// <summary>The samples of a block.</summary>
    public const int BlockLength = 8192;

    private readonly Lazy<FitBlock>[] blocks;

    public SamplesInMemory(FitProblem problem)
    {
        int samples = problem.Targets!.Samples, count = (samples + BlockLength - 1) / BlockLength;
        blocks = count <= 1
            ? [new Lazy<FitBlock>(new FitBlock(problem.Inputs!, problem.Targets, problem.Weights))]
            :
            [
                .. Enumerable.Range(0, count).Select(block => new Lazy<FitBlock>(() =>
                {
                    int first = block * BlockLength, length = Math.Min(BlockLength, samples - first);
                    FitProblem part = problem.Select([.. Enumerable.Range(first, length)]);
                    return new FitBlock(part.Inputs!, part.Targets!, part.Weights);
                })),
            ];
    }

    public int Count => blocks.Length;

    public FitBlock Read(int block) => blocks[block].Value;
}
