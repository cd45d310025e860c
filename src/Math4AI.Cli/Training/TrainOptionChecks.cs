using System.CommandLine;

namespace Math4AI.Cli.Training;

/// <summary>Checks that several options of <c>math4ai train</c> share.</summary>
internal static class TrainOptionChecks
{
    public static void RequireChoice(
        ParseResult words, string kind, IEnumerable<string> choices, Option<string?> option)
    {
        if (words.GetValue(option) is { } word && !choices.Contains(word))
        {
            throw new UsageException($"There is no {kind} '{word}'; choose one of: {string.Join(", ", choices)}.");
        }
    }

    public static void RequirePositive(Option option, params int[] numbers)
    {
        if (numbers.Any(number => number < 1))
        {
            throw new UsageException($"{option.Name} takes whole numbers from 1 on.");
        }
    }
}
