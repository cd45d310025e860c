using System.Numerics.Tensors;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// Maps samples to points in the plane so that neighbors stay together: uniform manifold approximation and projection,
/// which lowers the cross entropy Σ v log(v / w) + (1 − v) log((1 − v) / (1 − w)) between the memberships v of
/// neighbors in the data and w = 1 / (1 + a d²ᵇ) on the map, by drawn pairs. It keeps more of the large structure than
/// <see cref="Tsne"/>, and its time grows little faster than the number of samples. Starts from principal components.
/// Compare <c>umap.UMAP</c>. Source: L. McInnes, J. Healy, J. Melville, "UMAP: uniform manifold approximation and
/// projection for dimension reduction", arXiv:1802.03426 (2018).
/// </summary>
public sealed record Umap
{
    private const int ManySamples = 10_000;

    // Products of all pairs: above them a few missing neighbors cost less than comparing all.
    private const double MaxProducts = 1e10;
    // Of the whole map, as in the authors' program.
    private const float StartWidth = 10.0f;

    // Points that move at once overshoot one another: they take turns.
    private const int Turns = 4;

    /// <summary>
    /// Gets the number of neighbors that each sample attends to, itself counted as the first; fewer where there are not
    /// so many samples. More keep larger structure.
    /// </summary>
    public int Neighbors { get; init => field = Setting.AtLeast(value, 2); } = 15;

    /// <summary>Gets how close points of the map may lie, in units of the map.</summary>
    public double MinDistance { get; init => field = Setting.AtLeast(value, 0.0); } = 0.1;

    /// <summary>Gets the distance over which membership fades on the map.</summary>
    public double Spread { get; init => field = Setting.Above(value, 0.0); } = 1.0;

    /// <summary>Gets the number of passes over the pairs; null for 500, or 200 above 10,000 samples.</summary>
    public int? Epochs { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>Gets how many drawn samples push each pair that pulls.</summary>
    public int NegativeSamples { get; init => field = Setting.AtLeast(value, 0); } = 5;

    /// <summary>Gets the seed of the draws.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Maps the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels; columns of larger numbers count for more.</param>
    /// <param name="cancellation">Stops between passes.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than three samples, all are the same, or one is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public UmapFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Check(samples.RowCount);
        UmapCurve curve = UmapCurve.Of(MinDistance, Spread);
        int neighbors = Math.Min(Neighbors, samples.RowCount) - 1;
        int exact = (int)Math.Sqrt(MaxProducts / samples.ColumnCount);
        var graph = FuzzyNeighbors.Of(MapNeighbors.Of(samples, neighbors, exact, Seed, cancellation));
        int epochs = Epochs ?? (samples.RowCount <= ManySamples ? 500 : 200);
        float[] positions = Start(samples, cancellation);
        var layout = new UmapLayout(graph, curve, NegativeSamples, Seed);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int turn = 0; turn < Turns; turn++)
            {
                double rate = 1.0 - (double)epoch / epochs;
                layout.Step(positions, [.. positions], epoch, rate, moveBoth: true, turn, Turns);
            }
        }

        return new UmapFit(
            samples, MapStart.ToMatrix(positions),
            new SavedUmap(neighbors + 1, curve.A, curve.B, epochs, NegativeSamples, Seed)
            {
                CrossEntropy = CrossEntropy.Of(graph, positions, curve),
            });
    }

    private float[] Start(Matrix<double> samples, CancellationToken cancellation)
    {
        float[] positions = MapStart.Of(samples, Seed, cancellation);
        float unit = StartWidth / (TensorPrimitives.Max<float>(positions) - TensorPrimitives.Min<float>(positions));
        return Array.ConvertAll(positions, value => unit * value);
    }

    private void Check(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MinDistance, Spread);
        if (samples < 3)
        {
            throw new ArgumentException($"{samples} samples are too few for a map: give 3 or more.");
        }
    }
}
