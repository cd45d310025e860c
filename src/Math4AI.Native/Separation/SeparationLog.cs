using System.Diagnostics;

namespace Math4AI.Separation;

/// <summary>
/// Records the stages and iterations of one separation, for its result and for progress listeners. A method calls
/// <see cref="Begin"/> once for each stage and <see cref="Add"/> once for each iteration.
/// </summary>
public sealed class SeparationLog
{
    private readonly IProgress<SeparationProgress>? progress;
    private readonly List<double> changes = [];
    private readonly List<double> objectives = [];
    private readonly Dictionary<string, double> seconds = [];
    private string? stage;
    private long since;

    internal SeparationLog(IProgress<SeparationProgress>? progress) => this.progress = progress;

    /// <summary>Gets the change that each iteration made.</summary>
    public IReadOnlyList<double> Changes => changes;

    /// <summary>Gets the objective after each iteration.</summary>
    public IReadOnlyList<double> Objectives => objectives;

    /// <summary>Gets the seconds of each stage that has ended.</summary>
    internal IReadOnlyDictionary<string, double> SecondsPerStage => seconds;

    /// <summary>Starts a stage and ends the one before it.</summary>
    /// <param name="name">The name of the stage, such as "whiten" or "solve".</param>
    public void Begin(string name)
    {
        End();
        (stage, since) = (name, Stopwatch.GetTimestamp());
        progress?.Report(new SeparationProgress(name, 0, double.NaN));
    }

    /// <summary>Adds an iteration.</summary>
    /// <param name="step">What the iteration belongs to, for the progress display.</param>
    /// <param name="change">The change that it made, in the unit of the tolerance.</param>
    /// <param name="objective">The objective after it.</param>
    public void Add(string step, double change, double objective)
    {
        changes.Add(change);
        objectives.Add(objective);
        progress?.Report(new SeparationProgress(step, changes.Count, change));
    }

    /// <summary>Ends the last stage.</summary>
    internal void End()
    {
        if (stage is not null)
        {
            double passed = Stopwatch.GetElapsedTime(since).TotalSeconds;
            seconds[stage] = seconds.GetValueOrDefault(stage) + passed;
            stage = null;
        }
    }
}
