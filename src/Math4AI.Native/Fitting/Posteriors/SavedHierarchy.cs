using System.Text.Json;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// Represents the posterior of groups with a common prior as far as predictions need it, kept in a folder: the formula
/// in <c>model.json</c> and the draws in <c>draws.npz</c>, as <c>math4ai fit --pool</c> writes them.
/// </summary>
public sealed class SavedHierarchy
{
    internal const string Kind = "fit-hierarchy";

    private const int CurrentVersion = 1;

    private readonly Content content;
    private readonly PooledPredictor predictor;

    private SavedHierarchy(Content content, PosteriorDraws draws)
    {
        this.content = content;
        predictor = new PooledPredictor
        {
            Model = SavedFit.ModelOf(new ModelText(content.Model, content.Equations, content.Ode), content.Inputs),
            Distance = Distance.Parse(content.Distance),
            Fixed = content.Fixed,
            Pooled = content.Pooled,
            Column = content.Column,
            Groups = content.Groups,
            HasSigma = content.HasSigma,
            SigmaText = content.Sigma,
            HasScale = content.Scale is not null,
            Draws = draws,
        };
    }

    /// <summary>Gets the formula, response ~ function.</summary>
    public string Text => content.Model;

    /// <summary>Gets the name of the column of the groups.</summary>
    public string Column => content.Column;

    /// <summary>Gets the groups that had samples.</summary>
    public IReadOnlyList<string> Groups => content.Groups;

    /// <summary>Gets the parameters with a common normal prior.</summary>
    public IReadOnlyList<string> Pooled => content.Pooled;

    /// <summary>Gets the draws, as those of <see cref="HierarchicalPosterior.Draws"/>.</summary>
    public PosteriorDraws Draws => predictor.Draws;

    /// <summary>Returns what predictions need of a posterior.</summary>
    /// <param name="posterior">The posterior of a formula.</param>
    /// <exception cref="NotSupportedException">The model is no text.</exception>
    public static SavedHierarchy Of(HierarchicalPosterior posterior)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        PooledPredictor of = posterior.Predictor;
        ModelText text = of.Model.Text
            ?? throw new NotSupportedException(
                "Only a model that is a formula, or differential equations in text, can be saved.");
        return new SavedHierarchy(
            new Content
            {
                Kind = Kind,
                Version = CurrentVersion,
                Model = text.Formula,
                Equations = text.Equations,
                Ode = text.Ode,
                Inputs = [.. of.Model.InputNames],
                Column = of.Column,
                Groups = [.. of.Groups],
                Pooled = [.. of.Pooled],
                Fixed = of.Fixed.ToDictionary(),
                Distance = of.Distance.Name,
                Scale = of.HasScale ? of.Draws.Names[^1] : null,
                HasSigma = of.HasSigma,
                Sigma = of.SigmaText,
            },
            of.Draws);
    }

    /// <summary>Reads a saved posterior.</summary>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="IOException">There is none, or a file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of a newer version.</exception>
    public static SavedHierarchy Load(string folder) => SavedDraws.Load<Content, SavedHierarchy>(
        folder, SavedHierarchyJson.Default.Content, Kind, CurrentVersion, "posterior of groups", (content, draws) =>
        {
            var found = new SavedHierarchy(content, draws);
            return (
                found,
                found.Missing() is { } missing ? $"the draws have no '{missing}'" : null);
        });

    /// <summary>Writes the posterior to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder, which is made where there is none.</param>
    /// <param name="replace">Whether a fit that is there already may be replaced.</param>
    /// <exception cref="IOException">There is one already, or a file cannot be written.</exception>
    public void Save(string folder, bool replace = false) => SavedDraws.Save(folder, ToJson(), Draws, replace);

    /// <summary>Returns the content of <c>model.json</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(content, SavedHierarchyJson.Default.Content) + "\n";

    /// <inheritdoc cref="HierarchicalPosterior.Predict"/>
    public Prediction Predict(
        Matrix<double> inputs, IReadOnlyList<string> labels, double level = 0.95, int output = 0,
        Vector<double>? sigma = null, int seed = 1) => predictor.Predict(inputs, labels, level, output, sigma, seed);

    /// <inheritdoc cref="HierarchicalPosterior.PredictTable"/>
    public PredictedTable PredictTable(
        string path, double level = 0.95, NumberTableOptions? options = null, int seed = 1) =>
        predictor.PredictTable(path, level, options, seed);

    /// <summary>Returns the formula, the groups and what is pooled.</summary>
    public override string ToString() =>
        $"{Text}: {Counted.Of(Groups.Count, "group")} of {Column}, with a common prior of {string.Join(", ", Pooled)}";

    /// <summary>A number that predictions need and the draws do not have; null if they have all.</summary>
    private string? Missing()
    {
        var known = Draws.Names.ToHashSet();
        IEnumerable<string> needed = predictor.Model.ParameterNames
            .Where(name => !content.Fixed.ContainsKey(name) && !known.Contains(name))
            .SelectMany(name => Groups.Select(group => GroupedModel.NameOf(name, group)))
            .Concat(Pooled.SelectMany(name => new[] { PooledDensity.MeanOf(name), PooledDensity.DeviationOf(name) }));
        return content.Scale is { } scale && Draws.Names[^1] != scale
            ? scale
            : needed.FirstOrDefault(name => !known.Contains(name));
    }

    /// <summary>What the description holds.</summary>
    internal sealed record Content : SavedDraws.IContent
    {
        public required string Kind { get; init; }

        public required int Version { get; init; }

        public required string Model { get; init; }

        public string? Equations { get; init; }

        public OdeModelOptions? Ode { get; init; }

        public required string[] Inputs { get; init; }

        public required string Column { get; init; }

        public required string[] Groups { get; init; }

        public required string[] Pooled { get; init; }

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
[JsonSerializable(typeof(SavedHierarchy.Content))]
internal sealed partial class SavedHierarchyJson : JsonSerializerContext;
