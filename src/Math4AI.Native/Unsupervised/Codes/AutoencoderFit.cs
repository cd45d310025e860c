using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Training;
using Math4AI.Training.Files;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Unsupervised.Codes;

/// <summary>Holds the networks to a code and back, and says how well it reconstructs samples.</summary>
public sealed class AutoencoderFit : IFilePredictor
{
    internal const string Kind = "autoencoder";

    private readonly AutoencoderNetwork network;
    private readonly SavedAutoencoder about;

    internal AutoencoderFit(AutoencoderNetwork network, SavedAutoencoder about, TrainingResult? training)
    {
        (this.network, this.about, Training) = (network, about, training);
        network.eval();
    }

    /// <summary>Gets the number of channels of the samples.</summary>
    public int Channels => about.Channels;

    /// <summary>Gets k, the numbers of the code.</summary>
    public int CodeSize => about.CodeSize;

    /// <summary>Gets whether codes are distributions.</summary>
    public bool IsVariational => about.IsVariational;

    /// <summary>
    /// Gets the variance, in units of that of each column, that samples have around their reconstructions; NaN
    /// for a plain code.
    /// </summary>
    public double Noise => network.Noise;

    /// <summary>Gets the course of the training; null in a model that was read.</summary>
    public TrainingResult? Training { get; }

    /// <summary>Reads networks from a folder.</summary>
    /// <param name="folder">The folder that it was saved in.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static AutoencoderFit Load(string folder)
    {
        SavedAutoencoder about = ModelFolder.ReadDescription(
            folder, Kind, CodeJson.Default.SavedAutoencoder, about => about.IsSound);
        ModelFolder.RequireWeights(folder, about.LeastParameters);
        AutoencoderNetwork network = TorchRandom.Unset(() => new AutoencoderNetwork(about));
        NetworkFolder.ReadWeights(folder, network);
        return new AutoencoderFit(network, about, null);
    }

    /// <summary>Returns the code of each row, samples × k; of distributions the means.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Matrix<double> Encode(Matrix<double> samples) => Through(Standard(samples), network.Encode);

    /// <summary>Returns the samples that codes stand for, samples × channels.</summary>
    /// <param name="codes">Samples × k.</param>
    /// <exception cref="ArgumentException">The codes have another size, or a number is not finite.</exception>
    public Matrix<double> Decode(Matrix<double> codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (codes.ColumnCount != CodeSize)
        {
            throw new ArgumentException(
                $"The codes have {codes.ColumnCount} numbers, and {CodeSize} are needed.", nameof(codes));
        }

        _ = SampleRows.Finite(codes);
        return Through(codes, network.Decode).MapIndexed(
            (_, j, value) => about.Mean[j] + about.Scales[j] * value, Zeros.Include);
    }

    /// <summary>
    /// Returns the squared error of each reconstructed value, in units of its column's variance, samples ×
    /// channels: the reason for an anomaly.
    /// </summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Matrix<double> Errors(Matrix<double> samples)
    {
        Matrix<double> standard = Standard(samples);
        return (standard - Through(standard, network.forward)).PointwisePower(2.0);
    }

    /// <summary>Returns how unlike the others each row is: the mean of its <see cref="Errors"/>.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Vector<double> Anomaly(Matrix<double> samples) => Errors(samples).RowSums() / Channels;

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => Predict(MatrixFile.Read(path));

    /// <summary>Returns the sizes of the code and of what it is for.</summary>
    public override string ToString() => $"{(IsVariational ? "variational " : string.Empty)}autoencoder: "
        + $"{Counted.Of(CodeSize, "number")} for {Counted.Of(Channels, "channel")}";

    internal FilePredictions Predict(Matrix<double> samples)
    {
        Matrix<double> codes = Encode(samples), found = codes.Append(Anomaly(samples).ToColumnMatrix());
        return new FilePredictions("code", [], found.ToRowArrays(), [])
        {
            Columns = [.. Enumerable.Range(1, CodeSize).Select(i => $"code {i}"), "anomaly"],
        };
    }

    /// <summary>Writes the networks to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    internal void Save(string folder, FileTransaction files) =>
        NetworkFolder.Write(folder, files, Kind, about, CodeJson.Default.SavedAutoencoder, network);

    private static Matrix<double> Through(Matrix<double> rows, Func<Tensor, Tensor> pass)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        float[] values = Array.ConvertAll(rows.ToRowMajorArray(), value => (float)value);
        Tensor found = pass(tensor(values, [rows.RowCount, rows.ColumnCount])).contiguous();
        return Matrix<double>.Build.DenseOfRowMajor(
            rows.RowCount, (int)found.shape[1], found.data<float>().Select(value => (double)value));
    }

    private Matrix<double> Standard(Matrix<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ColumnCount != Channels)
        {
            throw new ArgumentException(
                $"The samples have {samples.ColumnCount} channels, and the code is of {Channels}.", nameof(samples));
        }

        _ = SampleRows.Finite(samples);
        return about.Standardize(samples);
    }
}

/// <summary>What the description of an autoencoder says.</summary>
internal sealed record SavedAutoencoder(
    int Channels, int CodeSize, int[] Hidden, bool IsVariational, double[] Mean, double[] Scales)
{
    private const int MaxWidth = 1 << 20;
    private const int WeightsOfFilter = 9;

    /// <summary>Gets the filters of each convolution; null for layers that know no places.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int[]? Filters { get; init; }

    /// <summary>Gets where each channel is in an image; null where there are no convolutions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PixelGrid? Grid { get; init; }

    [JsonIgnore]
    public bool IsSound => Channels is > 0 and <= MaxWidth && CodeSize is > 0 and <= MaxWidth && Hidden is not null
        && Array.TrueForAll(Hidden, width => width is > 0 and <= MaxWidth) && Mean?.Length == Channels
        && Scales?.Length == Channels && Array.TrueForAll(Mean, double.IsFinite) && (Filters is null) == (Grid is null)
        && Array.TrueForAll(Filters ?? [1], count => count is > 0 and <= MaxWidth) && Filters?.Length != 0
        && Grid is null or { Height: > 0 and <= MaxWidth, Width: > 0 and <= MaxWidth }
        && (Grid is null || (long)Grid.Value.Height * Grid.Value.Width == Channels)
        && Array.TrueForAll(Scales, scale => scale > 0.0 && double.IsFinite(scale));

    [JsonIgnore]
    public double LeastParameters
    {
        get
        {
            if (Filters is not null)
            {
                return 2.0 * WeightsOfFilter
                    * Filters.Prepend(1).Zip(Filters).Sum(pair => (double)pair.First * pair.Second);
            }

            int[] widths = [Channels, .. Hidden, CodeSize];
            return 2.0 * widths.Zip(widths.Skip(1)).Sum(pair => (double)pair.First * pair.Second);
        }
    }

    public Matrix<double> Standardize(Matrix<double> samples) =>
        samples.MapIndexed((_, j, value) => (value - Mean[j]) / Scales[j], Zeros.Include);
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedAutoencoder))]
internal sealed partial class CodeJson : JsonSerializerContext;
