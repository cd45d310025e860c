using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Probability.Forecasts;
using Math4AI.Training.Files;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Learners.Uncertain;

/// <summary>
/// Networks that tell how sure they are: an ensemble, one network with dropout, or one with the posterior of its last
/// layer. The weights are arrays of our own, so that they predict without torch. Sources: B. Lakshminarayanan, A.
/// Pritzel and C. Blundell, NeurIPS 30 (2017), for ensembles; Y. Gal and Z. Ghahramani, "Dropout as a Bayesian
/// approximation", ICML 33 (2016).
/// </summary>
public sealed class UncertainNetworkFit : IUncertainPredictor
{
    internal const string Kind = "uncertain-networks";

    /// <summary>Added to predicted variances, of targets with variance 1, so that none is 0.</summary>
    internal const double MinVariance = 1e-6;

    private const int Masks = 50;
    private const int Pairs = 50;

    private readonly NetworkWeights[] networks;
    private readonly NetworkWeights[] members;
    private readonly LastLayerLaplace? laplace;
    private readonly HeldOutVariance? variance;
    private readonly SavedUncertainNetworks about;

    internal UncertainNetworkFit(
        SavedUncertainNetworks about, NetworkWeights[] networks, LastLayerLaplace? laplace,
        HeldOutVariance? variance = null)
    {
        (this.about, this.networks, this.laplace, this.variance) = (about, networks, laplace, variance);
        members = about.Way == NetworkUncertainty.Dropout
            ? [.. Enumerable.Range(0, Masks).Select(i => networks[0].Thinned(about.Dropout, about.Seed + i))]
            : networks;
    }

    /// <summary>Gets how the networks tell how sure they are.</summary>
    public NetworkUncertainty Way => about.Way;

    /// <summary>Gets the number of classes; 0 for numbers.</summary>
    public int Classes => about.Classes;

    /// <summary>Gets the number of networks behind a prediction.</summary>
    public int Members => members.Length;

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static UncertainNetworkFit Load(string folder)
    {
        const int MaxNetworks = 1000, MaxLayers = 1000;
        SavedUncertainNetworks about = ModelFolder.ReadDescription(
            folder, Kind, ModelJson.Default.SavedUncertainNetworks, about =>
                about is
                {
                    Way: NetworkUncertainty.Ensemble or NetworkUncertainty.Dropout or NetworkUncertainty.Laplace,
                    Classes: >= 0 and not 1, Networks: > 0 and <= MaxNetworks, Layers: > 0 and <= MaxLayers,
                    Dropout: >= 0.0 and < 1.0,
                } && (about.IsHeldOut || !about.LearnsLogarithm));
        ModelArrays arrays = ModelArrays.Read(folder);
        int outputs = OutputsOf(about.Classes, about.Way, about.IsHeldOut);
        NetworkWeights[] networks = [.. Enumerable.Range(0, about.Networks).Select(
            i => NetworkWeights.Read(arrays, i, about.Layers, outputs))];
        return new UncertainNetworkFit(about, networks, about.Way == NetworkUncertainty.Laplace
            ? LastLayerLaplace.Read(arrays, networks[0].Weights[^1].RowCount + 1, outputs)
            : null, about.IsHeldOut ? HeldOutVariance.Read(arrays, about.LearnsLogarithm) : null);
    }

    /// <summary>Returns the number of networks, and how they are uncertain.</summary>
    public override string ToString() => $"{Counted.Of(Members, "network")}, uncertainty by {Way}";

    /// <summary>The same networks with a variance from the errors of samples that others have not seen.</summary>
    internal UncertainNetworkFit With(HeldOutVariance held) =>
        new(about with { IsHeldOut = true }, networks, laplace, held);

    /// <summary>What the networks predict of numbers, and the deviation of what they do not know of it.</summary>
    internal (double[] Means, double[] Own) Moments(Matrix<double> inputs) =>
        ([.. MeansOf(inputs).Aggregate((sum, next) => [.. sum.Zip(next, (a, b) => a + b)])
            .Select(sum => sum / members.Length)], Disagreement(inputs));

    /// <summary>Takes a network with the posterior of its last layer, from the samples that it has learned.</summary>
    internal static UncertainNetworkFit WithLaplace(
        SavedUncertainNetworks about, NetworkWeights network, LearnerSamples training, double? precision,
        double? noise)
    {
        Matrix<double> hidden = network.Hidden(training.Inputs), outputs = network.LastOf(hidden);
        Matrix<double> weights = network.Weights[^1].InsertRow(network.Weights[^1].RowCount, network.Offsets[^1]);
        LastLayerLaplace posterior = training.Targets is { } targets
            ? LastLayerLaplace.OfNumbers(
                WithOne(hidden), weights.Column(0),
                (targets - network.Center) / network.Scale - outputs.Column(0))
            : LastLayerLaplace.OfClasses(WithOne(hidden), weights, Probabilities(outputs));
        posterior = noise is { } variance && training.Targets is not null ? posterior.WithNoise(variance) : posterior;
        return new UncertainNetworkFit(
            about, [network], precision is { } given ? posterior.WithPrecision(given) : posterior);
    }

    /// <summary>The sum of −ln p over samples with what was observed.</summary>
    internal double TotalLoss(LearnerSamples held)
    {
        const double Least = 1e-12;
        if (held.Targets is { } targets)
        {
            return Distributions(held.Inputs).Select((each, i) => -each.LogDensity(targets[i])).Sum();
        }

        Matrix<double> found = PredictRows(held.Inputs).Values;
        return held.Classes!.Select((of, i) => -Math.Log(Math.Max(Least, found[i, of]))).Sum();
    }

    /// <summary>The number of outputs: one a class, or a mean, and a variance where the networks learn it.</summary>
    internal static int OutputsOf(int classes, NetworkUncertainty way, bool isHeldOut) => classes > 0 ? classes
        : way is NetworkUncertainty.Ensemble or NetworkUncertainty.Dropout && !isHeldOut ? 2 : 1;

    /// <summary>ln(1 + eˣ) without overflow.</summary>
    internal static double Softplus(double x) => Math.Max(0.0, x) + Math.Log(1.0 + Math.Exp(-Math.Abs(x)));

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        Require(inputs);
        if (Classes > 0)
        {
            return new RowPredictions(Mean(MemberProbabilities(inputs)));
        }

        IReadOnlyList<PredictiveDistribution> found = Distributions(inputs);
        return new RowPredictions(
            Matrix<double>.Build.Dense(found.Count, 1, (i, _) => found[i].Mean),
            Vector<double>.Build.Dense(found.Count, i => found[i].Deviation));
    }

    /// <inheritdoc/>
    public IReadOnlyList<PredictiveDistribution> Distributions(Matrix<double> inputs)
    {
        Require(inputs);
        if (Classes > 0)
        {
            throw new InvalidOperationException("The networks predict classes, whose distribution is their "
                + "probabilities: ask for these.");
        }

        if (variance is not null)
        {
            (double[] centers, double[] own) = Moments(inputs);
            return variance.Distributions(inputs, centers, own);
        }

        (double[][] means, double[][] deviations) = Normals(inputs);
        return
        [
            .. Enumerable.Range(0, inputs.RowCount).Select(row => PredictiveDistribution.OfMixture(
                Array.ConvertAll(means, member => member[row]), Array.ConvertAll(deviations, member => member[row]))),
        ];
    }

    /// <inheritdoc/>
    public double[] Disagreement(Matrix<double> inputs)
    {
        Require(inputs);
        if (Classes > 0)
        {
            Matrix<double>[] found = MemberProbabilities(inputs);
            Matrix<double> mean = Mean(found);
            return [.. Enumerable.Range(0, inputs.RowCount).Select(row => Math.Max(
                0.0, EntropyOf(mean, row) - found.Average(member => EntropyOf(member, row))))];
        }

        if (laplace is not null)
        {
            Matrix<double> hidden = networks[0].Hidden(inputs);
            Vector<double> spread = networks[0].Scale * laplace.Deviations(WithOne(hidden)).Column(0);
            return about.LearnsLogarithm
                ? [.. spread.Zip(MeansOf(networks[0], hidden), (deviation, mean) => deviation * mean)]
                : [.. spread];
        }

        double[][] means = MeansOf(inputs);
        return [.. Enumerable.Range(0, inputs.RowCount).Select(row =>
        {
            double center = means.Average(member => member[row]);
            return Math.Sqrt(means.Average(member => (member[row] - center) * (member[row] - center)));
        })];
    }

    /// <summary>
    /// Computes what the last layer of the first network sees of each sample, samples × units: for <see
    /// cref="FeatureDistance"/>.
    /// </summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another.</exception>
    public Matrix<double> Features(Matrix<double> inputs)
    {
        Require(inputs);
        return networks[0].Hidden(inputs);
    }

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        for (int i = 0; i < networks.Length; i++)
        {
            networks[i].Write(arrays, i);
        }

        laplace?.Write(arrays);
        variance?.Write(arrays);
        ModelFolder.Write(folder, files, Kind, about, ModelJson.Default.SavedUncertainNetworks, arrays.All);
    }

    private void Require(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        networks[0].RequireWidth(inputs);
    }

    /// <summary>The mean of each member for each sample, [member][sample].</summary>
    private double[][] MeansOf(Matrix<double> inputs) =>
        Array.ConvertAll(members, member => MeansOf(member, member.Hidden(inputs)));

    private double[] MeansOf(NetworkWeights member, Matrix<double> hidden) =>
    [
        .. member.LastOf(hidden).Column(0).Select(value => about.LearnsLogarithm
            ? Logarithm.Inverse(value, member.Center, member.Scale)
            : member.Center + member.Scale * value),
    ];

    /// <summary>The normal distribution of each member for each sample, [member][sample].</summary>
    private (double[][] Means, double[][] Deviations) Normals(Matrix<double> inputs)
    {
        double[][] means = new double[members.Length][], deviations = new double[members.Length][];
        for (int m = 0; m < members.Length; m++)
        {
            NetworkWeights member = members[m];
            Matrix<double> hidden = member.Hidden(inputs), outputs = member.LastOf(hidden);
            means[m] = [.. outputs.Column(0).Select(value => member.Center + member.Scale * value)];
            deviations[m] = laplace is null
                ? [.. outputs.Column(1).Select(raw => member.Scale * Math.Sqrt(Softplus(raw) + MinVariance))]
                : [.. laplace.Deviations(WithOne(hidden)).Column(0).Select(
                    own => member.Scale * Math.Sqrt(own * own + laplace.NoiseVariance))];
        }

        return (means, deviations);
    }

    /// <summary>The probabilities of each member, or of draws of the last layer's posterior.</summary>
    private Matrix<double>[] MemberProbabilities(Matrix<double> inputs)
    {
        if (laplace is null)
        {
            return [.. members.Select(member => Probabilities(member.LastOf(member.Hidden(inputs))))];
        }

        Matrix<double> hidden = networks[0].Hidden(inputs), outputs = networks[0].LastOf(hidden);
        Matrix<double> spread = laplace.Deviations(WithOne(hidden));
        var random = new MersenneTwister(about.Seed, threadSafe: false);
        var found = new List<Matrix<double>>();
        for (int pair = 0; pair < Pairs; pair++)
        {
            // The same draws for every sample, and each with its opposite, so that their mean is 0.
            double[] drawn = new double[Classes];
            Normal.Samples(random, drawn, 0.0, 1.0);
            Matrix<double> away = laplace.Along(spread.MapIndexed((_, k, value) => value * drawn[k], Zeros.Include));
            found.Add(Probabilities(outputs + away));
            found.Add(Probabilities(outputs - away));
        }

        return [.. found];
    }

    private static Matrix<double> Probabilities(Matrix<double> outputs) =>
        LinearPredictor.Softmax(outputs, Vector<double>.Build.Dense(outputs.ColumnCount));

    private static Matrix<double> WithOne(Matrix<double> hidden) =>
        hidden.InsertColumn(hidden.ColumnCount, Vector<double>.Build.Dense(hidden.RowCount, 1.0));

    private static Matrix<double> Mean(Matrix<double>[] found) =>
        found.Skip(1).Aggregate(found[0], (sum, next) => sum + next) / found.Length;

    private static double EntropyOf(Matrix<double> probabilities, int row)
    {
        double sum = 0.0;
        for (int k = 0; k < probabilities.ColumnCount; k++)
        {
            double p = probabilities[row, k];
            sum -= p > 0.0 ? p * Math.Log(p) : 0.0;
        }

        return sum;
    }
}

/// <summary>The description of networks that tell how sure they are in their folder.</summary>
/// <param name="Way">How they tell.</param>
/// <param name="Classes">The number of classes; 0 for numbers.</param>
/// <param name="Networks">The number of networks.</param>
/// <param name="Layers">The number of layers of each.</param>
/// <param name="Dropout">The share of units that are left out at random.</param>
/// <param name="Seed">The seed of what is random in predicting.</param>
/// <param name="IsHeldOut">Whether the variance of numbers comes from samples that were not seen.</param>
/// <param name="LearnsLogarithm">Whether the networks have learned the logarithm of the numbers.</param>
internal sealed record SavedUncertainNetworks(
    NetworkUncertainty Way, int Classes, int Networks, int Layers, double Dropout, int Seed, bool IsHeldOut = false,
    bool LearnsLogarithm = false);
