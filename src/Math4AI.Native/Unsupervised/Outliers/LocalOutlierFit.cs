using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Neighbors;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Outliers;

/// <summary>Holds samples and how densely each lies, and scores others beside them.</summary>
public sealed class LocalOutlierFit : IFilePredictor
{
    internal const string Kind = "local-outlier-factor";

    private readonly Matrix<double> samples;
    private readonly double[] reaches;
    private readonly double least;
    private double[] widths = [];

    internal LocalOutlierFit(Matrix<double> samples, int neighbors, double[] reaches, double least) =>
        (this.samples, Neighbors, this.reaches, this.least) = (samples, neighbors, reaches, least);

    /// <summary>Gets the number of neighbors that each sample is compared with.</summary>
    public int Neighbors { get; }

    /// <summary>Gets the factor of each sample, without itself among its neighbors.</summary>
    public IReadOnlyList<double> Scores { get; private set; } = [];

    /// <summary>Returns the numbers of samples and of neighbors.</summary>
    public override string ToString() =>
        $"local outlier factor: {Counted.Of(samples.RowCount, "sample")} by {Counted.Of(Neighbors, "neighbor")}";

    /// <summary>Reads samples from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static LocalOutlierFit Load(string folder)
    {
        SavedOutlierFactor about = ModelFolder.ReadDescription(
            folder, Kind, OutlierFactorJson.Default.SavedOutlierFactor,
            about => about.Neighbors > 0 && about.Least >= 0.0 && double.IsFinite(about.Least));
        ModelArrays arrays = ModelArrays.Read(folder);
        Matrix<double> samples = arrays.Matrix("samples");
        int count = samples.RowCount;
        return about.Neighbors <= count
            ? new LocalOutlierFit(samples, about.Neighbors, arrays.Vector("reaches", count), about.Least)
            {
                widths = arrays.Vector("widths", count),
                Scores = arrays.Vector("scores", count),
            }
            : throw new InvalidDataException($"{folder} holds {count} samples and wants {about.Neighbors} neighbors.");
    }

    /// <summary>
    /// Computes the factor of other rows beside the samples, which stay as they are: about 1 where they lie as densely
    /// as their neighbors, larger where they are apart; infinite for a row that differs from samples that are all the
    /// same. Equals the negative of <c>LocalOutlierFactor(novelty=True).score_samples</c> of scikit-learn.
    /// </summary>
    /// <param name="others">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Vector<double> Score(Matrix<double> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return Vector<double>.Build.DenseOfArray(
            Factors(new NeighborSearch(samples).Nearest(others, Neighbors)));
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) =>
        new("factor", [], [.. Score(MatrixFile.Read(path)).Select(score => new[] { score })], []);

    /// <summary>Writes the samples to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) => ModelFolder.Save(folder, replace, files =>
    {
        var arrays = new ModelArrays();
        arrays.Add("samples", samples);
        arrays.Add("reaches", reaches);
        arrays.Add("widths", widths);
        arrays.Add("scores", Scores);
        ModelFolder.Write(
            folder, files, Kind, new SavedOutlierFactor(Neighbors, least),
            OutlierFactorJson.Default.SavedOutlierFactor, arrays.All);
    });

    /// <summary>Completes the fit by the neighbors of the samples among themselves.</summary>
    internal LocalOutlierFit With(NearestNeighbors near)
    {
        widths = [.. Enumerable.Range(0, near.Queries).Select(i => Width(near, i))];
        Scores = Factors(near);
        return this;
    }

    private double[] Factors(NearestNeighbors near) =>
    [
        .. Enumerable.Range(0, near.Queries).Select(i =>
        {
            double own = Width(near, i), sum = 0.0;
            foreach (int other in near.Of(i))
            {
                // Among samples that are all the same, both are 0.
                sum += own == widths[other] ? 1.0 : own / widths[other];
            }

            return sum / near.Count;
        }),
    ];

    /// <summary>The mean reach to the neighbors: one by the density.</summary>
    private double Width(NearestNeighbors near, int i)
    {
        double sum = 0.0;
        for (int k = 0; k < near.Count; k++)
        {
            sum += Math.Max(near.Distances(i)[k], reaches[near.Of(i)[k]]);
        }

        return sum / near.Count + least;
    }
}

/// <summary>What the description of such samples says.</summary>
internal sealed record SavedOutlierFactor(int Neighbors, double Least);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedOutlierFactor))]
internal sealed partial class OutlierFactorJson : JsonSerializerContext;
