namespace Math4AI.Language.Generation;

/// <summary>
/// Ends a text before the first of some strings. What may be the beginning of one is held back until it is known.
/// </summary>
/// <param name="stops">The strings.</param>
internal sealed class StopText(IReadOnlyList<string> stops)
{
    private string held = string.Empty;

    /// <summary>Gets whether one of the strings has come.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Adds a piece of the text and returns what can be handed on.</summary>
    public string Add(string piece)
    {
        string text = held + piece;
        int[] found = [.. stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0)];
        if (found.Length > 0)
        {
            (IsDone, held) = (true, string.Empty);
            return text[..found.Min()];
        }

        int kept = stops.Select(stop => Begun(text, stop)).DefaultIfEmpty(0).Max();
        held = text[^kept..];
        return text[..^kept];
    }

    /// <summary>Returns what was held back, at the end of the text.</summary>
    public string Rest() => held;

    /// <summary>The length of the longest end of a text that begins a string without being all of it.</summary>
    private static int Begun(string text, string stop)
    {
        int length = Math.Min(text.Length, stop.Length - 1);
        while (!text.EndsWith(stop[..length], StringComparison.Ordinal))
        {
            length--;
        }

        return length;
    }
}
