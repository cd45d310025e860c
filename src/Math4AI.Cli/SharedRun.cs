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

    private static readonly string[] Verbs = ["separate", "train"];

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
