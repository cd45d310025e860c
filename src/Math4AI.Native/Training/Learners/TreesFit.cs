using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Files;
using Math4AI.Training.Learners.Trees;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// A sum of trees, which LightGBM has grown: a number, or the probabilities of classes. The trees are arrays of our
/// own, so that a model from anywhere is checked before it predicts, and needs no native library.
/// </summary>
public sealed class TreesFit : IRowPredictor
{
    internal const string Kind = "trees";

    private readonly int[] roots;
    private readonly int[] features;
    private readonly TreeSplits splits;
    private readonly int[] left;
    private readonly int[] right;
    private readonly double[] leaves;
    private readonly int[] leafRoots;

    private TreesFit(
        TreeInputs seen, int classes, int[] roots, int[] features, TreeSplits splits, int[] left, int[] right,
        int[] leafRoots, double[] leaves)
    {
        (Seen, Classes) = (seen, classes);
        (this.roots, this.features, this.splits, this.left, this.right) = (roots, features, splits, left, right);
        (this.leafRoots, this.leaves) = (leafRoots, leaves);
    }

    /// <summary>Gets the number of inputs.</summary>
    public int Inputs => Seen.Inputs;

    /// <summary>Gets the number of classes; 0 for numbers.</summary>
    public int Classes { get; }

    /// <summary>Gets the number of trees.</summary>
    public int Trees => roots.Length;

    /// <summary>What the trees see of the inputs.</summary>
    internal TreeInputs Seen { get; }

    private int Outputs => Classes > 2 ? Classes : 1;

    /// <summary>Returns the numbers of trees and inputs.</summary>
    public override string ToString() => $"trees: {Trees} of {Counted.Of(Inputs, "input")}"
        + (Classes > 0 ? $", {Counted.Of(Classes, "class")}" : string.Empty);

    /// <summary>Reads LightGBM's text, of trees for numbers (y − center)/scale.</summary>
    internal static TreesFit Parse(string text, TreeInputs seen, int classes, double center, double scale)
    {
        List<int> roots = [], features = [], left = [], right = [], leafRoots = [];
        List<double> leaves = [];
        var splits = new TreeSplits();
        foreach (string tree in text.Split("\nTree=").Skip(1))
        {
            var values = tree.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.First()[1]);
            int first = features.Count;
            roots.Add(first);
            leafRoots.Add(leaves.Count);
            leaves.AddRange(Numbers(values["leaf_value"])
                .Select(value => scale * value + (roots.Count == 1 ? center : 0.0)));
            if (int.Parse(values["num_leaves"], CultureInfo.InvariantCulture) > 1)
            {
                features.AddRange(Numbers(values["split_feature"]).Select(value => (int)value));
                splits.Add(
                    Numbers(values["threshold"]), Numbers(values["decision_type"]),
                    Numbers(values.GetValueOrDefault("cat_boundaries", string.Empty)),
                    Numbers(values.GetValueOrDefault("cat_threshold", string.Empty)));
                left.AddRange(Numbers(values["left_child"]).Select(value => (int)value));
                right.AddRange(Numbers(values["right_child"]).Select(value => (int)value));
            }
        }

        return new TreesFit(
            seen, classes, [.. roots], [.. features], splits, [.. left], [.. right], [.. leafRoots], [.. leaves]);
    }

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TreesFit Load(string folder)
    {
        SavedTrees about = ModelFolder.ReadDescription(
            folder, Kind, ModelJson.Default.SavedTrees, about => about is { Inputs: > 0, Classes: >= 0 and not 1 }
                && (about.Columns is null or { Count: 0 } || InputColumn.AreWhole(about.Columns, about.Inputs)));
        var seen = new TreeInputs(about.Columns ?? [], about.Inputs);
        ModelArrays arrays = ModelArrays.Read(folder);
        var splits = TreeSplits.Read(arrays);
        int nodes = splits.Count, ends = arrays.Vector("leaves").Length;
        var fit = new TreesFit(
            seen, about.Classes, arrays.Places("roots", nodes + 1), arrays.Places("features", seen.Count), splits,
            Children(arrays, "left", nodes), Children(arrays, "right", nodes), arrays.Places("leafRoots", ends + 1),
            arrays.Vector("leaves"));
        return fit.IsSound()
            ? fit
            : throw new InvalidDataException($"{folder} is damaged: its trees do not hang together.");
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.ColumnCount != Inputs)
        {
            throw new ArgumentException($"The model takes {Inputs} inputs, and {inputs.ColumnCount} were given.");
        }

        // A tree and the rows of a block stay in the cache while the rows go down it.
        const int BlockRows = 256;
        double[][] columns = Seen.Of(inputs);
        int rows = inputs.RowCount;
        double[] found = new double[rows * Outputs];
        Parallel.For(0, (rows + BlockRows - 1) / BlockRows, new ParallelOptions
        {
            MaxDegreeOfParallelism = Runtime.Compute.Threads,
        }, block =>
        {
            int first = block * BlockRows, end = Math.Min(rows, first + BlockRows);
            for (int tree = 0; tree < roots.Length; tree++)
            {
                int offset = tree % Outputs * rows;
                for (int row = first; row < end; row++)
                {
                    found[offset + row] += Leaf(columns, row, tree);
                }
            }
        });
        Matrix<double> sums = Matrix<double>.Build.Dense(rows, Outputs, found);
        return new RowPredictions(Classes == 0 ? sums
            : Classes > 2
                ? LinearPredictor.Softmax(sums, Vector<double>.Build.Dense(Outputs))
                : Matrix<double>.Build.Dense(inputs.RowCount, 2, (row, of) =>
                    1.0 / (1.0 + Math.Exp(of == 1 ? -sums[row, 0] : sums[row, 0]))));
    }

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("roots", roots.Select(value => (double)value));
        arrays.Add("features", features.Select(value => (double)value));
        splits.Write(arrays);
        arrays.Add("left", left.Select(value => (double)value));
        arrays.Add("right", right.Select(value => (double)value));
        arrays.Add("leafRoots", leafRoots.Select(value => (double)value));
        arrays.Add("leaves", leaves);
        ModelFolder.Write(
            folder, files, Kind, new SavedTrees(Inputs, Classes) { Columns = Seen.Columns },
            ModelJson.Default.SavedTrees, arrays.All);
    }

    /// <summary>Numbers; a threshold beyond all, which parts the missing ones, is the largest.</summary>
    private static double[] Numbers(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('-') == "inf"
                ? word[0] == '-' ? double.MinValue : double.MaxValue
                : double.Parse(word, CultureInfo.InvariantCulture))];

    private static int[] Children(ModelArrays arrays, string name, int nodes) => Array.ConvertAll(
        arrays.Vector(name, nodes), value => Math.Abs(value) < int.MaxValue ? (int)value : int.MaxValue);

    /// <summary>
    /// Whether every path ends in a leaf of its tree: a child that is a node comes after its parent, as LightGBM
    /// numbers them, so that no path is a circle.
    /// </summary>
    private bool IsSound()
    {
        if (features.Length != splits.Count || roots.Length != leafRoots.Length || roots.Length % Outputs != 0)
        {
            return false;
        }

        for (int tree = 0; tree < roots.Length; tree++)
        {
            int nodes = (tree + 1 < roots.Length ? roots[tree + 1] : features.Length) - roots[tree];
            int ends = (tree + 1 < roots.Length ? leafRoots[tree + 1] : leaves.Length) - leafRoots[tree];
            bool IsChild(int child, int parent) => child >= 0 ? child > parent && child < nodes : ~child < ends;
            if (nodes < 0 || ends < 1 || Enumerable.Range(0, nodes).Any(node =>
                !IsChild(left[roots[tree] + node], node) || !IsChild(right[roots[tree] + node], node)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The root of a tree: a node, from 0, or the complement of a leaf.</summary>
    internal int RootOf(int tree) =>
        (tree + 1 < roots.Length ? roots[tree + 1] : features.Length) > roots[tree] ? 0 : ~0;

    /// <summary>A node of a tree: which of what the trees see it asks, and where it leads.</summary>
    internal (int Feature, int Left, int Right) NodeOf(int tree, int node) =>
        roots[tree] + node is var at ? (features[at], left[at], right[at]) : default;

    /// <summary>Whether a node leads a value to the left.</summary>
    internal bool IsLeft(int tree, int node, double value) => splits.IsLeft(roots[tree] + node, value);

    /// <summary>The value of a leaf, by the complement of its number.</summary>
    internal double LeafOf(int tree, int leaf) => leaves[leafRoots[tree] + ~leaf];

    private double Leaf(double[][] columns, int row, int tree)
    {
        int first = roots[tree], node = RootOf(tree);
        while (node >= 0)
        {
            node = splits.IsLeft(first + node, columns[features[first + node]][row])
                ? left[first + node]
                : right[first + node];
        }

        return LeafOf(tree, node);
    }
}

/// <summary>The description of trees in their folder.</summary>
/// <param name="Inputs">The number of inputs.</param>
/// <param name="Classes">The number of classes; 0 for numbers.</param>
internal sealed record SavedTrees(int Inputs, int Classes)
{
    /// <summary>
    /// Gets how the inputs belong to columns; null or empty where every input is a number of its own.
    /// </summary>
    public IReadOnlyList<InputColumn>? Columns { get; init; }
}
