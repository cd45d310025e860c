namespace Math4AI.Cli.Fitting;

/// <summary>Options that define names by expressions, such as "x = 0.1; z = 2*sz".</summary>
internal static class Definitions
{
    /// <summary>Returns the expression of each name; empty for null.</summary>
    /// <exception cref="UsageException">A part is no definition, or a name is defined twice.</exception>
    public static Dictionary<string, string> Read(string option, string? text)
    {
        var definitions = new Dictionary<string, string>();
        foreach (string part
            in text?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            string[] sides = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (sides.Length != 2 || sides.Any(side => side.Length == 0) || !definitions.TryAdd(sides[0], sides[1]))
            {
                throw new UsageException(
                    $"{option} takes \"name = expression; …\", each name once; '{part}' is not such a part.");
            }
        }

        return definitions;
    }
}
