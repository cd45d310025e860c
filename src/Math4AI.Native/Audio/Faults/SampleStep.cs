using System.Globalization;

namespace Math4AI.Audio.Faults;

/// <summary>
/// The step to whose multiples samples are rounded, 2⁻ᵏ, found from the samples themselves: a file of 16 bits may hold
/// what was recorded with 8, and one of float32 what was recorded with 16.
/// </summary>
internal static class SampleStep
{
    private const int MaxSamples = 1 << 20;
    private const int Finest = -15;
    private const int Coarsest = -4;
    private const double MaxShare = 1e-3;

    /// <summary>Returns the step of the first samples; 0 if it is finer than that of 16 bits.</summary>
    public static double Of(IAudioSource sound)
    {
        int count = (int)Math.Min(sound.Length, Math.Max(1, MaxSamples / sound.Channels));
        Recording beginning = sound.Excerpt(0, count);
        int lowest = int.MaxValue;
        for (int channel = 0; channel < beginning.Channels; channel++)
        {
            foreach (float sample in beginning.Channel(channel))
            {
                lowest = sample == 0.0f ? lowest : Math.Min(lowest, LowestBit(sample));
                if (lowest < Finest)
                {
                    return 0.0;
                }
            }
        }

        return lowest > Coarsest ? 0.0 : Math.ScaleB(1.0, lowest);
    }

    /// <summary>Says in which channels the rounding, of variance q²/12 for steps of q, is heard.</summary>
    public static IEnumerable<string> Notes(double[] levels, double step)
    {
        double variance = step * step / 12.0;
        int[] coarse =
        [
            .. Enumerable.Range(0, levels.Length)
                .Where(c => levels[c] > 0.0 && variance > MaxShare * levels[c] * levels[c]),
        ];
        if (coarse.Length == 0)
        {
            yield break;
        }

        int worst = coarse.MinBy(c => levels[c]);
        double decibels = -10.0 * Math.Log10(variance / (levels[worst] * levels[worst]));
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"The samples of channel{(coarse.Length > 1 ? "s" : string.Empty)} "
            + $"{string.Join(", ", coarse.Select(c => c + 1))} are multiples of 1/{1.0 / step:0} of full scale, and so "
            + $"soft that this rounding is noise only {Math.Max(0.0, decibels):0} dB below the sound: record louder, "
            + $"or with more bits.");
    }

    /// <summary>The exponent of the lowest bit of a number that is set.</summary>
    private static int LowestBit(float sample)
    {
        int bits = BitConverter.SingleToInt32Bits(sample);
        int exponent = (bits >> 23) & 0xff, mantissa = bits & 0x7fffff;
        return exponent == 0
            ? -149
            : exponent - 150 + System.Numerics.BitOperations.TrailingZeroCount(mantissa | 0x800000);
    }
}
