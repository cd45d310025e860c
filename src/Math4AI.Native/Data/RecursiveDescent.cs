namespace Math4AI.Data;

/// <summary>
/// The base of parsers by recursive descent: the text, the next position, and how white space is skipped.
/// </summary>
internal abstract class RecursiveDescent(string text)
{
    protected string Text { get; } = text;

    protected int At { get; set; }

    /// <summary>Skips the character if it is the next one; returns whether it was.</summary>
    protected bool Take(char wanted)
    {
        bool isThere = Next() == wanted;
        At += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>Returns the next character that is not white space; a null character at the end.</summary>
    protected char Next()
    {
        while (At < Text.Length && char.IsWhiteSpace(Text[At]))
        {
            At++;
        }

        return At < Text.Length ? Text[At] : '\0';
    }
}
