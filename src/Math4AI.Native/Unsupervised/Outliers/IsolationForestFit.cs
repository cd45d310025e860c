using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Outliers;

/// <summary>Holds the trees that <see cref="IsolationForest"/> grew, and scores samples by them.</summary>
public sealed class IsolationForestFit : IFilePredictor
{
    internal const string Kind = "isolation-forest";

    private readonly IsolationCut[] cuts;
    private readonly int[] roots;
    private readonly double[] depths;

    internal IsolationForestFit(IsolationCut[] cuts, int trees, int samplesPerTree, int channels)
    {
        (this.cuts, Trees, SamplesPerTree, Channels) = (cuts, trees, samplesPerTree, channels);
        depths = [.. Enumerable.Range(0, samplesPerTree + 1).Select(IsolationForest.MeanDepth)];
        roots = new int[trees];
        for (int tree = 1; tree < trees; tree++)
        {
            roots[tree] = EndOf(roots[tree - 1]);
        }
    }

    /// <summary>Gets the number of trees.</summary>
    public int Trees { get; }

    /// <summary>Gets how many samples each tree was grown from.</summary>
    public int SamplesPerTree { get; }

    /// <summary>Gets the number of channels of the samples.</summary>
    public int Channels { get; }

    /// <summary>Reads trees from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static IsolationForestFit Load(string folder)
    {
        SavedForest about = ModelFolder.ReadDescription(
            folder, Kind, ForestJson.Default.SavedForest,
            about => about is { Trees: > 0, SamplesPerTree: > 1, Channels: > 0 });
        ModelArrays arrays = ModelArrays.Read(folder);
        int[] channels = arrays.Places("channels", about.Channels + 1);
        double[] places = arrays.Vector("places", channels.Length);
        int[] seconds = arrays.Places("seconds", channels.Length);
        int[] samples = arrays.Places("samples", about.SamplesPerTree + 1);
        if (seconds.Length != channels.Length || samples.Length != channels.Length
            || !AreTrees(channels, seconds, about.Trees))
        {
            throw new InvalidDataException($"{folder} holds cuts that form no {about.Trees} trees.");
        }

        IsolationCut[] cuts =
        [
            .. channels.Select((channel, i) => new IsolationCut(channel - 1, places[i], seconds[i], samples[i])),
        ];
        return new IsolationForestFit(cuts, about.Trees, about.SamplesPerTree, about.Channels);
    }

    /// <summary>
    /// Computes the score of each row, 2^(−E h(x) / c(n)), with h(x) the number of cuts until x is apart and c(n) what
    /// it is by chance: near 1 for an outlier, 0.5 and below for the others. Equals minus
    /// <c>IsolationForest.score_samples</c> of scikit-learn but for the draws.
    /// </summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Vector<double> Score(Matrix<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ColumnCount != Channels)
        {
            throw new ArgumentException(
                $"The samples have {samples.ColumnCount} channels, and the trees {Channels}.", nameof(samples));
        }

        double[] rows = SampleRows.Finite(samples), scores = new double[samples.RowCount];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads };
        Parallel.For(0, scores.Length, options, i =>
        {
            double depth = 0.0;
            ReadOnlySpan<double> row = rows.AsSpan(i * Channels, Channels);
            foreach (int root in roots)
            {
                depth += DepthOf(row, root);
            }

            scores[i] = Math.Pow(2.0, -depth / Trees / depths[SamplesPerTree]);
        });
        return Vector<double>.Build.Dense(scores);
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) =>
        new("score", [], [.. Score(MatrixFile.Read(path)).Select(score => new[] { score })], []);

    /// <summary>Writes the trees to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) => ModelFolder.Save(folder, replace, files =>
    {
        var arrays = new ModelArrays();
        arrays.Add("channels", cuts.Select(cut => cut.Channel + 1.0));
        arrays.Add("places", cuts.Select(cut => cut.Place));
        arrays.Add("seconds", cuts.Select(cut => (double)cut.Second));
        arrays.Add("samples", cuts.Select(cut => (double)cut.Samples));
        ModelFolder.Write(
            folder, files, Kind, new SavedForest(Trees, SamplesPerTree, Channels), ForestJson.Default.SavedForest,
            arrays.All);
    });

    /// <summary>Returns the size of the forest.</summary>
    public override string ToString() =>
        $"isolation forest: {Counted.Of(Trees, "tree")} of {Counted.Of(SamplesPerTree, "sample")}";

    private double DepthOf(ReadOnlySpan<double> row, int at)
    {
        int depth = 0;
        for (; cuts[at].Channel >= 0; depth++)
        {
            at = row[cuts[at].Channel] < cuts[at].Place ? at + 1 : cuts[at].Second;
        }

        // Where a tree ends early, what is left would be cut on.
        return depth + depths[cuts[at].Samples];
    }

    /// <summary>The place after the last part of a cut.</summary>
    private int EndOf(int at)
    {
        while (cuts[at].Channel >= 0)
        {
            at = cuts[at].Second;
        }

        return at + 1;
    }

    /// <summary>Every cut's first part stands right after it, and its second part after the end of the first.</summary>
    private static bool AreTrees(int[] channels, int[] seconds, int trees)
    {
        // Read from the end, each place knows where its tree ends.
        int[] ends = new int[channels.Length + 1];
        for (int at = channels.Length - 1; at >= 0; at--)
        {
            if (channels[at] > 0 && (at + 1 >= channels.Length || seconds[at] != ends[at + 1]
                || seconds[at] >= channels.Length))
            {
                return false;
            }

            ends[at] = channels[at] > 0 ? ends[seconds[at]] : at + 1;
        }

        int found = 0;
        for (int at = 0; at < channels.Length; at = ends[at])
        {
            found++;
        }

        return found == trees;
    }
}

/// <summary>What the description of an isolation forest says.</summary>
internal sealed record SavedForest(int Trees, int SamplesPerTree, int Channels);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedForest))]
internal sealed partial class ForestJson : JsonSerializerContext;
