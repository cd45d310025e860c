using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Math4AI.Cli;

/// <summary>The command <c>math4ai</c>: exit code 0, 1 where the work failed, 2 where the words were wrong.</summary>
internal static partial class Program
{
    public const int Failed = 1;
    public const string Stopped = "math4ai: Stopped; nothing was written.";

    private const int WrongUsage = 2;

    private static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("The mathematics of machine learning for .NET, from the command line.")
        {
            SeparateCommand.Create(),
            StreamCommand.Create(),
            FitCommand.Create(),
            TrainCommand.Create(),
            PredictCommand.Create(),
            GenerateCommand.Create(),
            DoctorCommand.Create(),
            BenchCommand.Create(),
        };
        ParseResult words = root.Parse(args);
        if (words.Errors.Count > 0 && words.Action is not System.CommandLine.Help.HelpAction)
        {
            string verb = words.CommandResult.Command == root ? string.Empty : $" {words.CommandResult.Command.Name}";
            // The error that quotes the user's word tells more than one that misses another.
            string problem = (words.Errors.FirstOrDefault(error => error.Message.Contains('\'')) ?? words.Errors[0]).Message;
            problem = UnreadableValue().Replace(problem, match =>
                $"'{match.Groups[1].Value}' is no value for {match.Groups[2].Value}: a {(match.Groups[3].Value.Contains("Int", StringComparison.Ordinal) ? "whole " : string.Empty)}number is needed.");
            return Complain($"{problem} See 'math4ai{verb} --help'.", WrongUsage);
        }

        try
        {
            return await words.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
            });
        }
        catch (UsageException e)
        {
            return Complain(e.Message, WrongUsage);
        }
        catch (OperationCanceledException)
        {
            return Complain(Stopped, Failed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or InvalidDataException or DllNotFoundException or PlatformNotSupportedException or NotSupportedException
            or InvalidOperationException or OutOfMemoryException or FormatException or ArithmeticException or ExternalException)
        {
            return Complain(OneLine(e), Failed);
        }
    }

    private static int Complain(string message, int code)
    {
        try
        {
            Console.Error.WriteLine(message.StartsWith("math4ai:", StringComparison.Ordinal) ? message : $"math4ai: {message}");
        }
        catch (IOException)
        {
            // Nobody can be told; the exit code still says it.
        }

        return code;
    }

    [GeneratedRegex(@"^Cannot parse argument '(.*)' for option '(.*)' as expected type '(.*)'\.$")]
    private static partial Regex UnreadableValue();

    private static string OneLine(Exception e)
    {
        // .NET adds the parameter's name to an argument's message; a user has no use for it.
        string message = e is ArgumentException { ParamName: { } name }
            ? e.Message.Replace($" (Parameter '{name}')", string.Empty, StringComparison.Ordinal)
            : e.Message;

        // Below torch's own sentence stands where in its sources it was thrown.
        return e is ExternalException ? message.Split('\n')[0].Trim() : message.ReplaceLineEndings(" ");
    }
}
