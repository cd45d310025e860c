namespace Math4AI.Probability.Neighbors;

/// <summary>Holds the k nearest samples of each query, nearest first.</summary>
public sealed class NearestNeighbors
{
    private readonly int[] indices;
    private readonly double[] distances;

    internal NearestNeighbors(int queries, int count)
    {
        Queries = queries;
        Count = count;
        indices = new int[checked(queries * count)];
        distances = new double[queries * count];
    }

    /// <summary>Gets the number of queries.</summary>
    public int Queries { get; }

    /// <summary>Gets k, the number of neighbors of each query.</summary>
    public int Count { get; }

    /// <summary>Gets the neighbors of a query as places among the samples, from 0, nearest first.</summary>
    /// <param name="query">The query, from 0.</param>
    public ReadOnlySpan<int> Of(int query) => indices.AsSpan(query * Count, Count);

    /// <summary>Gets the distances of a query to its neighbors, ascending.</summary>
    /// <param name="query">The query, from 0.</param>
    public ReadOnlySpan<double> Distances(int query) => distances.AsSpan(query * Count, Count);

    internal Span<int> IndicesOf(int query) => indices.AsSpan(query * Count, Count);

    internal Span<double> DistancesOf(int query) => distances.AsSpan(query * Count, Count);
}
