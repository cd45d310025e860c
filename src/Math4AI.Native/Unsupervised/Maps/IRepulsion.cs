namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// The forces that push all points of a map apart: Σⱼ q²(yᵢ − yⱼ) with q = 1 / (1 + ‖yᵢ − yⱼ‖²), over every pair.
/// </summary>
internal interface IRepulsion
{
    /// <summary>Computes the forces.</summary>
    /// <param name="positions">The points, x after x and then y after y.</param>
    /// <param name="forces">Takes the forces, in the same layout.</param>
    /// <returns>Z, the sum of all q of different points.</returns>
    double Push(ReadOnlySpan<float> positions, float[] forces);
}
