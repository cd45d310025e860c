using Math4AI.Probability.Neighbors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Maps;

/// <summary>The neighbors that a map keeps together.</summary>
internal static class MapNeighbors
{
    private const int MaxTreeChannels = 12;

    /// <summary>
    /// Finds neighbors of each sample, without itself: nearly all of them where there are many samples in many
    /// channels, since a few missing ones cost less there than comparing all pairs.
    /// </summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="count">k.</param>
    /// <param name="maxExact">The most samples that are compared pair by pair.</param>
    /// <param name="seed">The seed of the search.</param>
    /// <param name="cancellation">Stops between samples.</param>
    public static NearestNeighbors Of(
        Matrix<double> samples, int count, int maxExact, int seed, CancellationToken cancellation) =>
        samples.RowCount <= maxExact || samples.ColumnCount <= MaxTreeChannels
            ? new NeighborSearch(samples).Nearest(count, cancellation: cancellation)
            : new NeighborDescent { Seed = seed }.Nearest(samples, count, cancellation).Neighbors;
}
