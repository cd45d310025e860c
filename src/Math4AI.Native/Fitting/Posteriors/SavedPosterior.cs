using System.Text.Json;
using System.Text.Json.Serialization;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Represents the posterior of a fit as far as predictions need it, kept in a folder: the formula in <c>model.json</c>
/// and the draws in <c>draws.npz</c>, as <c>math4ai fit --posterior</c> writes them.
/// </summary>
public sealed class SavedPosterior
{
    internal const string Kind = "fit-posterior";

    private const int CurrentVersion = 1;

    private readonly Content content;
    private readonly Model model;
    private readonly Distance distance;

    private SavedPosterior(Content content, PosteriorDraws draws)
    {
        (this.content, Draws) = (content, draws);
        model = SavedFit.ModelOf(new ModelText(content.Model, content.Equations, content.Ode), content.Inputs);
        distance = Distance.Parse(content.Distance);
    }

    /// <summary>Gets the formula, response ~ function.</summary>
    public string Text => content.Model;

    /// <summary>Gets the draws, as those of <see cref="FitPosterior.Draws"/>.</summary>
    public PosteriorDraws Draws { get; }

    /// <summary>Returns what predictions need of a posterior.</summary>
    /// <param name="posterior">The posterior of a formula.</param>
    /// <exception cref="NotSupportedException">The model is no text.</exception>
    public static SavedPosterior Of(FitPosterior posterior)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        FitProblem of = posterior.Fit.Problem;
        ModelText text = of.Model.Text
            ?? throw new NotSupportedException(
                "Only a model that is a formula, or differential equations in text, can be saved.");
        string scale = FitDensity.ScaleName(of);
        return new SavedPosterior(
            new Content
            {
                Kind = Kind,
                Version = CurrentVersion,
                Model = text.Formula,
                Equations = text.Equations,
                Ode = text.Ode,
                Inputs = [.. of.Model.InputNames],
                Fixed = of.Fixed.ToDictionary(),
                Distance = of.Distance.Name,
                Scale = posterior.Draws.Names[^1] == scale ? scale : null,
                HasSigma = of.Weights is not null,
                Sigma = of.SigmaText,
            },
            posterior.Draws);
    }

    /// <summary>Reads a saved posterior.</summary>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="IOException">There is none, or a file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of a newer version.</exception>
    public static SavedPosterior Load(string folder) => SavedDraws.Load<Content, SavedPosterior>(
        folder, SavedPosteriorJson.Default.Content, Kind, CurrentVersion, "posterior", (content, draws) =>
        {
            var found = new SavedPosterior(content, draws);
            return (
                found,
                found.Draws.Names.SequenceEqual(found.Needed())
                    ? null
                    : $"the draws are of {string.Join(", ", draws.Names)}");
        });

    /// <summary>Writes the posterior to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder, which is made where there is none.</param>
    /// <param name="replace">Whether a fit that is there already may be replaced.</param>
    /// <exception cref="IOException">There is one already, or a file cannot be written.</exception>
    public void Save(string folder, bool replace = false) => SavedDraws.Save(folder, ToJson(), Draws, replace);

    /// <summary>Returns the content of <c>model.json</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(content, SavedPosteriorJson.Default.Content) + "\n";

    /// <inheritdoc cref="FitPosterior.Predict"/>
    public Prediction Predict(
        Matrix<double> inputs, double level = 0.95, int output = 0, Vector<double>? sigma = null, int seed = 1)
    {
        SampleRows.RequireFinite(inputs);
        Vector<double> theta = Vector<double>.Build.DenseOfEnumerable(
            model.ParameterNames.Select(name => content.Fixed.GetValueOrDefault(name)));
        int[] free = [.. Enumerable.Range(0, theta.Count).Where(
            i => !content.Fixed.ContainsKey(model.ParameterNames[i]))];
        return new DrawnPrediction(
            distance, content.HasSigma, content.Scale is not null, Draws.ToMatrix(),
            (draw, _) =>
            {
                for (int j = 0; j < free.Length; j++)
                {
                    theta[free[j]] = draw[j];
                }

                return model.EvaluateAll(inputs, theta);
            })
            .Of(inputs.RowCount, model.Outputs, level, output, sigma, seed);
    }

    /// <summary>
    /// Predicts for the rows of a table. Where the fit was given σ as an expression whose columns are in the table, the
    /// intervals of new observations are those with that σ; without them they are not known.
    /// </summary>
    /// <param name="path">A file of any format that holds a table with the inputs of the model.</param>
    /// <param name="level">The share of the draws that intervals hold, between 0 and 1.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <param name="seed">The same seed gives the same noise.</param>
    /// <exception cref="ArgumentException">An input is not in the table.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public PredictedTable PredictTable(
        string path, double level = 0.95, NumberTableOptions? options = null, int seed = 1)
    {
        (NumberTable table, Matrix<double> inputs, Vector<double>? sigma) =
            SavedFit.ReadTable(model, content.Sigma, path, options);
        return new PredictedTable(
            model.InputNames, inputs,
            [.. Enumerable.Range(0, model.Outputs).Select(output => Predict(inputs, level, output, sigma, seed))])
        {
            DroppedRows = table.Dropped,
        };
    }

    /// <summary>Returns the formula, and the mean and the standard deviation of each parameter.</summary>
    public override string ToString() => $"{Text}{Environment.NewLine}{Draws}";

    /// <summary>The parameters that the draws have to be of, in order.</summary>
    private IEnumerable<string> Needed() => model.ParameterNames.Where(name => !content.Fixed.ContainsKey(name))
        .Concat(content.Scale is { } scale ? [scale] : Array.Empty<string>());

    /// <summary>What the description holds.</summary>
    internal sealed record Content : SavedDraws.IContent
    {
        public required string Kind { get; init; }

        public required int Version { get; init; }

        public required string Model { get; init; }

        public string? Equations { get; init; }

        public OdeModelOptions? Ode { get; init; }

        public required string[] Inputs { get; init; }

        public required Dictionary<string, double> Fixed { get; init; }

        public required string Distance { get; init; }

        public string? Scale { get; init; }

        public required bool HasSigma { get; init; }

        public string? Sigma { get; init; }
    }
}

/// <summary>JSON without reflection, which trimmed programs do without.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SavedPosterior.Content))]
internal sealed partial class SavedPosteriorJson : JsonSerializerContext;
