using System.Globalization;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Factors;

/// <summary>Holds parts that samples are sums of, and finds how much of each other samples have.</summary>
public sealed class NonnegativeFactorizationFit : IFilePredictor
{
    internal const string Kind = "nonnegative-factorization";

    private const int MaxSteps = 2000;
    private const double Rest = 1e-20;

    internal NonnegativeFactorizationFit(
        Matrix<double> parts, Matrix<double>? weights, double error, int iterations, bool isConverged)
    {
        Parts = parts;
        Weights = weights;
        Error = error;
        Iterations = iterations;
        IsConverged = isConverged;
    }

    /// <summary>Gets the parts H, k × channels, each of length 1; 0 for one that nothing is left for.</summary>
    public Matrix<double> Parts { get; }

    /// <summary>
    /// Gets how much of each part each sample has, W, samples × k, in the unit of the data; null in a model that was
    /// read, which keeps the parts alone.
    /// </summary>
    public Matrix<double>? Weights { get; }

    /// <summary>Gets ‖X − W H‖, the square root of the sum of squares that the parts leave.</summary>
    public double Error { get; }

    /// <summary>Gets the number of iterations.</summary>
    public int Iterations { get; }

    /// <summary>Gets whether the error came to rest within the tolerance.</summary>
    public bool IsConverged { get; }

    /// <summary>Gets what to know before the parts are trusted, in a sentence; null for nothing.</summary>
    public string? Warning => IsConverged
        ? null
        : $"The error was still falling after {Iterations} iterations: allow more iterations or a larger tolerance.";

    /// <summary>Reads parts from a folder.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is of another kind.</exception>
    public static NonnegativeFactorizationFit Load(string folder)
    {
        SavedFactorization about = ModelFolder.ReadDescription(
            folder, Kind, FactorJson.Default.SavedFactorization, about => about.Error >= 0.0);
        Matrix<double> parts = ModelArrays.Read(folder).Matrix("parts");
        return parts.Enumerate().All(value => value >= 0.0)
            ? new NonnegativeFactorizationFit(parts, null, about.Error, about.Iterations, about.IsConverged)
            : throw new InvalidDataException($"{folder} holds a part with a negative number.");
    }

    /// <summary>Finds how much of each part samples have: the W ≥ 0 with the least Σ (x − (W H))².</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <returns>Samples × k.</returns>
    /// <exception cref="ArgumentException">
    /// The number of channels is another, or a number is negative or not finite.
    /// </exception>
    public Matrix<double> Transform(Matrix<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ColumnCount != Parts.ColumnCount)
        {
            throw new ArgumentException(
                $"The samples have {samples.ColumnCount} channels, and the parts {Parts.ColumnCount}.",
                nameof(samples));
        }

        double peak = NonnegativeSteps.PeakOf(samples), unit = peak > 0.0 ? peak : 1.0;
        Matrix<double> products = (samples / unit).TransposeAndMultiply(Parts);
        Matrix<double> gram = Parts.TransposeAndMultiply(Parts);
        Matrix<double> weights = Matrix<double>.Build.Dense(samples.RowCount, Parts.RowCount);
        var steps = new NonnegativeSteps(Parts.RowCount);
        double first = steps.Improve(weights, products, gram), moved = first;
        for (int step = 0; step < MaxSteps && moved > Rest * first; step++)
        {
            moved = steps.Improve(weights, products, gram);
        }

        return weights * unit;
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) =>
        new("part", [], Transform(MatrixFile.Read(path)).ToRowArrays(), [])
        {
            Columns = [.. Enumerable.Range(1, Parts.RowCount).Select(i => $"part {i}")],
        };

    /// <summary>Writes the parts to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) => ModelFolder.Save(folder, replace, files =>
    {
        var arrays = new ModelArrays();
        arrays.Add("parts", Parts);
        ModelFolder.Write(
            folder, files, Kind, new SavedFactorization(Error, Iterations, IsConverged),
            FactorJson.Default.SavedFactorization, arrays.All);
    });

    /// <summary>Returns the number of parts and the error.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Counted.Of(Parts.RowCount, "part")} of {Counted.Of(Parts.ColumnCount, "channel")}, error {Error:G6}"
        + $"{(IsConverged ? string.Empty : ", did NOT converge")}");

    /// <summary>Brings parts to length 1, in the order of what they contribute, and measures what they leave.</summary>
    internal static NonnegativeFactorizationFit Of(
        Matrix<double> x, double unit, Matrix<double> weights, Matrix<double> parts, int iterations, bool isConverged)
    {
        Vector<double> lengths = parts.ColumnNorms(2.0);
        Vector<double> sizes = weights.ColumnNorms(2.0).PointwiseMultiply(lengths);
        int[] order = [.. Enumerable.Range(0, sizes.Count).OrderByDescending(k => sizes[k])];
        var shares = Matrix<double>.Build.Dense(
            weights.RowCount, order.Length, (i, k) => weights[i, order[k]] * lengths[order[k]]);
        var directions = Matrix<double>.Build.Dense(order.Length, parts.RowCount, (k, j) =>
            lengths[order[k]] > 0.0 ? parts[j, order[k]] / lengths[order[k]] : 0.0);
        return new NonnegativeFactorizationFit(
            directions, shares * unit, (x - shares * directions).FrobeniusNorm() * unit, iterations, isConverged);
    }
}

/// <summary>What the description of parts says.</summary>
internal sealed record SavedFactorization(double Error, int Iterations, bool IsConverged);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(SavedFactorization))]
internal sealed partial class FactorJson : JsonSerializerContext;
