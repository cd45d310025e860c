using Math4AI.Data.Tables;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Samples;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// The same model for groups of samples: fitted to each group alone, or, where some parameters are shared, to all
/// groups at once with common values of these and each group's own of the others (a global fit).
/// </summary>
public sealed record GroupedProblem
{
    private const int MaxStarts = 4;

    /// <summary>
    /// Gets the problem over the samples of all groups, in memory: model, distance, bounds and so on.
    /// </summary>
    public required FitProblem Problem { get; init; }

    /// <summary>Gets the group of each sample.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Gets the parameters that all groups have in common; none, the default, fits each group alone.</summary>
    public IReadOnlyList<string> Shared { get; init; } = [];

    /// <summary>Gets the name of the column that the groups come from.</summary>
    public string Column { get; init; } = "group";

    /// <summary>Reads a table and returns the problem of a formula over its columns, in groups.</summary>
    /// <param name="path">A file of any format that holds a table.</param>
    /// <param name="formula">The formula, response ~ function: names that are not columns are parameters.</param>
    /// <param name="by">The column of the groups; its cells may be any text.</param>
    /// <param name="weights">The weights, a column or an expression of columns; null for 1.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <param name="where">A condition on the columns; null for all rows.</param>
    /// <exception cref="FormulaException">The formula or the condition cannot be read.</exception>
    /// <exception cref="ArgumentException">A column is not there, or the formula does not suit the columns.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public static GroupedProblem Read(
        string path, Formula formula, string by, string? weights = null, NumberTableOptions? options = null,
        string? where = null) =>
        Read(path, formula, by, new MeasurementErrors { Weights = weights }, options, where);

    /// <summary>Reads a table with errors of measurement, and returns the problem of a formula in groups.</summary>
    /// <param name="path">A file of any format that holds a table.</param>
    /// <param name="formula">The formula, response ~ function: names that are not columns are parameters.</param>
    /// <param name="by">The column of the groups; its cells may be any text.</param>
    /// <param name="errors">The errors of measurement, as expressions of columns.</param>
    /// <param name="options">How missing values, dates and separators are read; null for the defaults.</param>
    /// <param name="where">A condition on the columns; null for all rows.</param>
    /// <exception cref="FormulaException">A formula, condition or expression cannot be read.</exception>
    /// <exception cref="ArgumentException">A column is not there, or the formula does not suit the columns.</exception>
    /// <exception cref="IOException">The file cannot be read; the message says where.</exception>
    public static GroupedProblem Read(
        string path,
        Formula formula,
        string by,
        MeasurementErrors errors,
        NumberTableOptions? options = null,
        string? where = null)
    {
        ArgumentNullException.ThrowIfNull(by);
        options ??= new NumberTableOptions();
        FitTable table = FitTable.Read(path, formula, errors, options with { Labels = [.. options.Labels, by] }, where);
        return new GroupedProblem { Problem = table.ToProblem(), Labels = table.Labels(by), Column = by };
    }

    /// <summary>Fits the groups.</summary>
    /// <param name="start">A value for each parameter of the model, the same for all groups; null to search.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The labels do not belong to the samples, or a shared name is no parameter.
    /// </exception>
    public GroupedFit Fit(IReadOnlyDictionary<string, double>? start = null, CancellationToken cancellation = default)
    {
        Check();
        string[] groups = [.. Labels.Distinct()];
        Dictionary<string, FitResult> alone = Alone(groups, start, Shared.Count == 0, cancellation);
        return Shared.Count == 0
            ? new GroupedFit(this, groups, alone, null)
            : new GroupedFit(this, groups, alone, Joint(groups, alone, start, cancellation));
    }

    /// <summary>The fit of each group alone; where that is not strict, without groups that are too small.</summary>
    internal Dictionary<string, FitResult> Alone(
        string[] groups, IReadOnlyDictionary<string, double>? start, bool isStrict, CancellationToken cancellation)
    {
        var alone = new Dictionary<string, FitResult>();
        foreach (string group in groups)
        {
            FitProblem part = Problem.Select([.. Enumerable.Range(0, Labels.Count).Where(i => Labels[i] == group)]);
            try
            {
                alone[group] = start is null ? part.Fit(cancellation: cancellation) : part.Fit(start, cancellation);
            }
            catch (ArgumentException e) when (isStrict)
            {
                throw new ArgumentException($"The group '{group}' of '{Column}': {e.Message}", e);
            }
            catch (ArgumentException)
            {
                // A group too small to be fitted alone is still part of the whole.
            }
        }

        return alone;
    }

    /// <summary>The problem of all groups at once: what is not shared is called <c>name[group]</c>.</summary>
    internal FitProblem Whole(string[] groups)
    {
        Matrix<double> numbers =
            Matrix<double>.Build.Dense(Labels.Count, 1, (i, _) => Array.IndexOf(groups, Labels[i]));
        return Problem with
        {
            Model = new GroupedModel(Problem.Model, groups, [.. Shared], Column),
            Inputs = Problem.Inputs!.Append(numbers),
            Bounds = Each(groups, Problem.Bounds),
            Fixed = Each(groups, Problem.Fixed),
            Priors = Each(groups, Problem.Priors),
            Linear =
                [.. Each(groups, Problem.Linear.Select(name => new KeyValuePair<string, bool>(name, true))).Keys],
        };
    }

    /// <summary>Settings of each parameter of all groups at once.</summary>
    private Dictionary<string, T> Each<T>(string[] groups, IEnumerable<KeyValuePair<string, T>> settings) => settings
        .SelectMany(pair => Shared.Contains(pair.Key)
            ? [(pair.Key, pair.Value)]
            : groups.Select(group => (Key: GroupedModel.NameOf(pair.Key, group), pair.Value)))
        .ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>Fits all groups at once, from the values of the groups that were fitted alone.</summary>
    private FitResult Joint(
        string[] groups, Dictionary<string, FitResult> alone, IReadOnlyDictionary<string, double>? start,
            CancellationToken cancellation)
    {
        FitProblem whole = Whole(groups);
        FitResult[] found = [.. alone.Values.Where(fit => fit.IsConverged)];
        if (found.Length == 0)
        {
            return start is null ? whole.Fit(cancellation: cancellation) : whole.Fit(Each(groups, start), cancellation);
        }

        // Each group's own values and the median of the common ones; of several such starts the one with the least end.
        Dictionary<string, double>[] starts = [Start(Median), .. found.Select(fit => Start(name => fit[name].Value))];
        return starts.Take(MaxStarts).Select(each => whole.Fit(each, cancellation))
            .OrderBy(fit => fit.IsConverged ? 0 : 1)
            .ThenBy(fit => fit.Minimum.Cost).First();

        double Median(string name) => found.Select(fit => fit[name].Value).Order().ElementAt(found.Length / 2);

        Dictionary<string, double> Start(Func<string, double> common) => Problem.Model.ParameterNames
            .SelectMany(name => Shared.Contains(name)
                ? [(Key: name, Value: common(name))]
                : groups.Select(group => (
                    Key: GroupedModel.NameOf(name, group),
                    Value: alone.TryGetValue(group, out FitResult? own) && own.IsConverged ? own[name].Value
                        : common(name))))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    internal void Check()
    {
        if (Problem.Targets is null || Problem.Inputs is null || Labels.Count != Problem.Targets.Samples)
        {
            throw new ArgumentException(
                $"Groups need samples in memory and a label for each of them; there are "
                + $"{FitText.Count(Labels.Count, "label")} and "
                + $"{FitText.Count(Problem.Targets?.Samples ?? 0, "sample")}.");
        }

        if (Shared.FirstOrDefault(name => !Problem.Model.ParameterNames.Contains(name)) is { } unknown)
        {
            throw new ArgumentException(
                $"'{unknown}' is to be shared and is no parameter of the model; its parameters are "
                + $"{string.Join(", ", Problem.Model.ParameterNames)}.");
        }
    }
}
