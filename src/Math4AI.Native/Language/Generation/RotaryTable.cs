namespace Math4AI.Language.Generation;

/// <summary>
/// Rotations that tell attention how far apart symbols are: at position p, elements i and i + d/2 of a head turn by
/// p / base^(2i/d). Source: J. Su et al., arXiv:2104.09864; the order of the elements is that of Llama's folders.
/// </summary>
internal sealed unsafe class RotaryTable
{
    private readonly int half;
    private readonly double wavelengths;
    private (float Cosine, float Sine)[] turns = [];

    /// <summary>Prepares the rotations, which are calculated as far as positions are asked for.</summary>
    /// <param name="headWidth">d, even.</param>
    /// <param name="wavelengths">The base.</param>
    public RotaryTable(int headWidth, double wavelengths) =>
        (half, this.wavelengths) = (headWidth / 2, wavelengths);

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
            int place = i / half;
            double angle = place * Math.Pow(wavelengths, -(i % half) / (double)half);
            turns[i] = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }
    }
}
