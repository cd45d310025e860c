using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Probability.Forecasts;
using Math4AI.Training.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners.Combined;

/// <summary>
/// Another learner of classes whose probabilities are too sure, or not sure enough, brought to a temperature: see
/// <see cref="TemperatureScaling"/>. Its answers stay the same.
/// </summary>
public sealed record TemperedLearner : Learner
{
    /// <summary>Gets the learner.</summary>
    public required Learner Inner { get; init; }

    /// <summary>Gets the temperature, more than 0: above 1 it takes sureness away.</summary>
    public required double Temperature { get; init; }

    /// <inheritdoc/>
    public override bool TakesNumbers => false;

    /// <inheritdoc/>
    public override bool TakesWeights => Inner.TakesWeights;

    /// <inheritdoc/>
    public override int MinClassSamples => Inner.MinClassSamples;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"temperature: {Temperature:0.###} of ({Inner})");

    /// <inheritdoc/>
    public override string? ReasonAgainst(LearnerSamples training) =>
        base.ReasonAgainst(training) ?? Inner.ReasonAgainst(training);

    /// <inheritdoc/>
    public override double BytesFor(LearnerSamples training) => Inner.BytesFor(training);

    /// <inheritdoc/>
    public override Learner? Keeping(IReadOnlyList<int> directions) =>
        Inner.Keeping(directions) is { } inner ? this with { Inner = inner } : null;

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null, CancellationToken cancellation = default)
    {
        LearnerChoice choice = Inner.Choose(training, progress, cancellation);
        return choice with { Learner = this with { Inner = choice.Learner } };
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default) =>
        new TemperedFit(Inner.Fit(training, cancellation), Temperature);

    /// <summary>Brings probabilities, samples × classes, to a temperature.</summary>
    internal static Matrix<double> Of(Matrix<double> probabilities, TemperatureScaling scaling) =>
        Matrix<double>.Build.DenseOfRowArrays(probabilities.ToRowArrays().Select(row => scaling.Of(row)));
}

/// <summary>A model of classes with its probabilities brought to a temperature.</summary>
public sealed class TemperedFit : IRowPredictor
{
    internal const string Kind = "temperature";

    private const string InnerFolder = "inner";

    internal TemperedFit(IRowPredictor inner, double temperature) => (Inner, Temperature) = (inner, temperature);

    /// <summary>Gets the model.</summary>
    public IRowPredictor Inner { get; }

    /// <summary>Gets the temperature.</summary>
    public double Temperature { get; }

    /// <inheritdoc/>
    public string? Warning => Inner.Warning;

    /// <summary>Returns the model and the temperature.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Inner}, temperature {Temperature:0.###}");

    /// <summary>Reads a model from a folder.</summary>
    /// <param name="folder">The folder it was saved in.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another model.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TemperedFit Load(string folder)
    {
        SavedTemperature about = ModelFolder.ReadDescription(
            folder, Kind, ModelJson.Default.SavedTemperature,
            about => about.Temperature is > 0.0 and < double.PositiveInfinity);
        string inner = Path.Combine(folder, InnerFolder);
        return ModelFolder.KindOf(inner) != Kind && ModelFolder.Open(inner) is IRowPredictor model
            ? new TemperedFit(model, about.Temperature)
            : throw new InvalidDataException($"{inner} holds no model of classes.");
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs) => new(
        TemperedLearner.Of(Inner.PredictRows(inputs).Values, new TemperatureScaling(Temperature)));

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files)
    {
        var arrays = new ModelArrays();
        arrays.Add("temperature", [Temperature]);
        ModelFolder.Write(
            folder, files, Kind, new SavedTemperature(Temperature), ModelJson.Default.SavedTemperature, arrays.All);
        Inner.Save(Path.Combine(folder, InnerFolder), files);
    }
}

/// <summary>The description of a model with a temperature in its folder.</summary>
/// <param name="Temperature">The temperature.</param>
internal sealed record SavedTemperature(double Temperature);
