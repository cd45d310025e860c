using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
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
            folder, Kind, ModelJson.Default.SavedNetworks, about =>
                about is { Classes: >= 0 and not 1, Networks: > 0 and <= MaxNetworks, Layers: > 0 and <= MaxLayers });
        ModelArrays arrays = ModelArrays.Read(folder);
        return new NetworkFit(
            about.Classes,
            [.. Enumerable.Range(0, about.Networks).Select(i => NetworkWeights.Read(
                arrays, i, about.Layers, Math.Max(1, about.Classes)))]);
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        networks[0].RequireWidth(inputs);
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

    /// <summary>Returns the number of networks.</summary>
    public override string ToString() => Counted.Of(Networks, "network")
        + (Classes > 0 ? $", {Counted.Of(Classes, "class")}" : string.Empty);

    private Matrix<double> Predict(NetworkWeights network, Matrix<double> inputs)
    {
        Matrix<double> outputs = network.LastOf(network.Hidden(inputs));
        return Classes > 0
            ? LinearPredictor.Softmax(outputs, Vector<double>.Build.Dense(Classes))
            : network.Center + network.Scale * outputs;
    }
}

/// <summary>The weights of one network: of every layer inputs × outputs, and an offset an output.</summary>
internal sealed record NetworkWeights(
    Matrix<double>[] Weights, Vector<double>[] Offsets, double Center, double Scale,
    HiddenUnit Unit = HiddenUnit.Rectifier)
{
    /// <summary>Copies the weights of a network.</summary>
    public static NetworkWeights Of(Mlp network, double center, double scale) => new(
        [.. network.Layers.Select(layer => Matrix<double>.Build.Dense(
            (int)layer.weight.shape[1], (int)layer.weight.shape[0], Numbers(layer.weight)))],
        [.. network.Layers.Select(layer => Vector<double>.Build.Dense(Numbers(layer.bias!)))],
        center, scale, network.Unit);

    /// <summary>The weights that <see cref="ToArray"/> has put in a row.</summary>
    /// <param name="numbers">The numbers.</param>
    public static NetworkWeights Of(double[] numbers)
    {
        const int First = 4;
        int layers = (int)numbers[First - 1], at = First + 2 * layers;
        double[] Next(int count) => numbers[at..(at += count)];
        var weights = new Matrix<double>[layers];
        var offsets = new Vector<double>[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            (int inputs, int outputs) = ((int)numbers[First + 2 * layer], (int)numbers[First + 2 * layer + 1]);
            weights[layer] = Matrix<double>.Build.Dense(inputs, outputs, Next(inputs * outputs));
            offsets[layer] = Vector<double>.Build.Dense(Next(outputs));
        }

        return new NetworkWeights(weights, offsets, numbers[0], numbers[1], (HiddenUnit)(int)numbers[2]);
    }

    /// <summary>
    /// The center, the scale, the unit and the number of layers; the inputs and outputs of each layer; and the weights
    /// and offsets of layer after layer.
    /// </summary>
    public double[] ToArray() =>
    [
        Center, Scale, (double)Unit, Weights.Length,
        .. Weights.SelectMany(weights => new double[] { weights.RowCount, weights.ColumnCount }),
        .. Weights.Zip(Offsets, (weights, offsets) => weights.ToColumnMajorArray().Concat(offsets)).SelectMany(x => x),
    ];

    /// <summary>Reads those of a network by its number.</summary>
    public static NetworkWeights Read(ModelArrays arrays, int network, int layers, int outputs)
    {
        var weights = new Matrix<double>[layers];
        var offsets = new Vector<double>[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            double[] found = arrays.Vector($"offsets.{network}.{layer}");
            offsets[layer] = Vector<double>.Build.Dense(found);
            weights[layer] = arrays.Matrix(
                $"weights.{network}.{layer}", layer > 0 ? weights[layer - 1].ColumnCount : null, found.Length);
        }

        double[] unit = arrays.Vector($"unit.{network}", 2);
        return offsets[^1].Count == outputs
            ? new NetworkWeights(
                weights, offsets, unit[0], unit[1],
                arrays.Has(TanhOf(network)) ? HiddenUnit.Tanh : HiddenUnit.Rectifier)
            : throw new InvalidDataException(
                $"The networks have {offsets[^1].Count} outputs, and {outputs} are needed.");
    }

    /// <summary>Throws where samples have another number of inputs.</summary>
    public void RequireWidth(Matrix<double> inputs)
    {
        if (inputs.ColumnCount != Weights[0].RowCount)
        {
            throw new ArgumentException(
                $"The model takes {Weights[0].RowCount} inputs, and {inputs.ColumnCount} were given.");
        }
    }

    /// <summary>What the last layer sees, samples × units.</summary>
    public Matrix<double> Hidden(Matrix<double> inputs)
    {
        Matrix<double> values = inputs;
        for (int layer = 0; layer < Weights.Length - 1; layer++)
        {
            Vector<double> offsets = Offsets[layer];
            Matrix<double> sums = values * Weights[layer];
            values = Unit == HiddenUnit.Tanh
                ? sums.MapIndexed((_, column, value) => Math.Tanh(value + offsets[column]), Zeros.Include)
                : sums.MapIndexed((_, column, value) => Math.Max(0.0, value + offsets[column]), Zeros.Include);
        }

        return values;
    }

    /// <summary>The outputs, of what the last layer sees.</summary>
    public Matrix<double> LastOf(Matrix<double> hidden)
    {
        Vector<double> offsets = Offsets[^1];
        return (hidden * Weights[^1]).MapIndexed((_, column, value) => value + offsets[column], Zeros.Include);
    }

    /// <summary>The network with some hidden units left out at random, and the others scaled up.</summary>
    public NetworkWeights Thinned(double share, int seed)
    {
        var random = new MersenneTwister(seed, threadSafe: false);
        return this with
        {
            Weights =
            [
                .. Weights.Select((weights, layer) =>
                {
                    double[] kept = [.. Enumerable.Range(0, weights.RowCount).Select(
                        _ => layer == 0 ? 1.0 : random.NextDouble() < share ? 0.0 : 1.0 / (1.0 - share))];
                    return weights.MapIndexed((unit, _, value) => kept[unit] * value, Zeros.Include);
                }),
            ],
        };
    }

    public void Write(ModelArrays arrays, int network)
    {
        arrays.Add($"unit.{network}", [Center, Scale]);
        if (Unit == HiddenUnit.Tanh)
        {
            arrays.Add(TanhOf(network), [1.0]);
        }

        for (int layer = 0; layer < Weights.Length; layer++)
        {
            arrays.Add($"weights.{network}.{layer}", Weights[layer]);
            arrays.Add($"offsets.{network}.{layer}", Offsets[layer]);
        }
    }

    private static string TanhOf(int network) => $"tanh.{network}";

    // Torch holds a layer's weights as outputs × inputs, row after row: that is inputs × outputs, column after column.
    private static double[] Numbers(torch.Tensor values) =>
        Array.ConvertAll(values.detach().contiguous().data<float>().ToArray(), value => (double)value);
}

/// <summary>The description of networks in their folder.</summary>
/// <param name="Classes">The number of classes; 0 for numbers.</param>
/// <param name="Networks">The number of networks.</param>
/// <param name="Layers">The number of layers of each.</param>
internal sealed record SavedNetworks(int Classes, int Networks, int Layers);
