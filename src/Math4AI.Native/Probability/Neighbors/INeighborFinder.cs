namespace Math4AI.Probability.Neighbors;

/// <summary>Finds the samples that collectors want; several threads may call it at once.</summary>
internal interface INeighborFinder
{
    /// <summary>Offers every sample within the bound of each collector to it, whatever else it offers.</summary>
    /// <param name="queries">One query after the other, a number for each channel.</param>
    /// <param name="collectors">One for each query.</param>
    void Find(ReadOnlySpan<double> queries, ReadOnlySpan<NeighborCollector> collectors);
}
