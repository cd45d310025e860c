namespace Math4AI.Data;

/// <summary>
/// What parsers by recursive descent share: the text, the place that is read next, and white space that is skipped.
/// </summary>
internal abstract class RecursiveDescent(string text)
{
    protected string Text { get; } = text;

    protected int At { get; set; }

    /// <summary>Passes over the character if it is the next one.</summary>
    protected bool Take(char wanted)
    {
        bool isThere = Next() == wanted;
        At += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>The next character that is no white space; a null character at the end.</summary>
    protected char Next()
    {
        while (At < Text.Length && char.IsWhiteSpace(Text[At]))
        {
            At++;
        }

        return At < Text.Length ? Text[At] : '\0';
    }
}
