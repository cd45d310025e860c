namespace Math4AI.Reporting.Charts;

/// <summary>
/// Colors from dark to bright whose steps look alike: maps of matplotlib (N. Smith, S. van der Walt and E. Firing,
/// 2015), which are in the public domain (CC0).
/// </summary>
internal sealed class ColorMap
{
    // Every 17th of 256 colors; those between are at most 7/255 from the straight line.
    private const int Step = 17;

    private readonly byte[] levels;

    private ColorMap(params int[] colors)
    {
        levels = new byte[3 * (Step * (colors.Length - 1) + 1)];
        for (int level = 0; level < levels.Length / 3; level++)
        {
            int from = colors[level / Step], to = colors[Math.Min(level / Step + 1, colors.Length - 1)];
            for (int part = 0; part < 3; part++)
            {
                int shift = 16 - 8 * part, a = (from >> shift) & 255, b = (to >> shift) & 255;
                levels[3 * level + part] = (byte)(a + ((b - a) * (level % Step) + Step / 2) / Step);
            }
        }
    }

    /// <summary>Gets the map from violet over green to yellow.</summary>
    public static ColorMap Viridis { get; } = new(
        0x440154, 0x481A6C, 0x472F7D, 0x414487, 0x39568C, 0x31688E, 0x2A788E, 0x23888E,
        0x1F988B, 0x22A884, 0x35B779, 0x54C568, 0x7AD151, 0xA5DB36, 0xD2E21B, 0xFDE725);

    /// <summary>Gets the map from black over red to a light yellow.</summary>
    public static ColorMap Inferno { get; } = new(
        0x000004, 0x0C0826, 0x240C4F, 0x420A68, 0x5D126E, 0x781C6D, 0x932667, 0xAE305C,
        0xC73E4C, 0xDD513A, 0xED6925, 0xF8850F, 0xFCA50A, 0xFAC62D, 0xF2E661, 0xFCFFA4);

    /// <summary>Gets the red, green and blue of a level.</summary>
    /// <param name="level">From 0, the darkest, to 255.</param>
    public ReadOnlySpan<byte> this[int level] => levels.AsSpan(3 * level, 3);
}
