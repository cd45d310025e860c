namespace Math4AI.Separation;

/// <summary>The iterations of one separation: kept for its result, and told to whoever listens.</summary>
internal sealed class SeparationLog(IProgress<SeparationProgress>? progress)
{
    private readonly List<double> changes = [];
    private readonly List<double> objectives = [];

    /// <summary>What each iteration changed.</summary>
    public IReadOnlyList<double> Changes => changes;

    /// <summary>The objective after each iteration.</summary>
    public IReadOnlyList<double> Objectives => objectives;

    /// <summary>Begins a stage in which nothing is iterated.</summary>
    public void Begin(string stage) => progress?.Report(new SeparationProgress(stage, 0, double.NaN));

    /// <summary>Adds an iteration.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="change">What it changed, in the unit of the tolerance.</param>
    /// <param name="objective">The objective after it.</param>
    public void Add(string stage, double change, double objective)
    {
        changes.Add(change);
        objectives.Add(objective);
        progress?.Report(new SeparationProgress(stage, changes.Count, change));
    }
}
