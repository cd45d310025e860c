namespace Math4AI.Fitting.Samples;

/// <summary>Samples that are read block after block, by several threads at once.</summary>
internal interface IFitBlocks
{
    int Count { get; }

    FitBlock Read(int block);
}
