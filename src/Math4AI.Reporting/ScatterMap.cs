using Math4AI.Data;
using Math4AI.Reporting.Charts;

namespace Math4AI.Reporting;

/// <summary>
/// A map of samples as one HTML page: points in the plane that a drag moves and the wheel zooms, and whose rows are
/// read by pointing at them. 100,000 points are drawn at ease; the page needs no network.
/// </summary>
public sealed record ScatterMap
{
    private const int Height = 620;

    /// <summary>Gets the title of the page.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// Gets where each sample lies across; what is not finite is left out, and the page says how many.
    /// </summary>
    public required IReadOnlyList<double> X { get; init; }

    /// <summary>Gets where each sample lies up, as many as <see cref="X"/>.</summary>
    public required IReadOnlyList<double> Y { get; init; }

    /// <summary>Gets the name of the axis across.</summary>
    public string Across { get; init; } = "x";

    /// <summary>Gets the name of the axis up.</summary>
    public string Up { get; init; } = "y";

    /// <summary>
    /// Gets the group of each sample, as a place in <see cref="GroupNames"/>, or -1 for none; empty for one color.
    /// </summary>
    public IReadOnlyList<int> Groups { get; init; } = [];

    /// <summary>Gets the names of the groups, each of which has a color and can be hidden.</summary>
    public IReadOnlyList<string> GroupNames { get; init; } = [];

    /// <summary>
    /// Gets a text for each sample, shown when it is pointed at; empty for the number of the sample, from 1.
    /// </summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Gets whether <see cref="Texts"/> stand beside the points too, which suits some dozens.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Makes the page.</summary>
    /// <exception cref="ArgumentException">
    /// The lists have different lengths, or a group is no place in <see cref="GroupNames"/>.
    /// </exception>
    public string ToHtml()
    {
        Check();
        using var page = new Html();
        var chart = new Chart(
            $"{X.Count} samples", new ChartAxis(Across, AxisScale.Linear), new ChartAxis(Up, AxisScale.Linear),
            [.. Layers()])
        {
            IsMap = true,
            Height = Height,
        };
        return page.Add($"<h1>{Html.Escape(Title)}</h1>").Chart(chart).Page(Title);
    }

    /// <summary>Writes the page as one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="replace">Whether an existing file may be replaced.</param>
    /// <exception cref="ArgumentException">As for <see cref="ToHtml"/>.</exception>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public void Write(string path, bool replace = false)
    {
        string page = ToHtml();
        FileTransaction.WriteOne(path, replace, partial => File.WriteAllText(partial, page));
    }

    private void Check()
    {
        RequireLength(Y.Count, nameof(Y));
        RequireLength(Groups.Count > 0 ? Groups.Count : X.Count, nameof(Groups));
        RequireLength(Texts.Count > 0 ? Texts.Count : X.Count, nameof(Texts));
        for (int i = 0; i < Groups.Count; i++)
        {
            if (Groups[i] < -1 || Groups[i] >= GroupNames.Count)
            {
                throw new ArgumentException(
                    $"The group of sample {i + 1} is {Groups[i]}; it must be a place among the {GroupNames.Count} "
                    + "names of groups, from 0, or -1.");
            }
        }
    }

    private void RequireLength(int count, string name)
    {
        if (count != X.Count)
        {
            throw new ArgumentException($"{name} has {count} values and X has {X.Count}; give one for each sample.");
        }
    }

    private IEnumerable<ChartLayer> Layers()
    {
        int[] all = [.. Enumerable.Range(0, X.Count)];
        if (Groups.Count == 0)
        {
            yield return Points(all);
            yield break;
        }

        foreach (IGrouping<int, int> group in all.GroupBy(i => Groups[i]).OrderBy(group => group.Key))
        {
            yield return Points([.. group]) with
            {
                Name = group.Key < 0 ? "no group" : GroupNames[group.Key],
                Color = group.Key < 0 ? ChartLayer.Quiet : group.Key,
            };
        }
    }

    private PointsLayer Points(int[] places) =>
        new([.. places.Select(i => X[i])], [.. places.Select(i => Y[i])])
        {
            Samples = Texts.Count > 0 ? null : [.. places.Select(i => i + 1.0)],
            Texts = Texts.Count > 0 ? [.. places.Select(i => Texts[i])] : null,
            IsNamed = IsNamed,
        };
}
