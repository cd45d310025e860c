using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Math4AI.Cli.Fitting;
using Math4AI.Cli.Language;
using Math4AI.Cli.Live;
using Math4AI.Cli.Separation;
using Math4AI.Cli.Training;
using Math4AI.Cli.Unsupervised;
using Math4AI.Data;
using Math4AI.Runtime;

namespace Math4AI.Cli;

/// <summary>
/// The command <c>math4ai</c>. It exits with 0, with 1 if the work failed, or with 2 if the command line was wrong.
/// </summary>
internal static partial class Program
{
    public const int Failed = 1;
    private const string Stopped = "math4ai: Stopped; nothing was written.";

    private const int WrongUsage = 2;

    private static int isStopSaid;

    /// <summary>
    /// The verbs. A verb's options are created only if the command line names it, so that the others cost no time.
    /// </summary>
    private static readonly (string Name, string Summary, Func<Command> Create)[] Verbs =
    [
        ("separate", "Separate mixed signals, recorded or measured.", SeparateCommand.Create),
        ("stream", "Separate sound while it arrives.", StreamCommand.Create),
        ("mix", "Play recordings in a simulated room and record them.", MixCommand.Create),
        ("devices", "List the sound devices.", DevicesCommand.Create),
        ("fit", "Fit a model to data, with the uncertainty of its parameters.", FitCommand.Create),
        ("train", "Train a model on a table, images or a text.", TrainCommand.Create),
        ("explore", "Look at a new table: columns, groups, directions, outliers.", ExploreCommand.Create),
        ("information", "Find which columns of a table depend on each other.", InformationCommand.Create),
        ("cluster", "Find groups of similar rows in a table.", ClusterCommand.Create),
        ("map", "Draw the rows of a table as points, neighbors together.", MapCommand.Create),
        ("encode", "Learn a short code of rows, and find those that it tells badly.", EncodeCommand.Create),
        ("predict", "Predict with a trained model or a fit.", PredictCommand.Create),
        ("generate", "Continue a text with a trained model.", GenerateCommand.Create),
        ("words", "Find vectors for the words of a text, or query existing vectors.", WordsCommand.Create),
        ("texts", "Find topics in a collection of texts, and texts near another.", TextsCommand.Create),
        ("doctor", "Check the native libraries and measure their speed.", DoctorCommand.Create),
        ("bench", "Compare managed and native linear algebra on this machine.", BenchCommand.Create),
        ("completion", "Print the script with which a shell completes words.", CompletionCommand.Create),
        ("manual", "Print the manual page.", () => ManualCommand.Create(() => Root(_ => true))),
    ];

    private static int Main(string[] args)
    {
        ProcessStart.OpenStandardFiles();
        if (ProcessStart.Problem is { } problem)
        {
            ProcessStart.Say(problem);
            return Failed;
        }

        SharedRun.Silence();

        // 'math4ai help fit', as one guesses, and no word at all.
        int code = Start(args is [] or ["help", ..] ? [.. args.Skip(1), "--help"] : args).GetAwaiter().GetResult();
        ProcessEnd.LeaveOutDestructors();
        return code;
    }

    private static async Task<int> Start(string[] args)
    {
        // @FILE stands for the words in a file, which may name any verb; a shell that completes words asks with the
        // whole line as one word.
        ParseResult words = WordLists.Parse(
            Root(name => args.Any(word => word.StartsWith('@') || word.Split(' ').Contains(name))), args);
        // Where help is asked for, other mistakes do not count; but there is none on an unknown verb.
        bool isUnknownVerb = words.CommandResult.Command is RootCommand && words.UnmatchedTokens.Count > 0;
        try
        {
            if (words.Action is HelpAction ? isUnknownVerb : words.Errors.Count > 0)
            {
                SharedRun.RequireSameWords();
                return Complain(Problem(words), WrongUsage);
            }

            return await Run(words);
        }
        catch (UsageException e)
        {
            return Complain(e.Message, WrongUsage);
        }
        catch (OperationCanceledException)
        {
            return SayStopped();
        }
        catch (Exception e) when (First(e) is IOException or UnauthorizedAccessException or ArgumentException
            or InvalidDataException or DllNotFoundException or PlatformNotSupportedException or NotSupportedException
            or InvalidOperationException or OutOfMemoryException or FormatException or ArithmeticException
            or ExternalException)
        {
            return Complain(SharedRun.Locate(OneLine(First(e))), Failed);
        }
        finally
        {
            SharedRun.Leave();
        }
    }

    /// <summary>Of what went wrong on several threads, the first.</summary>
    private static Exception First(Exception e) =>
        e is AggregateException { InnerExceptions: [var first, ..] } ? First(first) : e;

    /// <param name="isNamed">Whether the command line names a verb, which is then created with its options.</param>
    private static RootCommand Root(Func<string, bool> isNamed)
    {
        var root = new RootCommand(
            "The mathematics of machine learning, from the command line. 'math4ai VERB --help' explains a "
            + "verb.\n\nExamples:\n"
            + "  math4ai fit data.csv --model \"y ~ a*exp(-b*x)\"\n"
            + "  math4ai separate left.wav middle.wav right.wav -o voices")
        {
            CommonOptions.Threads,
        };
        foreach ((string name, string summary, Func<Command> create) in Verbs)
        {
            root.Add(isNamed(name) ? CommonOptions.RefusingCommas(create()) : new Command(name, summary));
        }

        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        return root;
    }

    private static async Task<int> Run(ParseResult words)
    {
        // Help and the version do not need the library, and a signal ends work that cannot be cancelled.
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        if (words.Action is HelpAction or null)
        {
            return await words.InvokeAsync(configuration);
        }

        if (Compute.EnvironmentProblem is { } problem)
        {
            throw new UsageException(problem);
        }

        if (words.GetValue(CommonOptions.Threads) is { } threads)
        {
            Compute.Threads = threads;
        }

        SharedRun.Begin(words.CommandResult.Command is RootCommand ? null : words.CommandResult.Command.Name);
        if (words.Action is not AsynchronousCommandLineAction)
        {
            return await words.InvokeAsync(configuration);
        }

        using var signals = new StopSignals();
        int code = await words.InvokeAsync(configuration, signals.Token);
        if (code == 0)
        {
            SharedRun.End();
        }

        return code;
    }

    private static string Problem(ParseResult words)
    {
        // An error that quotes a word of the user is more helpful than one about a missing word.
        string problem = words.Errors.Count == 0
            ? $"Unrecognized command or argument '{words.UnmatchedTokens[0]}'."
            : (words.Errors.FirstOrDefault(error => error.Message.Contains('\'')) ?? words.Errors[0]).Message;
        problem = UnreadableValue().Replace(problem, match =>
        {
            string kind = match.Groups[3].Value.Contains("Int", StringComparison.Ordinal) ? "whole number" : "number";
            return $"'{match.Groups[1].Value}' is not a value for {match.Groups[2].Value}: a {kind} is needed.";
        });
        Command command = words.CommandResult.Command;
        if (MissingWord().IsMatch(problem))
        {
            IEnumerable<string> missing = command.Arguments
                .Where(argument => argument.Arity.MinimumNumberOfValues > 0
                    && words.GetResult(argument) is null or { Tokens.Count: 0 })
                .Select(argument => argument.Name);
            problem = $"'{command.Name}' needs {string.Join(" and ", missing)}.";
        }

        if (MissingValue().Match(problem) is { Success: true } option)
        {
            string name = option.Groups[1].Value;
            string? value = command.Options.FirstOrDefault(one => one.Name == name)?.HelpName;
            problem = $"'{name}' needs {value ?? "a value"}.";
        }

        if (UnknownWord().Match(problem) is { Success: true } unknown)
        {
            problem += Suggestion.For(unknown.Groups[1].Value, command);
        }

        return $"{problem} See 'math4ai{(command is RootCommand ? string.Empty : $" {command.Name}")} --help'.";
    }

    /// <summary>
    /// Says once that a signal stopped the work; both the cancelled work and the second signal call this.
    /// </summary>
    public static int SayStopped() => Interlocked.Exchange(ref isStopSaid, 1) == 0 ? Complain(Stopped, Failed) : Failed;

    private static int Complain(string message, int code)
    {
        // Where processes fail together, the first ends the others once it has spoken.
        SharedRun.Leave();
        try
        {
            SharedRun.Errors.WriteLine(
                message.StartsWith("math4ai:", StringComparison.Ordinal) ? message : $"math4ai: {message}");
        }
        catch (IOException)
        {
            // The message cannot be shown; the exit code still reports the failure.
        }

        return code;
    }

    [GeneratedRegex(@"^Cannot parse argument '(.*)' for option '(.*)' as expected type '(.*)'\.$")]
    private static partial Regex UnreadableValue();

    [GeneratedRegex("^Unrecognized command or argument '(.*)'\\.$")]
    private static partial Regex UnknownWord();

    [GeneratedRegex("^Required argument missing for command: '.*'\\.$")]
    private static partial Regex MissingWord();

    [GeneratedRegex("^Required argument missing for option: '(.*)'\\.$")]
    private static partial Regex MissingValue();

    [GeneratedRegex("'(.*)'")]
    private static partial Regex QuotedPath();

    private static string OneLine(Exception e)
    {
        string message = e is ArgumentException ? UsageException.WithoutParameter(e.Message) : e.Message;

        if (e is UnauthorizedAccessException && QuotedPath().Match(message) is { Success: true } path
            && Directory.Exists(path.Groups[1].Value))
        {
            message = $"{path.Groups[1].Value} is a folder, and a file is needed.";
        }

        // The working directory was deleted: the system's message names no file.
        if (e is FileNotFoundException { FileName: null } && !Directory.Exists("."))
        {
            message = "The working directory has been deleted: change to another one.";
        }

        // The lines after torch's own sentence are its native stack trace.
        return Printable(FileTransaction.WithFinalNames(
            e is ExternalException ? message.Split('\n')[0].Trim() : message.ReplaceLineEndings(" ")));
    }

    /// <summary>
    /// Returns a message that may quote a damaged file: what would steer the terminal is replaced, and the length is
    /// bounded.
    /// </summary>
    private static string Printable(string message)
    {
        const int MaxLength = 2000;
        string some = message.Length > MaxLength ? message[..MaxLength] + "…" : message;
        return string.Concat(some.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
    }
}
