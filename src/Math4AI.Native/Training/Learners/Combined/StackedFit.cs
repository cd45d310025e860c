using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners.Combined;

/// <summary>
/// A stack: the weighted mean of the predictions of several models, Σ wₖ fₖ(x) with wₖ ≥ 0, Σ wₖ = 1.
/// </summary>
public sealed class StackedFit : IRowPredictor
{
    internal const string Kind = "stack";

    private readonly IRowPredictor[] models;

    internal StackedFit(IReadOnlyList<double> weights, IRowPredictor[] models) =>
        (Weights, this.models) = (weights, models);

    /// <summary>Gets the weights, one a model.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>Gets the models.</summary>
    public IReadOnlyList<IRowPredictor> Models => models;

    /// <inheritdoc/>
    public string? Warning => string.Join(' ', models.Select(model => model.Warning).OfType<string>()) is
    { Length: > 0 } warnings
        ? warnings
        : null;

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static StackedFit Load(string folder)
    {
        const double Rounding = 1e-9;
        const int MaxModels = 100;
        SavedStack about = ModelFolder.ReadDescription(folder, Kind, ModelJson.Default.SavedStack, about =>
            about.Weights is { Count: > 0 and <= MaxModels } weights && weights.All(weight => weight >= 0.0)
            && Math.Abs(weights.Sum() - 1.0) < Rounding);
        return new StackedFit(about.Weights, [.. about.Weights.Select((_, i) => Read(ModelOf(folder, i)))]);
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        Matrix<double>[] found = [.. models.Select(model => model.PredictRows(inputs).Values)];
        int outputs = found.Max(each => each.ColumnCount);
        Matrix<double> sum = Matrix<double>.Build.Dense(inputs.RowCount, outputs);
        for (int i = 0; i < found.Length; i++)
        {
            sum += Weights[i] * SavedFeatures.Padded(new RowPredictions(found[i]), outputs).Values;
        }

        return new RowPredictions(sum);
    }

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("weights", Weights);
        ModelFolder.Write(
            folder, files, Kind, new SavedStack(Weights), ModelJson.Default.SavedStack, arrays.All);
        for (int i = 0; i < models.Length; i++)
        {
            models[i].Save(ModelOf(folder, i), files);
        }
    }

    /// <summary>Returns the models with their weights.</summary>
    public override string ToString() => string.Join(
        " + ", Weights.Zip(models, (weight, model) => string.Create(
            CultureInfo.InvariantCulture, $"{weight:0.###} ({model})")));

    private static string ModelOf(string folder, int model) => Path.Combine(folder, $"{model + 1}");

    private static IRowPredictor Read(string folder) => ModelFolder.KindOf(folder) != Kind
        && ModelFolder.Open(folder) is IRowPredictor model
        ? model
        : throw new InvalidDataException($"{folder} holds no model that predicts rows.");
}

/// <summary>The description of a stack in its folder.</summary>
/// <param name="Weights">The weights of the models.</param>
internal sealed record SavedStack(IReadOnlyList<double> Weights);
