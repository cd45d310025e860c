using System.Diagnostics;
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

    private static readonly string[] Verbs = ["separate", "fit", "train", "explore", "cluster", "words"];

    // Work that can be cancelled has ended by then, and has said so.
    private static readonly TimeSpan UntilWorkHasEnded = TimeSpan.FromSeconds(0.4);

    private static readonly long Began = Stopwatch.GetTimestamp();
    private static TextWriter? errors;

    /// <summary>Joins the processes, if there are several, and silences all but the first.</summary>
    /// <exception cref="UsageException">The verb does not run over several processes.</exception>
    public static void Begin(string verb)
    {
        ProcessGroup processes = ProcessGroup.Current;
        if (!processes.IsFirst)
        {
            errors = Console.Error;
            Console.SetError(TextWriter.Null);
            Console.SetOut(TextWriter.Null);
        }

        if (processes.Count > 1 && !Verbs.Contains(verb))
        {
            throw new UsageException(
                $"'{verb}' runs in one process, and {processes.Count} were started: start it without mpirun. Verbs "
                + $"that share the work: {string.Join(", ", Verbs)}.");
        }

        processes.RequireSame("The command line", CommandLine.Text);
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
                _ => Console.Error.WriteLine(
                    "math4ai: The job has ended: it was stopped, or one of its processes died. A training goes on from "
                    + "its last checkpoint with --resume."),
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
            if (errors is not null)
            {
                Thread.Sleep(UntilTheFirstHasSpoken);
            }

            return errors ?? Console.Error;
        }
    }
}
