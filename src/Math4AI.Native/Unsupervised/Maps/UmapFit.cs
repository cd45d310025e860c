using Math4AI.Data;
using Math4AI.Probability.Neighbors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Maps;

/// <summary>Holds the map that <see cref="Umap"/> drew, and places other samples on it.</summary>
public sealed class UmapFit : PlaneMap
{
    // New points begin among their neighbors: they need fewer passes, and smaller steps.
    private const int PassesOfNew = 3;
    private const double RateOfNew = 0.25;

    private readonly SavedUmap about;

    internal UmapFit(Matrix<double> samples, Matrix<double> positions, SavedUmap about)
        : base(samples, positions) => this.about = about;

    /// <summary>Gets the number of neighbors that each sample attended to, itself counted as the first.</summary>
    public int Neighbors => about.Neighbors;

    /// <summary>Gets a and b of the membership 1 / (1 + a d²ᵇ) on the map.</summary>
    public (double A, double B) Curve => (about.A, about.B);

    /// <summary>
    /// Gets what was lowered, Σ v log(v / w) + (1 − v) log((1 − v) / (1 − w)) over all pairs, divided by the number of
    /// samples; of more than 500 it is that of 500 with all others. 1 − w counts as 10⁻⁴ or more. NaN in a map that
    /// an earlier version saved.
    /// </summary>
    public double CrossEntropy => about.CrossEntropy ?? double.NaN;

    internal override SavedMap About => new(null, about);

    /// <summary>
    /// Places other samples: at the mean of the points of their neighbors, weighted by membership, from where they
    /// alone move as the points of the map did.
    /// </summary>
    /// <inheritdoc/>
    public override Matrix<double> Transform(Matrix<double> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        NearestNeighbors near = new NeighborSearch(Samples).Nearest(
            others, Math.Min(about.Neighbors, Samples.RowCount));
        Affinities graph = FuzzyNeighbors.OfOthers(near);
        float[] map = Array.ConvertAll(Positions.ToColumnMajorArray(), value => (float)value);
        float[] points = MeansOfNeighbors(graph, map, others.RowCount);
        var layout = new UmapLayout(graph, new UmapCurve(about.A, about.B), about.NegativeSamples, about.Seed);
        int epochs = Math.Max(1, about.Epochs / PassesOfNew);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            layout.Step(points, map, epoch, RateOfNew * (1.0 - (double)epoch / epochs), moveBoth: false);
        }

        return Matrix<double>.Build.Dense(others.RowCount, 2, (i, j) => points[j * others.RowCount + i]);
    }

    /// <summary>Returns the number of samples and of neighbors.</summary>
    public override string ToString() => $"UMAP: {Counted.Of(Positions.RowCount, "sample")} by {Neighbors} neighbors";

    private static float[] MeansOfNeighbors(Affinities graph, float[] map, int count)
    {
        float[] points = new float[2 * count];
        for (int i = 0; i < count; i++)
        {
            double x = 0.0, y = 0.0, sum = 0.0;
            for (int k = graph.Starts[i]; k < graph.Starts[i + 1]; k++)
            {
                double weight = graph.Values[k];
                x += weight * map[graph.Others[k]];
                y += weight * map[map.Length / 2 + graph.Others[k]];
                sum += weight;
            }

            (points[i], points[count + i]) = ((float)(x / sum), (float)(y / sum));
        }

        return points;
    }
}
