using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;

namespace Math4AI.Training.Learners;

/// <summary>
/// Multilayer perceptrons whose predictions are averaged: numbers, or probabilities of classes. The weights are arrays
/// of our own, so that they predict without torch.
/// </summary>
public sealed class NetworkFit : IRowPredictor
{
    internal const string Kind = "networks";

    private readonly NetworkWeights[] networks;

    internal NetworkFit(int classes, NetworkWeights[] networks) => (Classes, this.networks) = (classes, networks);

    /// <summary>Gets the number of classes; 0 for numbers.</summary>
    public int Classes { get; }

    /// <summary>Gets the number of networks.</summary>
    public int Networks => networks.Length;

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static NetworkFit Load(string folder)
    {
        const int MaxNetworks = 1000, MaxLayers = 1000;
        SavedNetworks about = ModelFolder.ReadDescription(
            folder, ModelJson.Default.SavedNetworks, about =>
                about is { Classes: >= 0 and not 1, Networks: > 0 and <= MaxNetworks, Layers: > 0 and <= MaxLayers });
        ModelArrays arrays = ModelArrays.Read(folder);
        return new NetworkFit(
            about.Classes,
            [.. Enumerable.Range(0, about.Networks).Select(i => NetworkWeights.Read(arrays, i, about))]);
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        int width = networks[0].Weights[0].RowCount;
        if (inputs.ColumnCount != width)
        {
            throw new ArgumentException($"The model takes {width} inputs, and {inputs.ColumnCount} were given.");
        }

        Matrix<double> sum = Predict(networks[0], inputs);
        foreach (NetworkWeights network in networks.Skip(1))
        {
            sum += Predict(network, inputs);
        }

        return new RowPredictions(sum / networks.Length);
    }

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        for (int i = 0; i < networks.Length; i++)
        {
            networks[i].Write(arrays, i);
        }

        ModelFolder.Write(
            folder, files, Kind, new SavedNetworks(Classes, networks.Length, networks[0].Weights.Length),
            ModelJson.Default.SavedNetworks, arrays.All);
    }

    private Matrix<double> Predict(NetworkWeights network, Matrix<double> inputs)
    {
        Matrix<double> values = inputs;
        int last = network.Weights.Length - 1;
        for (int layer = 0; layer < last; layer++)
        {
            Vector<double> offsets = network.Offsets[layer];
            values = (values * network.Weights[layer]).MapIndexed(
                (_, column, value) => Math.Max(0.0, value + offsets[column]), Zeros.Include);
        }

        values *= network.Weights[last];
        return Classes > 0
            ? LinearPredictor.Softmax(values, network.Offsets[last], out _)
            : values.MapIndexed(
                (_, column, value) => network.Center + network.Scale * (value + network.Offsets[last][column]),
                Zeros.Include);
    }
}

/// <summary>The weights of one network: of every layer inputs × outputs, and an offset an output.</summary>
internal sealed record NetworkWeights(
    Matrix<double>[] Weights, Vector<double>[] Offsets, double Center, double Scale)
{
    /// <summary>Copies the weights of a network.</summary>
    public static NetworkWeights Of(Mlp network, double center, double scale) => new(
        [.. network.Layers.Select(layer => Matrix<double>.Build.Dense(
            (int)layer.weight.shape[1], (int)layer.weight.shape[0], Numbers(layer.weight)))],
        [.. network.Layers.Select(layer => Vector<double>.Build.Dense(Numbers(layer.bias!)))],
        center, scale);

    /// <summary>Reads those of a network by its number.</summary>
    public static NetworkWeights Read(ModelArrays arrays, int network, SavedNetworks about)
    {
        var weights = new Matrix<double>[about.Layers];
        var offsets = new Vector<double>[about.Layers];
        for (int layer = 0; layer < about.Layers; layer++)
        {
            double[] found = arrays.Vector($"offsets.{network}.{layer}");
            offsets[layer] = Vector<double>.Build.Dense(found);
            weights[layer] = arrays.Matrix(
                $"weights.{network}.{layer}", layer > 0 ? weights[layer - 1].ColumnCount : null, found.Length);
        }

        double[] unit = arrays.Vector($"unit.{network}", 2);
        return offsets[^1].Count == Math.Max(1, about.Classes)
            ? new NetworkWeights(weights, offsets, unit[0], unit[1])
            : throw new InvalidDataException(
                $"The networks have {offsets[^1].Count} outputs, and {Math.Max(1, about.Classes)} are needed.");
    }

    public void Write(ModelArrays arrays, int network)
    {
        arrays.Add($"unit.{network}", [Center, Scale]);
        for (int layer = 0; layer < Weights.Length; layer++)
        {
            arrays.Add($"weights.{network}.{layer}", Weights[layer]);
            arrays.Add($"offsets.{network}.{layer}", Offsets[layer]);
        }
    }

    // Torch holds a layer's weights as outputs × inputs, row after row: that is inputs × outputs, column after column.
    private static double[] Numbers(torch.Tensor values) =>
        Array.ConvertAll(values.detach().contiguous().data<float>().ToArray(), value => (double)value);
}

/// <summary>The description of networks in their folder.</summary>
/// <param name="Classes">The number of classes; 0 for numbers.</param>
/// <param name="Networks">The number of networks.</param>
/// <param name="Layers">The number of layers of each.</param>
internal sealed record SavedNetworks(int Classes, int Networks, int Layers);
