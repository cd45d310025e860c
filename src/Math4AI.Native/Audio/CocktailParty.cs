using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.Audio;

/// <summary>
/// A synthetic cocktail party for examples and tests: a voice, a plucked string and a drum kit, ten seconds at 48 kHz,
/// recorded by three microphones. The same seed gives the same samples.
/// </summary>
public static class CocktailParty
{
    /// <summary>Gets the number of samples per second.</summary>
    public const int SampleRate = 48000;

    private const double Seconds = 10.0;
    private const double RootMeanSquare = 0.12;

    private static int Length => (int)(Seconds * SampleRate);

    /// <summary>Gets the mixing matrix A, three microphones × three sources.</summary>
    public static Matrix<double> Mixing => DenseMatrix.OfArray(new[,]
    {
        { 0.7, 0.2, 0.1 },
        { 0.1, 0.8, 0.2 },
        { 0.03, 0.1, 0.5 },
    });

    /// <summary>Creates the three sources, which have equal energy.</summary>
    /// <param name="seed">The seed of the random generator.</param>
    public static Recording Sources(int seed)
    {
        double[][] signals =
        [
            Voice(new MersenneTwister(seed, threadSafe: false)),
            PluckedString(new MersenneTwister(seed + 1_000_003, threadSafe: false)),
            Rhythm(new MersenneTwister(seed + 2_000_003, threadSafe: false)),
        ];
        return new Recording([.. signals.Select(Normalised)], SampleRate, ["voice", "plucked string", "rhythm"]);
    }

    /// <summary>Computes what the microphones record, Y = A X.</summary>
    /// <param name="sources">The sources X.</param>
    /// <param name="mixing">The mixing matrix A, microphones × sources.</param>
    /// <exception cref="ArgumentException">The matrix has another number of columns than there are sources.</exception>
    public static Recording Mix(Recording sources, Matrix<double> mixing)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(mixing);
        if (mixing.ColumnCount != sources.Channels)
        {
            throw new ArgumentException(
                $"The mixing matrix has {mixing.ColumnCount} columns for {sources.Channels} sources.", nameof(mixing));
        }

        float[][] heard = [.. Enumerable.Range(0, mixing.RowCount).Select(_ => new float[sources.Length])];
        for (int microphone = 0; microphone < heard.Length; microphone++)
        {
            for (int i = 0; i < sources.Length; i++)
            {
                double sum = 0.0;
                for (int source = 0; source < sources.Channels; source++)
                {
                    sum += mixing[microphone, source] * sources.Channel(source)[i];
                }

                heard[microphone][i] = (float)sum;
            }
        }

        return new Recording(heard, sources.SampleRate, [.. heard.Select((_, i) => $"microphone {i + 1}")]);
    }

    /// <summary>
    /// Syllables: pulses of the vocal folds, with vibrato and a falling pitch, through the resonances of a vowel; a
    /// little breath; pauses between words.
    /// </summary>
    private static double[] Voice(MersenneTwister random)
    {
        // First three formants in Hz of the vowels a, e, i, o, u (Peterson and Barney, 1952, men).
        double[][] vowels =
            [[730, 1090, 2440], [530, 1840, 2480], [270, 2290, 3010], [570, 840, 2410], [300, 870, 2240]];
        double[] voice = new double[Length];
        double pitch = 105.0 + 30.0 * random.NextDouble();
        double time = 0.1;
        while (time < Seconds - 0.2)
        {
            double duration = 0.12 + 0.22 * random.NextDouble();
            if (random.NextDouble() < 0.45)
            {
                // A consonant such as s or sh before the vowel.
                double hiss = 0.06 + 0.08 * random.NextDouble();
                AddHiss(voice, time, hiss, 3500.0 + 3000.0 * random.NextDouble(), random);
                time += 0.8 * hiss;
            }

            AddSyllable(
                voice, time, duration, pitch * (0.85 + 0.4 * random.NextDouble()), vowels[random.Next(5)], random);
            bool wordEnds = random.NextDouble() < 0.3;
            time += duration + (wordEnds ? 0.1 + 0.35 * random.NextDouble() : 0.03);
        }

        return voice;
    }

    private static void AddSyllable(
        double[] voice, double time, double duration, double pitch, double[] formants, MersenneTwister random)
    {
        int first = (int)(time * SampleRate);
        int count = (int)(duration * SampleRate);
        var resonators = formants.Select((frequency, i) => new Resonator(frequency, 70.0 + 40.0 * i)).ToArray();
        double loudness = 0.5 + 0.5 * random.NextDouble();
        double phase = 0.0;
        double previousFlow = 0.0;
        for (int i = 0; i < count && first + i < voice.Length; i++)
        {
            double t = (double)i / count;
            double vibrato = 1.0 + 0.012 * Math.Sin(2.0 * Math.PI * 5.3 * i / SampleRate);
            phase = (phase + pitch * vibrato * (1.05 - 0.15 * t) / SampleRate) % 1.0;
            // Air flows while the folds are open, and stops at once: the derivative of the flow is what sounds.
            double flow = GlottalFlow(phase);
            double excitation = flow - previousFlow + 0.002 * (random.NextDouble() - 0.5);
            previousFlow = flow;
            double envelope = Math.Sin(Math.PI * Math.Pow(t, 0.6));
            double sum = resonators.Sum(resonator => resonator.Next(100.0 * excitation));
            voice[first + i] += loudness * envelope * sum;
        }
    }

    /// <summary>
    /// The flow of air through the vocal folds over one period: a slow rise, a fast fall, closed for the rest
    /// (Rosenberg, 1971).
    /// </summary>
    private static double GlottalFlow(double phase) => phase switch
    {
        < 0.4 => 0.5 - 0.5 * Math.Cos(Math.PI * phase / 0.4),
        < 0.56 => Math.Cos(0.5 * Math.PI * (phase - 0.4) / 0.16),
        _ => 0.0,
    };

    private static void AddHiss(double[] voice, double time, double duration, double frequency, MersenneTwister random)
    {
        int first = (int)(time * SampleRate);
        int count = (int)(duration * SampleRate);
        var resonator = new Resonator(frequency, 1800.0);
        for (int i = 0; i < count && first + i < voice.Length; i++)
        {
            double envelope = Math.Sin(Math.PI * i / count);
            voice[first + i] += 0.6 * envelope * resonator.Next(random.NextDouble() - 0.5);
        }
    }

    /// <summary>
    /// Notes of a pentatonic scale, each a burst of noise that runs round a string (Karplus and Strong, 1983).
    /// </summary>
    private static double[] PluckedString(MersenneTwister random)
    {
        int[] scale = [0, 3, 5, 7, 10, 12, 15, 17];
        double[] sound = new double[Length];
        for (double time = 0.05; time < Seconds - 0.3; time += 0.18 + 0.09 * random.Next(4))
        {
            double frequency = 146.83 * Math.Pow(2.0, scale[random.Next(scale.Length)] / 12.0);
            AddPluck(sound, (int)(time * SampleRate), frequency, 0.5 + 0.5 * random.NextDouble(), random);
        }

        return sound;
    }

    private static void AddPluck(double[] sound, int first, double frequency, double loudness, MersenneTwister random)
    {
        double[] loop = new double[(int)(SampleRate / frequency)];
        for (int i = 0; i < loop.Length; i++)
        {
            loop[i] = loudness * (2.0 * random.NextDouble() - 1.0);
        }

        int most = Math.Min(sound.Length - first, 2 * SampleRate);
        for (int i = 0, position = 0; i < most; i++, position = (position + 1) % loop.Length)
        {
            int next = (position + 1) % loop.Length;
            double value = loop[position];
            loop[position] = 0.998 * 0.5 * (value + loop[next]);
            sound[first + i] += value;
        }
    }

    /// <summary>
    /// A drum kit: bass drum on the beat, snare after it, a hi-hat between, none of them quite on time.
    /// </summary>
    private static double[] Rhythm(MersenneTwister random)
    {
        double[] sound = new double[Length];
        double beat = 60.0 / (104.0 + 24.0 * random.NextDouble());
        int steps = (int)(Seconds / (beat / 4.0));
        for (int step = 0; step < steps; step++)
        {
            double time = step * beat / 4.0 + 0.004 * random.NextDouble();
            int first = (int)(time * SampleRate);
            if (step % 8 == 0 || (step % 8 == 5 && random.NextDouble() < 0.5))
            {
                AddBassDrum(sound, first);
            }

            if (step % 8 == 4)
            {
                AddNoise(sound, first, 0.16, 0.9, 0.3, random);
            }

            if (step % 2 == 0 || random.NextDouble() < 0.3)
            {
                AddNoise(sound, first, 0.045, 0.35 * (0.6 + 0.4 * random.NextDouble()), 0.95, random);
            }
        }

        return sound;
    }

    private static void AddBassDrum(double[] sound, int first)
    {
        int count = Math.Min(SampleRate / 3, sound.Length - first);
        double phase = 0.0;
        for (int i = 0; i < count; i++)
        {
            double t = (double)i / SampleRate;
            phase += (48.0 + 110.0 * Math.Exp(-t * 35.0)) / SampleRate;
            sound[first + i] += 1.1 * Math.Exp(-t * 13.0) * Math.Sin(2.0 * Math.PI * phase);
        }
    }

    /// <summary>
    /// A burst of noise that dies away; <paramref name="brightness"/> near 1 keeps only its high frequencies.
    /// </summary>
    private static void AddNoise(
        double[] sound, int first, double seconds, double loudness, double brightness, MersenneTwister random)
    {
        int count = Math.Min((int)(4.0 * seconds * SampleRate), sound.Length - first);
        double before = 0.0;
        for (int i = 0; i < count; i++)
        {
            double noise = 2.0 * random.NextDouble() - 1.0;
            sound[first + i] += loudness * Math.Exp(-i / (seconds * SampleRate)) * (noise - brightness * before);
            before = noise;
        }
    }

    private static float[] Normalised(double[] signal)
    {
        double gain = RootMeanSquare / Math.Sqrt(signal.Sum(x => x * x) / signal.Length);
        return [.. signal.Select(x => (float)(gain * x))];
    }

    /// <summary>A two-pole resonance.</summary>
    private sealed class Resonator
    {
        private readonly double gain;
        private readonly double first;
        private readonly double second;
        private double before;
        private double beforeThat;

        public Resonator(double frequency, double bandwidth)
        {
            double radius = Math.Exp(-Math.PI * bandwidth / SampleRate);
            // All resonances equally strong, whatever their frequency.
            gain = (1.0 - radius) * 2.0 * Math.Sin(2.0 * Math.PI * frequency / SampleRate);
            first = 2.0 * radius * Math.Cos(2.0 * Math.PI * frequency / SampleRate);
            second = -radius * radius;
        }

        public double Next(double input)
        {
            double output = gain * input + first * before + second * beforeThat;
            (beforeThat, before) = (before, output);
            return output;
        }
    }
}
