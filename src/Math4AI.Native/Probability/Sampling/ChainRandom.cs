namespace Math4AI.Probability.Sampling;

/// <summary>
/// Random numbers whose whole state is one number, so that a chain goes on bit for bit where it was left. Source:
/// G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA (2014).
/// </summary>
internal sealed class ChainRandom(ulong state)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>The generator of a chain.</summary>
    public ChainRandom(int seed, int chain)
        : this(Mix(Mix(unchecked((ulong)seed + Increment)) + unchecked((ulong)chain)))
    {
    }

    /// <summary>What the next number follows from.</summary>
    public ulong State { get; set; } = state;

    /// <summary>A number from 0 to 1, without 1.</summary>
    public double NextDouble()
    {
        State = unchecked(State + Increment);
        return (Mix(State) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>A standard normal number, by Marsaglia's polar method.</summary>
    public double NextNormal()
    {
        while (true)
        {
            double x = 2.0 * NextDouble() - 1.0, y = 2.0 * NextDouble() - 1.0, square = x * x + y * y;
            if (square is > 0.0 and < 1.0)
            {
                return x * Math.Sqrt(-2.0 * Math.Log(square) / square);
            }
        }
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
