using System.Diagnostics;
using Math4AI.Interop;

namespace Math4AI.Runtime;

/// <summary>
/// One step of loading the native libraries, taken once, on first use. A step that fails leaves the others
/// usable; what went wrong becomes the message of later P/Invokes of its library.
/// </summary>
/// <param name="name">What the step does.</param>
/// <param name="library">The name under which P/Invokes ask for the library.</param>
/// <param name="remedy">What to do where it fails, one sentence.</param>
/// <param name="load">Loads the library, sets its handle, and says what happened in a few words.</param>
internal sealed class LoadStep(string name, string library, string remedy, Func<string> load)
{
    // The thread that takes a step may call the library, and so return here.
    private readonly Lock gate = new();

    private volatile StartupStep? outcome;
    private bool hasBegun;

    /// <summary>Gets whether the step has been taken and failed.</summary>
    public bool HasFailed => outcome is { Ok: false };

    /// <summary>Takes the step, unless that has been done, and returns whether it worked.</summary>
    public bool Take() => (outcome ?? TakeFirst()) is { Ok: true };

    /// <summary>Takes the step, unless that has been done, and returns how it went.</summary>
    public StartupStep Report()
    {
        Take();
        return outcome!;
    }

    private StartupStep? TakeFirst()
    {
        lock (gate)
        {
            if (!hasBegun)
            {
                hasBegun = true;
                outcome = Run();
            }

            return outcome;
        }
    }

    private StartupStep Run()
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            string detail = load();
            return new StartupStep(name, true, detail, string.Empty, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        catch (Exception e)
        {
            string problem = e.GetBaseException().Message.Split('\n')[0].TrimEnd('.', ' ');
            LibraryResolver.SetProblem(library, $"{problem}. {remedy}");
            return new StartupStep(name, false, problem, remedy, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}
