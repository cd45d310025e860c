using Math4AI.Data;
using Math4AI.Features.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features;

/// <summary>
/// Reads a feature map from its formula: chain = side (then side)*, side = part (, part)*, part = (name (:argument)* |
/// (chain)) [[columns]].
/// </summary>
internal sealed class FeatureParser(string text) : RecursiveDescent(text)
{
    public const string Then = "then";

    private const int MaxDepth = 100;

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
            while (At < Text.Length && Text[At] == ':')
            {
                At++;
                arguments.Add(Argument());
            }

            map = names.Make(name, new FeatureArguments([.. arguments]));
        }

        return Take('[')
            ? map is FeatureMap<Matrix<double>> ofTable
                && new ColumnFeatures(ofTable, Columns()) is FeatureMap<TData> of
                ? of
                : throw new FormatException($"'{Text}': columns are those of a table, and images and texts have none.")
            : map;
    }

    private string Name()
    {
        char first = Next();
        int start = At;
        while (At < Text.Length && (char.IsAsciiLetterOrDigit(Text[At]) || Text[At] == '-'))
        {
            At++;
        }

        return char.IsAsciiLetter(first) ? Text[start..At] : throw Unexpected("a name");
    }

    /// <summary>
    /// What stands up to the next colon, comma, bracket or white space outside of brackets of its own.
    /// </summary>
    private string Argument()
    {
        int start = At, open = 0;
        for (; At < Text.Length; At++)
        {
            char letter = Text[At];
            if (open == 0 && (letter is ':' or ',' or ')' or '[' || char.IsWhiteSpace(letter)))
            {
                break;
            }

            open += letter == '(' ? 1 : letter == ')' ? -1 : 0;
        }

        return Text[start..At];
    }

    private List<int> Columns()
    {
        var columns = new List<int>();
        do
        {
            _ = Next();
            int start = At;
            while (At < Text.Length && char.IsAsciiDigit(Text[At]))
            {
                At++;
            }

            columns.Add(int.TryParse(Text.AsSpan(start, At - start), out int column)
                ? column
                : throw Unexpected("the number of a column, from 0"));
        }
        while (Take(','));

        return Take(']') ? columns : throw Unexpected("']'");
    }

    private bool TakeThen()
    {
        _ = Next();
        bool isThere = Text.AsSpan(At).StartsWith(Then, StringComparison.Ordinal)
            && (At + Then.Length == Text.Length || !char.IsAsciiLetterOrDigit(Text[At + Then.Length]));
        At += isThere ? Then.Length : 0;
        return isThere;
    }

    private FormatException Unexpected(string wanted) => new(
        $"The features '{Text}' have {(At < Text.Length ? $"'{Text[At]}'" : "their end")} at place {At + 1}, where "
        + $"{wanted} is needed.");
}
