using System.Globalization;
using Math4AI.Separation;
using Spectre.Console;

namespace Math4AI.Cli;

/// <summary>Shows one line of progress on a terminal, and nothing if the output is redirected.</summary>
internal sealed class ProgressLine : IProgress<SeparationProgress>, IDisposable
{
    private readonly ManualResetEventSlim finished = new();
    private readonly Task? spinner;
    private volatile string text = "start";

    private ProgressLine(bool visible)
    {
        if (visible)
        {
            IAnsiConsole console = AnsiConsole.Create(
                new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            spinner = Task.Run(() => console.Status().Start(text, status =>
            {
                while (!finished.Wait(80))
                {
                    status.Status(Markup.Escape(text));
                }
            }));
        }
    }

    public static ProgressLine Start() => new(!Console.IsErrorRedirected && !Console.IsOutputRedirected);

    public void Show(string what) => text = what;

    public void Report(SeparationProgress value) =>
        Show(value.Iteration == 0
            ? value.Stage
            : $"{value.Stage}, iteration {value.Iteration}, change "
                + $"{value.Change.ToString("G2", CultureInfo.InvariantCulture)}");

    /// <summary>Erases the line.</summary>
    public void Clear()
    {
        finished.Set();
        spinner?.Wait();
    }

    public void Dispose()
    {
        Clear();
        finished.Dispose();
    }
}
