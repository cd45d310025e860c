using System.Globalization;

namespace Math4AI.Features;

/// <summary>
/// What stands behind the name of a feature map in a formula, such as 9, 8 and l1 in <c>hog:9:8:l1</c>.
/// </summary>
public sealed class FeatureArguments
{
    private readonly string[] texts;
    private int used;

    internal FeatureArguments(string[] texts) => this.texts = texts;

    /// <summary>Gets the number of arguments.</summary>
    public int Count => texts.Length;

    /// <summary>Returns the text of an argument.</summary>
    /// <param name="place">Its place, from 0.</param>
    /// <param name="usual">What it is where it is not given.</param>
    public string Text(int place, string usual)
    {
        used = Math.Max(used, place + 1);
        return place < texts.Length && texts[place].Length > 0 ? texts[place] : usual;
    }

    /// <summary>Returns an argument that is a whole number from 1 on.</summary>
    /// <param name="place">Its place, from 0.</param>
    /// <param name="usual">What it is where it is not given.</param>
    /// <exception cref="FormatException">It is no such number.</exception>
    public int WholeNumber(int place, int usual) =>
        int.TryParse(Text(place, usual.ToString(CultureInfo.InvariantCulture)), NumberStyles.None,
            CultureInfo.InvariantCulture, out int value)
            && value >= 1
            ? value
            : throw new FormatException($"'{texts[place]}' is no whole number from 1 on.");

    /// <summary>Returns an argument that is a positive number; null where it is not given.</summary>
    /// <param name="place">Its place, from 0.</param>
    /// <exception cref="FormatException">It is no such number.</exception>
    public double? Positive(int place) => Text(place, string.Empty) is not { Length: > 0 } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0.0
            && double.IsFinite(value) ? value
        : throw new FormatException($"'{text}' is no positive number.");

    internal string Behind(string name) => string.Join(':', [name, .. texts]);

    internal void RequireAllUsed(string name)
    {
        if (used < texts.Length)
        {
            throw new FormatException(
                $"The features '{name}' take at most {used} arguments, and {texts.Length} were given.");
        }
    }
}
