using System.Globalization;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>Holds principal components, and maps samples to them and back.</summary>
public sealed class PrincipalComponentsFit : IFilePredictor
{
    internal const string Kind = "principal-components";

    internal PrincipalComponentsFit(
        long samples, Vector<double> mean, Vector<double> scales, Vector<double> channelVariances,
        Vector<double> variances, Matrix<double> directions)
    {
        Samples = samples;
        Mean = mean;
        Scales = scales;
        ChannelVariances = channelVariances;
        Variances = variances;
        Directions = directions;
    }

    /// <summary>Gets the number of samples that the components were found from.</summary>
    public long Samples { get; }

    /// <summary>Gets the mean of each channel, in the unit of the data.</summary>
    public Vector<double> Mean { get; }

    /// <summary>Gets what each channel is divided by: its standard deviation where standardized, 1 otherwise.</summary>
    public Vector<double> Scales { get; }

    /// <summary>Gets the variance of each channel after the division, with the divisor n − 1.</summary>
    public Vector<double> ChannelVariances { get; }

    /// <summary>Gets the variance along each direction, descending, with the divisor n − 1.</summary>
    public Vector<double> Variances { get; }

    /// <summary>Gets the directions vᵢ, channels × k, orthonormal columns.</summary>
    public Matrix<double> Directions { get; }

    /// <summary>Gets the share of the whole variance along each direction.</summary>
    public Vector<double> VarianceShares => Variances / ChannelVariances.Sum();

    /// <summary>Returns the first components alone.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer, or none is wanted.</exception>
    public PrincipalComponentsFit Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Variances.Count);
        return new PrincipalComponentsFit(
            Samples, Mean, Scales, ChannelVariances, Variances.SubVector(0, count),
            Directions.SubMatrix(0, Directions.RowCount, 0, count));
    }

    /// <summary>Computes the coordinates of samples along the directions, tᵢ = vᵢᵀ (y − μ).</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <returns>Samples × k.</returns>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Matrix<double> Transform(Matrix<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ColumnCount != Mean.Count)
        {
            throw new ArgumentException(
                $"The samples have {samples.ColumnCount} channels, and the components {Mean.Count}.", nameof(samples));
        }

        if (samples.Find(x => !double.IsFinite(x), Zeros.Include) is (int row, int column, double bad))
        {
            throw new ArgumentException(
                $"Row {row + 1} has {bad} in column {column + 1}: remove or replace values that are not finite.",
                nameof(samples));
        }

        return samples.MapIndexed((_, c, value) => (value - Mean[c]) / Scales[c], Zeros.Include) * Directions;
    }

    /// <summary>Computes the samples that coordinates stand for, μ + Σ tᵢ vᵢ.</summary>
    /// <param name="coordinates">Samples × k.</param>
    /// <returns>Samples × channels.</returns>
    /// <exception cref="ArgumentException">The number of coordinates is another.</exception>
    public Matrix<double> InverseTransform(Matrix<double> coordinates)
    {
        ArgumentNullException.ThrowIfNull(coordinates);
        return coordinates.ColumnCount == Variances.Count
            ? coordinates.TransposeAndMultiply(Directions).MapIndexed(
                (_, c, value) => value * Scales[c] + Mean[c], Zeros.Include)
            : throw new ArgumentException(
                $"There are {coordinates.ColumnCount} coordinates a sample, and {Variances.Count} components.",
                nameof(coordinates));
    }

    /// <summary>
    /// Estimates how many directions carry more than noise that is the same in all: the number whose evidence is
    /// highest, by Laplace's method. Equals <c>PCA(n_components="mle")</c> of scikit-learn. Source: T. Minka,
    /// "Automatic choice of dimensionality for PCA", NIPS 13 (2000).
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The noise is not known, since only some of the components were computed, or the samples vary in fewer directions
    /// than they have channels.
    /// </exception>
    public int MinkaDimension() => Variances.Count == Mean.Count
        ? PrincipalDimension.Minka(Variances, Samples)
        : throw new InvalidOperationException(
            $"Minka's dimension needs the variances along all {Mean.Count} directions, and there are "
            + $"{Variances.Count}: compute all components, or use ParallelDimension.");

    /// <summary>
    /// Estimates how many directions carry more than chance, by parallel analysis: the leading variances that exceed
    /// those of independent normal channels of the same variances and number of samples. Source: J. Horn,
    /// Psychometrika 30 (1965); L. Glorfeld, Educational and Psychological Measurement 55 (1995).
    /// </summary>
    /// <param name="level">The share of the draws that a variance must exceed.</param>
    /// <param name="draws">The number of draws.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <returns>The number of components, from 0 to k.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1, or there is no draw.</exception>
    public int ParallelDimension(double level = 0.95, int draws = 100, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, 1.0);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        return PrincipalDimension.Parallel(this, level, draws, seed);
    }

    /// <summary>Reads components from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static PrincipalComponentsFit Load(string folder)
    {
        SavedPrincipals about = ModelFolder.ReadDescription(
            folder, Kind, PrincipalJson.Default.SavedPrincipals, about => about.Samples >= 2);
        ModelArrays arrays = ModelArrays.Read(folder);
        Matrix<double> directions = arrays.Matrix("directions");
        int channels = directions.RowCount;
        Vector<double> Read(string name, int length) => Vector<double>.Build.Dense(arrays.Vector(name, length));
        Vector<double> scales = Read("scales", channels);
        return scales.All(scale => scale > 0.0)
            ? new PrincipalComponentsFit(
                about.Samples, Read("mean", channels), scales, Read("channel_variances", channels),
                Read("variances", directions.ColumnCount), directions)
            : throw new InvalidDataException($"{folder} holds a scale that is not positive.");
    }

    /// <summary>Writes the components to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) => ModelFolder.Save(folder, replace, files =>
    {
        var arrays = new ModelArrays();
        arrays.Add("mean", Mean);
        arrays.Add("scales", Scales);
        arrays.Add("channel_variances", ChannelVariances);
        arrays.Add("variances", Variances);
        arrays.Add("directions", Directions);
        ModelFolder.Write(
            folder, files, Kind, new SavedPrincipals(Samples), PrincipalJson.Default.SavedPrincipals, arrays.All);
    });

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) =>
        new("component", [], Transform(MatrixFile.Read(path)).ToRowArrays(), [])
        {
            Columns = [.. Enumerable.Range(1, Variances.Count).Select(i => $"component {i}")],
        };

    /// <summary>Returns how many components there are, and their share of the variance.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Counted.Of(Variances.Count, "component")} of {Counted.Of(Mean.Count, "channel")}, "
        + $"{100 * VarianceShares.Sum():0.##} % of the variance");
}

/// <summary>What the description of principal components says.</summary>
internal sealed record SavedPrincipals(long Samples);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedPrincipals))]
internal sealed partial class PrincipalJson : JsonSerializerContext;
