namespace Math4AI.Audio.Rooms;

/// <summary>A point in space, or the vector to it, in meters.</summary>
/// <param name="X">The distance along the first axis.</param>
/// <param name="Y">The distance along the second.</param>
/// <param name="Z">The distance along the third, upwards.</param>
public readonly record struct Position(double X, double Y, double Z)
{
    /// <summary>Gets the distance from the origin.</summary>
    public double Length => Math.Sqrt(X * X + Y * Y + Z * Z);

    /// <summary>Returns the sum of two vectors.</summary>
    public static Position operator +(Position a, Position b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    /// <summary>Returns the vector from b to a.</summary>
    public static Position operator -(Position a, Position b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    /// <summary>Returns a multiple of a vector.</summary>
    public static Position operator *(double factor, Position a) => new(factor * a.X, factor * a.Y, factor * a.Z);
}
