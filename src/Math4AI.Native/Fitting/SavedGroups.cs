using System.Text.Json;
using System.Text.Json.Nodes;
using Math4AI.Data;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>The fits of groups, as far as predictions need them, kept in a folder.</summary>
public sealed class SavedGroups
{
    internal const string Kind = "fit-groups";

    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Dictionary<string, SavedFit> fits;

    private SavedGroups(string column, IReadOnlyList<string> groups, Dictionary<string, SavedFit> fits) =>
        (Column, Groups, this.fits) = (column, groups, fits);

    /// <summary>Gets the name of the column of the groups.</summary>
    public string Column { get; }

    /// <summary>Gets the groups.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>Gets the fit of a group; one of all groups is given with the group's own parameters.</summary>
    /// <param name="group">One of <see cref="Groups"/>.</param>
    /// <exception cref="ArgumentException">There is no such group.</exception>
    public SavedFit this[string group] => fits.TryGetValue(group, out SavedFit? fit)
        ? fit
        : throw new ArgumentException(
            $"There is no fit of a group '{group}'; there are {string.Join(", ", Groups)}.", nameof(group));

    /// <summary>Returns what predictions need of the fits of groups.</summary>
    /// <param name="fit">Fits of a formula.</param>
    /// <exception cref="NotSupportedException">The model is no text, or uncertainties are not known.</exception>
    public static SavedGroups Of(GroupedFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new SavedGroups(fit.Problem.Column, fit.Groups, fit.Groups.ToDictionary(group => group, fit.Save));
    }

    /// <summary>Reads saved fits of groups.</summary>
    /// <param name="folder">Their folder.</param>
    /// <exception cref="IOException">There are none, or the file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or of a newer version.</exception>
    public static SavedGroups Load(string folder)
    {
        string path = SavedFit.PathIn(folder);
        try
        {
            JsonNode file = JsonNode.Parse(File.ReadAllText(path)) ?? throw new JsonException("empty");
            if (file["version"]!.GetValue<int>() > CurrentVersion)
            {
                throw new InvalidDataException(
                    $"{path} is of a newer version of the format than {CurrentVersion}: use a newer Math4AI.Native.");
            }

            var fits = file["groups"]!.AsArray().ToDictionary(
                group => group!["name"]!.GetValue<string>(), group => SavedFit.FromNode(group!["fit"]!));
            return fits.Count > 0
                ? new SavedGroups(file["column"]!.GetValue<string>(), [.. fits.Keys], fits)
                : throw new JsonException("no groups");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or KeyNotFoundException
            or NullReferenceException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path} holds no fits of groups: {e.Message}", e);
        }
    }

    /// <summary>Writes the fits to a folder, whole or not at all.</summary>
    /// <param name="folder">The folder, which is made where there is none.</param>
    /// <param name="replace">Whether a fit that is there already may be replaced.</param>
    /// <exception cref="IOException">There is one already, or the file cannot be written.</exception>
    public void Save(string folder, bool replace = false) =>
        FileTransaction.WriteOne(
            SavedFit.PathIn(folder), replace, path => File.WriteAllText(path, ToJson()), isDurable: true);

    /// <summary>Returns the content of the file.</summary>
    public string ToJson() => new JsonObject
    {
        ["kind"] = Kind,
        ["version"] = CurrentVersion,
        ["column"] = Column,
        ["groups"] = new JsonArray([.. Groups.Select(
            group => new JsonObject { ["name"] = group, ["fit"] = this[group].ToNode() })]),
    }.ToJsonString(Indented) + "\n";

    /// <summary>Predicts for the rows of a table, each with the parameters of its group.</summary>
    /// <param name="path">A table with the inputs of the model and the column of the groups.</param>
    /// <param name="level">The confidence level of the bands, between 0 and 1.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <exception cref="ArgumentException">A column is missing, or a group was not fitted.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public PredictedTable PredictTable(string path, double level = 0.95, NumberTableOptions? options = null)
    {
        options ??= new NumberTableOptions();
        SavedFit first = this[Groups[0]];
        (NumberTable table, Matrix<double> inputs, Vector<double>? sigma) =
            first.ReadTable(path, options with { Labels = [.. options.Labels, Column] });
        IReadOnlyList<string> labels = table.Labels(Column);
        int unknown = labels.ToList().FindIndex(label => !fits.ContainsKey(label));
        if (unknown >= 0)
        {
            throw new ArgumentException(
                $"{path}: the group '{labels[unknown]}' of row {unknown + 1} was not fitted; there are "
                + $"{string.Join(", ", Groups)}.");
        }

        return new PredictedTable(first.Model.InputNames, inputs,
            [.. Enumerable.Range(0, first.Model.Outputs).Select(
                output => Predict(labels, inputs, sigma, level, output))])
        {
            GroupColumn = Column,
            Groups = labels,
            DroppedRows = table.Dropped,
        };
    }

    /// <summary>Returns the fit of each group.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine, Groups.Select(group => $"{Column} {group}: {this[group]}"));

    private Prediction Predict(
        IReadOnlyList<string> labels, Matrix<double> inputs, Vector<double>? sigma, double level, int output)
    {
        Vector<double> mean = Vector<double>.Build.Dense(labels.Count);
        var confidence = new Interval[labels.Count];
        var observation = new Interval[labels.Count];
        foreach (IGrouping<string, int> group in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]))
        {
            int[] rows = [.. group];
            Prediction part = this[group.Key].Predict(
                Matrix<double>.Build.Dense(rows.Length, inputs.ColumnCount, (i, j) => inputs[rows[i], j]),
                level,
                output,
                sigma is null ? null : Vector<double>.Build.Dense(rows.Length, i => sigma[rows[i]]));
            for (int i = 0; i < rows.Length; i++)
            {
                (mean[rows[i]], confidence[rows[i]], observation[rows[i]]) =
                    (part.Mean[i], part.Confidence[i], part.Observation[i]);
            }
        }

        return new Prediction(mean, confidence, observation);
    }
}
