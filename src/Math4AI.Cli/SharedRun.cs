using System.Diagnostics;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.Processes;

namespace Math4AI.Cli;

/// <summary>
/// A verb that several processes run together, started by <c>mpirun</c>: the first one prints and writes, the others
/// are silent.
/// </summary>
internal static class SharedRun
{
    // A failure of all processes is said by the first, which then ends the others; one that lives on has failed alone.
    private static readonly TimeSpan UntilTheFirstHasSpoken = TimeSpan.FromSeconds(2);

    private static readonly string[] Verbs =
        ["separate", "fit", "train", "explore", "information", "cluster", "words"];

    // Work that can be cancelled has ended by then, and has said so.
    private static readonly TimeSpan UntilWorkHasEnded = TimeSpan.FromSeconds(0.4);

    private static readonly long Began = Stopwatch.GetTimestamp();
    private static readonly Dictionary<string, PartFiles> Joined = [];
    private static TextWriter? errors;
    private static volatile bool hasSpoken;

    /// <summary>
    /// Silences all processes of a job but the first, before a word of the command line is looked at: help, and what is
    /// wrong with the words, are said once. Called before anything is written.
    /// </summary>
    public static void Silence()
    {
        if (ProcessGroup.StartedRank is not { } rank)
        {
            return;
        }

        // mpirun gives each process a terminal of its own, which .NET would greet: what is read by another program
        // would begin with that.
        Environment.SetEnvironmentVariable("TERM", "dumb");
        if (rank > 0)
        {
            errors = Console.Error;
            Console.SetError(TextWriter.Null);
            Console.SetOut(TextWriter.Null);
        }
    }

    /// <summary>Joins the processes, if there are several.</summary>
    /// <param name="verb">What they do; null for the version, which the first one says.</param>
    /// <exception cref="UsageException">The verb does not run over several processes.</exception>
    public static void Begin(string? verb)
    {
        ProcessGroup processes = ProcessGroup.Current;
        if (processes.Count > 1 && verb is not null && !Verbs.Contains(verb))
        {
            throw new UsageException(
                $"'{verb}' runs in one process, and {processes.Count} were started: start it without mpirun. Verbs "
                + $"that share the work: {string.Join(", ", Verbs)}.");
        }

        RequireSameWords();
        SayWhoIsSlow(processes);
    }

    /// <summary>
    /// Throws, in every process, unless all have the same command line; the first can then speak for all of them.
    /// </summary>
    public static void RequireSameWords() => ProcessGroup.Current.RequireSame("The command line", CommandLine.Text);

    /// <summary>
    /// The file to read: of a name with {rank} in it, one that has the lines of all parts; otherwise the one that is
    /// named. Every process calls it.
    /// </summary>
    /// <param name="name">A table or a text, as it is named in the command line.</param>
    /// <param name="hasNames">Whether the first line has the names of columns.</param>
    public static string FileOf(string name, bool hasNames) =>
        Whole(name, all => PartFiles.Join(name, all, hasNames));

    /// <summary>The same for samples of several channels, one part after the other in time.</summary>
    /// <exception cref="UsageException">They are sound.</exception>
    public static string SamplesOf(string name)
    {
        string own = PartFiles.NameOf(name, ProcessGroup.Current.Rank);
        return PartFiles.IsPattern(name) && File.Exists(own) && Recording.IsSound(own)
            ? throw new UsageException(
                $"{own} is sound, and one file for each process can be arrays, tables and texts: name recordings that "
                + "every process can read.")
            : Whole(name, all => PartFiles.JoinSamples(name, all));
    }

    private static string Whole(string name, Func<ProcessGroup, PartFiles> join)
    {
        if (!PartFiles.IsPattern(name))
        {
            return name;
        }

        if (!Joined.TryGetValue(name, out PartFiles? parts))
        {
            parts = join(ProcessGroup.Current);
            Joined.Add(name, parts);
        }

        return parts.Path;
    }

    /// <summary>Deletes what was joined of one file a process.</summary>
    public static void Leave()
    {
        foreach (PartFiles parts in Joined.Values)
        {
            parts.Dispose();
        }
    }

    /// <summary>A message in which the row or line of a joined file is followed by its place in its part.</summary>
    public static string Locate(string message) =>
        Joined.Count == 1 ? Joined.Values.Single().Locate(message) : message;

    /// <summary>
    /// Lets every process do the same short work, and names one that took much longer for it than the fastest.
    /// </summary>
    private static void SayWhoIsSlow(ProcessGroup processes)
    {
        const double Much = 3.0;
        if (processes.Count == 1)
        {
            return;
        }

        double[][] seconds = processes.Distribute(processes.Count, _ => [ProcessSpeed.Seconds()]);
        int slowest = Enumerable.Range(0, processes.Count).MaxBy(process => seconds[process][0]);
        double times = seconds[slowest][0] / seconds.Min(each => each[0]);
        string machine = processes.Broadcast(Environment.MachineName, slowest);
        if (times > Much)
        {
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"math4ai: Warning: process {slowest + 1} of {processes.Count}, on {machine}, takes {times:0.#} times "
                + $"as long as the fastest for the same work: the others will wait for it."));
        }
    }

    /// <summary>Reports a process that kept the others waiting. Every process calls it after its work.</summary>
    public static void End()
    {
        ProcessGroup processes = ProcessGroup.Current;
        if (processes.Count == 1)
        {
            return;
        }

        if (processes.FindSlow(Stopwatch.GetElapsedTime(Began).TotalSeconds) is { } slow)
        {
            Console.Error.WriteLine(
                $"math4ai: Process {slow + 1} of {processes.Count} is slower than the others, which waited for it for "
                + "more than half of the time: look what else its machine does, or leave it out.");
        }
    }

    /// <summary>
    /// Says that the job ends, where a signal finds the first process waiting for another: mpirun sends one to all
    /// where a process has died, and kills them a second later.
    /// </summary>
    public static void OnStop()
    {
        if (ProcessGroup.Current is { Count: > 1, IsFirst: true })
        {
            _ = Task.Delay(UntilWorkHasEnded).ContinueWith(
                _ =>
                {
                    if (!hasSpoken)
                    {
                        Console.Error.WriteLine(
                            "math4ai: The job has ended: it was stopped, or one of its processes died. A training goes "
                            + "on from its last checkpoint with --resume.");
                    }
                },
                TaskScheduler.Default);
        }
    }

    /// <summary>Throws where several processes were started for what one process does.</summary>
    /// <param name="what">What it is, to begin a sentence with.</param>
    /// <exception cref="UsageException">There are several processes.</exception>
    public static void RequireOne(string what)
    {
        if (ProcessGroup.Current.Count > 1)
        {
            throw new UsageException(
                $"{what} runs in one process, and {ProcessGroup.Current.Count} were started: start it without mpirun.");
        }
    }

    /// <summary>Gets where a failure is said: it waits for the first process to say it for all of them.</summary>
    public static TextWriter Errors
    {
        get
        {
            hasSpoken = true;
            if (errors is not null)
            {
                Thread.Sleep(UntilTheFirstHasSpoken);
            }

            return errors ?? Console.Error;
        }
    }
}
