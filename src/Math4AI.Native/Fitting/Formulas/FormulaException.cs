namespace Math4AI.Fitting.Formulas;

/// <summary>A formula that cannot be read; the message shows the character at which it fails.</summary>
public sealed class FormulaException : FormatException
{
    /// <summary>
    /// Initializes the exception with the problem, the formula and the position of the character at which it fails.
    /// </summary>
    /// <param name="problem">What is wrong, and what would be right.</param>
    /// <param name="formula">The whole formula.</param>
    /// <param name="position">The character, from 0.</param>
    public FormulaException(string problem, string formula, int position)
        : base($"{problem} At character {position + 1} of: {formula}") => Position = position;

    /// <summary>Gets the position of the character that cannot be read, from 0.</summary>
    public int Position { get; }
}
