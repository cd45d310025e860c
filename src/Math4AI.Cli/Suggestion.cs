using System.CommandLine;

namespace Math4AI.Cli;

/// <summary>Finds the option or verb that a mistyped word was meant to be.</summary>
internal static class Suggestion
{
    /// <summary>
    /// Returns a question that names it, such as "Did you mean '--target'?"; empty where nothing is near.
    /// </summary>
    public static string For(string word, Command command)
    {
        IEnumerable<string> names = command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            .Concat(command.Subcommands.Select(verb => verb.Name));
        // 'math4ai version', as other commands have it.
        if (names.Contains("--" + word))
        {
            return $" Did you mean '--{word}'?";
        }

        string[] alike = [.. names.Where(name => name.StartsWith('-') == word.StartsWith('-') && name.Length > 2)];
        // A beginning of three letters or more stands for the whole name.
        string? nearest = word.TrimStart('-').Length > 2 && alike.Where(
                name => name.StartsWith(word, StringComparison.Ordinal)).MinBy(name => name.Length) is { } longer
            ? longer
            : alike.MinBy(name => Distance(word, name));
        return nearest is not null && (nearest.StartsWith(word, StringComparison.Ordinal)
                || Distance(word, nearest) <= Math.Max(1, nearest.TrimStart('-').Length / 3))
            ? $" Did you mean '{nearest}'?"
            : string.Empty;
    }

    /// <summary>
    /// Counts the letters to insert, delete, replace or swap with the next (optimal string alignment).
    /// </summary>
    private static int Distance(string a, string b)
    {
        int[,] edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }

                int replaced = edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replaced, 1 + Math.Min(edits[i - 1, j], edits[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], 1 + edits[i - 2, j - 2]);
                }
            }
        }

        return edits[a.Length, b.Length];
    }
}
