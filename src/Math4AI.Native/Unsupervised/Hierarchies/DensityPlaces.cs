using System.Text.Json.Serialization;
using Math4AI.Data.Models;
using Math4AI.Probability.Neighbors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>
/// Where other samples would join the clusters of all densities: at the sample that they reach first, at the density at
/// which they do. The tree stays as it is. Source: <c>approximate_predict</c> of the library hdbscan; the neighbor here
/// is the exact one.
/// </summary>
/// <param name="Samples">Samples × channels.</param>
/// <param name="MinSamples">Which neighbor's distance measures the density at a sample, itself the first.</param>
/// <param name="Cores">That distance of each sample.</param>
/// <param name="Last">The last cluster of the tree that each sample was in.</param>
/// <param name="Densities">The density at which it leaves it.</param>
/// <param name="Nodes">The clusters of the tree.</param>
internal sealed record DensityPlaces(
    Matrix<double> Samples, int MinSamples, double[] Cores, int[] Last, double[] Densities, DensityNode[] Nodes)
{
    private const int MinListed = 16;

    /// <summary>Reads from the arrays of a model.</summary>
    /// <exception cref="InvalidDataException">They do not belong together.</exception>
    public static DensityPlaces Of(string folder, ModelArrays arrays, int minSamples)
    {
        Matrix<double> samples = arrays.Matrix("samples");
        int count = samples.RowCount;
        double[] begins = arrays.Vector("begins"), ends = arrays.Vector("ends", begins.Length);
        int[] parents = arrays.Places("parents", begins.Length + 1);
        int[] labels = arrays.Places("labels", begins.Length + 1);
        int[] last = arrays.Places("last", begins.Length);
        if (last.Length != count || parents.Length != begins.Length || labels.Length != begins.Length
            || parents.Where((parent, i) => parent > i).Any())
        {
            throw new InvalidDataException($"{folder} holds a tree of clusters that does not belong to its samples.");
        }

        return new DensityPlaces(
            samples, minSamples, arrays.Vector("cores", count), last, arrays.Vector("densities", count),
            [.. parents.Select((parent, i) => new DensityNode(parent - 1, begins[i], labels[i] - 1, ends[i]))]);
    }

    public void AddTo(ModelArrays arrays)
    {
        arrays.Add("samples", Samples);
        arrays.Add("cores", Cores);
        arrays.Add("last", Last.Select(last => (double)last));
        arrays.Add("densities", Densities);
        arrays.Add("parents", Nodes.Select(node => node.Parent + 1.0));
        arrays.Add("begins", Nodes.Select(node => node.Begin));
        arrays.Add("labels", Nodes.Select(node => node.Label + 1.0));
        arrays.Add("ends", Nodes.Select(node => node.End));
    }

    /// <summary>Returns the label of each sample, or -1, and how firmly it belongs there.</summary>
    public (int[] Labels, double[] Strengths) Place(Matrix<double> others)
    {
        int[] labels = new int[others.RowCount], open = [.. Enumerable.Range(0, others.RowCount)];
        double[] strengths = new double[others.RowCount];
        var search = new NeighborSearch(Samples);
        for (int listed = Math.Max(2 * MinSamples, MinListed); open.Length > 0; listed *= 2)
        {
            int count = Math.Min(listed, Samples.RowCount);
            NearestNeighbors near = search.Nearest(
                Matrix<double>.Build.Dense(open.Length, others.ColumnCount, (i, j) => others[open[i], j]), count);
            var left = new List<int>();
            for (int i = 0; i < open.Length; i++)
            {
                (int at, double reach) = First(near.Of(i), near.Distances(i));

                // What is not listed is farther than what is: it is not reached before.
                if (count < Samples.RowCount && reach > near.Distances(i)[^1])
                {
                    left.Add(open[i]);
                    continue;
                }

                (labels[open[i]], strengths[open[i]]) = At(at, 1.0 / reach);
            }

            open = [.. left];
        }

        return (labels, strengths);
    }

    private (int Sample, double Reach) First(ReadOnlySpan<int> near, ReadOnlySpan<double> distances)
    {
        int place = Math.Min(MinSamples, distances.Length) - 2, first = near[0];
        double core = place < 0 ? 0.0 : distances[place], least = double.PositiveInfinity;
        for (int k = 0; k < near.Length; k++)
        {
            double reach = Math.Max(core, Math.Max(Cores[near[k]], distances[k]));
            (first, least) = reach < least ? (near[k], reach) : (first, least);
        }

        return (first, least);
    }

    /// <summary>It is of the clusters that its neighbor is in at this density.</summary>
    private (int Label, double Strength) At(int sample, double density)
    {
        density = Math.Min(density, Densities[sample]);
        int node = Last[sample];
        while (Nodes[node].Parent >= 0 && Nodes[node].Begin > density)
        {
            node = Nodes[node].Parent;
        }

        (int label, double end) = (Nodes[node].Label, Nodes[node].End);
        return (label, label < 0 ? 0.0 : Math.Min(1.0, density / end));
    }
}

/// <summary>A cluster of the tree.</summary>
/// <param name="Parent">The one that it was part of; -1 for none.</param>
/// <param name="Begin">The density from which on it is apart.</param>
/// <param name="Label">The label of the chosen cluster that it is or lies within; -1 for none.</param>
/// <param name="End">The density at which the last samples leave that one; 0 for none.</param>
internal readonly record struct DensityNode(int Parent, double Begin, int Label, double End);

/// <summary>What the description of clusters by density says.</summary>
internal sealed record SavedHdbscan(int MinSamples);

/// <summary>What the description of a hierarchy says.</summary>
internal sealed record SavedAgglomeration(Linkage Linkage, int Groups);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, MaxDepth = 16)]
[JsonSerializable(typeof(SavedHdbscan))]
[JsonSerializable(typeof(SavedAgglomeration))]
internal sealed partial class HierarchyJson : JsonSerializerContext;
