using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>
/// Rotations for positions: at position p, elements i and i + d/2 of a head turn by p / base^(2i/d). Source: J. Su et
/// al., arXiv:2104.09864; the order of the elements is that of Llama's folders.
/// </summary>
internal static class Rotations
{
    /// <summary>The usual base.</summary>
    public const double Base = 10000.0;

    /// <summary>Returns the angle that each pair of elements of a head turns by from position to position.</summary>
    /// <param name="headWidth">d, even.</param>
    /// <param name="wavelengths">The base.</param>
    public static double[] Speeds(int headWidth, double wavelengths) =>
        [.. Enumerable.Range(0, headWidth / 2).Select(i => Math.Pow(wavelengths, -2.0 * i / headWidth))];

    /// <summary>Returns the cosines and sines, positions × d/2, row by row.</summary>
    public static (float[] Cosines, float[] Sines) Table(int positions, int headWidth)
    {
        double[] speeds = Speeds(headWidth, Base);
        double[] angles = [.. Enumerable.Range(0, positions).SelectMany(p => speeds.Select(speed => p * speed))];
        return (
            [.. angles.Select(angle => (float)Math.Cos(angle))], [.. angles.Select(angle => (float)Math.Sin(angle))]);
    }

    /// <summary>Returns rotated heads.</summary>
    /// <param name="heads">… × length × d.</param>
    /// <param name="cosines">length × d/2.</param>
    /// <param name="sines">length × d/2.</param>
    public static Tensor Rotate(Tensor heads, Tensor cosines, Tensor sines)
    {
        Tensor[] halves = heads.chunk(2, -1);
        return cat([halves[0] * cosines - halves[1] * sines, halves[1] * cosines + halves[0] * sines], -1);
    }
}
