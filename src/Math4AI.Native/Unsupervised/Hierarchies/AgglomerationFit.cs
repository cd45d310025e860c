using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>A merger of two groups.</summary>
/// <param name="First">
/// The first group: a sample, from 0 to n − 1, or n + i for that of the merger i. It has the lower number.
/// </param>
/// <param name="Second">The second group.</param>
/// <param name="Distance">How far they were from one another.</param>
/// <param name="Samples">The number of samples in both.</param>
public sealed record Merger(int First, int Second, double Distance, int Samples);

/// <summary>Holds the hierarchy of groups that <see cref="Agglomeration"/> found.</summary>
public sealed class AgglomerationFit : IFilePredictor, IGroups
{
    internal const string Kind = "hierarchy";

    private readonly Matrix<double> from;
    private readonly Linkage linkage;
    private readonly int samples;
    private readonly TreeEdge[] edges;
    private int predicted = 1;

    internal AgglomerationFit(IEnumerable<TreeEdge> edges, Matrix<double> from, Linkage linkage)
    {
        (this.from, this.linkage, samples) = (from, linkage, from.RowCount);
        this.edges = [.. edges.OrderBy(edge => edge.Weight)];
        var mergers = new List<Merger>();
        var sets = new DisjointSets(samples);
        int[] names = [.. Enumerable.Range(0, samples)], sizes = [.. Enumerable.Repeat(1, samples)];
        foreach (TreeEdge edge in this.edges)
        {
            int one = sets.RootOf(edge.From), other = sets.RootOf(edge.To), size = sizes[one] + sizes[other];
            mergers.Add(new Merger(
                Math.Min(names[one], names[other]), Math.Max(names[one], names[other]), edge.Weight, size));
            sets.Unite(one, other);
            (names[sets.RootOf(one)], sizes[sets.RootOf(one)]) = (samples + mergers.Count - 1, size);
        }

        Mergers = mergers;
    }

    /// <summary>Gets the n − 1 mergers in the order of their distances, as rows of SciPy's <c>linkage</c>.</summary>
    public IReadOnlyList<Merger> Mergers { get; }

    /// <summary>Returns the group of each sample where there are so many, numbered by their first samples.</summary>
    /// <param name="groups">The number of groups, from 1 to the number of samples.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer samples, or no group is wanted.</exception>
    public int[] Cut(int groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groups, samples);
        return Labels(samples - groups);
    }

    /// <summary>Returns the group of each sample when all groups within a distance have merged.</summary>
    /// <param name="distance">The distance, included.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public int[] CutAt(double distance)
    {
        if (!(distance >= 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(distance), distance, "The distance must not be negative.");
        }

        return Labels(edges.Count(edge => edge.Weight <= distance));
    }

    /// <summary>
    /// Returns the group of other samples among so many: the one that each is nearest to as a group of its own, by the
    /// linkage of the hierarchy. The groups stay as they are.
    /// </summary>
    /// <param name="others">Samples × channels.</param>
    /// <param name="groups">The number of groups, from 1 to the number of samples.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer samples, or no group is wanted.</exception>
    public int[] Assign(Matrix<double> others, int groups)
    {
        ArgumentNullException.ThrowIfNull(others);
        int[] labels = Cut(groups);
        if (others.ColumnCount != from.ColumnCount)
        {
            throw new ArgumentException(
                $"The samples have {others.ColumnCount} channels, and the groups {from.ColumnCount}.", nameof(others));
        }

        double[] rows = SampleRows.Finite(from), wanted = SampleRows.Finite(others);
        double scale = SampleRows.Scale(rows);
        TensorPrimitives.Multiply(wanted, scale, wanted);
        int channels = from.ColumnCount;
        var distances = new GroupDistances(rows, channels, labels, groups, linkage);
        int[] found = new int[others.RowCount];
        Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads }, i =>
            found[i] = distances.Nearest(wanted.AsSpan(i * channels, channels)));
        return found;
    }

    /// <summary>Reads a hierarchy from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static AgglomerationFit Load(string folder)
    {
        SavedAgglomeration about = ModelFolder.ReadDescription(
            folder, Kind, HierarchyJson.Default.SavedAgglomeration,
            about => Enum.IsDefined(about.Linkage) && about.Groups > 0);
        ModelArrays arrays = ModelArrays.Read(folder);
        Matrix<double> samples = arrays.Matrix("samples");
        double[] weights = samples.RowCount == 1 ? [] : arrays.Vector("distances", samples.RowCount - 1);
        int[] ends = samples.RowCount == 1 ? [] : arrays.Places("ends", samples.RowCount);
        if (ends.Length != 2 * weights.Length || about.Groups > samples.RowCount)
        {
            throw new InvalidDataException($"{folder} holds a hierarchy that does not belong to its samples.");
        }

        var fit = new AgglomerationFit(
            weights.Select((weight, i) => new TreeEdge(ends[2 * i], ends[2 * i + 1], weight)), samples, about.Linkage)
        {
            predicted = about.Groups,
        };
        return fit.Mergers.Count == 0 || fit.Mergers[^1].Samples == samples.RowCount
            ? fit
            : throw new InvalidDataException($"{folder} holds mergers that form no hierarchy.");
    }

    /// <summary>Gives the number of the group of each row, from 1, of as many as it was saved for.</summary>
    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => new(
        "group", [], [.. Assign(MatrixFile.Read(path), predicted).Select(group => new[] { group + 1.0 })], []);

    /// <summary>Writes the hierarchy, with the samples, to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="groups">The number of groups that <c>math4ai predict</c> assigns rows to.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer samples, or no group is wanted.</exception>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, int groups, bool replace = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groups, samples);
        ModelFolder.Save(folder, replace, files => Write(folder, groups, files));
    }

    int IGroups.Count => predicted;

    string? IGroups.Warning => null;

    (int[] Labels, double[] Strengths) IGroups.Place(Matrix<double> others) => (Assign(others, predicted), []);

    void IGroups.Save(string folder, FileTransaction files) => Write(folder, predicted, files);

    /// <summary>Returns the number of samples.</summary>
    public override string ToString() => $"hierarchy of {Counted.Of(Mergers.Count + 1, "sample")}";

    /// <summary>Sets the number of groups that rows are assigned to.</summary>
    internal AgglomerationFit Into(int groups)
    {
        predicted = groups;
        return this;
    }

    private void Write(string folder, int groups, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("samples", from);
        arrays.Add("distances", edges.Select(edge => edge.Weight));
        arrays.Add("ends", edges.SelectMany(edge => new[] { (double)edge.From, edge.To }));
        ModelFolder.Write(
            folder, files, Kind, new SavedAgglomeration(linkage, groups),
            HierarchyJson.Default.SavedAgglomeration, arrays.All);
    }

    private int[] Labels(int mergers)
    {
        var sets = new DisjointSets(samples);
        foreach (TreeEdge edge in edges.Take(mergers))
        {
            sets.Unite(edge.From, edge.To);
        }

        int[] labels = new int[samples];
        int groups = 0;
        for (int i = 0; i < samples; i++)
        {
            // The first of a set is its root.
            int root = sets.RootOf(i);
            labels[i] = root == i ? groups++ : labels[root];
        }

        return labels;
    }
}
