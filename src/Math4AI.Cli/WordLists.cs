using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Math4AI.Cli;

/// <summary>An option that takes the words after it, where they are not arguments of the verb.</summary>
internal interface IListOption
{
    /// <summary>Gets whether numbers after it belong to it, whatever else the verb takes.</summary>
    bool TakesNumbers { get; }
}

/// <summary>An option whose word holds a list, such as a=1,b=2.</summary>
internal sealed class ListOption<T>(string name, bool takesNumbers = false) : Option<T>(name), IListOption
{
    /// <inheritdoc/>
    public bool TakesNumbers => takesNumbers;
}

/// <summary>Lists on the command line, whose items are separated by commas or spaces alike.</summary>
internal static partial class WordLists
{
    private static readonly char[] Separators = [',', ' ', '\t'];

    /// <summary>
    /// Parses the words. Numbers that follow a list of numbers belong to it. Where the words make no sense, those that
    /// follow another list do too, as in --start a=1 b=2, and one that follows an option that needs none does not
    /// belong to that: so no line that makes sense without this means anything else by it.
    /// </summary>
    public static ParseResult Parse(RootCommand root, string[] words)
    {
        ParseResult first = root.Parse(words);
        while (Join(words, first.CommandResult.Command, areNumbers: true) is { } joined)
        {
            words = joined;
            first = root.Parse(words);
        }

        ParseResult parsed = first;
        while (parsed.Errors.Count > 0 && Join(words, first.CommandResult.Command, areNumbers: false) is { } joined)
        {
            words = joined;
            parsed = root.Parse(words);
        }

        if (parsed.Errors.Count > 0 && WithLastOption(words, first.CommandResult.Command) is { } ordered)
        {
            parsed = root.Parse(ordered);
        }

        return parsed.Errors.Count > 0 ? first : parsed;
    }

    /// <summary>Returns the items of a list.</summary>
    public static string[] Items(string? list) =>
        list?.Split(Separators, StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Returns the items of a list, of which those that are known may have spaces in them.</summary>
    public static string[] Items(string list, IReadOnlyCollection<string> known) =>
        [.. Known(Items(list), known)];

    /// <summary>Returns the pairs of a list such as "a = 1, b = 0 .. 2", each without spaces.</summary>
    public static string[] Pairs(string list) =>
        Items(SpaceInPair().Replace(list, match => match.Value.Contains('=', StringComparison.Ordinal) ? "=" : ""));

    /// <summary>Returns the items of a list such as size=S|M,color=red|blue, where = begins the next one.</summary>
    public static IEnumerable<string> Assignments(string list) =>
        CommaBeforeAssignment().Split(list).Select(item => item.Trim()).Where(item => item.Length > 0);

    /// <summary>
    /// Returns the columns that a word names. A comma before a space belongs to a name, such as "mass, kg", and so
    /// does one after \.
    /// </summary>
    public static IEnumerable<string> Columns(string word) =>
        CommaBetweenColumns().Split(word).Where(name => name.Length > 0)
            .Select(name => name.Replace(@"\,", ",", StringComparison.Ordinal));

    /// <summary>Puts words together that are one name: the longest that is known, from the first on.</summary>
    private static IEnumerable<string> Known(string[] words, IReadOnlyCollection<string> known)
    {
        for (int from = 0, to; from < words.Length; from = to)
        {
            to = words.Length;
            while (to > from + 1 && !known.Contains(string.Join(' ', words[from..to])))
            {
                to--;
            }

            yield return string.Join(' ', words[from..to]);
        }
    }

    /// <summary>
    /// Returns the words with an option that may stand alone behind all others, such as --posterior before the data;
    /// null where there is none.
    /// </summary>
    private static string[]? WithLastOption(string[] words, Command command)
    {
        string[] names =
        [
            .. command.Options.Where(one => one.ValueType != typeof(bool) && one.Arity.MinimumNumberOfValues == 0
                && one.Arity.MaximumNumberOfValues == 1).Select(one => one.Name),
        ];
        int at = Array.FindIndex(words, names.Contains);
        return at < 0 ? null : [.. words[..at], .. words[(at + 1)..], words[at]];
    }

    /// <summary>
    /// Returns the words with one more in a list: that which follows it, or the list of the same option that does; null
    /// where no list has one to take.
    /// </summary>
    private static string[]? Join(string[] words, Command command, bool areNumbers)
    {
        string[] names =
        [
            .. command.Options.Where(option => option is IListOption list && list.TakesNumbers == areNumbers)
                .Select(option => option.Name),
        ];
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            if (names.FirstOrDefault(one => word == one || word.StartsWith(one + "=", StringComparison.Ordinal))
                is not { } name)
            {
                continue;
            }

            int list = word == name ? i + 1 : i;
            int next = list + 1 < words.Length && words[list + 1] == name ? list + 2 : list + 1;
            if (next < words.Length && (areNumbers
                ? list < words.Length && IsNumber(words[next]) : !words[next].StartsWith('-')))
            {
                string all = words[list].TrimEnd(',') + "," + words[next].TrimStart(',');
                return [.. words[..list], all, .. words[(next + 1)..]];
            }
        }

        return null;
    }

    private static bool IsNumber(string word) =>
        word.Trim(',').Split(',').All(part => double.TryParse(part, CultureInfo.InvariantCulture, out _));

    [GeneratedRegex(@",(?=[^,=|]+=)")]
    private static partial Regex CommaBeforeAssignment();

    [GeneratedRegex(@"\s*=\s*|\s+(?=\.\.)|(?<=\.\.)\s+(?=[-+.\d])")]
    private static partial Regex SpaceInPair();

    [GeneratedRegex(@"(?<!\\),(?!\s)")]
    private static partial Regex CommaBetweenColumns();
}
