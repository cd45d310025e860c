namespace Math4AI.Data.Images;

/// <summary>The size, colors and classes of the images of a model.</summary>
/// <param name="Channels">1 for grey, 3 for colors.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Classes">The classes, in the order of the outputs.</param>
/// <param name="Largest">The value in a table that is 1 in an image.</param>
public sealed record ImageShape(int Channels, int Height, int Width, IReadOnlyList<string> Classes, double Largest);
