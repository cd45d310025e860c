using Math4AI.Features.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features;

/// <summary>
/// Reads a feature map from its formula: chain = side (then side)*, side = part (, part)*, part = (name (:argument)* |
/// (chain)) [[columns]].
/// </summary>
internal sealed class FeatureParser(string text)
{
    public const string Then = "then";

    private const int MaxDepth = 100;

    private int at;
    private int depth;

    public FeatureMap<TData> Parse<TData>(FeatureNames<TData> names)
    {
        FeatureMap<TData> map = Chain(names);
        return Next() == '\0' ? map : throw Unexpected("',', 'then' or the end");
    }

    private FeatureMap<TData> Chain<TData>(FeatureNames<TData> names)
    {
        if (++depth > MaxDepth)
        {
            throw new FormatException($"The formula has more than {MaxDepth} brackets in each other.");
        }

        FeatureMap<TData> chain = Side(names);
        while (TakeThen())
        {
            chain = chain.Then(Side(FeatureMap.Names));
        }

        depth--;
        return chain;
    }

    private FeatureMap<TData> Side<TData>(FeatureNames<TData> names)
    {
        var parts = new List<FeatureMap<TData>> { Part(names) };
        while (Take(','))
        {
            parts.Add(Part(names));
        }

        return parts.Count == 1 ? parts[0] : new FeatureJoin<TData>(parts);
    }

    private FeatureMap<TData> Part<TData>(FeatureNames<TData> names)
    {
        FeatureMap<TData> map;
        if (Take('('))
        {
            map = Chain(names);
            if (!Take(')'))
            {
                throw Unexpected("')'");
            }
        }
        else
        {
            string name = Name();
            var arguments = new List<string>();
            while (at < text.Length && text[at] == ':')
            {
                at++;
                arguments.Add(Argument());
            }

            map = names.Make(name, new FeatureArguments([.. arguments]));
        }

        return Take('[')
            ? map is FeatureMap<Matrix<double>> ofTable
                && new ColumnFeatures(ofTable, Columns()) is FeatureMap<TData> of
                ? of
                : throw new FormatException($"'{text}': columns are those of a table, and images and texts have none.")
            : map;
    }

    private string Name()
    {
        char first = Next();
        int start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '-'))
        {
            at++;
        }

        return char.IsAsciiLetter(first) ? text[start..at] : throw Unexpected("a name");
    }

    /// <summary>
    /// What stands up to the next colon, comma, bracket or white space outside of brackets of its own.
    /// </summary>
    private string Argument()
    {
        int start = at, open = 0;
        for (; at < text.Length; at++)
        {
            char letter = text[at];
            if (open == 0 && (letter is ':' or ',' or ')' or '[' || char.IsWhiteSpace(letter)))
            {
                break;
            }

            open += letter == '(' ? 1 : letter == ')' ? -1 : 0;
        }

        return text[start..at];
    }

    private List<int> Columns()
    {
        var columns = new List<int>();
        do
        {
            _ = Next();
            int start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            columns.Add(int.TryParse(text.AsSpan(start, at - start), out int column)
                ? column
                : throw Unexpected("the number of a column, from 0"));
        }
        while (Take(','));

        return Take(']') ? columns : throw Unexpected("']'");
    }

    private bool TakeThen()
    {
        _ = Next();
        bool isThere = text.AsSpan(at).StartsWith(Then, StringComparison.Ordinal)
            && (at + Then.Length == text.Length || !char.IsAsciiLetterOrDigit(text[at + Then.Length]));
        at += isThere ? Then.Length : 0;
        return isThere;
    }

    private bool Take(char wanted)
    {
        bool isThere = Next() == wanted;
        at += isThere ? 1 : 0;
        return isThere;
    }

    private char Next()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at < text.Length ? text[at] : '\0';
    }

    private FormatException Unexpected(string wanted) => new(
        $"The features '{text}' have {(at < text.Length ? $"'{text[at]}'" : "their end")} at place {at + 1}, where "
        + $"{wanted} is needed.");
}
