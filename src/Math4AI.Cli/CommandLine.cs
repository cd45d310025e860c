namespace Math4AI.Cli;

/// <summary>The command line, as the user typed it.</summary>
internal static class CommandLine
{
    /// <summary>Gets the whole command line, as reports quote it.</summary>
    public static string Text =>
        string.Join(' ', ["math4ai", .. Environment.GetCommandLineArgs().Skip(1).Select(Quote)]);

    private static string Quote(string word) => word.Length > 0 && word.All(IsPlain)
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>Returns whether a shell takes the character literally.</summary>
    private static bool IsPlain(char c) =>
        char.IsLetterOrDigit(c) || "-_./=,:+@%".Contains(c, StringComparison.Ordinal);
}
