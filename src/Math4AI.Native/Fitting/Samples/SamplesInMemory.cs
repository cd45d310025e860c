namespace Math4AI.Fitting.Samples;

/// <summary>The blocks of a problem in memory; a few samples are one block.</summary>
internal sealed class SamplesInMemory : IFitBlocks
{
    private const int BlockLength = 8192;

    private readonly FitBlock[] blocks;

    public SamplesInMemory(FitProblem problem)
    {
        int samples = problem.Targets!.Samples, count = (samples + BlockLength - 1) / BlockLength;
        blocks = count <= 1
            ? [new FitBlock(problem.Inputs!, problem.Targets, problem.Weights)]
            :
            [
                .. Enumerable.Range(0, count).Select(block =>
                {
                    int first = block * BlockLength, length = Math.Min(BlockLength, samples - first);
                    FitProblem part = problem.Select([.. Enumerable.Range(first, length)]);
                    return new FitBlock(part.Inputs!, part.Targets!, part.Weights);
                }),
            ];
    }

    public int Count => blocks.Length;

    public FitBlock Read(int block) => blocks[block];
}
