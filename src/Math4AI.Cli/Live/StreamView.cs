using System.Globalization;
using Math4AI.Data;
using Math4AI.Separation.Live;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Math4AI.Cli.Live;

/// <summary>What runs, ten times a second on a terminal; in a pipe a plain line every ten seconds.</summary>
internal sealed class StreamView : IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan InPipe = TimeSpan.FromSeconds(10);

    private readonly LiveSeparation live;
    private readonly IStreamSeparator separator;
    private readonly int sampleRate;
    private readonly Func<long> lost;
    private readonly ManualResetEventSlim finished = new();
    private readonly Task shown;

    private StreamView(LiveSeparation live, IStreamSeparator separator, int sampleRate, Func<long> lost)
    {
        (this.live, this.separator, this.sampleRate, this.lost) = (live, separator, sampleRate, lost);
        shown = Task.Factory.StartNew(
            Console.IsErrorRedirected ? Lines : Table, CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>Begins to show a run, and by <paramref name="lost"/> how many blocks found no room.</summary>
    public static StreamView Start(LiveSeparation live, IStreamSeparator separator, int sampleRate, Func<long> lost) =>
        new(live, separator, sampleRate, lost);

    public void Dispose()
    {
        finished.Set();
        shown.Wait();
        finished.Dispose();
    }

    private void Lines()
    {
        while (!finished.Wait(InPipe))
        {
            Console.Error.WriteLine(State());
        }
    }

    private void Table()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Error),
        });
        console.Live(new Text(string.Empty)).AutoClear(true).Start(context =>
        {
            while (!finished.Wait(OnTerminal))
            {
                context.UpdateTarget(Meters());
            }
        });
    }

    private string State() => live.Frames == 0 ? "waiting for sound" : string.Create(
        CultureInfo.InvariantCulture,
        $"{(double)live.Frames / sampleRate:0.0} s, latency {1e3 * live.Latency.Quantile(0.5):0.00} ms median, "
        + $"{1e3 * live.Latency.Quantile(0.9999):0.00} ms at 99.99 %, {Counted.Of(lost(), "block")} lost, "
        + $"unmixing moves by {100.0 * separator.Change:0.00} % a second{Silent()}");

    private string Silent() => string.Concat(
        Enumerable.Range(0, separator.Channels).Where(live.IsSilent).Select(c => $", channel {c + 1} is silent"));

    private Rows Meters()
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns(
            string.Empty, string.Empty, string.Empty, string.Empty);
        for (int i = 0; i < separator.Channels; i++)
        {
            bool isSource = i < separator.Sources;
            table.AddRow(
                $"channel {i + 1}",
                Meter(live.TakeInputPeak(i)),
                isSource ? $"source {i + 1}" : string.Empty,
                isSource ? Meter(live.TakeSourcePeak(i)) : string.Empty);
        }

        return new Rows(new IRenderable[] { table, new Text(State()) });
    }

    /// <summary>Sixty decibels on twenty places.</summary>
    private static string Meter(float peak)
    {
        const int Places = 20;
        const double Range = 60.0;
        double level = 20.0 * Math.Log10(Math.Max(peak, 1e-9));
        int filled = (int)Math.Clamp(Math.Round(Places * (1.0 + level / Range)), 0, Places);
        return new string('█', filled) + new string('░', Places - filled);
    }
}
