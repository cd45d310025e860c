using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Neighbors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>Holds the clusters that <see cref="Dbscan"/> found.</summary>
public sealed class DbscanFit : IFilePredictor, IGroups
{
    /// <summary>The label of a sample in no cluster.</summary>
    public const int Noise = -1;

    internal const string Kind = "density-clusters";

    private readonly Matrix<double> samples;
    private readonly double radius;

    internal DbscanFit(int[] labels, bool[] isCore, int clusters, Matrix<double> samples, double radius) =>
        (Labels, IsCore, Clusters, this.samples, this.radius) = (labels, isCore, clusters, samples, radius);

    /// <summary>Gets the cluster of each sample, from 0; <see cref="Noise"/> for none.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Gets whether each sample is a core: enough others lie within the radius.</summary>
    public IReadOnlyList<bool> IsCore { get; }

    /// <summary>Gets the number of clusters.</summary>
    public int Clusters { get; }

    /// <summary>Gets what to know before the clusters are trusted, in a sentence; null for nothing.</summary>
    public string? Warning => Clusters == 0
        ? "Every sample is noise: the radius is smaller than the distances of close samples, so allow a larger one."
        : Clusters == 1 && !Labels.Contains(Noise)
            ? "All samples are one cluster: the radius reaches across any gap, so try a smaller one."
            : null;

    /// <summary>Reads clusters from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static DbscanFit Load(string folder)
    {
        SavedDbscan about = ModelFolder.ReadDescription(
            folder, Kind, ClusterJson.Default.SavedDbscan,
            about => about.Radius > 0.0 && double.IsFinite(about.Radius) && about.Clusters >= 0);
        ModelArrays arrays = ModelArrays.Read(folder);
        Matrix<double> samples = arrays.Matrix("samples");
        int[] labels = arrays.Places("labels", about.Clusters + 1), cores = arrays.Places("cores", 2);
        return labels.Length == samples.RowCount && cores.Length == samples.RowCount
            ? new DbscanFit(
                [.. labels.Select(label => label - 1)], [.. cores.Select(core => core == 1)], about.Clusters, samples,
                about.Radius)
            : throw new InvalidDataException($"{folder} holds labels that do not belong to its samples.");
    }

    /// <summary>
    /// Returns the cluster of other samples: that of the nearest core within the radius; <see cref="Noise"/> where
    /// there is none. The clusters stay as they are.
    /// </summary>
    /// <param name="others">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public int[] Assign(Matrix<double> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        int[] cores = [.. Enumerable.Range(0, samples.RowCount).Where(i => IsCore[i])];
        if (others.ColumnCount != samples.ColumnCount)
        {
            throw new ArgumentException(
                $"The samples have {others.ColumnCount} channels, and the clusters {samples.ColumnCount}.",
                nameof(others));
        }

        if (cores.Length == 0)
        {
            return [.. Enumerable.Repeat(Noise, others.RowCount)];
        }

        NearestNeighbors near = new NeighborSearch(Matrix<double>.Build.Dense(
            cores.Length, samples.ColumnCount, (i, j) => samples[cores[i], j])).Nearest(others, 1);
        return
        [
            .. Enumerable.Range(0, others.RowCount).Select(i =>
                near.Distances(i)[0] <= radius ? Labels[cores[near.Of(i)[0]]] : Noise),
        ];
    }

    /// <summary>Gives the number of the cluster of each row, from 1, or 0 for none.</summary>
    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => new(
        "cluster", [], [.. Assign(MatrixFile.Read(path)).Select(cluster => new[] { cluster + 1.0 })], []);

    /// <summary>Writes the clusters, with the samples, to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Write(folder, files));

    int IGroups.Count => Clusters;

    (int[] Labels, double[] Strengths) IGroups.Place(Matrix<double> samples) => (Assign(samples), []);

    void IGroups.Save(string folder, FileTransaction files) => Write(folder, files);

    /// <summary>Returns the numbers of clusters and samples.</summary>
    public override string ToString() => $"{Counted.Of(Clusters, "cluster")} of {Counted.Of(Labels.Count, "sample")}, "
        + $"{Labels.Count(label => label == Noise)} of them in none";

    private void Write(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("samples", samples);
        arrays.Add("labels", Labels.Select(label => label + 1.0));
        arrays.Add("cores", IsCore.Select(isCore => isCore ? 1.0 : 0.0));
        ModelFolder.Write(
            folder, files, Kind, new SavedDbscan(Clusters, radius), ClusterJson.Default.SavedDbscan, arrays.All);
    }
}

/// <summary>What the description of clusters by DBSCAN says.</summary>
internal sealed record SavedDbscan(int Clusters, double Radius);
