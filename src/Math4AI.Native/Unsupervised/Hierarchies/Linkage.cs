namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>Names how far two groups of samples are from one another.</summary>
public enum Linkage
{
    /// <summary>
    /// How much Σ‖x − mean‖² grows if the two become one: √(2 a b / (a + b)) times the distance of their means, with a
    /// and b samples. Compact groups of like size.
    /// </summary>
    Ward,

    /// <summary>
    /// The distance of the two nearest samples. Groups of any form; a few samples between two join them.
    /// </summary>
    Single,

    /// <summary>The distance of the two farthest samples. Groups of like diameter.</summary>
    Complete,

    /// <summary>The mean distance of their samples.</summary>
    Average,
}
