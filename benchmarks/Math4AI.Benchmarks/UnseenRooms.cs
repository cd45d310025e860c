using System.Globalization;
using System.Numerics;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Benchmarks;

/// <summary>
/// Rooms drawn by a seed: SDR at the first microphone, at most 30 dB a source, of the default, of one start of each
/// method for rooms (linear filters, as the command once had them), of the mixture itself, and of the best
/// least-squares filters, for which the sources are known. One set is for development, with four of the seven voices,
/// the other for the final figures, with all. Final sets are run once. Those with seeds from 90000, 170000, 270000 and
/// 370000 were run before the choice among the starts (<c>OutputCost</c>) or with other starts (<c>RoomPlan</c>).
/// </summary>
internal static class UnseenRooms
{
    private const double LargestDecibels = 30.0;
    private const int Columns = 5;

    private static readonly int[] OracleWindows = [1024, 2048, 4096, 8192];
    private static readonly double[] Reverberations = [0.0, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5];
    private static readonly string[] Names = ["mixture", "default", "1 start", "ilrma", "oracle"];

    /// <summary>
    /// Takes <c>development</c> or <c>final</c>, the number of rooms, and the first of them, from 1, to go on where
    /// a run was cut.
    /// </summary>
    public static int Run(string[] words)
    {
        bool isFinal = words[0] == "final";
        int count = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : isFinal ? 60 : 20;
        int first = words.Length > 2 ? int.Parse(words[2], CultureInfo.InvariantCulture) : 1;
        Recording[] voices = Voices(isFinal);
        var rows = new List<(double Reverberation, double[] Row)>();
        Console.WriteLine(
            $"{"sources cm   RT60 s  kHz noise",-33}" + string.Concat(Names.Select(name => $"{name,9}"))
            + "   ahead  statistic");
        for (int i = first - 1; i < count; i++)
        {
            (string name, RoomMixture mixture) = Draw(voices, (isFinal ? 570_000 : 10_000) + i, i);
            (double[] row, double statistic, double[] seconds) = Measure(mixture);
            rows.Add((Reverberation(i), row));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-33}{string.Concat(row.Select(value => Number(value)))}{Ahead(row),8:+0.0;-0.0}"
                + $"  {statistic,5:0.00}  seconds {seconds[0]:0.0} {seconds[1]:0.0} {seconds[2]:0.0}"));
        }

        Summarize([.. rows.Select(row => row.Row)]);
        foreach (var group in rows.GroupBy(row => row.Reverberation, row => row.Row).OrderBy(group => group.Key))
        {
            Summarize(
                string.Create(CultureInfo.InvariantCulture, $"mean of {group.Count()}, RT60 {group.Key:0.00} s"),
                [.. group], column => column.Average());
        }

        return 0;
    }

    /// <summary>How far the default is ahead of the better of one start and ILRMA in the same room.</summary>
    private static double Ahead(double[] row) => row[1] - Math.Max(row[2], row[3]);

    private static void Summarize(double[][] rows)
    {
        Summarize("mean", rows, column => column.Average());
        Summarize("median", rows, column => column.Order().ElementAt(column.Length / 2));
        Summarize("mean of the worst tenth", rows, column => column.Order().Take((column.Length + 9) / 10).Average());
        double[] ahead = [.. rows.Select(Ahead).Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"the better of one start and ilrma in each room: {rows.Average(row => Math.Max(row[2], row[3])):0.0} dB; "
            + $"the default is ahead of it by {ahead.Average():0.0} dB ({ahead[0]:0.0} to {ahead[^1]:0.0}), in "
            + $"{ahead.Count(value => value > 0.0)} of {ahead.Length} rooms; it is worse than its mixture by more than "
            + $"0.5 dB in {rows.Count(row => row[1] < row[0] - 0.5)}"));
    }

    private static string Number(double value) => string.Create(CultureInfo.InvariantCulture, $"{value,9:0.0}");

    private static void Summarize(string name, double[][] rows, Func<double[], double> of) => Console.WriteLine(
        $"{name,-33}"
        + string.Concat(Enumerable.Range(0, Columns).Select(c => Number(of([.. rows.Select(row => row[c])])))));

    private static double Reverberation(int index) => Reverberations[index * 3 % 7];

    /// <summary>Reads the voices: four of them for development.</summary>
    public static Recording[] Voices(bool all)
    {
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? Path.Combine(SeparationAgainstPeer.Root(), "..", "shared", "data");
        Recording Read(params string[] names) => new(
            [[.. names.SelectMany(name => Recording.Read(Path.Combine(data, name)).Channel(0).ToArray())]], 16000);
        Recording[] voices =
        [
            Read("voices/voice-1.flac"), Read("audio/guitar_16k.wav"), Read("voices/voice-2.flac"),
            Read("audio/cmu_arctic_us_aew_a0001.wav", "audio/cmu_arctic_us_aew_a0002.wav"),
            Read("voices/voice-3.flac"), Read("voices/voice-4.flac"), Read("audio/cmu_arctic_us_axb_a0004.wav"),
        ];
        return all ? voices : voices[..4];
    }

    /// <summary>Draws a room; the numbers of channels, spacings and reverberation times take turns.</summary>
    public static (string Name, RoomMixture Mixture) Draw(Recording[] voices, int seed, int index)
    {
        double[] spacings = [0.03, 0.05, 0.08, 0.2, 1.0];
        var random = new MersenneTwister(seed, threadSafe: false);
        T Any<T>(params T[] choices) => choices[random.Next(choices.Length)];
        int channels = 2 + index % 3;
        double spacing = spacings[index * 2 % 5], reverberation = Reverberation(index);
        int seconds = Any(8, 12, 20), rate = Any(16000, 16000, 16000, 16000, 44100, 48000);
        double noise = Any(40.0, 40.0, 20.0, 10.0);
        var options = new RoomSceneOptions
        {
            Sources = channels,
            Microphones = channels,
            Spacing = spacing,
            ReverberationTime = reverberation,
            Size = channels * spacing > 2.0 ? new Position(7.0, 6.0, 3.0) : null,
        };
        Recording[] signals =
        [
            .. voices.OrderBy(_ => random.Next()).Take(channels).Select(voice => Part(voice, random, seconds, rate)),
        ];
        RoomMixture mixture = RoomScene.Draw(options, seed).Mix(
            signals, new RoomNoise { MicrophoneDecibels = noise }, seed);
        return (string.Create(
            CultureInfo.InvariantCulture,
            $"{channels} × {channels}  {100 * spacing,3:0}  {reverberation:0.00} {seconds,3} {rate / 1000.0,5:0.0} "
            + $"{noise,4:0}"), mixture);
    }

    /// <summary>A part of a voice, which begins somewhere and over again at its end, of unit power.</summary>
    public static Recording Part(Recording voice, MersenneTwister random, int seconds, int rate)
    {
        ReadOnlySpan<float> all = voice.Channel(0);
        int start = random.Next(all.Length), length = seconds * voice.SampleRate;
        float[] samples = new float[length];
        double power = 0.0;
        for (int t = 0; t < length; t++)
        {
            samples[t] = all[(start + t) % all.Length];
            power += samples[t] * samples[t];
        }

        float scale = (float)(0.1 / Math.Sqrt(power / length));
        var part = new Recording([Array.ConvertAll(samples, x => scale * x)], voice.SampleRate);
        return rate == voice.SampleRate ? part : part.Resample(rate);
    }

    private static (double[] Row, double Statistic, double[] Seconds) Measure(RoomMixture mixture)
    {
        double[][] truth = [.. mixture.Images.Select(image => Signal(image, 0))];
        double Score(IEnumerable<double[]> estimates)
        {
            double[][] parts = [.. estimates];
            return BssEval.Compare(truth, parts).Sdr.Average(sdr => Math.Min(LargestDecibels, sdr));
        }

        double ScoreOf(Recording sources) =>
            Score(Enumerable.Range(0, sources.Channels).Select(k => Signal(sources, k)));
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        var found = Separator.Auto(new SeparationOptions()).Separate(mixture.Mixture);
        Recording sources = found.Sources;
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        RoomSeparationResult Room(RoomMethod method, int? window) =>
            new RoomSeparator(new RoomSeparatorOptions { Method = method, Window = window, IsLinear = true })
                .Separate(mixture.Mixture);
        RoomSeparationResult auxiva = Room(
            RoomMethod.AuxIva,
            RoomLearner.WindowFor(mixture.Mixture.Length, mixture.Mixture.SampleRate, share: 1.0));
        RoomSeparationResult ilrma = Room(RoomMethod.Ilrma, window: null);
        double oracle = OracleWindows.Max(window => Score(Oracle(mixture, truth, window)));
        return (
            [
                Score(truth.Select(_ => Signal(mixture.Mixture, 0))), ScoreOf(sources), ScoreOf(auxiva.Sources),
                ScoreOf(ilrma.Sources), oracle,
            ],
            found.RoomStatistic,
            [seconds, auxiva.Seconds, ilrma.Seconds]);
    }

    /// <summary>The filters of each frequency whose outputs are nearest to the images, W = E[s xᴴ] E[x xᴴ]⁻¹.</summary>
    private static double[][] Oracle(RoomMixture mixture, double[][] truth, int window)
    {
        int channels = mixture.Mixture.Channels;
        var transform = new ShortTimeFourier(window, window / 4, truth[0].Length);
        Complex[][] x = [.. Enumerable.Range(0, channels).Select(c => transform.Forward(Signal(mixture.Mixture, c)))];
        Complex[][] s = [.. truth.Select(transform.Forward)], y = [.. truth.Select(_ => new Complex[x[0].Length])];
        int frames = transform.Frames;
        Parallel.For(0, transform.Frequencies, f =>
        {
            Complex Product(Complex[] a, Complex[] b)
            {
                Complex sum = Complex.Zero;
                for (int t = f * frames; t < (f + 1) * frames; t++)
                {
                    sum += a[t] * Complex.Conjugate(b[t]);
                }

                return sum;
            }

            Matrix<Complex> covariance = Matrix<Complex>.Build.Dense(channels, channels, (i, j) => Product(x[i], x[j]));
            double trace = covariance.Trace().Real;
            for (int i = 0; i < channels; i++)
            {
                covariance[i, i] += 1e-9 * trace + 1e-300;
            }

            Matrix<Complex> w = Matrix<Complex>.Build.Dense(s.Length, channels, (i, j) => Product(s[i], x[j]))
                * covariance.Inverse();
            for (int i = 0; i < s.Length; i++)
            {
                for (int j = 0; j < channels; j++)
                {
                    for (int t = f * frames; t < (f + 1) * frames; t++)
                    {
                        y[i][t] += w[i, j] * x[j][t];
                    }
                }
            }
        });
        return [.. y.Select(transform.Inverse)];
    }

    public static double[] Signal(Recording recording, int channel) =>
        Array.ConvertAll(recording.Channel(channel).ToArray(), x => (double)x);
}
