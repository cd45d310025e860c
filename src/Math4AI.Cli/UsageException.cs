using System.CommandLine;

namespace Math4AI.Cli;

/// <summary>Invalid command-line arguments; the message says what is valid.</summary>
internal sealed class UsageException(string message) : Exception(WithoutParameter(message))
{
    /// <summary>
    /// Returns the message of an argument exception without what .NET appends, the parameter's name and value, which
    /// mean nothing to a user of the command.
    /// </summary>
    public static string WithoutParameter(string message) => message.Split(" (Parameter '")[0];

    /// <summary>
    /// Makes settings and checks them; their argument exceptions are mistakes in the command line, and name the option.
    /// </summary>
    public static T Unless<T>(ParseResult words, Func<T> make, Action<T> check)
    {
        try
        {
            T made = make();
            check(made);
            return made;
        }
        catch (ArgumentException e)
        {
            string message = WithoutParameter(e.Message);
            throw new UsageException(
                e.ParamName is { } setting && message.StartsWith($"{setting} ", StringComparison.Ordinal)
                    && OptionOf(words, setting) is { } option
                    ? option + message[setting.Length..]
                    : message);
        }
    }

    /// <summary>The option of a setting: --min-count of MinCount, and --rate of LearningRate; null for none.</summary>
    private static string? OptionOf(ParseResult words, string setting)
    {
        string name = string.Concat(setting.Select(
            letter => char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : $"{letter}"));
        string[] options = [.. words.CommandResult.Command.Options.Select(option => option.Name)];
        return options.Contains($"-{name}")
            ? $"-{name}"
            : options.FirstOrDefault(
                option => option.Length > 2 && name.EndsWith(option[1..], StringComparison.Ordinal));
    }
}
