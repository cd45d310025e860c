using Math4AI.Data;
using Math4AI.Fitting.Models;

namespace Math4AI.Fitting;

/// <summary>The fits of several groups: each alone, or one of all groups that shares some parameters.</summary>
public sealed class GroupedFit
{
    private readonly Dictionary<string, FitResult> alone;

    internal GroupedFit(
        GroupedProblem problem, IReadOnlyList<string> groups, Dictionary<string, FitResult> alone, FitResult? joint) =>
        (Problem, Groups, this.alone, Joint) = (problem, groups, alone, joint);

    /// <summary>Gets the problem.</summary>
    public GroupedProblem Problem { get; }

    /// <summary>Gets the groups, in the order in which they appear in the data.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>
    /// Gets the fit of all groups at once, whose parameters are the shared ones and <c>name[group]</c>; null if no
    /// parameter is shared.
    /// </summary>
    public FitResult? Joint { get; }

    /// <summary>Gets whether every fit that counts converged.</summary>
    public bool IsConverged => Joint?.IsConverged ?? alone.Values.All(fit => fit.IsConverged);

    /// <summary>Gets the fit of one group alone.</summary>
    /// <param name="group">One of <see cref="Groups"/>.</param>
    /// <exception cref="ArgumentException">There is no such group, or it could not be fitted alone.</exception>
    public FitResult this[string group] => alone.TryGetValue(group, out FitResult? fit)
        ? fit
        : throw new ArgumentException(
            $"There is no fit of a group '{group}' alone; there are {string.Join(", ", alone.Keys)}.", nameof(group));

    /// <summary>
    /// Gets a parameter as it is in a group: of the fit of all groups if there is one, else of the group's own.
    /// </summary>
    /// <param name="group">One of <see cref="Groups"/>.</param>
    /// <param name="name">A parameter of the model.</param>
    /// <exception cref="ArgumentException">There is no such group or parameter.</exception>
    public FittedParameter this[string group, string name]
    {
        get
        {
            if (!Groups.Contains(group))
            {
                throw new ArgumentException($"There is no group '{group}'; there are {string.Join(", ", Groups)}.",
                    nameof(group));
            }

            return Joint is null ? this[group][name]
                : Joint[Joint.Names.Contains(name) ? name : GroupedModel.NameOf(name, group)];
        }
    }

    /// <summary>Returns quantities that follow from the parameters as they are in a group.</summary>
    /// <param name="group">One of <see cref="Groups"/>.</param>
    /// <param name="definitions">
    /// Definitions as for <see cref="FitResult.Derive"/>, with the names of the model.
    /// </param>
    /// <exception cref="Formulas.FormulaException">A definition cannot be read.</exception>
    /// <exception cref="ArgumentException">There is no such group or parameter.</exception>
    public IReadOnlyList<DerivedQuantity> Derive(string group, string definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        if (Joint is null)
        {
            return this[group].Derive(definitions);
        }

        int[] places = PlacesIn(group);
        string[] names = [.. Joint.Names];
        for (int j = 0; j < places.Length; j++)
        {
            names[places[j]] = Problem.Problem.Model.ParameterNames[j];
        }

        return DerivedQuantity.Of(Joint, definitions, names);
    }

    /// <summary>Returns the fit of all groups, or the parameters of each.</summary>
    public override string ToString() => Joint is { } joint
        ? $"{Counted.Of(Groups.Count, "group")} at once: {joint}"
        : string.Join(
            Environment.NewLine,
            alone.Select(fit => $"{fit.Key}: {string.Join(", ", fit.Value.Names.Select(name => fit.Value[name]))}"));

    /// <summary>Returns what predictions for a group need.</summary>
    /// <param name="group">One of <see cref="Groups"/>.</param>
    /// <exception cref="ArgumentException">There is no such group.</exception>
    /// <exception cref="NotSupportedException">The model is no text, or uncertainties are not known.</exception>
    internal SavedFit Save(string group) => Joint is null
        ? SavedFit.Of(this[group])
        : SavedFit.Of(Joint, Problem.Problem.Model, PlacesIn(group));

    /// <summary>Where the model's parameters of a group stand among those of the fit of all groups.</summary>
    private int[] PlacesIn(string group) =>
        [.. Problem.Problem.Model.ParameterNames.Select(name => Joint!.Names.ToList().IndexOf(this[group, name].Name))];
}
