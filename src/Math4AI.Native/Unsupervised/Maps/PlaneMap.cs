using System.Text.Json.Serialization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Maps;

/// <summary>A map of samples in the plane that places other samples among them, and can be kept.</summary>
public abstract class PlaneMap : IFilePredictor
{
    internal const string Kind = "map";

    private protected PlaneMap(Matrix<double> samples, Matrix<double> positions) =>
        (Samples, Positions) = (samples, positions);

    /// <summary>Gets the points, samples × 2, with the mean 0.</summary>
    public Matrix<double> Positions { get; }

    internal Matrix<double> Samples { get; }

    internal abstract SavedMap About { get; }

    /// <summary>Reads a map from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <returns>A <see cref="TsneFit"/> or a <see cref="UmapFit"/>, as it was saved.</returns>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static PlaneMap Load(string folder)
    {
        SavedMap about =
            ModelFolder.ReadDescription(folder, Kind, MapJson.Default.SavedMap, about => about.IsSound);
        return Of(about, ModelArrays.Read(folder));
    }

    /// <summary>Measures how far the map can be trusted; see <see cref="MapQuality"/>.</summary>
    /// <param name="neighbors">The number of neighbors to compare.</param>
    public MapQuality Quality(int neighbors = 12) => MapQuality.Of(Samples, Positions, neighbors);

    /// <summary>Places other samples among those of the map, which stays as it is.</summary>
    /// <param name="others">Samples × channels.</param>
    /// <returns>Samples × 2.</returns>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public abstract Matrix<double> Transform(Matrix<double> others);

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => Places(Transform(MatrixFile.Read(path)));

    /// <summary>Writes the map and its samples to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) => ModelFolder.Save(folder, replace, files =>
    {
        var arrays = new ModelArrays();
        AddTo(arrays);
        ModelFolder.Write(folder, files, Kind, About, MapJson.Default.SavedMap, arrays.All);
    });

    internal static FilePredictions Places(Matrix<double> positions) =>
        new("place", [], positions.ToRowArrays(), []) { Columns = ["x", "y"] };

    internal static PlaneMap Of(SavedMap about, ModelArrays arrays)
    {
        Matrix<double> samples = arrays.Matrix("samples");
        Matrix<double> positions = arrays.Matrix("positions", samples.RowCount, 2);
        return about switch
        {
            { Tsne: { } tsne } => new TsneFit(samples, positions, tsne.Divergence, tsne.Perplexity),
            _ => new UmapFit(samples, positions, about.Umap!),
        };
    }

    internal void AddTo(ModelArrays arrays)
    {
        arrays.Add("samples", Samples);
        arrays.Add("positions", Positions);
    }
}

/// <summary>What the description of a map says: one of the two.</summary>
internal sealed record SavedMap(SavedTsne? Tsne, SavedUmap? Umap)
{
    [JsonIgnore]
    public bool IsSound => Umap is null ? Tsne is not null : Tsne is null && Umap.IsSound;
}

/// <summary>What is kept of t-SNE.</summary>
internal sealed record SavedTsne(double Divergence, double Perplexity);

/// <summary>What is kept of UMAP: its settings, with the two numbers of its curve.</summary>
internal sealed record SavedUmap(int Neighbors, double A, double B, int Epochs, int NegativeSamples, int Seed)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CrossEntropy { get; init; }

    [JsonIgnore]
    public bool IsSound => Neighbors > 1 && A > 0.0 && B > 0.0 && Epochs > 0 && NegativeSamples >= 0;
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedMap))]
internal sealed partial class MapJson : JsonSerializerContext;
