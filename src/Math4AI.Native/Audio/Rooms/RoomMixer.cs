using System.Numerics;
using Math4AI.Runtime;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.Random;

namespace Math4AI.Audio.Rooms;

/// <summary>Plays sources in a room and records them.</summary>
internal sealed class RoomMixer(ShoeboxRoom room, IReadOnlyList<Position> microphones)
{
    private const double StepMeters = 0.02;
    private const double LargestPeak = 0.9;
    private const int Directions = 64;

    public RoomMixture Mix(IReadOnlyList<RoomSource> sources, RoomNoise noise, int seed)
    {
        int rate = sources[0].Signal.SampleRate, length = sources.Min(source => source.Signal.Length);
        double[][][] images = [.. sources.Select(source => Image(source, length, rate))];
        double[][] mixture = [.. microphones.Select((_, m) => Sum(images.Select(image => image[m]), length))];
        AddNoise(mixture, rate, noise, seed);

        // One factor for all, so that the images still add up.
        double peak = mixture.Max(channel => channel.Max(Math.Abs));
        double scale = peak > 0.0 ? LargestPeak / peak : 1.0;
        Recording ToRecording(double[][] channels) =>
            new([.. channels.Select(channel => Array.ConvertAll(channel, x => (float)(scale * x)))], rate);
        return new RoomMixture(ToRecording(mixture), [.. images.Select(ToRecording)]);
    }

    private static double[] Sum(IEnumerable<double[]> signals, int length)
    {
        double[] sum = new double[length];
        foreach (double[] signal in signals)
        {
            for (int t = 0; t < length; t++)
            {
                sum[t] += signal[t];
            }
        }

        return sum;
    }

    /// <summary>
    /// Computes what the microphones hear of a source. One that moves goes from point to point, 2 cm apart, and between
    /// two of them the sound of the one fades into that of the other.
    /// </summary>
    private double[][] Image(RoomSource source, int length, int rate)
    {
        double[] signal = Array.ConvertAll(source.Signal.Channel(0)[..length].ToArray(), x => (double)x);
        Position end = source.End ?? source.Start;
        int steps = (int)Math.Ceiling((end - source.Start).Length / StepMeters);
        double[][] image = [.. microphones.Select(_ => new double[length])];
        double from = source.MovesFrom * rate, until = source.MovesUntil * rate ?? length;
        for (int step = 0; step <= steps; step++)
        {
            double[] part = steps == 0 ? signal : Faded(signal, step, steps, from, until);
            Position place = steps == 0 ? source.Start : source.Start + (double)step / steps * (end - source.Start);
            Parallel.For(
                0, microphones.Count, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads },
                m => Convolve(part, room.Response(place, microphones[m], rate), image[m]));
        }

        return image;
    }

    /// <summary>
    /// Weighs a signal by a triangle around the time at which its source is at a step of its way; it is at the first
    /// one before it moves, and at the last one after.
    /// </summary>
    private static double[] Faded(double[] signal, int step, int steps, double start, double end)
    {
        double[] part = new double[signal.Length];
        double spacing = (end - start) / steps;
        int from = (int)Math.Max(0.0, step == 0 ? 0.0 : start + (step - 1) * spacing);
        int to = (int)Math.Min(signal.Length, step == steps ? signal.Length : start + (step + 1) * spacing + 1);
        for (int t = from; t < to; t++)
        {
            double place = Math.Clamp((t - start) / spacing, 0.0, steps);
            part[t] = signal[t] * Math.Max(0.0, 1.0 - Math.Abs(place - step));
        }

        return part;
    }

    /// <summary>Adds a convolution to a sum, as far as the sum lasts.</summary>
    private static void Convolve(double[] signal, double[] response, double[] sum)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)(signal.Length + response.Length));
        double[] first = new double[size + 2], second = new double[size + 2];
        signal.CopyTo(first, 0);
        response.CopyTo(second, 0);
        Fourier.ForwardReal(first, size, FourierOptions.NoScaling);
        Fourier.ForwardReal(second, size, FourierOptions.NoScaling);
        for (int f = 0; f <= size / 2; f++)
        {
            Complex product =
                new Complex(first[2 * f], first[2 * f + 1]) * new Complex(second[2 * f], second[2 * f + 1]) / size;
            (first[2 * f], first[2 * f + 1]) = (product.Real, product.Imaginary);
        }

        Fourier.InverseReal(first, size, FourierOptions.NoScaling);
        for (int t = 0; t < sum.Length; t++)
        {
            sum[t] += first[t];
        }
    }

    private void AddNoise(double[][] mixture, int rate, RoomNoise noise, int seed)
    {
        double power = mixture[0].Sum(x => x * x) / mixture[0].Length;
        var random = new MersenneTwister(seed, threadSafe: false);
        double Deviation(double decibels) => Math.Sqrt(power * Math.Pow(10.0, -decibels / 10.0));
        if (noise.MicrophoneDecibels is { } own)
        {
            double deviation = Deviation(own);
            foreach (double[] channel in mixture)
            {
                for (int t = 0; t < channel.Length; t++)
                {
                    channel[t] += deviation * Normal(random).Real;
                }
            }
        }

        if (noise.DiffuseDecibels is { } diffuse)
        {
            AddDiffuse(mixture, rate, Deviation(diffuse), random);
        }
    }

    /// <summary>
    /// Adds plane waves from directions that are spread evenly over the sphere (a Fibonacci lattice).
    /// </summary>
    private void AddDiffuse(double[][] mixture, int rate, double deviation, MersenneTwister random)
    {
        int length = mixture[0].Length, size = (int)BitOperations.RoundUpToPowerOf2((uint)length);
        double[][] spectra = [.. mixture.Select(_ => new double[size + 2])];
        double scale = deviation * Math.Sqrt(1.0 / (2.0 * Directions * size));
        for (int direction = 0; direction < Directions; direction++)
        {
            double height = 1.0 - (2.0 * direction + 1.0) / Directions, across = Math.Sqrt(1.0 - height * height);
            (double sine, double cosine) = Math.SinCos(Math.PI * (3.0 - Math.Sqrt(5.0)) * direction);
            Complex[] turns =
            [
                .. microphones.Select(m => Complex.FromPolarCoordinates(
                    1.0,
                    -2.0 * Math.PI * rate / size * (across * cosine * m.X + across * sine * m.Y + height * m.Z)
                        / room.SpeedOfSound)),
            ];
            Complex[] phases = [.. microphones.Select(_ => Complex.One)];
            for (int f = 1; f < size / 2; f++)
            {
                Complex wave = scale * Math.Sqrt(2.0) * Normal(random);
                for (int m = 0; m < spectra.Length; m++)
                {
                    phases[m] *= turns[m];
                    Complex heard = wave * phases[m];
                    spectra[m][2 * f] += heard.Real;
                    spectra[m][2 * f + 1] += heard.Imaginary;
                }
            }
        }

        for (int m = 0; m < mixture.Length; m++)
        {
            Fourier.InverseReal(spectra[m], size, FourierOptions.NoScaling);
            for (int t = 0; t < length; t++)
            {
                mixture[m][t] += spectra[m][t];
            }
        }
    }

    /// <summary>Two independent normal numbers, by Box and Muller.</summary>
    private static Complex Normal(MersenneTwister random) => Complex.FromPolarCoordinates(
        Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble())), 2.0 * Math.PI * random.NextDouble());
}
