namespace Math4AI.Audio.Rooms;

/// <summary>
/// Adds pulses at any time, also between samples, to a response: a sinc function in a Hann window of 64 samples, which
/// passes frequencies up to 0.9 of half the sample rate within 0.2 dB.
/// </summary>
internal static class FractionalDelay
{
    /// <summary>The samples that a pulse reaches to either side.</summary>
    public const int Reach = 32;

    private static readonly double[] Cosines = Table(Math.Cos);
    private static readonly double[] Sines = Table(Math.Sin);

    /// <summary>Adds a pulse.</summary>
    /// <param name="response">The samples; a part of the pulse that lies outside is lost.</param>
    /// <param name="time">When it is, in samples.</param>
    /// <param name="amplitude">Its height.</param>
    public static void Add(Span<double> response, double time, double amplitude)
    {
        int nearest = (int)Math.Round(time);
        double part = time - nearest;
        if (part == 0.0)
        {
            AddAt(response, nearest, amplitude);
            return;
        }

        // sin π(k − p) = −(−1)^k sin πp, and the window's cosine by the addition theorem.
        double sine = Math.Sin(Math.PI * part) / Math.PI;
        (double windowSine, double windowCosine) = Math.SinCos(Math.PI * part / Reach);
        for (int k = -Reach; k <= Reach; k++)
        {
            double window = 0.5 + 0.5 * (Cosines[k + Reach] * windowCosine + Sines[k + Reach] * windowSine);
            double sinc = ((k & 1) == 0 ? -sine : sine) / (k - part);
            AddAt(response, nearest + k, amplitude * window * sinc);
        }
    }

    private static void AddAt(Span<double> response, int at, double value)
    {
        if ((uint)at < (uint)response.Length)
        {
            response[at] += value;
        }
    }

    private static double[] Table(Func<double, double> function) =>
        [.. Enumerable.Range(-Reach, 2 * Reach + 1).Select(k => function(Math.PI * k / Reach))];
}
