using Math4AI.Fitting.Models;

namespace Math4AI.Fitting;

/// <summary>The fits of several groups: each alone, or one of all groups that shares some parameters.</summary>
public sealed class GroupedFit
{
    private readonly Dictionary<string, FitResult> alone;

    internal GroupedFit(IReadOnlyList<string> groups, Dictionary<string, FitResult> alone, FitResult? joint) =>
        (Groups, this.alone, Joint) = (groups, alone, joint);

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
}
