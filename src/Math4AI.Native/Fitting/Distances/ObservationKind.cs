namespace Math4AI.Fitting.Distances;

/// <summary>
/// Specifies what a distance takes observations for. A likelihood of counts or classes is a probability, and one of
/// numbers a density, which changes with the unit of y: the two cannot be compared.
/// </summary>
public enum ObservationKind
{
    /// <summary>Numbers: a likelihood is a density.</summary>
    Number,

    /// <summary>Counts: a likelihood is a probability, and new observations are whole numbers.</summary>
    Count,

    /// <summary>Classes, or shares of two of them: a likelihood is a probability.</summary>
    Class,
}
