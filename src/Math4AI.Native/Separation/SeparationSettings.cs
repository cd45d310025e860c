namespace Math4AI.Separation;

/// <summary>Checks of settings that several methods share.</summary>
internal static class SeparationSettings
{
    /// <summary>Throws if a tolerance is not positive.</summary>
    public static void RequireTolerance(double tolerance)
    {
        if (!(tolerance > 0.0))
        {
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "The tolerance must be positive.");
        }
    }
}
