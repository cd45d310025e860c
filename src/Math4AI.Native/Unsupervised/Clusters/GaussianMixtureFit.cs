using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>Holds a fitted mixture of normal distributions.</summary>
public sealed class GaussianMixtureFit : IFilePredictor
{
    internal const string Kind = "gaussian-mixture";

    private readonly MixtureReport report;
    private readonly MixtureComponents components;

    internal GaussianMixtureFit(
        CovarianceShape shape, double[] weights, Matrix<double> means, Matrix<double>[] covariances,
        MixtureReport report)
    {
        Shape = shape;
        this.report = report;
        components = new MixtureComponents(weights, means, covariances);
    }

    /// <summary>Gets which covariance matrices the components may have.</summary>
    public CovarianceShape Shape { get; }

    /// <summary>Gets the weights of the components, with the sum 1.</summary>
    public IReadOnlyList<double> Weights => components.Weights;

    /// <summary>Gets the means, components × channels, in the unit of the data.</summary>
    public Matrix<double> Means => components.Means;

    /// <summary>Gets the covariance matrix of each component, channels × channels.</summary>
    public IReadOnlyList<Matrix<double>> Covariances => components.Covariances;

    /// <summary>Gets the logarithm of the likelihood of the samples that were fitted, Σ log p(x).</summary>
    public double LogLikelihood => report.LogLikelihood;

    /// <summary>Gets the number of iterations.</summary>
    public int Iterations => report.Iterations;

    /// <summary>Gets whether the likelihood came to rest within the tolerance.</summary>
    public bool IsConverged => report.IsConverged;

    /// <summary>Gets the number of free parameters: weights, means and covariances.</summary>
    public int Parameters
    {
        get
        {
            int k = components.Count, d = components.Channels;
            return k - 1 + k * d + Shape switch
            {
                CovarianceShape.Full => k * d * (d + 1) / 2,
                CovarianceShape.Tied => d * (d + 1) / 2,
                CovarianceShape.Diagonal => k * d,
                _ => k,
            };
        }
    }

    /// <summary>
    /// Gets the Bayesian information criterion, −2 log L + p log n with p parameters and n samples: lower is better.
    /// </summary>
    public double Bic => -2.0 * LogLikelihood + Parameters * Math.Log(report.Samples);

    /// <summary>
    /// Gets the integrated completed likelihood, BIC + 2·(entropy of the assignments): it asks for components that do
    /// not overlap, and lower is better. Source: C. Biernacki, G. Celeux, G. Govaert, IEEE Transactions on Pattern
    /// Analysis and Machine Intelligence 22 (2000).
    /// </summary>
    public double Icl => Bic + 2.0 * report.Entropy;

    /// <summary>Gets what to know before the mixture is trusted, in a sentence; null for nothing.</summary>
    public string? Warning => components.Weights.Any(weight => weight * report.Samples <= components.Channels)
        ? "A component has no more samples than channels: its covariance rests on the regularization, so ask for fewer "
            + "components or a simpler shape."
        : IsConverged
            ? null
            : $"The likelihood was still rising after {Iterations} iterations: allow more iterations.";

    /// <summary>Reads a mixture from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static GaussianMixtureFit Load(string folder)
    {
        SavedMixture about = ModelFolder.ReadDescription(
            folder, Kind,
            ClusterJson.Default.SavedMixture,
            about => about.Report is not null && Enum.IsDefined(about.Shape));
        return Of(folder, ModelArrays.Read(folder), about.Shape, about.Report);
    }

    /// <summary>Returns the number of components and how well they fit.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"mixture of {Weights.Count} normal densities ({Shape}), log likelihood {LogLikelihood:G6}, BIC {Bic:G6}"
        + $"{(IsConverged ? string.Empty : ", did NOT converge")}");

    /// <summary>Makes a mixture of the arrays of a folder.</summary>
    internal static GaussianMixtureFit Of(
        string folder, ModelArrays arrays, CovarianceShape shape, MixtureReport report)
    {
        Matrix<double> means = arrays.Matrix("means");
        (int count, int channels) = (means.RowCount, means.ColumnCount);
        double[] weights = [.. arrays.Vector("weights", count)];
        Matrix<double> all = arrays.Matrix("covariances", rows: count * channels, columns: channels);
        try
        {
            return new GaussianMixtureFit(
                shape,
                weights,
                means,
                [.. Enumerable.Range(0, count).Select(i => all.SubMatrix(i * channels, channels, 0, channels))],
                report);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{folder} holds a covariance that is not positive definite.", e);
        }
    }

    /// <summary>Returns the probability of each component for each row, samples × components.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Matrix<double> Probabilities(Matrix<double> samples) => Evaluate(samples).Probabilities;

    /// <summary>Returns the logarithm of the density of each row, log p(x).</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public Vector<double> LogDensity(Matrix<double> samples) => Evaluate(samples).LogDensities;

    /// <summary>Returns the most probable component of each row, from 0.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <exception cref="ArgumentException">The number of channels is another, or a number is not finite.</exception>
    public int[] Assign(Matrix<double> samples) =>
        [.. Probabilities(samples).EnumerateRows().Select(row => row.MaximumIndex())];

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => new(
        "cluster",
        [.. Enumerable.Range(1, components.Count).Select(i => $"{i}")],
        Probabilities(MatrixFile.Read(path)).ToRowArrays(),
        []);

    /// <summary>Writes the mixture to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) => ModelFolder.Save(folder, replace, files =>
    {
        var arrays = new ModelArrays();
        SavedMixture about = AddTo(arrays);
        ModelFolder.Write(folder, files, Kind, about, ClusterJson.Default.SavedMixture, arrays.All);
    });

    /// <summary>Adds what is saved to the arrays of a folder, and returns the rest.</summary>
    internal SavedMixture AddTo(ModelArrays arrays)
    {
        arrays.Add("weights", components.Weights);
        arrays.Add("means", Means);
        arrays.Add("covariances", components.Covariances.Aggregate((a, b) => a.Stack(b)));
        return new SavedMixture(Shape, report);
    }

    /// <summary>Returns the same mixture with its components in another order.</summary>
    internal GaussianMixtureFit Reordered(int[] order) => new(
        Shape,
        [.. order.Select(i => Weights[i])],
        Matrix<double>.Build.DenseOfRows(order.Select(i => Means.Row(i))),
        [.. order.Select(i => Covariances[i])],
        report);

    private (Matrix<double> Probabilities, Vector<double> LogDensities) Evaluate(Matrix<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ColumnCount != components.Channels)
        {
            throw new ArgumentException(
                $"The samples have {samples.ColumnCount} channels, and the mixture {components.Channels}.",
                nameof(samples));
        }

        if (samples.Find(x => !double.IsFinite(x), Zeros.Include) is (int row, int column, double bad))
        {
            throw new ArgumentException(
                $"Row {row + 1} has {bad} in column {column + 1}: remove or replace values that are not finite.",
                nameof(samples));
        }

        int count = samples.RowCount;
        double[] logs = new double[components.Count * count], totals = new double[count];
        double[] scratch = new double[MixtureComponents.ScratchFor(components.Channels) * count];
        components.LogDensities(samples.ToColumnMajorArray(), count, scratch, logs);
        MixtureComponents.Normalize(logs, count, totals, scratch);
        return (
            Matrix<double>.Build.Dense(count, components.Count, logs), Vector<double>.Build.Dense(totals));
    }
}

/// <summary>How a mixture was fitted.</summary>
internal sealed record MixtureReport(
    long Samples, double LogLikelihood, double Entropy, int Iterations, bool IsConverged);

/// <summary>What the description of a mixture says.</summary>
internal sealed record SavedMixture(CovarianceShape Shape, MixtureReport Report);
