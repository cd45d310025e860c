using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>Holds the clusters that <see cref="Hdbscan"/> found.</summary>
public sealed class HdbscanFit : IFilePredictor, IGroups
{
    internal const string Kind = "density-hierarchy";

    private readonly DensityPlaces places;

    internal HdbscanFit(ClusterTree tree, Matrix<double> samples, double[] cores, int minSamples)
    {
        (int[] chosen, double[] ends) = Ancestors(tree);
        int[] numbers = Numbers(tree, chosen);
        int count = tree.Last.Count;
        int[] labels = new int[count];
        double[] strengths = new double[count], scores = new double[count];
        for (int i = 0; i < count; i++)
        {
            int last = tree.Last[i], cluster = chosen[last];
            labels[i] = cluster < 0 ? DbscanFit.Noise : numbers[cluster];
            strengths[i] = cluster < 0 ? 0.0 : Math.Min(1.0, tree.Densities[i] / tree.Clusters[cluster].End);
            scores[i] = ends[last] > 0.0 ? 1.0 - tree.Densities[i] / ends[last] : 0.0;
        }

        (Labels, Strengths, OutlierScores) = (labels, strengths, scores);
        Stabilities =
        [
            .. Enumerable.Range(0, numbers.Length).Where(i => numbers[i] >= 0).OrderBy(i => numbers[i])
                .Select(i => tree.Clusters[i].Stability),
        ];
        places = new DensityPlaces(
            samples, minSamples, cores, [.. tree.Last], [.. tree.Densities],
            [
                .. tree.Clusters.Select((cluster, i) => new DensityNode(
                    cluster.Parent, cluster.Begin, chosen[i] < 0 ? DbscanFit.Noise : numbers[chosen[i]],
                    chosen[i] < 0 ? 0.0 : tree.Clusters[chosen[i]].End)),
            ]);
    }

    private HdbscanFit(
        DensityPlaces places, int[] labels, double[] strengths, double[] scores, double[] stabilities)
    {
        this.places = places;
        (Labels, Strengths, OutlierScores, Stabilities) = (labels, strengths, scores, stabilities);
    }

    /// <summary>
    /// Gets the cluster of each sample, from 0 in the order of their first samples; <see cref="DbscanFit.Noise"/> for
    /// none.
    /// </summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>
    /// Gets how firmly each sample belongs to its cluster: the density at which it leaves, in units of that at which
    /// the last ones do, at most 1; 0 for noise.
    /// </summary>
    public IReadOnlyList<double> Strengths { get; }

    /// <summary>
    /// Gets how far each sample lies outside of what it belongs to: 1 − the density at which it leaves its last
    /// cluster, in units of the highest density within that cluster; 0 for the densest samples. Source: R. Campello, D.
    /// Moulavi, A. Zimek, J. Sander, "Hierarchical density estimates for data clustering, visualization, and outlier
    /// detection", ACM TKDD 10 (2015), GLOSH.
    /// </summary>
    public IReadOnlyList<double> OutlierScores { get; }

    /// <summary>
    /// Gets the stability of each cluster: Σ (density at which a sample leaves − density at which the cluster began).
    /// </summary>
    public IReadOnlyList<double> Stabilities { get; }

    /// <summary>Gets the number of clusters.</summary>
    public int Clusters => Stabilities.Count;

    /// <summary>Gets what to know before the clusters are trusted, in a sentence; null for nothing.</summary>
    public string? Warning => Clusters == 0
        ? "No cluster stands apart: the samples form one group or none, or every group is smaller than asked for."
        : null;

    /// <summary>Reads clusters from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static HdbscanFit Load(string folder)
    {
        SavedHdbscan about = ModelFolder.ReadDescription(
            folder, Kind, HierarchyJson.Default.SavedHdbscan, about => about.MinSamples > 0);
        ModelArrays arrays = ModelArrays.Read(folder);
        var places = DensityPlaces.Of(folder, arrays, about.MinSamples);
        int count = places.Samples.RowCount;
        double[] stabilities = arrays.Vector("stabilities");
        int[] labels = [.. places.Last.Select(last => places.Nodes[last].Label)];
        return labels.All(label => label < stabilities.Length)
            ? new HdbscanFit(
                places, labels, arrays.Vector("strengths", count), arrays.Vector("outlier-scores", count), stabilities)
            : throw new InvalidDataException($"{folder} holds labels of clusters that are not there.");
    }

    /// <summary>
    /// Returns the cluster of other samples, as if each joined at the sample that it reaches first; <see
    /// cref="DbscanFit.Noise"/> where no cluster is as thin as there. The clusters stay as they are.
    /// </summary>
    /// <param name="others">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public int[] Assign(Matrix<double> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return places.Place(others).Labels;
    }

    /// <summary>
    /// Gives the number of the cluster of each row, from 1, or 0 for none, and how firmly it belongs there.
    /// </summary>
    /// <inheritdoc/>
    public FilePredictions PredictFile(string path)
    {
        (int[] labels, double[] strengths) = places.Place(MatrixFile.Read(path));
        return new FilePredictions(
            "cluster", [], [.. labels.Select((label, i) => new[] { label + 1.0, strengths[i] })], [])
        {
            Columns = ["cluster", "strength"],
        };
    }

    /// <summary>Writes the clusters, with the samples, to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Write(folder, files));

    int IGroups.Count => Clusters;

    (int[] Labels, double[] Strengths) IGroups.Place(Matrix<double> samples) => places.Place(samples);

    void IGroups.Save(string folder, FileTransaction files) => Write(folder, files);

    /// <summary>Returns the numbers of clusters and samples.</summary>
    public override string ToString() => $"{Counted.Of(Clusters, "cluster")} of {Counted.Of(Labels.Count, "sample")}, "
        + $"{Labels.Count(label => label < 0)} of them in none";

    private void Write(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        places.AddTo(arrays);
        arrays.Add("strengths", Strengths);
        arrays.Add("outlier-scores", OutlierScores);
        arrays.Add("stabilities", Stabilities);
        ModelFolder.Write(
            folder, files, Kind, new SavedHdbscan(places.MinSamples), HierarchyJson.Default.SavedHdbscan, arrays.All);
    }

    /// <summary>
    /// For each cluster the chosen one that it is or lies within, or -1, and the highest density in it.
    /// </summary>
    private static (int[] Chosen, double[] Ends) Ancestors(ClusterTree tree)
    {
        bool[] isChosen = tree.MostStable();
        int[] chosen = new int[isChosen.Length];
        double[] ends = [.. tree.Clusters.Select(cluster => cluster.End)];
        for (int i = 0; i < chosen.Length; i++)
        {
            int parent = tree.Clusters[i].Parent;
            chosen[i] = isChosen[i] ? i : parent < 0 ? -1 : chosen[parent];
        }

        for (int i = chosen.Length - 1; i > 0; i--)
        {
            int parent = tree.Clusters[i].Parent;
            ends[parent] = Math.Max(ends[parent], ends[i]);
        }

        return (chosen, ends);
    }

    private static int[] Numbers(ClusterTree tree, int[] chosen)
    {
        int[] numbers = new int[chosen.Length];
        Array.Fill(numbers, -1);
        int next = 0;
        foreach (int cluster in tree.Last.Select(last => chosen[last]))
        {
            if (cluster >= 0 && numbers[cluster] < 0)
            {
                numbers[cluster] = next++;
            }
        }

        return numbers;
    }
}
