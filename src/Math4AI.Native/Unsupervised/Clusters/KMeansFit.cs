using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>Holds the clusters that <see cref="KMeans"/> found, and assigns samples to them.</summary>
public sealed class KMeansFit : IFilePredictor, IGroups
{
    internal const string Kind = "k-means";

    internal KMeansFit(Matrix<double> centers, long[] counts, double inertia, int iterations, bool isConverged)
    {
        Centers = centers;
        Counts = counts;
        Inertia = inertia;
        Iterations = iterations;
        IsConverged = isConverged;
    }

    /// <summary>Gets the centers, clusters × channels, in the unit of the data.</summary>
    public Matrix<double> Centers { get; }

    /// <summary>Gets the number of samples in each cluster.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>Gets the sum of squared distances of the samples to their centers, Σ‖x − c(x)‖².</summary>
    public double Inertia { get; }

    /// <summary>Gets the number of iterations over all samples.</summary>
    public int Iterations { get; }

    /// <summary>Gets whether the centers came to rest within the tolerance.</summary>
    public bool IsConverged { get; }

    /// <summary>Gets what to know before the clusters are trusted, in a sentence; null for nothing.</summary>
    public string? Warning
    {
        get
        {
            int empty = Counts.Count(count => count == 0);
            return empty > 0
                ? $"{empty} of {Counts.Count} clusters are empty, since the data have fewer distinct samples: ask for "
                    + "fewer clusters."
                : IsConverged
                    ? null
                    : $"The centers were still moving after {Iterations} iterations: allow more iterations or a larger "
                        + "tolerance.";
        }
    }

    /// <summary>Reads clusters from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static KMeansFit Load(string folder)
    {
        SavedKMeans about = ModelFolder.ReadDescription(
            folder, Kind, ClusterJson.Default.SavedKMeans,
            about => about.Counts is { Length: > 0 } && about.Inertia >= 0.0);
        Matrix<double> centers = ModelArrays.Read(folder).Matrix("centers", rows: about.Counts.Length);
        return new KMeansFit(centers, about.Counts, about.Inertia, about.Iterations, about.IsConverged);
    }

    /// <summary>Returns the cluster of each row, from 0: the one with the nearest center.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public int[] Assign(Matrix<double> samples) => Assign(new MatrixSampleSource(samples));

    /// <summary>Returns the cluster of each sample, from 0: the one with the nearest center.</summary>
    /// <param name="samples">The samples, fewer than 2³¹.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public int[] Assign(ISampleSource samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Channels != Centers.ColumnCount)
        {
            throw new ArgumentException(
                $"The samples have {samples.Channels} channels, and the clusters {Centers.ColumnCount}.",
                nameof(samples));
        }

        var centered = CenteredSource.Of(samples, cancellation);
        double[] centers = centered.FromData([.. Centers.ToRowMajorArray()]);
        return Assignment.Of(centered, centers, Centers.RowCount, withLabels: true, cancellation).Labels;
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => new(
        "cluster", [], [.. Assign(MatrixFile.Read(path)).Select(cluster => new[] { cluster + 1.0 })], []);

    /// <summary>Writes the clusters to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Write(folder, files));

    int IGroups.Count => Centers.RowCount;

    (int[] Labels, double[] Strengths) IGroups.Place(Matrix<double> samples) => (Assign(samples), []);

    void IGroups.Save(string folder, FileTransaction files) => Write(folder, files);

    /// <summary>Returns the number of clusters and the inertia.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"k-means: {Counted.Of(Centers.RowCount, "cluster")} of {Counted.Of(Counts.Sum(), "sample")}, inertia "
        + $"{Inertia:G6}{(IsConverged ? string.Empty : ", did NOT converge")}");

    private void Write(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("centers", Centers);
        ModelFolder.Write(
            folder,
            files,
            Kind,
            new SavedKMeans([.. Counts], Inertia, Iterations, IsConverged),
            ClusterJson.Default.SavedKMeans,
            arrays.All);
    }
}

/// <summary>What the description of clusters by k-means says.</summary>
internal sealed record SavedKMeans(long[] Counts, double Inertia, int Iterations, bool IsConverged);
