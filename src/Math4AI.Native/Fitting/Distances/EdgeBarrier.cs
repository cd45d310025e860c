namespace Math4AI.Fitting.Distances;

/// <summary>
/// A logarithmic barrier −ε log g before an edge, with the gap g to it. Closer than a thousandth of ε, and beyond the
/// edge, a parabola continues it, so that a search may begin there.
/// </summary>
internal static class EdgeBarrier
{
    private const double Nearest = 1e-3;

    /// <summary>Adds a barrier to a distance.</summary>
    /// <param name="distance">d.</param>
    /// <param name="gap">g.</param>
    /// <param name="direction">∂g/∂f, 1 or −1.</param>
    /// <param name="size">ε.</param>
    public static Expansion Add(Expansion distance, double gap, double direction, double size)
    {
        double nearest = Nearest * size, at = Math.Max(gap, nearest), beyond = gap - at;
        double slope = -size / at, curvature = size / (at * at);
        double value = -size * Math.Log(at) + (slope + 0.5 * curvature * beyond) * beyond;

        // Where the barrier alone bends, the curvature of a count ε: the step to its minimum is then exact.
        double bend = beyond < 0.0 ? curvature : 1.0 / at;
        return new Expansion(
            distance.Value + value,
            distance.Slope + direction * (slope + curvature * beyond),
            distance.Curvature + bend);
    }
}
