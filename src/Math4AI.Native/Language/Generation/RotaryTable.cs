using Math4AI.Training.Networks;

namespace Math4AI.Language.Generation;

/// <summary>
/// Rotations that tell attention how far apart symbols are: at position p, elements i and i + d/2 of a head turn by
/// p / base^(2i/d). Source: J. Su et al., arXiv:2104.09864; the order of the elements is that of Llama's folders.
/// </summary>
internal sealed unsafe class RotaryTable
{
    private readonly int half;
    private readonly double[] speeds;
    private (float Cosine, float Sine)[] turns = [];

    /// <summary>Prepares the rotations, which are calculated as far as positions are asked for.</summary>
    /// <param name="headWidth">d, even.</param>
    /// <param name="wavelengths">The base.</param>
    /// <param name="scaling">How they are slowed down; null for not.</param>
    public RotaryTable(int headWidth, double wavelengths, RotaryScaling? scaling = null)
    {
        half = headWidth / 2;
        speeds = Speeds(headWidth, wavelengths, scaling);
    }

    /// <summary>Returns the angle that each pair of elements turns by from position to position.</summary>
    public static double[] Speeds(int headWidth, double wavelengths, RotaryScaling? scaling) =>
    [
        .. Rotations.Speeds(headWidth, wavelengths).Select(speed => scaling?.Scaled(speed) ?? speed),
    ];

    /// <summary>Rotates heads that follow each other.</summary>
    /// <param name="heads">The numbers of the heads.</param>
    /// <param name="count">How many heads there are.</param>
    /// <param name="place">The position.</param>
    public void Rotate(float* heads, int count, int place)
    {
        if (turns.Length < (place + 1) * half)
        {
            Grow(Math.Max(2 * turns.Length / half, place + 1));
        }

        ReadOnlySpan<(float Cosine, float Sine)> turn = turns.AsSpan(place * half, half);
        for (int head = 0; head < count; head++, heads += 2 * half)
        {
            for (int i = 0; i < half; i++)
            {
                (float a, float b) = (heads[i], heads[i + half]);
                heads[i] = a * turn[i].Cosine - b * turn[i].Sine;
                heads[i + half] = b * turn[i].Cosine + a * turn[i].Sine;
            }
        }
    }

    private void Grow(int positions)
    {
        int first = turns.Length;
        Array.Resize(ref turns, checked(positions * half));
        for (int i = first; i < turns.Length; i++)
        {
            double angle = i / half * speeds[i % half];
            turns[i] = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }
    }
}

/// <summary>
/// Slows rotations down, so that positions beyond those learned from look like those within. Sources: S. Chen et al.,
/// arXiv:2306.15595 (all by one factor); A. Dubey et al., "The Llama 3 herd of models" (2024), with the published code
/// of its frequencies (those that turn less than low times within the context learned from by the factor, those that
/// turn more than high times not, and evenly between).
/// </summary>
/// <param name="Factor">The factor.</param>
/// <param name="Low">The turns up to which the factor is whole; 0 with high for all.</param>
/// <param name="High">The turns from which there is none.</param>
/// <param name="Context">The context learned from.</param>
internal sealed record RotaryScaling(double Factor, double Low = 0.0, double High = 0.0, int Context = 0)
{
    /// <summary>Returns an angle from position to position, slowed down.</summary>
    public double Scaled(double speed)
    {
        if (High == 0.0)
        {
            return speed / Factor;
        }

        double turns = Context * speed / (2.0 * Math.PI), kept = Math.Clamp((turns - Low) / (High - Low), 0.0, 1.0);
        return (1.0 - kept) * speed / Factor + kept * speed;
    }
}
