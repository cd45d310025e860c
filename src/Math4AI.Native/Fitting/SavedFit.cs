using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// A fit of formulas or of differential equations in text, as far as predictions need it: it can be kept in a folder,
/// as <c>math4ai fit</c> does.
/// </summary>
public sealed class SavedFit
{
    internal const string Kind = "fit";

    private const string FileName = "model.json";
    private const int CurrentVersion = 1;

    private readonly Content content;
    private readonly Predictor predictor;

    private SavedFit(Content content)
    {
        this.content = content;
        Model = ModelOf(new ModelText(content.Model, content.Equations, content.Ode), content.Inputs);
        Parameters = Vector<double>.Build.DenseOfEnumerable(
            Model.ParameterNames.Select(name => content.Parameters[name]));
        Covariance = Matrix<double>.Build.DenseOfRowArrays(content.Covariance);
        predictor = new Predictor(
            Model, Distance.Parse(content.Distance), Parameters, Covariance, content.Deviation,
            content.DegreesOfFreedom, content.Sigma is not null);
    }

    /// <summary>Gets the model.</summary>
    public Model Model { get; }

    /// <summary>Gets θ*.</summary>
    public Vector<double> Parameters { get; }

    /// <summary>Gets the covariance of θ*.</summary>
    public Matrix<double> Covariance { get; }

    /// <summary>Gets the estimate of a parameter.</summary>
    /// <param name="name">One of the model's <see cref="Models.Model.ParameterNames"/>.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public double this[string name] => Model.ParameterNames.ToList().IndexOf(name) is >= 0 and int index
        ? Parameters[index]
        : throw new ArgumentException(
            $"There is no parameter '{name}'; there are {string.Join(", ", Model.ParameterNames)}.", nameof(name));

    /// <summary>Gets the formula, response ~ function.</summary>
    public string Text => content.Model;

    /// <summary>Returns what predictions need of a fit.</summary>
    /// <param name="fit">A fit of a formula or of differential equations in text.</param>
    /// <exception cref="NotSupportedException">The model is no text, or the uncertainty of the fit is not
    /// known.</exception>
    public static SavedFit Of(FitResult fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return Of(fit, fit.Problem.Model, [.. Enumerable.Range(0, fit.Names.Count)]);
    }

    /// <summary>Returns the formula and its parameters.</summary>
    public override string ToString() => Text + ": " + string.Join(
        ", ", Model.ParameterNames.Zip(Parameters, (name, value) => string.Create(
            CultureInfo.InvariantCulture, $"{name} = {value:G6}")));

    /// <summary>The same of a model whose parameters are some of those that were fitted.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="model">The model.</param>
    /// <param name="places">Where each parameter of the model stands among those of the fit.</param>
    internal static SavedFit Of(FitResult fit, Model model, IReadOnlyList<int> places)
    {
        ModelText text = model.Text
            ?? throw new NotSupportedException(
                "Only a model that is a formula, or differential equations in text, can be saved.");
        Predictor predictor = fit.Predictor;
        return new SavedFit(new Content
        {
            Kind = Kind,
            Version = CurrentVersion,
            Model = text.Formula,
            Equations = text.Equations,
            Ode = text.Ode,
            Inputs = [.. model.InputNames],
            Parameters = model.ParameterNames.Zip(places).ToDictionary(
                pair => pair.First, pair => fit.Parameters[pair.Second]),
            Covariance = [.. places.Select(i => places.Select(j => predictor.Covariance[i, j]).ToArray())],
            Distance = fit.Problem.Distance.Name,
            Deviation = predictor.Deviation,
            DegreesOfFreedom = predictor.DegreesOfFreedom,
            Sigma = fit.Problem.SigmaText,
        });
    }

    /// <summary>Reads a saved fit.</summary>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="IOException">There is none, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of a newer version.</exception>
    public static SavedFit Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, FileName);
        try
        {
            Content content = JsonSerializer.Deserialize(File.ReadAllText(path), SavedFitJson.Default.Content)
                ?? throw new JsonException("empty");
            return content.Kind != Kind ? throw new JsonException("another kind")
                : content.Version > CurrentVersion
                ? throw new InvalidDataException(
                    $"{path} has version {content.Version} of the format, and {CurrentVersion} is the newest known "
                    + "here: use a newer Math4AI.Native.")
                : new SavedFit(content);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{path} is no saved fit: {e.Message}", e);
        }
    }

    /// <summary>Writes the fit to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder, which is made where there is none.</param>
    /// <param name="replace">Whether a fit that is there already may be replaced.</param>
    /// <exception cref="IOException">There is one already, or the file cannot be written.</exception>
    public void Save(string folder, bool replace = false) =>
        FileTransaction.WriteOne(
            PathIn(folder), replace, path => File.WriteAllText(path, ToJson()), isDurable: true);

    /// <summary>Returns the file of a saved fit in a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>The content of the file as a part of another one.</summary>
    internal JsonNode ToNode() => JsonSerializer.SerializeToNode(content, SavedFitJson.Default.Content)!;

    /// <summary>A fit from such a part.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    internal static SavedFit FromNode(JsonNode node) =>
        new(node.Deserialize(SavedFitJson.Default.Content) ?? throw new JsonException("empty"));

    /// <summary>Returns the content of the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(content, SavedFitJson.Default.Content) + "\n";

    /// <inheritdoc cref="FitResult.Predict"/>
    public Prediction Predict(
        Matrix<double> inputs, double level = 0.95, int output = 0, Vector<double>? sigma = null) =>
        predictor.Predict(inputs, level, output, sigma);

    /// <summary>
    /// Predicts for the rows of a table. Where the fit was given σ as an expression whose columns are in the table, the
    /// prediction intervals are those of an observation with that σ; without them they are not known.
    /// </summary>
    /// <param name="path">A file of any format that holds a table with the inputs of the model.</param>
    /// <param name="level">The confidence level of the bands, between 0 and 1.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <exception cref="ArgumentException">An input is not in the table.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public PredictedTable PredictTable(string path, double level = 0.95, NumberTableOptions? options = null)
    {
        (NumberTable table, Matrix<double> inputs, Vector<double>? sigma) = ReadTable(path, options);
        return new PredictedTable(
            Model.InputNames, inputs,
            [.. Enumerable.Range(0, Model.Outputs).Select(output => Predict(inputs, level, output, sigma))])
        {
            DroppedRows = table.Dropped,
        };
    }

    /// <summary>The inputs of the model in a table, and σ where its columns are there.</summary>
    internal (NumberTable Table, Matrix<double> Inputs, Vector<double>? Sigma) ReadTable(
        string path, NumberTableOptions? options) => ReadTable(Model, content.Sigma, path, options);

    /// <summary>The inputs of a model in a table, and σ where its columns are there.</summary>
    internal static (NumberTable Table, Matrix<double> Inputs, Vector<double>? Sigma) ReadTable(
        Model model, string? sigma, string path, NumberTableOptions? options)
    {
        ColumnExpression? ofSigma = null;
        NumberTable table = NumberTable.Read(path, names =>
        {
            string? missing = model.InputNames.FirstOrDefault(name => !names.Contains(name));
            if (missing is not null)
            {
                throw new ArgumentException($"{path} has no column '{missing}', an input of the model; its columns are "
                    + $"{ColumnNames.List(names)}.");
            }

            ofSigma = SigmaAmong(sigma, [.. names]);
            string[] wanted = [.. model.InputNames.Concat(ofSigma?.Columns ?? []).Distinct()];

            // Of a model without inputs the rows are counted: by their labels, or by any column of numbers.
            return wanted.Length > 0 || options is { Labels.Count: > 0 } ? wanted : [names[0]];
        }, options ?? NumberTableOptions.ToPredict);
        Matrix<double> inputs = Matrix<double>.Build.Dense(table.Rows, model.InputNames.Count);
        for (int j = 0; j < inputs.ColumnCount; j++)
        {
            inputs.SetColumn(j, table.Column(model.InputNames[j]));
        }

        return (table, inputs, ofSigma?.Evaluate(table.Rows, table.Column));
    }

    /// <summary>The model of a text.</summary>
    internal static Model ModelOf(ModelText text, string[] inputs)
    {
        Formula formula = Formula.Parse(text.Formula);
        return text.Equations is { } equations
            ? Model.FromOde(equations, formula, Complete(text.Ode))
            : Model.FromFormula(formula, inputs);
    }

    /// <summary>What is not in the file is as it is by default.</summary>
    private static OdeModelOptions Complete(OdeModelOptions? read)
    {
        var usual = new OdeModelOptions();
        return read is null ? usual : read with
        {
            Initial = read.Initial ?? usual.Initial,
            Time = read.Time ?? usual.Time,
            Integration = read.Integration ?? usual.Integration,
        };
    }

    private static ColumnExpression? SigmaAmong(string? sigma, IReadOnlyCollection<string> names)
    {
        try
        {
            return sigma is null ? null : ColumnExpression.Parse(sigma, names, "standard deviation");
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>What the file holds.</summary>
    internal sealed record Content
    {
        public required string Kind { get; init; }

        public required int Version { get; init; }

        public required string Model { get; init; }

        public string? Equations { get; init; }

        public OdeModelOptions? Ode { get; init; }

        public required string[] Inputs { get; init; }

        public required Dictionary<string, double> Parameters { get; init; }

        public required double[][] Covariance { get; init; }

        public required string Distance { get; init; }

        public required double Deviation { get; init; }

        public required int DegreesOfFreedom { get; init; }

        public string? Sigma { get; init; }
    }
}

/// <summary>JSON without reflection, which trimmed programs do without.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SavedFit.Content))]
internal sealed partial class SavedFitJson : JsonSerializerContext;
